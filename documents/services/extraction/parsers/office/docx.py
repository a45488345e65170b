"""DOCX, with what most readers leave out: headers and footers (the docket number stands there), footnotes, endnotes, comments, the
numbers of lists, and what was inserted and deleted while changes were tracked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from documents.services.extraction.containers.archive import SafeArchive
from documents.services.extraction.errors import Unreadable
from documents.services.extraction.formats import DOCX, Format, Sample, gettext_noop
from documents.services.extraction.office.changes import DELETED, INSERTED, KEPT, MOVED_AWAY, MOVED_HERE, Changes, Run
from documents.services.extraction.office.hidden import HiddenText
from documents.services.extraction.office.numbering import Numbering
from documents.services.extraction.office.package import attribute, describe, local, main_part, opened, related, sureness
from documents.services.extraction.parsers.base import Job, Parsed, RawPage, bounded, storable

_LEFT_OUT = frozenset(
    ["Fallback", "instrText", "delInstrText", "pPr", "rPr", "sectPr", "tblPr", "trPr", "tcPr", "sdtPr", "moveFromRangeStart", "txbxContent"]
)
_MARKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}
_CHANGES = {"ins": INSERTED, "del": DELETED, "moveTo": MOVED_HERE, "moveFrom": MOVED_AWAY}
_NOTE_PARTS = {"footnotes": "Footnotes", "endnotes": "Endnotes"}
_NUMBER = "number-in-text"
"""Set on references to notes while a part is read."""
_SYMBOLS: dict[str, dict[int, str]] = {
    "wingdings": {
        0x6F: "☐", 0x70: "☐", 0x71: "☐", 0x72: "☐", 0x6C: "●", 0x6E: "■", 0x9F: "•", 0xA7: "▪", 0xA8: "☐", 0xD8: "➢", 0xE0: "→", 0xFB: "✗",
        0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
    },
    "wingdings 2": {0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0xA3: "☐"},
    "symbol": {
        0x2D: "−", 0x61: "α", 0x62: "β", 0x64: "δ", 0x67: "γ", 0x6D: "µ", 0x70: "π", 0xA3: "≤", 0xAE: "→", 0xB0: "°", 0xB1: "±", 0xB3: "≥",
        0xB4: "×", 0xB7: "•", 0xB8: "÷", 0xB9: "≠", 0xD2: "®", 0xD3: "©", 0xD4: "™", 0xE2: "®", 0xE3: "©", 0xE4: "™",
    },
}  # fmt: skip
_SEPARATORS = ("separator", "continuationSeparator", "continuationNotice")


class DocxParser:
    def parse(self, job: Job) -> Parsed:
        with opened(job.path, "Word") as archive:
            package = _Package(archive)
            text = storable("\n\n".join(block for block in job.alive(package.blocks()) if block))
            bounded(len(text))
            parsed = Parsed([RawPage(text)], "docx (LexIntel)")
            describe(parsed, archive)
        package.changes.tell(parsed)
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
    changes: Changes = field(default_factory=Changes)
    comments: int = 0
    hidden: HiddenText = field(default_factory=lambda: HiddenText(None))
    numbering: Numbering = field(default_factory=lambda: Numbering(None, None))
    _parts: dict[str, list[str]] = field(default_factory=dict)
    _numbers: dict[str, dict[str, int]] = field(default_factory=lambda: {"footnotes": {}, "endnotes": {}})

    def blocks(self) -> Iterator[str]:
        """Header, body, footer, footnotes, endnotes, comments: each as text."""
        main = main_part(self.archive, "word/document.xml")
        for relation in related(self.archive, main):
            self._parts.setdefault(relation.kind, []).append(relation.part)
        styles, numbering = self._first("styles"), self._first("numbering")
        self.hidden, self.numbering = HiddenText(styles), Numbering(numbering, styles)
        yield from self._edges("header")
        yield from self._body(main)
        yield from self._edges("footer")
        for part, title in _NOTE_PARTS.items():
            yield from self._notes(part, title)
        yield from self._comments()

    def _first(self, kind: str) -> etree._Element | None:
        parts = self._parts.get(kind)
        return self.archive.xml(parts[0]) if parts else None

    def _part(self, name: str) -> etree._Element:
        """A part's XML; what nobody sees on its pages is noted."""
        root = self.archive.xml(name)
        for change in root.iter("{*}ins", "{*}del", "{*}moveFrom", "{*}moveTo"):
            self.changes.by(attribute(change, "author"))
        self.hidden.look_at(root)
        self._count_notes(root)
        return root

    def _count_notes(self, root: etree._Element) -> None:
        """The ids of notes are the file's; their numbers go by the order in which the text refers to them. Those with a mark of their own
        have none."""
        for reference in root.iter("{*}footnoteReference", "{*}endnoteReference"):
            if attribute(reference, "customMarkFollows") in ("", "0", "false", "off"):
                numbers = self._numbers[local(reference).replace("Reference", "s")]
                reference.set(_NUMBER, str(numbers.setdefault(attribute(reference, "id"), len(numbers) + 1)))

    def _body(self, main: str) -> Iterator[str]:
        body = next(self._part(main).iter("{*}body"), None)
        if body is None:
            raise Unreadable("unreadable", kind="Word")
        yield from self._paragraphs(body)

    def _edges(self, kind: str) -> Iterator[str]:
        """Headers or footers, the same text once (first page, odd and even pages often repeat it)."""
        seen = dict.fromkeys("\n".join(self._paragraphs(self._part(part))).strip() for part in sorted(self._parts.get(kind, [])))
        yield from seen

    def _notes(self, kind: str, title: str) -> Iterator[str]:
        numbers, notes = self._numbers[kind], []
        for part in self._parts.get(kind, []):
            for note in self._part(part):
                if attribute(note, "type") not in _SEPARATORS and (text := "\n".join(self._paragraphs(note)).strip()):
                    number = numbers.get(attribute(note, "id"))
                    notes.append((number or len(numbers) + 1, f"[{number}] {text}" if number else text))
        if notes:
            yield title
            yield from (text for _, text in sorted(notes, key=lambda note: note[0]))

    def _comments(self) -> Iterator[str]:
        for part in self._parts.get("comments", []):
            for comment in self._part(part):
                if text := "\n".join(self._paragraphs(comment)).strip():
                    self.comments += 1
                    yield f"[Comment {self.comments} by {attribute(comment, 'author') or 'unknown'}] {text}"

    def _paragraphs(self, container: etree._Element) -> Iterator[str]:
        """The text of each paragraph and table row inside, in order, cells apart by tabs."""
        for child in container:
            name = local(child)
            if name == "p":
                yield (self.numbering.label(child) + self.changes.marked(_inline(child))).rstrip()
                yield from self._boxes(child)
            elif name == "tbl":
                yield "\n".join(self._rows(child))
            elif name not in _LEFT_OUT and len(child):
                yield from self._paragraphs(child)

    def _rows(self, table: etree._Element) -> Iterator[str]:
        for row in table.iterchildren("{*}tr", "{*}sdt", "{*}ins"):
            cells = (cell for cell in row.iter("{*}tc") if next(cell.iterancestors("{*}tbl"), None) is table)
            texts = [" ".join(filter(None, self._paragraphs(cell))).replace("\n", " ").strip() for cell in cells]
            if any(texts):
                yield "\t".join(texts)

    def _boxes(self, paragraph: etree._Element) -> Iterator[str]:
        for box in paragraph.iter("{*}txbxContent"):
            if next(box.iterancestors("{*}Fallback", "{*}txbxContent"), None) is None:
                yield from self._paragraphs(box)


def _inline(element: etree._Element, change: str = KEPT) -> Iterator[Run]:
    """The runs below an element with what changed them: field codes out, notes as [n]. Text boxes come apart."""
    for child in element:
        name = local(child)
        if name in ("t", "delText"):
            yield change, child.text or ""
        elif name in _MARKS:
            yield change, _MARKS[name]
        elif name in ("footnoteReference", "endnoteReference"):
            yield change, f"[{number}]" if (number := child.get(_NUMBER)) else ""
        elif name == "sym":
            yield change, _symbol(child)
        elif name not in _LEFT_OUT and len(child):
            yield from _inline(child, _CHANGES.get(name, change))


def _symbol(element: etree._Element) -> str:
    """A symbol by its code point; symbol fonts keep theirs in the private area, of which boxes, check marks and common signs are known."""
    try:
        code = int(attribute(element, "char") or "0", 16)
    except ValueError:
        return ""
    if 0x20 <= code < 0xD800 and code > 0xFF:
        return chr(code)
    known = _SYMBOLS.get(attribute(element, "font").lower(), {})
    return known.get(code & 0xFF, chr(code) if 0x20 <= code < 0xD800 else "")


def _sniff(sample: Sample) -> int:
    return sureness(sample, "word/", SUFFIXES)


SUFFIXES = (".docx", ".docm", ".dotx")
FORMATS = (
    Format(
        mime=DOCX,
        label=gettext_noop("Word document"),
        listed="Word (DOCX)",
        parse=DocxParser().parse,
        suffixes=SUFFIXES,
        recognised_by="a ZIP file with a folder `word/`",
        order=20,
        sniff=_sniff,
        binary=True,
    ),
)
