"""Outlook messages for tests: a compound file ([MS-CFB] version 3) written from nested dictionaries, and messages in it."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

SECTOR, MINI, CUTOFF = 512, 64, 4096
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
MESSAGE_CLASS = bytes.fromhex("0b0d020000000000c000000000000046")
Tree = dict[str, Any]


class _Entry:
    def __init__(self, name: str, content: bytes | Tree) -> None:
        self.name, self.content = name, content
        self.left = self.right = self.child = FREE
        self.start, self.size = END, 0


def compound(tree: Tree, clsid: bytes = MESSAGE_CLASS) -> bytes:
    """A compound file; values are bytes (streams) or dictionaries (storages)."""
    entries = [_Entry("Root Entry", tree)]
    _grow(entries, entries[0])
    sectors: list[bytes] = []
    fat: list[int] = []
    mini, mini_fat = bytearray(), []

    def put(content: bytes) -> int:
        pieces = [content[at : at + SECTOR].ljust(SECTOR, b"\0") for at in range(0, len(content), SECTOR)]
        start = len(sectors)
        sectors.extend(pieces)
        fat.extend([*range(start + 1, start + len(pieces)), END][: len(pieces)])
        return start if pieces else END

    for entry in entries[1:]:
        if isinstance(entry.content, dict):
            continue
        entry.size = len(entry.content)
        if entry.size >= CUTOFF:
            entry.start = put(entry.content)
        elif entry.size:
            first, pieces = len(mini_fat), -(-entry.size // MINI)
            entry.start = first
            mini_fat.extend([*range(first + 1, first + pieces), END])
            mini += entry.content.ljust(pieces * MINI, b"\0")
    entries[0].start, entries[0].size = put(bytes(mini)), len(mini)
    mini_start = put(struct.pack(f"<{len(mini_fat)}I", *mini_fat).ljust(-(-len(mini_fat) * 4 // SECTOR) * SECTOR, b"\xff"))
    directory_start = put(b"".join(_directory_entry(entry, clsid if index == 0 else bytes(16)) for index, entry in enumerate(entries)))
    fat_sectors = next(n for n in count(1) if n * 128 >= len(fat) + n)
    assert fat_sectors <= 109
    first_fat = len(sectors)
    fat.extend([FAT] * fat_sectors)
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(fat_sectors * SECTOR, b"\xff")
    difat = [*range(first_fat, first_fat + fat_sectors)] + [FREE] * (109 - fat_sectors)
    header = struct.pack("<8s16xHHHHH6xIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6, 0, fat_sectors,
                         directory_start, 0, CUTOFF, mini_start if mini_fat else END, -(-len(mini_fat) * 4 // SECTOR), END, 0)  # fmt: skip
    return header + struct.pack("<109I", *difat) + b"".join(sectors) + table


def _grow(entries: list[_Entry], parent: _Entry) -> None:
    children = [_Entry(name, content) for name, content in sorted(parent.content.items(), key=lambda item: (len(item[0]), item[0].upper()))]  # type: ignore[union-attr]
    numbers = range(len(entries), len(entries) + len(children))
    entries.extend(children)

    def balance(low: int, high: int) -> int:
        if low >= high:
            return FREE
        middle = (low + high) // 2
        children[middle].left, children[middle].right = balance(low, middle), balance(middle + 1, high)
        return numbers[middle]

    parent.child = balance(0, len(children))
    for child in children:
        if isinstance(child.content, dict):
            _grow(entries, child)


def _directory_entry(entry: _Entry, clsid: bytes) -> bytes:
    name = entry.name.encode("utf-16-le") + b"\0\0"
    kind = 5 if entry.name == "Root Entry" else 1 if isinstance(entry.content, dict) else 2
    return struct.pack(
        "<64sHBBIII16sI16xIQ", name, len(name), kind, 1, entry.left, entry.right, entry.child, clsid, 0, entry.start, entry.size
    )


def properties(values: dict[int, Any], header: int, codepage: str = "") -> Tree:
    """A storage of properties by their ids: str, bytes, datetime, int, bool, or a dictionary (an embedded message)."""
    tree: Tree = {}
    rows = []
    for tag, value in values.items():
        if isinstance(value, bool):
            rows.append(struct.pack("<HHIQ", 0x000B, tag, 6, value))
        elif isinstance(value, int):
            rows.append(struct.pack("<HHIQ", 0x0003, tag, 6, value))
        elif isinstance(value, datetime):
            ticks = int((value - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds() * 10_000_000)
            rows.append(struct.pack("<HHIQ", 0x0040, tag, 6, ticks))
        else:
            kind = 0x000D if isinstance(value, dict) else 0x0102 if isinstance(value, bytes) else 0x001E if codepage else 0x001F
            content = value.encode(codepage or "utf-16-le") if isinstance(value, str) else value
            tree[f"__substg1.0_{tag:04X}{kind:04X}"] = content
            rows.append(struct.pack("<HHIQ", kind, tag, 6, len(content)))
    tree["__properties_version1.0"] = bytes(header) + b"".join(rows)
    return tree


def message(
    values: dict[int, Any],
    recipients: Sequence[dict[int, Any]] = (),
    attachments: Sequence[dict[int, Any]] = (),
    *,
    embedded: bool = False,
    codepage: str = "",
) -> Tree:
    """The storage of a message; `compound` makes a file of it."""
    tree = properties(values, 24 if embedded else 32, codepage)
    for index, one in enumerate(recipients):
        tree[f"__recip_version1.0_#{index:08X}"] = properties(one, 8, codepage)
    for index, one in enumerate(attachments):
        tree[f"__attach_version1.0_#{index:08X}"] = properties(one, 8, codepage)
    return tree
