"""Times and levels of recordings, for people."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from audio.services.hearing.listening_page import SOUNDS
from audio.services.hearing.measures import UNSURE_WORD
from audio.services.transcript.reading import Line
from documents.services.extraction.parsers.subtitles import clock

register = template.Library()


@register.filter
def clock_of(seconds: float | None) -> str:
    """00:14:05; nothing where unknown."""
    return "" if seconds is None else clock(seconds)


@register.filter
def share_of(part: float | None, whole: float | None) -> str:
    """ "62 %" """
    return f"{round(100 * part / whole)} %" if part is not None and whole else ""


@register.filter
def sound_of(label: str) -> str:
    """The name of a kind of sound; a label that is not known stays itself."""
    return str(SOUNDS.get(label, label))


@register.simple_tag
def segment(line: Line) -> SafeString:
    """A sentence of the transcript: its words, those that the machine is unsure of marked, those that were probably never said folded."""
    said = line.segment
    words = (
        format_html_join(" ", "{}", ((_word(word, said.start_s),) for word in said.words)) if said.words else format_html("{}", said.text)
    )
    starts = ",".join(str(round(100 * (float(word[0]) - said.start_s))) for word in said.words)
    about = format_html('data-segment="{}" data-start="{}" data-end="{}" data-words="{}"', said.pk, said.start_s, said.end_s, starts)
    if said.doubtful:
        return format_html(
            '<details class="segment segment-doubt" {}><summary>{}</summary><span>{}</span></details>', about, line.shown, words
        )
    mark = format_html(' title="{}"', _("Corrected by a person")) if said.edited_at else ""
    return format_html('<span class="segment{}" {}{}>{}</span>', " segment-edited" if said.edited_at else "", about, mark, words)


def _word(word: list[object], start_s: float) -> SafeString:
    begins, _ends, text, probability = word
    if float(str(probability)) >= UNSURE_WORD:
        return format_html("{}", text)
    label = _("unsure: %(word)s") % {"word": text}
    return format_html('<span class="unsure" tabindex="0" role="button" aria-label="{}" data-seek="{}">{}</span>', label, begins, text)
