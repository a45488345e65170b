"""Fastcase XML: one case, or several under one root, with its pages marked in the text as [100 A.3d 1117]."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from documents.services.extraction.parsers.html import html_to_text
from documents.services.library.formats.base import RULINGS, Item, LawFormat, Position, opinion, skip
from documents.services.library.formats.markup import Found, Shape, local, records, text_of
from documents.services.library.formats.starred import starred_pages

Node = Any
_SHAPE = Shape(
    begins=re.compile(rb"<Case>|<Case\s[^>]*>"), is_record=lambda node: local(node) == "Case", levels=frozenset(), heads=frozenset()
)


def read(path: Path, position: Position) -> Iterator[tuple[Item, Position]]:
    for done, found in enumerate(records(path, _SHAPE), 1):
        if done > position.get("record", 0):
            yield _item(found), {"record": done}


def _item(found: Found) -> Item:
    where, node = f"line {found.line}", found.element
    if node is None:
        return skip(where, found.reason)
    cites = [cite for cite in node.iter() if local(cite) == "Citation"]
    citations = [" ".join(filter(None, (_said(cite, name) for name in ("Volume", "Reporter", "Page")))) for cite in cites]
    name, full_name = _said(node, "ShortName"), _said(node, "PartyHeader")
    markup = "".join(next((child.itertext() for child in node if local(child) == "CaseHtml"), ()))
    pages = starred_pages(html_to_text(markup)[0], markup)
    return {
        "is": "ruling", "where": where, "source": "fastcase", "source_id": citations[0] if citations else full_name[:200],
        "name": name or full_name, "full_name": full_name, "court": _said(node, "CourtName"), "court_id": "",
        "date": _said(node, "DecisionDate"), "status": "", "judges": "", "citations": citations, "url": "",
        "docket_number": ", ".join(text_of(number) for number in node.iter() if local(number) == "DocketNumber"),
        "opinions": [opinion("case", "combined", pages, author=_said(node, "Author").title())],
    }  # fmt: skip


def _said(node: Node, name: str) -> str:
    return next((text_of(child) for child in node.iter() if local(child) == name), "")


def _knows(head: bytes, name: str) -> bool:
    return b"<Case" in head and (b"<CaseHtml" in head or b"<CurrentOpinion" in head or b"<ShortName" in head)


FORMATS = (LawFormat("fastcase", "Fastcase (XML)", RULINGS, _knows, read, rank=20),)
