"""A short way to any page of a long PDF, for a viewer that fetches only what it shows.

Many programs hang all pages on one node of the page tree, and pdf.js looks at every page before the one it wants: for page 700 it would
fetch seven hundred places of the file. The index is an incremental update (PDF 32000-1, 7.5.6) that is never written to the file: the same
pages on a tree of three levels whose nodes say how many are below them. The viewer reads it as if it stood behind the file's last byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

LEAST_PAGES = 32
"""A shorter file is opened as it is."""
MOST_BYTES = 4 * 1024 * 1024
FAN = 32
_LAST_TABLE = re.compile(rb"startxref\s+(\d{1,12})\s+%%EOF\s*$")


def page_index(path: Path, pages: int) -> bytes:
    """What is to be read behind the file; empty where it is short, encrypted or not quite sound: then it is opened as it is."""
    import pikepdf

    table = _last_table(path)
    if pages < LEAST_PAGES or table is None:
        return b""
    try:
        with pikepdf.open(path, suppress_warnings=True, inherit_page_attributes=False) as document:
            return _index(document, path.stat().st_size, table, pages)
    except (pikepdf.PdfError, pikepdf.PasswordError, ValueError, RuntimeError, TypeError, AttributeError, KeyError):
        return b""


def _last_table(path: Path) -> int | None:
    with open(path, "rb") as file:
        if file.read(5) != b"%PDF-":
            return None
        file.seek(max(0, file.seek(0, 2) - 1024))
        found = _LAST_TABLE.search(file.read())
    return int(found[1]) if found else None


def _index(document: Any, size: int, table: int, pages: int) -> bytes:
    root, free = document.Root.Pages, int(document.trailer.Size)
    own = [key for key in root if key not in ("/Type", "/Kids", "/Count")]
    kept = b" ".join(b"%s %s" % (key.encode(), _written(root[key])) for key in own)
    keys = [page.obj.objgen for page in document.pages]
    sound = len(keys) == len(set(keys)) == pages and all(0 < number < free for number, _generation in keys)
    if document.is_encrypted or document.get_warnings() or not sound or not 0 < root.objgen[0] < free:
        return b""
    objects = dict(_nodes(keys, free, root.objgen[0]))
    groups = [number for number, body in objects.items() if b"/Group" in body]
    top = b"<</Type/Pages/Count %d/Kids[%s] %s>>" % (pages, b" ".join(b"%d 0 R" % number for number in groups), kept)
    made = _update(size, root.objgen, top, objects, _trailer(document, free + len(objects), table))
    return made if len(made) <= MOST_BYTES else b""


def _nodes(keys: list[tuple[int, int]], free: int, root: int) -> Iterator[tuple[int, bytes]]:
    """For each page a node with nothing but it, and for some of these one above them. A page's own /Parent stays the old one, from which
    it has what it inherits."""
    number = free
    for part in (keys[first : first + FAN] for first in range(0, len(keys), FAN)):
        group, number = number, number + 1
        below = b" ".join(b"%d 0 R" % (number + place) for place in range(len(part)))
        yield group, b"<</Type/Pages/Group true/Parent %d 0 R/Count %d/Kids[%s]>>" % (root, len(part), below)
        for page, generation in part:
            yield number, b"<</Type/Pages/Parent %d 0 R/Count 1/Kids[%d %d R]>>" % (group, page, generation)
            number += 1


def _trailer(document: Any, size: int, table: int) -> bytes:
    own = [key for key in ("/Root", "/Info", "/ID") if key in document.trailer]
    kept = b"".join(b"%s %s" % (key.encode(), _written(document.trailer[key])) for key in own)
    return b"trailer<</Size %d/Prev %d%s>>" % (size, table, kept)


def _written(value: Any) -> bytes:
    """As it stands in a file: what has a number by that."""
    if isinstance(value, int | Decimal):
        return str(value).encode("ascii")
    written: bytes = b"%d %d R" % value.objgen if value.is_indirect else value.unparse()
    return written


def _update(size: int, root: tuple[int, int], top: bytes, objects: dict[int, bytes], trailer: bytes) -> bytes:
    made, places = bytearray(b"\n"), {}
    for number, generation, body in [(*root, top), *((number, 0, body) for number, body in objects.items())]:
        places[number] = size + len(made)
        made += b"%d %d obj%sendobj\n" % (number, generation, body)
    start = size + len(made)
    rows = b"".join(b"%010d 00000 n \n" % places[number] for number in objects)
    first = next(iter(objects))
    made += b"xref\n%d 1\n%010d %05d n \n%d %d\n%s" % (root[0], places[root[0]], root[1], first, len(objects), rows)
    return bytes(made + b"%s\nstartxref\n%d\n%%%%EOF\n" % (trailer, start))
