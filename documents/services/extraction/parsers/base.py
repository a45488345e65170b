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
MAX_GIVEN = 1000
LINES_OF_PAGE = 300
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

LOOKING = "looking"
BEGINNING = 64
"""Pages after which a file of more than twice as many is worth to be shown in part."""


def storable(text: str) -> str:
    """Without NULs and lone surrogates, which no database takes, and with \\n as the only line end."""
    text = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    return text if _is_storable(text) else _UNSTORABLE.sub("", text)


def _is_storable(text: str) -> bool:
    """Said by the encoder, which is many times faster than to look at each character."""
    if "\x00" in text:
        return False
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return False
    return True


@dataclass(frozen=True)
class Job:
    """One file to read. `folder` is where attachments are written; `tick(done, total)` reports pages; done = 0 is only a sign of life.
    `password` opens an encrypted one; a parser that needs it and finds it wrong raises Unreadable("encrypted") as without one.
    `look` for text that is not seen, which may cost more than the reading; a file LOOKING is in the folder meanwhile.
    `begun` is told the first pages of a long file."""

    path: Path
    name: str
    mime: str
    folder: Path
    tick: Callable[[int, int], None]
    password: str = field(default="", repr=False)
    look: bool = True
    begun: Callable[[list[RawPage]], None] | None = None

    def tell(self, pages: list[RawPage], total: int) -> None:
        """A page more has been read, of so many."""
        if self.begun is not None and len(pages) == BEGINNING and total > 2 * BEGINNING:
            self.begun(pages)
        self.tick(len(pages), total)

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
    attachments: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)
    page_index: bytes = b""
    """What a viewer reads behind the file to find its pages (`pdf.page_index`)."""
    room: tuple[int, int] = (MAX_ATTACHMENTS, MAX_ATTACHMENT_BYTES)
    """How many files inside are kept, and how many bytes of them."""

    def notice(self, code: str, **details: str | int) -> None:
        self.notices.append((code, details))

    def attach(self, name: str, content: bytes, folder: Path) -> None:
        """Keep a file found inside the file. Raises Unreadable where there are absurdly many or they are huge."""
        if not self.has_room(len(content)):
            raise Unreadable("too_many_attachments", limit=self.room[0])
        path = self.next_place(folder)
        path.write_bytes(content)
        self.keep(name, path, {})

    def has_room(self, size: int) -> bool:
        """Whether a file of so many bytes may be kept besides those that are."""
        return len(self.attachments) < self.room[0] and self.metadata.get("attachment_bytes", 0) + size <= self.room[1]

    def next_place(self, folder: Path) -> Path:
        """Where to write the next file that will be kept; its own name is never part of a path."""
        return folder / f"inside-{len(self.attachments):05d}"

    def keep(self, name: str, path: Path, about: dict[str, str]) -> None:
        """Keep a file that lies at its place. `about` is what the container says of it, under keys of `results.GIVEN`."""
        self.metadata["attachment_bytes"] = self.metadata.get("attachment_bytes", 0) + path.stat().st_size
        given = {key: value for key, text in about.items() if (value := storable(text).strip()[:MAX_GIVEN])}
        self.attachments.append((storable(name).strip() or f"attachment {len(self.attachments) + 1}", path.name, given))


def listed(lines: list[str]) -> list[RawPage]:
    """The list of what a container holds, a few hundred lines to a page."""
    pages = [RawPage(storable("\n".join(lines[first : first + LINES_OF_PAGE]))) for first in range(0, len(lines), LINES_OF_PAGE)]
    return pages or [RawPage("")]


def bounded(total: int) -> int:
    """The number of characters so far. Raises Unreadable(text_too_long) over the limit."""
    if total > MAX_CHARACTERS:
        raise Unreadable("text_too_long", limit=MAX_CHARACTERS // 1_000_000)
    return total
