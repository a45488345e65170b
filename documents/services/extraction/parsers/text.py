"""Plain text and Markdown. A form feed starts a page, as court computers print it."""

from __future__ import annotations

import re

from documents.services.extraction.charsets import decode, name_of
from documents.services.extraction.formats import MARKDOWN, NO, POSSIBLE, TXT, Format, FormatLimits, Sample, gettext_noop
from documents.services.extraction.limits import MAX_CHARACTERS, MAX_PAGES
from documents.services.extraction.parsers.base import Job, Parsed, RawPage, bounded, storable

_HEADING = re.compile(r"^#{1,2}[ \t]+(.{1,300}?)[ \t#]*$", re.MULTILINE)


class TextParser:
    def parse(self, job: Job) -> Parsed:
        text, encoding, guessed = decode(job.path.read_bytes())
        bounded(len(text))
        parsed = Parsed(_pages(storable(text)), f"text {encoding}", printed=job.mime == TXT, metadata={"encoding": encoding})
        if guessed:
            parsed.notice("encoding_guessed", name=name_of(encoding))
        if job.mime == MARKDOWN and (heading := _HEADING.search(text[:20_000])):
            parsed.title = storable(heading[1]).strip()
        job.tick(len(parsed.pages), len(parsed.pages))
        return parsed


def _pages(text: str) -> list[RawPage]:
    """Pages at form feeds; a single page where there are none, or absurdly many."""
    parts = text.split("\f")
    if len(parts) > 1 and not parts[-1].strip():
        parts.pop()
    if len(parts) > MAX_PAGES:
        parts = [text.replace("\f", "\n")]
    return [RawPage(part) for part in parts]


def _plain(sample: Sample) -> int:
    return POSSIBLE if sample.is_text else NO


def _markdown(sample: Sample) -> int:
    return POSSIBLE + 10 if sample.is_text and sample.suffix in MARKDOWN_SUFFIXES else NO


MARKDOWN_SUFFIXES = (".md", ".markdown")
LIMITS = FormatLimits(bytes=4 * MAX_CHARACTERS)
FORMATS = (
    Format(
        mime=TXT,
        label=gettext_noop("Plain text"),
        listed=gettext_noop("text"),
        parse=TextParser().parse,
        suffixes=(".txt", ".text", ".log"),
        recognised_by="text that is nothing else",
        order=30,
        sniff=_plain,
        limits=LIMITS,
        also_named=("", *MARKDOWN_SUFFIXES),
        shown=True,
    ),
    Format(
        mime=MARKDOWN,
        label="Markdown",
        parse=TextParser().parse,
        suffixes=MARKDOWN_SUFFIXES,
        recognised_by="text whose name ends so",
        order=40,
        sniff=_markdown,
        limits=LIMITS,
        also_named=(".txt",),
    ),
)
