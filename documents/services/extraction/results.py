"""What a reading of a file consists of. Plain data: no Django here, because the child process that parses imports this too."""

from __future__ import annotations

import weakref
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from documents.services.extraction.findings import Finding, Trace
from documents.services.sandbox.folders import Folder

OffsetMap = list[list[int]]


GIVEN = ("folder", "bates_begin", "bates_end", "custodian", "family")
"""What a document is told of by the file it came in; no reading of its own takes that away."""


class Notice(NamedTuple):
    """Something a reader should know: a stable code, and a sentence for people."""

    code: str
    text: str


@dataclass(frozen=True)
class ExtractedAttachment:
    """A file found inside the file. `name` is for people; `path` is where its bytes lie while the Extraction is open; `about` is what
    the file around it says of it (keys of GIVEN)."""

    name: str
    path: Path
    about: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ExtractedPage:
    """One page: `text` is cleaned, `raw` as the parser gave it ("" where it is the same).

    `offset_map` is [[offset in text, offset in raw], ...], linear in between, None where raw is empty. Sizes are points.
    `times` is [[offset in text, second of the recording], ...] of a transcript.
    """

    number: int
    text: str
    raw: str = ""
    offset_map: OffsetMap | None = None
    label: str = ""
    needs_ocr: bool = False
    width: float | None = None
    height: float | None = None
    times: list[list[float]] | None = None


@dataclass
class Extraction:
    """One reading of a file. The attachments' bytes live in `folder`, which goes with `close()` or with this object."""

    pages: list[ExtractedPage]
    mime: str
    engine: str
    title: str = ""
    source: str = "extraction"
    date: date | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    attachments: list[ExtractedAttachment] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)
    page_index: bytes = b""
    """What a viewer reads behind a long PDF to find its pages (`pdf.page_index`)."""
    folder: Folder | None = None

    def __post_init__(self) -> None:
        self._remove = weakref.finalize(self, self.folder.remove) if self.folder else None

    def close(self) -> None:
        """Remove the attachments' bytes; take what you need before."""
        if self._remove is not None:
            self._remove()

    def __enter__(self) -> Extraction:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def characters(self) -> int:
        return sum(len(page.text) for page in self.pages)
