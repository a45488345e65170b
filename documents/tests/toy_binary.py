"""A format that a newer version has learned, in a file that is surely no text: a signature, noise, then a title and words."""

from __future__ import annotations

from documents.services.extraction.formats import Format
from documents.services.extraction.parsers.base import Job, Parsed, RawPage

SIGNATURE = b"\x8fTOYB\n"
NOISE = bytes(range(256)) * 4


def parse(job: Job) -> Parsed:
    title, _line, words = job.path.read_bytes().removeprefix(SIGNATURE + NOISE).decode("latin-1").partition("\n")
    job.tick(1, 1)
    return Parsed([RawPage(words)], "toy", title=title)


FORMATS = (
    Format(
        mime="application/x-toy-binary",
        label="Binary toy",
        parse=parse,
        suffixes=(".toyb",),
        recognised_by="its signature",
        magic=(SIGNATURE,),
        binary=True,
        titled=True,
    ),
)
