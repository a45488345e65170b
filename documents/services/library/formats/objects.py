"""JSON files that hold one record, a list of records, or a page of an API ({"results": [...]}): cut into records without loading the whole.

Only brackets and quotes are looked at until a record's end is known, so that a broken one costs itself: its neighbours are read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from documents.services.library.formats.base import MAX_RECORD, Item, Position, Unfit, open_bytes, skip
from documents.services.library.formats.lines import ToItem, json_lines, made

_BLOCK = 1 << 20
_CLOSING = {b"{": b"}", b"[": b"]"}
MOST_WITHOUT_END = 100
_MARK = re.compile(rb'["{}\[\]\n\\]')
_LIST = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\[|\{(?:\s*"(?:count|next|previous)"\s*:\s*(?:null|\d+|"[^"]*")\s*,)*\s*"results"\s*:\s*\[)')


def json_records(path: Path, position: Position, to_item: ToItem) -> Iterator[tuple[Item, Position]]:
    """The records of a JSON file, which is read line by line where its first line is a record."""
    with open_bytes(path) as file:
        first = file.readline(MAX_RECORD)
    by_line = first.lstrip(b"\xef\xbb\xbf ").startswith(b"{") and first.rstrip().endswith(b"}") and not _LIST.match(first)
    return (json_lines if by_line else json_objects)(path, position, to_item)


def json_objects(path: Path, position: Position, to_item: ToItem) -> Iterator[tuple[Item, Position]]:
    """The records behind the first `position["record"]`. Several objects one after the other count like a list."""
    done = 0
    with open_bytes(path) as file:
        for raw, line in _objects(file):
            done += 1
            if done > position.get("record", 0):
                yield _item(raw, f"line {line}", to_item), {"record": done}


def _item(raw: bytes | None, where: str, to_item: ToItem) -> Item:
    if raw is None:
        return skip(where, "The record has no end, or is longer than any record.")
    try:
        return made(json.loads(raw), where, to_item)
    except UnicodeDecodeError:
        return skip(where, "The record is not UTF-8.")
    except json.JSONDecodeError as error:
        return skip(where, f"This is no JSON: {error.msg} at line {error.lineno} of the record.")
    except RecursionError:
        return skip(where, "The JSON is nested too deeply.")


def _objects(file: IO[bytes]) -> Iterator[tuple[bytes | None, int]]:
    """Each outermost object with the line that it begins on; None for one without end, behind which reading goes on at the next line
    that begins as that one did."""
    wrapped = _LIST.match(file.read(_BLOCK))
    start = wrapped.end() if wrapped else 0
    file.seek(0)
    scan = _Scan(offset=start, line=1 + file.read(start).count(b"\n"))
    for _attempt in range(MOST_WITHOUT_END):
        while not scan.broken and (block := file.read(_BLOCK)):
            yield from scan.feed(block)
        if not scan.depth:
            return
        yield None, scan.begun
        found = _next_beginning(file, scan.begun_at)
        if found is None:
            return
        scan = _Scan(offset=found, line=scan.begun + _lines_between(file, scan.begun_at, found))
        file.seek(found)
    raise Unfit(f"More than {MOST_WITHOUT_END} records have no end.")


def _next_beginning(file: IO[bytes], broken: int) -> int | None:
    """The offset of the next line's brace that stands as far from its line's start as that at `broken`, after some other lines."""
    file.seek(max(0, broken - 200))
    before = file.read(min(200, broken)).rpartition(b"\n")[2]
    indent = before if not before.strip() else b""
    file.seek(broken)
    file.readline(MAX_RECORD)
    while line := file.readline(MAX_RECORD):
        if line.startswith(indent + b"{"):
            return file.tell() - len(line) + len(indent)
    return None


def _lines_between(file: IO[bytes], start: int, end: int) -> int:
    file.seek(start)
    count = 0
    while start < end and (block := file.read(min(_BLOCK, end - start))):
        count, start = count + block.count(b"\n"), start + len(block)
    return count


class _Scan:
    """Finds objects in bytes that come in blocks; `begun` and `begun_at` are line and offset of the last that began."""

    def __init__(self, offset: int, line: int) -> None:
        self.line = line
        self.broken = False
        """A bracket was closed by one of another kind."""
        self._open: list[bytes] = []
        self.begun, self.begun_at = line, offset
        self._read = offset
        self._in_string = False
        self._escaped_at = -1
        self._kept: list[bytes] = []
        self._size = 0

    @property
    def depth(self) -> int:
        return len(self._open)

    def feed(self, block: bytes) -> Iterator[tuple[bytes | None, int]]:
        start = 0
        for mark in _MARK.finditer(block):
            sign, at = mark[0], mark.start()
            if self._skips(sign, at) or (self.depth == 0 and sign != b"{"):
                continue
            if sign in b"{[":
                if self.depth == 0:
                    start, self.begun, self.begun_at = at, self.line, self._read + at
                self._open.append(_CLOSING[sign])
                continue
            if self._open[-1] != sign:
                self.broken = True
                return
            self._open.pop()
            if self.depth == 0:
                yield self._whole(block[start : at + 1]), self.begun
        if self.depth:
            self._keep(block[start:])
        self._read += len(block)
        self._escaped_at -= len(block)

    def _skips(self, sign: bytes, at: int) -> bool:
        """Whether the sign is no bracket of the structure; follows lines, strings and what is escaped in them."""
        escaped = at == self._escaped_at
        if sign == b"\n":
            self.line += 1
            self._in_string = False  # no string of JSON goes over a line's end: one that was not closed ends here
        elif sign == b"\\":
            if self._in_string and not escaped:
                self._escaped_at = at + 1
        elif sign == b'"':
            if not (self._in_string and escaped):
                self._in_string = not self._in_string and self.depth > 0
        else:
            return self._in_string
        return True

    def _keep(self, piece: bytes) -> None:
        if self._size <= MAX_RECORD:
            self._kept.append(piece)
        self._size += len(piece)

    def _whole(self, last: bytes) -> bytes | None:
        self._keep(last)
        whole = b"".join(self._kept) if self._size <= MAX_RECORD else None
        self._kept, self._size = [], 0
        return whole
