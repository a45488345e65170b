"""Akoma Ntoso (LegalDocML): a judgment as one ruling, an act as its sections."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from documents.services.library.formats.base import RULINGS, STATUTES, Item, LawFormat, Position, Unfit, opinion, skip
from documents.services.library.formats.markup import Shape, local, parse_alone, records, text_of
from documents.services.library.formats.starred import starred_pages
from documents.services.library.formats.status import status_of

Node = Any
_MAX_JUDGMENT = 64 * 1024 * 1024
_ACT = Shape(
    begins=re.compile(rb"<(?:\w+:)?(?:section|article)\s[^>]*eId\s*="),
    is_record=lambda node: local(node) in ("section", "article") and bool(node.get("eId")),
    levels=frozenset(["book", "part", "title", "chapter", "subchapter", "division"]),
    heads=frozenset(["num", "heading"]),
)
_BLOCKS = frozenset(
    ["p", "block", "subsection", "paragraph", "subparagraph", "intro", "content", "wrapUp", "point", "list", "item", "blockList", "tr"]
)


class _Work:
    """What the document's meta says of the work and of this expression."""

    def __init__(self) -> None:
        self.uri = self.date = self.alias = self.name = ""

    def see(self, node: Node) -> None:
        name, parent = local(node), node.getparent()
        above = local(parent) if parent is not None else ""
        if name == "FRBRthis" and above == "FRBRWork":
            self.uri = node.get("value", "")
        elif name == "FRBRdate" and above == "FRBRExpression":
            self.date = node.get("date", "")
        elif name == "FRBRalias" and not self.alias:
            self.alias = node.get("value", "")
        elif name == "FRBRname" and not self.name:
            self.name = node.get("value", "")


def read_judgment(path: Path, position: Position) -> Iterator[tuple[Item, Position]]:
    if position.get("record"):
        return
    if path.stat().st_size > _MAX_JUDGMENT:
        raise Unfit("The judgment is longer than any.")
    root = parse_alone(path.read_bytes())
    work = _Work()
    for node in root.iter():
        work.see(node)
    cites = [text_of(node) for node in root.iter() if local(node) == "neutralCitation"]
    judges = [text_of(node) for node in root.iter() if local(node) == "judge"]
    court = next((text_of(node) for node in root.iter() if local(node) == "courtType"), "")
    docket = next((text_of(node) for node in root.iter() if local(node) == "docketNumber"), "")
    body = next((node for node in root.iter() if local(node) == "judgmentBody"), None)
    pages = starred_pages(_lines(body)) if body is not None else []
    item = {
        "is": "ruling", "where": "the file", "source": "akomantoso", "source_id": work.uri,
        "name": work.name or work.alias or docket or work.uri,
        "full_name": "", "court": court, "court_id": "", "date": work.date, "docket_number": docket, "judges": ", ".join(judges),
        "status": "", "citations": cites, "url": "", "opinions": [opinion("judgment", "combined", pages)],
    }  # fmt: skip
    yield item, {"record": 1}


def read_act(path: Path, position: Position) -> Iterator[tuple[Item, Position]]:
    work = _Work()
    for done, found in enumerate(records(path, _ACT, work.see), 1):
        if done <= position.get("record", 0):
            continue
        node = found.element
        yield (
            (skip(f"line {found.line}", found.reason) if node is None else _section(node, found.hierarchy, f"line {found.line}", work)),
            {"record": done},
        )


def _section(node: Node, hierarchy: list[str], where: str, work: _Work) -> Item:
    number = next((text_of(child) for child in node if local(child) == "num"), "").strip(" .§") or node.get("eId", "")
    heading = next((text_of(child) for child in node if local(child) == "heading"), "")
    code = (work.uri or "akomantoso").strip("/").replace("/", "-")[:50]
    return {
        "is": "statute", "where": where, "code": code, "title": "", "section": number,
        "citation": f"{work.alias or work.uri} § {number}"[:200],
        "heading": heading, "hierarchy": hierarchy, "as_of": work.date, "status": status_of(node.get("status", ""), heading),
        "source_credit": "", "currency": "", "source": "akomantoso", "url": "", "text": _lines(node, outermost=True),
    }  # fmt: skip


def _lines(node: Node, *, outermost: bool = False) -> str:
    lines = [""]
    _walk(node, lines, outermost=outermost)
    return "\n".join(line for raw in lines if (line := " ".join(raw.split())))


def _walk(node: Node, lines: list[str], *, outermost: bool = False) -> None:
    lines[-1] += node.text or ""
    for child in node:
        name = local(child)
        if not (outermost and name in ("num", "heading")) and name:
            starts = name in _BLOCKS and not (name in ("p", "content", "intro") and len(lines[-1].strip()) < 8)
            lines += [""] if starts else []
            _walk(child, lines)
            lines += [""] if name in _BLOCKS else []
        lines[-1] += (child.tail or "") if name != "num" else " " + (child.tail or "")


def _knows(root: bytes, head: bytes, name: str) -> bool:
    return b"akomantoso" in head.lower() and root in head


FORMATS = (
    LawFormat("akoma-judgment", "Akoma Ntoso, judgments (XML)", RULINGS, partial(_knows, b"<judgment"), read_judgment, 20),
    LawFormat("akoma-act", "Akoma Ntoso, acts (XML)", STATUTES, partial(_knows, b"<act"), read_act, 20),
)
