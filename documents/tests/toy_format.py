"""A format in one module, for the test that one module is enough: a line `TOY1`, then a title, then text in ROT13."""

from __future__ import annotations

import codecs

from documents.services.extraction.errors import Unreadable
from documents.services.extraction.formats import Format, FormatLimits
from documents.services.extraction.parsers.base import Job, Parsed, RawPage, storable

MIME = "application/x-toy"


def parse(job: Job) -> Parsed:
    lines = job.path.read_text(encoding="utf-8").split("\n")
    if len(lines) < 3:
        raise Unreadable("unreadable", kind="Toy")
    job.tick(1, 1)
    return Parsed([RawPage(storable(codecs.decode("\n".join(lines[2:]), "rot13")))], "toy", title=lines[1])


FORMATS = (
    Format(
        mime=MIME,
        label="Toy paper",
        listed="Toy (ODP)",
        parse=parse,
        suffixes=(".odp", ".toy"),
        recognised_by="`TOY1` at its beginning",
        order=29,
        magic=(b"TOY1\n",),
        limits=FormatLimits(bytes=2 * 1024**2),
        binary=True,
        titled=True,
    ),
)
