"""DOCX, with what most readers leave out: headers and footers (the docket number stands there), footnotes, endnotes, comments."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from documents.services.extraction.archive import SafeArchive
from documents.services.extraction.errors import Unreadable
from documents.services.extraction.formats import CERTAIN, DOCX, NO, Format, Sample, gettext_noop
from documents.services.extraction.parsers.base import Job, Parsed, RawPage, bounded, storable
from documents.services.extraction.parsers.docx_hidden import HiddenText
from documents.services.extraction.parsers.pdf import title_of

_LEFT_OUT = frozenset(["del", "moveFrom", "Fallback", "instrText", "delText", "pPr", "rPr", "sectPr", "tblPr", "trPr", "tcPr", "sdtPr"])
_MARKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}
_NOTE_PARTS = {"footnotes": "Footnotes", "endnotes": "Endnotes"}
_SEPARATORS = ("separator", "continuationSeparator", "continuationNotice")


class DocxParser:
    def parse(self, job: Job) -> Parsed:
        with SafeArchive(job.path, "Word") as archive:
            package = _Package(archive)
            text = storable("\n\n".join(block for block in package.blocks() if block))
            bounded(len(text))
            parsed = Parsed([RawPage(text)], "docx (LexIntel)")
            _describe(parsed, archive)
        if package.tracked:
            parsed.notice("tracked_changes")
        if package.comments:
            parsed.notice("comments", count=package.comments)
        if package.hidden.passages:
            parsed.notice("hidden_text", count=package.hidden.passages, name=package.hidden.first[:80])
        job.tick(1, 1)
        return parsed


@dataclass
class _Package:
    """The parts of one document and what was met while reading them."""

    archive: SafeArchive
    tracked: bool = False
    comments: int = 0
    hidden: HiddenText = field(default_factory=lambda: HiddenText(None))
    _parts: dict[str, list[str]] = field(default_factory=dict)

    def blocks(self) -> Iterator[str]:
        """Header, body, footer, footnotes, endnotes, comments: each as text."""
        main = _main_part(self.archive)
        self._parts = _related(self.archive, main)
        styles = self._parts.get("styles")
        self.hidden = HiddenText(self.archive.xml(styles[0]) if styles else None)
        yield from self._edges("header")
        yield from self._body(main)
        yield from self._edges("footer")
        for part, title in _NOTE_PARTS.items():
            yield from self._notes(part, title)
        yield from self._comments()

    def _part(self, name: str) -> etree._Element:
        """A part's XML; what nobody sees on its pages is noted."""
        root = self.archive.xml(name)
        self.tracked = self.tracked or any(True for _ in root.iter("{*}ins", "{*}del", "{*}moveFrom"))
        self.hidden.look_at(root)
        return root

    def _body(self, main: str) -> Iterator[str]:
        body = next(self._part(main).iter("{*}body"), None)
        if body is None:
            raise Unreadable("unreadable", kind="Word")
        yield from paragraphs(body)

    def _edges(self, kind: str) -> Iterator[str]:
        """Headers or footers, the same text once (first page, odd and even pages often repeat it)."""
        seen = dict.fromkeys("\n".join(paragraphs(self._part(part))).strip() for part in sorted(self._parts.get(kind, [])))
        yield from seen

    def _notes(self, kind: str, title: str) -> Iterator[str]:
        notes = []
        for part in self._parts.get(kind, []):
            for note in self._part(part):
                if _attribute(note, "type") not in _SEPARATORS and (text := "\n".join(paragraphs(note)).strip()):
                    notes.append(f"[{_attribute(note, 'id')}] {text}")
        if notes:
            yield title
            yield from notes

    def _comments(self) -> Iterator[str]:
        for part in self._parts.get("comments", []):
            for comment in self._part(part):
                if text := "\n".join(paragraphs(comment)).strip():
                    self.comments += 1
                    yield f"[Comment {_attribute(comment, 'id')} by {_attribute(comment, 'author') or 'unknown'}] {text}"


def paragraphs(container: etree._Element) -> Iterator[str]:
    """The text of each paragraph and table row inside, in order, cells apart by tabs."""
    for child in container:
        name = _name(child)
        if name == "p":
            text = "".join(_inline(child))
            yield text.rstrip()
            yield from _boxes(child)
        elif name == "tbl":
            yield "\n".join(_rows(child))
        elif name not in _LEFT_OUT and len(child):
            yield from paragraphs(child)


def _rows(table: etree._Element) -> Iterator[str]:
    for row in table.iterchildren("{*}tr", "{*}sdt", "{*}ins"):
        cells = (cell for cell in row.iter("{*}tc") if next(cell.iterancestors("{*}tbl"), None) is table)
        texts = [" ".join(filter(None, paragraphs(cell))).replace("\n", " ").strip() for cell in cells]
        if any(texts):
            yield "\t".join(texts)


def _inline(element: etree._Element) -> Iterator[str]:
    """The run text below an element: insertions in, deletions and field codes out, notes as [n]. Text boxes come apart."""
    for child in element:
        name = _name(child)
        if name == "t":
            yield child.text or ""
        elif name in _MARKS:
            yield _MARKS[name]
        elif name in ("footnoteReference", "endnoteReference"):
            yield f"[{_attribute(child, 'id')}]"
        elif name == "sym":
            yield _symbol(child)
        elif name not in _LEFT_OUT and name != "txbxContent" and len(child):
            yield from _inline(child)


def _boxes(paragraph: etree._Element) -> Iterator[str]:
    for box in paragraph.iter("{*}txbxContent"):
        if next(box.iterancestors("{*}Fallback", "{*}txbxContent"), None) is None:
            yield from paragraphs(box)


def _symbol(element: etree._Element) -> str:
    """A symbol by its code point; symbol fonts keep theirs in the private area, where only Wingdings' check marks matter to no reader."""
    code = int(_attribute(element, "char") or "0", 16)
    return chr(code) if 0x20 <= code < 0xD800 else ""


def _name(element: etree._Element) -> str:
    """The local name: both OOXML dialects (transitional and strict) use the same."""
    return str(element.tag).rpartition("}")[2]


def _attribute(element: etree._Element, name: str) -> str:
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), "")


def _main_part(archive: SafeArchive) -> str:
    if "_rels/.rels" in archive.names:
        for relation in archive.xml("_rels/.rels"):
            target = (relation.get("Target") or "").lstrip("/")
            if (relation.get("Type") or "").endswith("/officeDocument") and target in archive.names:
                return target
    if "word/document.xml" not in archive.names:
        raise Unreadable("unreadable", kind="Word")
    return "word/document.xml"


def _related(archive: SafeArchive, main: str) -> dict[str, list[str]]:
    """Part names by kind of relation (header, footer, footnotes, ...), those that exist."""
    folder, _, file = main.rpartition("/")
    relations = f"{folder}/_rels/{file}.rels"
    found: dict[str, list[str]] = {}
    if relations in archive.names:
        for relation in archive.xml(relations):
            target = relation.get("Target") or ""
            part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            if part in archive.names and relation.get("TargetMode") != "External":
                found.setdefault((relation.get("Type") or "").rpartition("/")[2], []).append(part)
    return found


def _describe(parsed: Parsed, archive: SafeArchive) -> None:
    if "docProps/core.xml" not in archive.names:
        return
    for element in archive.xml("docProps/core.xml"):
        value = storable(element.text or "").strip()
        name = _name(element)
        if name == "title":
            parsed.title = title_of(value)
        elif value and name in ("creator", "lastModifiedBy", "created", "modified", "subject", "keywords"):
            parsed.metadata["author" if name == "creator" else name] = value[:500]


def _sniff(sample: Sample) -> int:
    return CERTAIN if any(member.startswith("word/") for member in sample.members) else NO


FORMATS = (
    Format(
        mime=DOCX,
        label=gettext_noop("Word document"),
        listed="Word (DOCX)",
        parse=DocxParser().parse,
        suffixes=(".docx",),
        recognised_by="a ZIP file with a folder `word/`",
        order=20,
        sniff=_sniff,
        binary=True,
    ),
)
