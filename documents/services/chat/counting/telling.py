"""What was counted, as a sentence that says also what was not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from documents.services.chat.contracts import Listed
from documents.services.chat.counting.grammar import Asked
from documents.services.chat.counting.periods import Day, Period
from documents.services.chat.understanding.kinds import WORDS, plurals
from documents.services.search.text.words import stems, words_in

NAMED = 3
LATEST = ("latest", "newest", "most recent", "last")
_NOUNS = {"transcript": "transcript", "email": "e-mail", "declaration": "declaration or affidavit", "invoice": "invoice or receipt"}
_NOUNS |= {"filing": "court filing", "discovery": "discovery request or response", "ruling": "ruling, order or judgment"}


@dataclass(frozen=True)
class Told:
    """`copies` of what was counted repeat others; the rest would have to be known better to be counted."""

    count: int
    copies: int = 0
    undated: int = 0
    unread: int = 0
    waiting: int = 0
    unknown_by: int = 0
    unknown_to: int = 0
    unsorted: int = 0
    broad: str = ""


def sentence(
    asked: Asked,
    told: Told,
    dated: Period | None,
    added: Period | None,
    authorities: Sequence[str],
    first: Sequence[Listed],
    *,
    chosen: bool = False,
) -> str:
    conditions = _conditions(asked, told.count, dated, added, authorities)
    noun = _noun(asked, told.count)
    values = {"n": told.count, "noun": noun, "conditions": f" {conditions}" if conditions else ""}
    if asked.extreme and first:
        return _joined([_extreme(asked, noun, conditions, first), *_beside(told, asked)])
    if not told.count and chosen:
        said = _("There is no %(noun)s%(conditions)s among the chosen documents.") % values
    elif not told.count:
        said = _("There is no %(noun)s%(conditions)s in this case.") % values
    else:
        head = ngettext("There is %(n)d %(noun)s%(conditions)s", "There are %(n)d %(noun)s%(conditions)s", told.count) % values
        said = _("%(head)s: %(titles)s.") % {"head": head, "titles": _titles(first, told.count)}
    return _joined([said, *_beside(told, asked)])


def pages(title: str, count: int) -> str:
    return ngettext("“%(title)s” has %(n)d page.", "“%(title)s” has %(n)d pages.", count) % {"title": title, "n": count}


def _joined(sentences: Sequence[str]) -> str:
    return " ".join(sentences)


def _extreme(asked: Asked, noun: str, conditions: str, first: Sequence[Listed]) -> str:
    day = first[0].date
    values = {
        "which": _("latest") if asked.extreme in LATEST else _("earliest"),
        "noun": noun,
        "conditions": f" {conditions}" if conditions else "",
        "titles": _titles(first, len(first), dates=False),
        "day": _day(day) if day else "",
    }
    if day is None:
        return _("None of them has a date, so that none is the %(which)s %(noun)s%(conditions)s.") % values
    many = ngettext("The %(which)s %(noun)s%(conditions)s is", "The %(which)s %(noun)s%(conditions)s are", len(first)) % values
    return _("%(many)s of %(day)s: %(titles)s.") % {"many": many, "day": values["day"], "titles": values["titles"]}


def _noun(asked: Asked, count: int) -> str:
    if not asked.kind:
        return _("document") if count < 2 else _("documents")
    word = _NOUNS.get(asked.kind) or WORDS[asked.kind][0]
    if asked.kind == "ruling":
        return word if count < 2 else _("rulings, orders and judgments")
    return word if count < 2 else plurals(word)[0]


def _conditions(asked: Asked, count: int, dated: Period | None, added: Period | None, authorities: Sequence[str]) -> str:
    """ "from Raman, dated from 1 January 2024 to 31 December 2024"."""
    parts: list[str] = []
    if asked.between:
        parts.append(_("between %(a)s and %(b)s") % {"a": asked.between[0], "b": asked.between[1]})
    if asked.by:
        said = _("from %(names)s") if asked.kind in ("email", "letter") else _("by %(names)s")
        parts.append(said % {"names": _either(asked.by)})
    if asked.to:
        parts.append(_("to %(names)s") % {"names": _either(asked.to)})
    if asked.court:
        parts.append(_("of the %(court)s") % {"court": asked.court})
    if asked.tag:
        parts.append(_("with the tag “%(tag)s”") % {"tag": asked.tag})
    if dated is not None and (span := _span(dated)):
        parts.append(_("dated %(span)s") % {"span": span})
    if added is not None and (span := _span(added)):
        parts.append(_("added %(span)s") % {"span": span})
    if asked.undated:
        parts.append(_("without a date"))
    if asked.reading:
        parts.append(
            {"none": _("that could not be read"), "waiting": _("still being read"), "read": _("that could be read")}[asked.reading]
        )
    if asked.says:
        words = _(" and ").join(f"“{one}”" for one in asked.says)
        said = ngettext("that mentions %(words)s%(forms)s", "that mention %(words)s%(forms)s", max(count, 1))
        parts.append(said % {"words": words, "forms": _(" in any form") if _has_forms(asked.says) else ""})
    if asked.cites:
        said = ngettext("that cites %(what)s", "that cite %(what)s", max(count, 1))
        parts.append(said % {"what": _either(authorities)})
    return ", ".join(parts)


def _has_forms(phrases: Sequence[str]) -> bool:
    """Whether other words have the same stem, so that they count too."""
    words = {word.folded for phrase in phrases for word in words_in(phrase)}
    return any(stem and stem != word for word, stem in stems(words).items())


def _either(names: Sequence[str]) -> str:
    return _(" or ").join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _span(period: Period) -> str:
    if period.first and period.last:
        if period.first == period.last:
            return _("on %(day)s") % {"day": _day(period.first)}
        return _("from %(first)s to %(last)s") % {"first": _day(period.first), "last": _day(period.last)}
    if period.first:
        return _("from %(day)s on") % {"day": _day(period.first)}
    return _("until %(day)s") % {"day": _day(period.last)} if period.last else ""


def _day(day: Day) -> str:
    return date_format(day)


def _titles(first: Sequence[Listed], count: int, *, dates: bool = True) -> str:
    named = [f"{one.title} ({_day(one.date)})" if one.date and dates else one.title for one in first[:NAMED]]
    more = count - len(named)
    if more > 0:
        named.append(ngettext("and %(n)d more", "and %(n)d more", more) % {"n": more})
    return "; ".join(named)


def _beside(told: Told, asked: Asked) -> list[str]:
    said = []
    if told.copies:
        said.append(
            ngettext("%(n)d of them is a copy of another.", "%(n)d of them are copies of others.", told.copies) % {"n": told.copies}
        )
    if told.undated:
        said.append(ngettext("%(n)d more has no date.", "%(n)d more have no date.", told.undated) % {"n": told.undated})
    if told.unsorted:
        one = "%(n)d more is noted as %(broad)s only, and may be one."
        many = "%(n)d more are noted as %(broad)s only, and may be such."
        said.append(ngettext(one, many, told.unsorted) % {"n": told.unsorted, "broad": told.broad})
    if told.unknown_by:
        one, many = "Of %(n)d more it is not known who wrote it.", "Of %(n)d more it is not known who wrote them."
        said.append(ngettext(one, many, told.unknown_by) % {"n": told.unknown_by})
    if told.unknown_to:
        one, many = "Of %(n)d more it is not known to whom it was sent.", "Of %(n)d more it is not known to whom they were sent."
        said.append(ngettext(one, many, told.unknown_to) % {"n": told.unknown_to})
    if told.unread:
        one, many = "%(n)d document could not be read and is not counted.", "%(n)d documents could not be read and are not counted."
        said.append(ngettext(one, many, told.unread) % {"n": told.unread})
    if told.waiting:
        one, many = "%(n)d document is still being read and not counted.", "%(n)d documents are still being read and not counted."
        said.append(ngettext(one, many, told.waiting) % {"n": told.waiting})
    return said
