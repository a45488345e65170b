"""Large XML files of law, record by record: sections of a code under their headings, at constant memory.

lxml reads them in the sandbox's child: entities are not resolved (a file that declares any is refused), no network, no external
declarations, libxml2's own bounds on depth and size. A part that is not well-formed costs the record that it stands in: behind it reading
goes on record by record, each parsed alone, as long as the bytes show where one begins.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from lxml import etree

from documents.services.library.formats.base import HEAD, MAX_RECORD, Unfit, open_bytes

Node = Any
_BLOCK = 1 << 18
_SAFE: dict[str, Any] = {
    "resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False, "remove_comments": True, "remove_pis": True,
}  # fmt: skip
_NAMESPACES = re.compile(rb'\sxmlns(?::[\w.-]+)?\s*=\s*(?:"[^"]*"|\'[^\']*\')')
_ROOT = re.compile(rb"<[A-Za-z_][^<>]*>")
_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)
_TAGS = re.compile(rb"<[^>]*>")
_ANY_TAG = re.compile(rb"<(?P<closing>/?)(?:\w+:)?(?P<name>[\w.-]+)(?=[\s>])[^<>]*(?<!/)>")
_HEAD = re.compile(rb"\s*<(?:\w+:)?(?P<name>[\w.-]+)[^<>]*>(?P<words>.{0,2000}?)</(?:\w+:)?(?P=name)>", re.DOTALL)


@dataclass(frozen=True)
class Shape:
    """How a family of files is built: `begins` matches the tag of a record, `is_record` says the same of an element, `levels` are the
    local names of what records lie in, `label(element, above)` gives a level's own label from its heading children once they are read."""

    begins: re.Pattern[bytes]
    is_record: Callable[[Node], bool]
    levels: frozenset[str]
    heads: frozenset[str]


@dataclass
class Found:
    """A record's element under the labels of its levels; or, without one, why it could not be read. `line` is where it begins."""

    element: Node | None
    line: int
    hierarchy: list[str] = field(default_factory=list)
    reason: str = ""


def local(node: Node) -> str:
    """The name of an element without its namespace; "" for what is none."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def text_of(node: Node) -> str:
    """All text of an element as one line."""
    return " ".join("".join(node.itertext()).split())


def records(path: Path, shape: Shape, seen: Callable[[Node], None] = lambda node: None) -> Iterator[Found]:
    """Every record in document order. `seen` is told each element outside of records when it ends, for what the file says of itself."""
    _refuse_entities(path)
    reader = _Reader(shape, seen)
    try:
        yield from reader.read(path)
    except etree.XMLSyntaxError as error:
        if reader.records == 0 and not _has_more(path, shape, 0):
            raise Unfit(f"This is no well-formed XML: {_said(error)}.") from error
        yield from _one_by_one(path, shape, reader, error)


def parse_alone(content: bytes) -> Node:
    """The tree of a small file. Raises Unfit."""
    if _ENTITY.search(content[:HEAD]):
        raise Unfit("The file declares entities of its own, which are not read.")
    try:
        return etree.fromstring(content, etree.XMLParser(**_SAFE))
    except etree.XMLSyntaxError as error:
        raise Unfit(f"This is no well-formed XML: {_said(error)}.") from error


def _said(error: etree.XMLSyntaxError) -> str:
    return f"{error.msg}"


def _refuse_entities(path: Path) -> None:
    with open_bytes(path) as file:
        if _ENTITY.search(file.read(HEAD)):
            raise Unfit("The file declares entities of its own, which are not read.")


class _Reader:
    """The file as one tree of which nothing stays: labels of the open levels, how many records have ended."""

    def __init__(self, shape: Shape, seen: Callable[[Node], None]) -> None:
        self._shape, self._seen = shape, seen
        self._levels: list[Node] = []
        self._labels: list[list[str]] = []
        self._record: Node | None = None
        self.records = 0

    @property
    def open_levels(self) -> list[tuple[str, str]]:
        """(local name, label) of the levels that are open, from the outermost."""
        return [(local(node), _label(parts)) for node, parts in zip(self._levels, self._labels, strict=True)]

    @property
    def hierarchy(self) -> list[str]:
        return [label for _name, label in self.open_levels if label]

    def read(self, path: Path) -> Iterator[Found]:
        parser = etree.XMLPullParser(events=("start", "end"), **_SAFE)
        with open_bytes(path) as file:
            while block := file.read(_BLOCK):
                try:
                    parser.feed(block)
                except etree.XMLSyntaxError:
                    yield from self._events(parser)  # what ended before the fault
                    raise
                yield from self._events(parser)
        parser.close()
        yield from self._events(parser)

    def _events(self, parser: Any) -> Iterator[Found]:
        for event, node in parser.read_events():
            if event == "start":
                self._starts(node)
            elif self._record is not None and node is self._record:
                self.records += 1
                self._record = None
                yield Found(node, node.sourceline or 0, self.hierarchy)
                _drop(node)
            elif self._record is None:
                self._ends(node)

    def _starts(self, node: Node) -> None:
        if self._record is not None:
            return
        if self._shape.is_record(node):
            self._record = node
        elif local(node) in self._shape.levels:
            self._levels.append(node)
            self._labels.append([])

    def _ends(self, node: Node) -> None:
        if self._levels and node is self._levels[-1]:
            self._levels.pop()
            self._labels.pop()
        elif self._levels and node.getparent() is self._levels[-1] and local(node) in self._shape.heads:
            self._labels[-1].append(text_of(node))
        self._seen(node)
        if not (self._levels and _is_inside_heads(node, self._shape.heads)):
            _drop(node)


def _is_inside_heads(node: Node, heads: frozenset[str]) -> bool:
    """Whether it is a part of a heading that has not ended."""
    parent = node.getparent()
    while parent is not None:
        if local(parent) in heads:
            return True
        parent = parent.getparent()
    return False


def _drop(node: Node) -> None:
    """Let go of an element and what came before it."""
    tail = node.tail
    node.clear()
    node.tail = tail
    parent = node.getparent()
    while parent is not None and node.getprevious() is not None:
        del parent[0]


def _has_more(path: Path, shape: Shape, behind: int) -> bool:
    with open_bytes(path) as file:
        return next(_pieces(file, shape, behind), None) is not None


def _one_by_one(path: Path, shape: Shape, reader: _Reader, error: etree.XMLSyntaxError) -> Iterator[Found]:
    """The records behind the last good one, each parsed alone. What opens and closes levels is looked for between them."""
    levels = reader.open_levels
    with open_bytes(path) as file:
        root = _ROOT.search(re.sub(rb"<[?!][^>]*>", b"", file.read(HEAD)))
        spaces = b"".join(_NAMESPACES.findall(root[0])) if root else b""
        file.seek(0)
        first = True
        for content, line in _pieces(file, shape, reader.records):
            found = _parsed(content, spaces, line, [label for _name, label in levels if label])
            levels = _levels_behind(content, levels, shape)
            if found.element is None and first:
                found.reason = f"This is no well-formed XML: {_said(error)}."
            first = False
            yield found


def _label(parts: list[str]) -> str:
    return " ".join(filter(None, parts)).replace("\u2014 ", "\u2014")


def _levels_behind(content: bytes, levels: list[tuple[str, str]], shape: Shape) -> list[tuple[str, str]]:
    """The levels that are open where a record's piece ends, as its tags say."""
    levels = list(levels)
    for mark in _ANY_TAG.finditer(content):
        name = mark["name"].decode("utf-8", "replace")
        if name not in shape.levels:
            continue
        if not mark["closing"]:
            levels.append((name, _label(_heads_at(content[mark.end() :], shape))))
        elif any(name == known for known, _label_of_it in levels):
            while levels.pop()[0] != name:
                continue
    return levels


def _heads_at(content: bytes, shape: Shape) -> list[str]:
    """The words of the headings with which a level begins."""
    heads = []
    while (found := _HEAD.match(content)) and found["name"].decode("utf-8", "replace") in shape.heads:
        heads.append(" ".join(html.unescape(_TAGS.sub(b"", found["words"]).decode("utf-8", "replace")).split()))
        content = content[found.end() :]
    return heads


def _parsed(content: bytes, spaces: bytes, line: int, hierarchy: list[str]) -> Found:
    """A record that is cut where the next begins: what stands behind its own end is left out."""
    name = re.match(rb"<([\w:.-]+)", content)
    closing = b"</" + name[1] + b">" if name else b">"
    end = content.rfind(closing)
    whole = b"<piece" + spaces + b">" + content[: end + len(closing)] + b"</piece>"
    try:
        element = etree.fromstring(whole, etree.XMLParser(**_SAFE))[0]
    except (etree.XMLSyntaxError, IndexError) as error:
        message = error.msg if isinstance(error, etree.XMLSyntaxError) else "it holds nothing"
        return Found(None, line, reason=f"This is no well-formed XML: {message}.")
    return Found(element, line, hierarchy)


def _pieces(file: IO[bytes], shape: Shape, behind: int) -> Iterator[tuple[bytes, int]]:
    """The bytes from the tag of one record to that of the next, and its line, without the first `behind` records."""
    number, line, held = 0, 1, b""
    begun = False
    while True:
        block = file.read(_BLOCK)
        held += block
        starts = [match.start() for match in shape.begins.finditer(held)]
        cuts = [at for at in starts if at > 0] if begun else starts
        if block and len(held) > MAX_RECORD and not cuts:
            raise Unfit(f"A record is longer than {MAX_RECORD >> 20} MB.")
        last = 0
        for cut in cuts:
            piece = held[last:cut]
            if begun:
                number += 1
                if number > behind:
                    yield piece, line
            line += piece.count(b"\n")
            begun, last = True, cut
        held = held[last:]
        if not block:
            if begun and number + 1 > behind:
                yield held, line
            return
