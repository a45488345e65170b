"""eCFR: the Code of Federal Regulations as bulk data of the Government Publishing Office and the eCFR's own API give it, a title
for each file.

Sections are DIV8 elements under DIV1 (title) to DIV7; the day of the edition stands in AMDDATE
(files of the API have it in their name only, where the importer finds it).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from documents.services.library.formats.base import STATUTES, Item, LawFormat, Position, skip
from documents.services.library.formats.markup import Found, Shape, local, records, text_of
from documents.services.library.formats.status import status_of

Node = Any
_SHAPE = Shape(
    begins=re.compile(rb"<DIV8\s[^>]*>"),
    is_record=lambda node: local(node) == "DIV8",
    levels=frozenset(f"DIV{level}" for level in range(1, 8)),
    heads=frozenset(["HEAD"]),
)
_TITLE = re.compile(r"^Title (\d+)", re.IGNORECASE)
_HEAD = re.compile(r"^§+\s*(?P<number>[\w.\-–]+?)\.?(?:\s+(?P<heading>.*))?$")
_WRITTEN = re.compile(r"([A-Z][a-z]{2,8}\.? \d{1,2}, (?:19|20)\d\d)")
CREDITS = frozenset(["CITA", "SECAUTH", "SOURCE", "AUTH"])
LEFT_OUT = frozenset(["HEAD", *CREDITS])


class _Edition:
    def __init__(self) -> None:
        self.as_of = ""

    def see(self, node: Node) -> None:
        if local(node) == "AMDDATE" and (written := _WRITTEN.search(text_of(node))):
            self.as_of = self.as_of or _iso(written[1])


def _iso(written: str) -> str:
    for form in ("%B %d, %Y", "%b %d, %Y"):
        try:
            return datetime.datetime.strptime(written.replace(".", ""), form).date().isoformat()
        except ValueError:
            continue
    return written


def read(path: Path, position: Position) -> Iterator[tuple[Item, Position]]:
    edition = _Edition()
    occurrences: dict[str, int] = {}
    for done, found in enumerate(records(path, _SHAPE, edition.see), 1):
        item = _item(found, edition)
        if item["is"] == "statute":
            key = f"{item['title']}:{item['section']}".lower()
            item["occurrence"] = occurrences[key] = occurrences.get(key, 0) + 1
        if done > position.get("record", 0):
            yield item, {"record": done}


def _item(found: Found, edition: _Edition) -> Item:
    where, node = f"line {found.line}", found.element
    if node is None:
        return skip(where, found.reason)
    head = next((text_of(child) for child in node if local(child) == "HEAD"), "")
    parts = _HEAD.match(head)
    title = next((number[1] for label in found.hierarchy if (number := _TITLE.match(label))), "")
    section = re.sub(r"^§+\s*", "", node.get("N", "")).strip() or (parts["number"] if parts else "")
    if not title or not section:
        return skip(where, "The section's title or number is not known.", head)
    heading = ((parts["heading"] or "") if parts else head).strip()
    credit = " ".join(text_of(child) for child in node.iter() if local(child) in CREDITS)
    return {
        "is": "statute", "where": where, "code": "cfr", "title": title, "section": section, "citation": f"{title} C.F.R. § {section}",
        "heading": heading.rstrip("."), "hierarchy": found.hierarchy, "as_of": edition.as_of, "status": status_of(heading.strip(" []")),
        "source_credit": credit, "currency": "", "source": "ecfr", "url": "", "text": section_text(node),
    }  # fmt: skip


def section_text(node: Node) -> str:
    """A line for each paragraph, in order; cells of a table apart."""
    lines = []
    for child in node:
        name = local(child)
        if name in LEFT_OUT or not name:
            continue
        if name in ("EXTRACT", "NOTE", "EXAMPLE", "EDNOTE", "DIV", "FTNT"):
            lines.append(section_text(child))
        elif name in ("TABLE", "GPOTABLE"):
            rows = (row for row in child.iter() if local(row) in ("TR", "ROW"))
            lines += ["\t".join(text_of(cell) for cell in row if local(cell)) for row in rows]
        else:
            lines.append(text_of(child))
    return "\n".join(line for line in lines if line)


def _knows(head: bytes, name: str) -> bool:
    return b"<DIV1" in head or b"<ECFR" in head or (b"<DIV5" in head and b"<DIV8" in head) or (b"<DLPSTEXTCLASS" in head)


FORMATS = (LawFormat("ecfr", "Code of Federal Regulations (eCFR XML)", STATUTES, _knows, read, rank=10),)
