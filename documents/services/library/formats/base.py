"""What the formats share. Everything in this folder runs in a child of the sandbox: no Django, no network, one file at a time.

A reader yields (item, position) for each record of a file, where position says where to go on behind it. Items are plain JSON:

* {"is": "ruling", "where", "source", "source_id", "name", ..., "opinions": [...]} with the facts of `records.RulingRecord`;
* {"is": "opinion", "where", "source", "source_id", "opinions": [...]}: texts of a ruling whose facts come with another record;
* {"is": "citation", ...} and {"is": "docket", ...}: the other tables of bulk files, joined by the source's ids;
* {"is": "statute", "where", "code", "title", "section", ...} with those of `records.StatuteRecord`;
* {"is": "skip", "where", "name", "reason"}: a record that can't be read.
"""

from __future__ import annotations

import bz2
import codecs
import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from documents.services.extraction.cleaning import clean
from documents.services.extraction.parsers.base import storable

Item = dict[str, Any]
Position = dict[str, int]
Reader = Callable[[Path, Position], Iterator[tuple[Item, Position]]]

RULINGS, STATUTES = "rulings", "statutes"
MAX_RECORD = 64 * 1024 * 1024
HEAD = 64 * 1024


@dataclass(frozen=True)
class LawFormat:
    """A format of files of law. `recognises(head, name)` looks at the first 64 KB, decompressed, and the lower-case file name."""

    name: str
    label: str
    kind: str
    recognises: Callable[[bytes, str], bool]
    read: Reader
    rank: int = 50
    """Where two recognise a file the lower is believed."""


class Unfit(Exception):
    """The file as a whole can't be read; the reason is a sentence for people."""


def skip(where: str, reason: str, name: str = "") -> Item:
    return {"is": "skip", "where": where, "reason": reason[:300], "name": name[:200]}


_stored: list[IO[bytes]] = []
"""The file that was opened last, as it is stored."""


def open_bytes(path: Path) -> IO[bytes]:
    """The file's bytes; what bzip2 or gzip compressed comes decompressed, as it is read."""
    file = path.open("rb")
    _stored[:] = [file]
    begin = file.read(3)
    file.seek(0)
    if begin == b"BZh":
        return bz2.BZ2File(file)
    return gzip.GzipFile(fileobj=file) if begin[:2] == b"\x1f\x8b" else file  # type: ignore[return-value]


def bytes_read() -> int:
    """How far the reading of the file is, in bytes as they are stored."""
    return _stored[0].tell() if _stored and not _stored[0].closed else 0


def head_of(path: Path) -> bytes:
    """Without a byte order mark."""
    with open_bytes(path) as file:
        return file.read(HEAD).removeprefix(codecs.BOM_UTF8)


def pages_of(text: str) -> list[Item]:
    """The pages of a plain text: form feeds part them, and what paper adds (running heads, hyphens at line ends) is taken out."""
    raws = [page for page in storable(text).split("\f") if page.strip()]
    return [
        {"text": cleaned.text, "raw": raw if cleaned.text != raw else "", "offset_map": cleaned.offset_map if cleaned.text != raw else None}
        for raw, cleaned in zip(raws, clean(raws).pages, strict=True)
    ]


def opinion(source_id: Any, kind: str, pages: list[Item], *, author: str = "", position: int = 0) -> Item:
    return {"source_id": str(source_id), "kind": kind, "author": author, "position": position, "pages": pages}


def words(value: Any) -> str:
    """A value as one line; "" for None."""
    return " ".join(str(value).split()) if value not in (None, "") else ""


def listed(value: Any) -> list[str]:
    """A list of words of what may be a list, one value, or values parted by semicolons."""
    if value in (None, ""):
        return []
    values = value if isinstance(value, list) else str(value).split(";")
    return [found for one in values if not isinstance(one, dict | list) and (found := words(one))]
