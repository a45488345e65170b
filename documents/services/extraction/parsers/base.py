"""What every parser is handed and hands back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from documents.services.extraction.errors import Unreadable
from documents.services.extraction.findings import Finding, Trace
from documents.services.extraction.limits import MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS, MAX_CHARACTERS

T = TypeVar("T")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

LOOKING = "looking"


def storable(text: str) -> str:
    """Without NULs and lone surrogates, which no database takes, and with \\n as the only line end."""
    text = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    return _UNSTORABLE.sub("", text)


@dataclass(frozen=True)
class Job:
    """One file to read. `folder` is where attachments are written; `tick(done, total)` reports pages; done = 0 is only a sign of life.
    `password` opens an encrypted one; a parser that needs it and finds it wrong raises Unreadable("encrypted") as without one.
    `look` for text that is not seen, which may cost more than the reading; a file LOOKING is in the folder meanwhile."""

    path: Path
    name: str
    mime: str
    folder: Path
    tick: Callable[[int, int], None]
    password: str = field(default="", repr=False)
    look: bool = True

    def alive(self, items: Iterable[T]) -> Iterator[T]:
        """The items as they come, with a sign of life at each thousandth."""
        for count, item in enumerate(items):
            if count % 1000 == 0:
                self.tick(0, 1)
            yield item


@dataclass
class RawPage:
    """A page as the parser found it, sizes in points; `times` of a transcript as [[offset in text, second], ...]."""

    text: str
    label: str = ""
    needs_ocr: bool = False
    width: float | None = None
    height: float | None = None
    times: list[list[float]] | None = None


@dataclass
class Parsed:
    """What a parser found. `printed` says that the pages have lines and edges, as on paper, so that running headers may be dropped;
    `source` is a TextVersion.Source."""

    pages: list[RawPage]
    engine: str
    printed: bool = False
    source: str = "extraction"
    title: str = ""
    date: date | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    notices: list[tuple[str, dict[str, str | int]]] = field(default_factory=list)
    attachments: list[tuple[str, str]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)

    def notice(self, code: str, **details: str | int) -> None:
        self.notices.append((code, details))

    def attach(self, name: str, content: bytes, folder: Path) -> None:
        """Keep a file found inside the file. Raises Unreadable where there are absurdly many or they are huge."""
        written = self.metadata.setdefault("attachment_bytes", 0) + len(content)
        if len(self.attachments) >= MAX_ATTACHMENTS or written > MAX_ATTACHMENT_BYTES:
            raise Unreadable("too_many_attachments", limit=MAX_ATTACHMENTS)
        path = folder / f"{len(self.attachments):04d}"
        path.write_bytes(content)
        self.attachments.append((storable(name).strip() or f"attachment {len(self.attachments) + 1}", str(path)))
        self.metadata["attachment_bytes"] = written


def bounded(total: int) -> int:
    """The number of characters so far. Raises Unreadable(text_too_long) over the limit."""
    if total > MAX_CHARACTERS:
        raise Unreadable("text_too_long", limit=MAX_CHARACTERS // 1_000_000)
    return total
