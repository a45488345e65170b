"""USLM: the United States Code as the Office of the Law Revision Counsel publishes it, a title for each file.

The text is taken in the order of the document: designations ("(a)") before what they designate, closing lines ("flush" text, which USLM
calls continuation) where they stand. Notes and source credits are no text of the law; the credit is kept beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from documents.services.library.formats.base import STATUTES, Item, LawFormat, Position, skip, words
from documents.services.library.formats.markup import Found, Shape, local, records, text_of
from documents.services.library.formats.status import status_of

Node = Any
LEVELS = frozenset(["title", "subtitle", "chapter", "subchapter", "part", "subpart", "division", "subdivision", "article", "appendix"])
LEFT_OUT = frozenset(["notes", "note", "sourceCredit", "toc", "num", "heading", "footnote"])
BLOCKS = frozenset([
    "subsection", "paragraph", "subparagraph", "clause", "subclause", "item", "subitem", "subsubitem", "level", "continuation", "chapeau",
    "content", "p", "proviso", "tr", "row", "listItem", "table", "quotedContent", "block",
])  # fmt: skip
SMALL = frozenset(["subsection", "paragraph", "subparagraph", "clause", "subclause", "item", "subitem", "subsubitem", "level"])
_IDENTIFIER = re.compile(r"^/us/usc/t(?P<title>\d+[aA]?)/s(?P<section>[^/]+)$")
_RANGE = re.compile(r"^(?P<first>\d+)(?:\.\.\.?|\s+to\s+)(?P<last>\d+)$")
_SHAPE = Shape(
    begins=re.compile(rb"<(?:\w+:)?section\s[^>]*identifier\s*=\s*[\"']/us/usc/t[^/\"']+/s[^/\"']+[\"']"),
    is_record=lambda node: local(node) == "section" and bool(_IDENTIFIER.match(node.get("identifier", ""))),
    levels=LEVELS,
    heads=frozenset(["num", "heading"]),
)
LONGEST_RANGE = 200


class _Edition:
    """What the file says of itself: which release it is and when it was made."""

    def __init__(self) -> None:
        self.as_of = self.currency = ""

    def see(self, node: Node) -> None:
        name = local(node)
        if name == "created":
            self.as_of = text_of(node)[:10]
        elif name == "docPublicationName":
            self.currency = text_of(node)


def read(path: Path, position: Position) -> Iterator[tuple[Item, Position]]:
    edition, done = _Edition(), 0
    occurrences: dict[str, int] = {}
    for found in records(path, _SHAPE, edition.see):
        for item in _items(found, edition, occurrences):
            done += 1
            if done > position.get("record", 0):
                yield item, {"record": done}


def _items(found: Found, edition: _Edition, occurrences: dict[str, int]) -> Iterator[Item]:
    where = f"line {found.line}"
    if found.element is None:
        yield skip(where, found.reason)
        return
    node = found.element
    identity = _IDENTIFIER.match(node.get("identifier", ""))
    if identity is None:
        yield skip(where, "The section's identifier is none of the United States Code.")
        return
    item = _item(node, found, edition, identity["title"].lower(), where)
    for section in _sections(identity["section"].replace("\u2013", "-")):
        key = section.lower()
        occurrences[key] = occurrences.get(key, 0) + 1
        yield {**item, "section": section, "citation": f"{identity['title']} U.S.C. § {section}", "occurrence": occurrences[key]}


def _sections(section: str) -> list[str]:
    """A range of repealed sections is all of its numbers."""
    ends = _RANGE.match(section)
    if ends is None or not 0 < int(ends["last"]) - int(ends["first"]) <= LONGEST_RANGE:
        return [section]
    return [str(number) for number in range(int(ends["first"]), int(ends["last"]) + 1)]


def _item(node: Node, found: Found, edition: _Edition, title: str, where: str) -> Item:
    heading = next((text_of(child) for child in node if local(child) == "heading"), "").strip(" []")
    number = next((text_of(child) for child in node if local(child) == "num"), "")
    credit = next((text_of(child) for child in node if local(child) == "sourceCredit"), "")
    return {
        "is": "statute", "where": where, "code": "usc", "title": title, "heading": heading,
        "hierarchy": found.hierarchy, "as_of": edition.as_of, "status": status_of(node.get("status", ""), heading, number),
        "source_credit": credit, "currency": words(edition.currency), "source": "uslm", "url": "", "text": section_text(node),
    }  # fmt: skip


def section_text(node: Node) -> str:
    """The law of a section as lines: designation, heading and words of each part, in order."""
    lines: list[str] = [""]
    _walk(node, lines, outermost=True)
    return "\n".join(line for raw in lines if (line := " ".join(raw.split())))


def _walk(node: Node, lines: list[str], *, outermost: bool = False) -> None:
    """Depth is bounded by the parser, at 256."""
    _say(node.text, lines)
    for child in node:
        name = local(child)
        if name in LEFT_OUT:
            _left_out(child, name, lines, outermost=outermost)
        elif name == "ref" and "footnoteRef" in (child.get("class") or ""):
            pass
        else:
            if name in BLOCKS and not (name in ("content", "chapeau", "p") and _only_designation(lines)):
                lines.append("")
            _walk(child, lines)
            if name in ("td", "th", "column"):
                lines[-1] += " \u2003"
            if name in BLOCKS:
                lines.append("")
        _say(child.tail, lines)


def _left_out(child: Node, name: str, lines: list[str], *, outermost: bool) -> None:
    """Number and heading of a part stand before it; those of the section are its name. Footnotes are said where they stand."""
    if name in ("num", "heading") and not outermost:
        lines[-1] += f" {text_of(child)} "
        if name == "heading" and not text_of(child).endswith((".", "\u2014", ":")):
            lines[-1] = lines[-1].rstrip() + ". "
    elif name == "footnote" or (name == "note" and child.get("type") == "footnote"):
        lines[-1] += f" [{text_of(child)}] "


def _only_designation(lines: list[str]) -> bool:
    """Whether the line holds no more than designations and a heading, which the words follow."""
    return bool(re.fullmatch(r"\s*(?:\([0-9A-Za-z]{1,6}\)\s*)+(?:[^.]{0,200}\.\s*)?", lines[-1]))


def _say(text: str | None, lines: list[str]) -> None:
    if text:
        lines[-1] += re.sub(r"\s+", " ", text)


def _knows(head: bytes, name: str) -> bool:
    return b"uslm" in head and b"/us/usc/" in head and b"<" in head[:200]


FORMATS = (LawFormat("uslm", "United States Code (USLM XML)", STATUTES, _knows, read, rank=10),)
