"""Compound files (OLE): the container of Word, Excel and Outlook before XML. Reads the names and streams in them, within limits."""

from __future__ import annotations

import struct
from pathlib import Path
from types import TracebackType
from typing import IO

from documents.services.extraction.errors import Unreadable

MAX_STREAM_BYTES = 512 * 1024**2
_MOST_SECTORS = 256
_HEADER, _ENTRY = 512, 128
_IN_HEADER = 109  # places of allocation tables that the header itself names
# What olefile raises on files that are not what they claim: its own error is an OSError, the rest comes of wrong numbers in them.
_BROKEN = (OSError, struct.error, ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)


def names(file: IO[bytes]) -> frozenset[str]:
    """The names in the directory of an open file, as far as it is whole and near; for a look at an upload, which must cost nothing."""
    found: set[str] = set()
    try:
        file.seek(0)
        header = file.read(_HEADER)
        size = 1 << min(struct.unpack_from("<H", header, 30)[0], 12)
        tables = struct.unpack_from(f"<{_IN_HEADER}I", header, 76)
        sector = struct.unpack_from("<I", header, 48)[0]
        for _ in range(_MOST_SECTORS):
            file.seek((sector + 1) * size)
            entries = file.read(size)
            found.update(_name(entries[start : start + _ENTRY]) for start in range(0, len(entries), _ENTRY))
            table, place = divmod(sector, size // 4)
            file.seek((tables[table] + 1) * size + 4 * place)
            sector = struct.unpack("<I", file.read(4))[0]
    except (struct.error, IndexError, OverflowError, ZeroDivisionError, OSError):
        pass  # the end of the chain, or a broken one: what was found counts
    return frozenset(found - {""})


def _name(entry: bytes) -> str:
    length = struct.unpack_from("<H", entry, 64)[0] if len(entry) == _ENTRY else 0
    return entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")


_VECTOR = 0x1000
"""In the type of a property: it is a list."""


class CompoundFile:
    """An open compound file. Raises Unreadable where it, or a stream of it, is broken."""

    def __init__(self, path: Path, kind: str) -> None:
        import olefile

        self.kind = kind
        try:
            self._ole = olefile.OleFileIO(str(path))
            self.names = frozenset("/".join(name) for name in self._ole.listdir())
        except _BROKEN as error:
            raise Unreadable("unreadable", kind=kind) from error

    def __enter__(self) -> CompoundFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._ole.close()

    def read(self, name: str) -> bytes:
        """A stream's bytes. Raises Unreadable for one that is missing, broken or absurdly large."""
        if name not in self.names:
            raise Unreadable("unreadable", kind=self.kind)
        try:
            if self._ole.get_size(name) > MAX_STREAM_BYTES:
                raise Unreadable("decompression_bomb", kind=self.kind)
            content: bytes = self._ole.openstream(name).read()
        except _BROKEN as error:
            raise Unreadable("unreadable", kind=self.kind) from error
        return content

    def _bound_lists(self) -> None:
        """olefile believes a list that claims four thousand million empty values, and counts to the end."""
        parse = self._ole._parse_property

        def bounded(content: bytes, offset: int, key: int, kind: int, *rest: object) -> object:
            if kind & _VECTOR and int.from_bytes(content[offset : offset + 4], "little") > len(content):
                raise ValueError("more values than bytes")
            return parse(content, offset, key, kind, *rest)

        self._ole._parse_property = bounded

    def properties(self) -> dict[str, object]:
        """What the file says of itself (title, author, create_time, ...), as olefile names it; nothing where that is broken."""
        try:
            self._bound_lists()
            told = self._ole.get_metadata()
        except _BROKEN:
            return {}
        return {name: value for name in told.SUMMARY_ATTRIBS if (value := getattr(told, name)) is not None}
