"""ODT (LibreOffice, OpenOffice): headers and footers, lists with their numbers, notes, comments, tracked changes where they happened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from documents.services.extraction.containers.archive import SafeArchive
from documents.services.extraction.errors import Unreadable
from documents.services.extraction.formats import CERTAIN, NO, Format, Sample, gettext_noop
from documents.services.extraction.office.changes import DELETED, INSERTED, KEPT, Changes, Run
from documents.services.extraction.office.numbering import shown
from documents.services.extraction.office.package import attribute, local
from documents.services.extraction.parsers.base import Job, Parsed, RawPage, bounded, storable
from documents.services.extraction.parsers.pdf import title_of

ODT = "application/vnd.oasis.opendocument.text"
_DECLARED = re.compile(rb"mimetypeapplication/vnd\.oasis\.opendocument\.text(?:-template|-web)?(?:PK|$)")
_TOLD = {"initial-creator": "author", "creator": "lastModifiedBy", "creation-date": "created", "date": "modified", "subject": "subject"}
_FORMS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_NOT_READ = frozenset([
    "tracked-changes", "sequence-decls", "variable-decls", "user-field-decls", "forms", "annotation-end", "ruby-text", "desc", "title",
    "page-number",
])  # fmt: skip
_MOST_SPACES = 200
_LEVELS = 10


class OdtParser:
    def parse(self, job: Job) -> Parsed:
        with SafeArchive(job.path, "ODT") as archive:
            _require_open(archive)
            reader = _Reader(archive)
            text = storable("\n\n".join(block for block in job.alive(reader.blocks()) if block))
            bounded(len(text))
            parsed = Parsed([RawPage(text)], "odt (LexIntel)")
            _describe(parsed, archive)
        reader.changes.tell(parsed)
        if reader.comments:
            parsed.notice("comments", count=len(reader.comments))
        if reader.hidden:
            parsed.notice("hidden_text", count=len(reader.hidden), name=storable(reader.hidden[0])[:80])
        job.tick(1, 1)
        return parsed


@dataclass
class _Reader:
    """Goes through a document once, from its beginning to its end."""

    archive: SafeArchive
    changes: Changes = field(default_factory=Changes)
    comments: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    _notes: dict[str, list[str]] = field(default_factory=lambda: {"footnote": [], "endnote": []})
    _deletions: dict[str, etree._Element] = field(default_factory=dict)
    _insertions: set[str] = field(default_factory=set)
    _open: list[str] = field(default_factory=list)
    _hiding: frozenset[str] = frozenset()
    _lists: dict[str, etree._Element] = field(default_factory=dict)
    _counts: dict[str, list[int]] = field(default_factory=dict)

    def blocks(self) -> Iterator[str]:
        if "content.xml" not in self.archive.names:
            raise Unreadable("unreadable", kind="ODT")
        content = self.archive.xml("content.xml")
        styles = self.archive.xml("styles.xml") if "styles.xml" in self.archive.names else None
        self._learn(content, styles)
        body = content.find("{*}body/{*}text")
        if body is None:
            raise Unreadable("unreadable", kind="ODT")
        yield from self._edges(styles, "header")
        yield from self._paragraphs(body)
        yield from self._edges(styles, "footer")
        for kind, title in (("footnote", "Footnotes"), ("endnote", "Endnotes")):
            if self._notes[kind]:
                yield title
                yield from self._notes[kind]
        yield from self.comments

    def _learn(self, content: etree._Element, styles: etree._Element | None) -> None:
        """What the text refers to: changes, styles that hide, styles of lists."""
        for region in content.iter("{*}changed-region"):
            name = attribute(region, "id")
            for change in region:
                self.changes.by(change.findtext("{*}change-info/{*}creator") or "")
                if local(change) == "deletion":
                    self._deletions[name] = change
                elif local(change) == "insertion":
                    self._insertions.add(name)
        both = [content] if styles is None else [styles, content]
        self._hiding = frozenset(
            attribute(style, "name")
            for root in both
            for style in root.iter("{*}style")
            if any(attribute(said, "display") == "none" for said in style.iterchildren("{*}text-properties"))
        )
        self._lists = {attribute(style, "name"): style for root in both for style in root.iter("{*}list-style")}

    def _edges(self, styles: etree._Element | None, kind: str) -> Iterator[str]:
        """Headers or footers, the same text once."""
        names = [f"{{*}}{kind}{which}" for which in ("", "-first", "-left")]
        edges = [] if styles is None else [edge for page in styles.iter("{*}master-page") for edge in page.iterchildren(*names)]
        yield from dict.fromkeys("\n".join(self._paragraphs(edge)).strip() for edge in edges)

    def _paragraphs(self, container: etree._Element) -> Iterator[str]:
        for child in container:
            name = local(child)
            if name in ("p", "h"):
                yield from self._paragraph(child)
            elif name == "list":
                yield from self._list(child, attribute(child, "style-name"), 0)
            elif name == "table":
                yield "\n".join(self._rows(child))
            elif name in ("change-start", "change-end", "change"):
                yield self.changes.marked(self._change(child, name))
            elif name == "annotation":
                self._comment(child)
            elif name not in _NOT_READ and len(child):
                yield from self._paragraphs(child)

    def _paragraph(self, element: etree._Element, label: str = "") -> Iterator[str]:
        boxes: list[str] = []
        text = self.changes.marked(self._runs(element, boxes)).rstrip()
        if attribute(element, "style-name") in self._hiding and text.strip():
            self.hidden.append(text.strip())
        yield label + text
        yield from boxes

    def _list(self, element: etree._Element, style: str, level: int) -> Iterator[str]:
        """The items of a list with what its style writes before them; a list inside counts on the next level."""
        counts = self._counts.setdefault(style, [0] * _LEVELS)
        goes_on = attribute(element, "continue-numbering") == "true" or attribute(element, "continue-list")
        if not goes_on:
            counts[level:] = [0] * (_LEVELS - level)
        for item in element.iterchildren("{*}list-item", "{*}list-header"):
            label = self._label(item, style, level, counts) if local(item) == "list-item" else ""
            for child in item:
                if local(child) == "list":
                    yield from self._list(child, attribute(child, "style-name") or style, min(level + 1, _LEVELS - 1))
                elif local(child) in ("p", "h"):
                    yield from self._paragraph(child, label)
                    label = ""
                elif len(child) and local(child) not in _NOT_READ:
                    yield from self._paragraphs(child)

    def _label(self, item: etree._Element, style: str, level: int, counts: list[int]) -> str:
        if item.find("{*}p") is None and item.find("{*}h") is None:
            return ""  # only holds a list: has no number of its own
        said = next((at for at in self._lists.get(style, ()) if attribute(at, "level") == str(level + 1)), None)
        if said is None:
            return ""
        if local(said) != "list-level-style-number":
            return "• "
        start = _integer(attribute(item, "start-value")) or (0 if counts[level] else _integer(attribute(said, "start-value")) or 1)
        counts[level] = start or counts[level] + 1
        counts[level + 1 :] = [0] * (_LEVELS - level - 1)
        form = _FORMS.get(attribute(said, "num-format"), "none")
        if form == "none":
            return ""
        first = level + 1 - min(max(_integer(attribute(said, "display-levels")), 1), level + 1)
        numbers = ".".join(shown(count or 1, form) for count in counts[first : level + 1])
        return f"{attribute(said, 'num-prefix')}{numbers}{attribute(said, 'num-suffix')} "

    def _rows(self, table: etree._Element) -> Iterator[str]:
        for row in table.iter("{*}table-row"):
            if next(row.iterancestors("{*}table"), None) is table:
                cells = [" ".join(" ".join(self._paragraphs(cell)).split()) for cell in row.iterchildren("{*}table-cell")]
                if any(cells):
                    yield "\t".join(cells).rstrip()

    def _runs(self, element: etree._Element, boxes: list[str]) -> Iterator[Run]:
        """The text below with what changed it; text boxes are put aside."""
        yield self._state, _spaced(element.text)
        for child in element:
            name = local(child)
            if name == "s":
                yield self._state, " " * min(_integer(attribute(child, "c")) or 1, _MOST_SPACES)
            elif name in ("tab", "line-break"):
                yield self._state, "\t" if name == "tab" else "\n"
            elif name == "note":
                yield self._state, self._note(child)
            elif name == "annotation":
                self._comment(child)
            elif name in ("change-start", "change-end", "change"):
                yield from self._change(child, name)
            elif name == "text-box":
                boxes.extend(self._paragraphs(child))
            elif name in ("hidden-text", "hidden-paragraph"):
                yield from self._hidden_field(child)
            elif name not in _NOT_READ:
                yield from self._span(child, boxes)
            yield self._state, _spaced(child.tail)

    def _span(self, element: etree._Element, boxes: list[str]) -> Iterator[Run]:
        runs = list(self._runs(element, boxes))
        text = "".join(text for _, text in runs).strip()
        if text and local(element) == "span" and attribute(element, "style-name") in self._hiding:
            self.hidden.append(text)
        yield from runs

    def _hidden_field(self, element: etree._Element) -> Iterator[Run]:
        text = attribute(element, "string-value") or "".join(str(piece) for piece in element.itertext())
        if text.strip():
            self.hidden.append(text.strip())
            yield self._state, text

    @property
    def _state(self) -> str:
        return INSERTED if self._open else KEPT

    def _change(self, element: etree._Element, name: str) -> Iterator[Run]:
        change = attribute(element, "change-id")
        if name == "change-start" and change in self._insertions:
            self._open.append(change)
        elif name == "change-end" and change in self._open:
            self._open.remove(change)
        elif name == "change" and change in self._deletions:
            gone = self._deletions.pop(change)
            boxes: list[str] = []
            for index, paragraph in enumerate(gone.iter("{*}p", "{*}h")):
                yield DELETED, " " if index else ""
                yield from ((DELETED, text) for _, text in self._runs(paragraph, boxes))
            yield DELETED, " ".join(boxes)

    def _note(self, note: etree._Element) -> str:
        kind = "endnote" if attribute(note, "note-class") == "endnote" else "footnote"
        body, cited = note.find("{*}note-body"), (note.findtext("{*}note-citation") or "").strip()
        mark = f"[{cited or len(self._notes[kind]) + 1}]"
        if body is not None and (text := "\n".join(self._paragraphs(body)).strip()):
            self._notes[kind].append(f"{mark} {text}")
        return mark

    def _comment(self, element: etree._Element) -> None:
        text = "\n".join("".join(text for _, text in self._runs(line, [])) for line in element.iter("{*}p")).strip()
        if text:
            author = (element.findtext("{*}creator") or "").strip() or "unknown"
            self.comments.append(f"[Comment {len(self.comments) + 1} by {author}] {text}")


def _spaced(text: str | None) -> str:
    """Line breaks and runs of spaces of the file are one space of the text."""
    return re.sub(r"[ \t\r\n]+", " ", text) if text else ""


def _integer(said: str) -> int:
    return min(int(said), 99_999) if said.isascii() and said.isdecimal() and len(said) < 10 else 0


def _require_open(archive: SafeArchive) -> None:
    """Raises Unreadable(encrypted) for a package under a password: its parts are there, but mean nothing."""
    manifest = "META-INF/manifest.xml"
    if "encrypted-package" in archive.names or (
        manifest in archive.names and any(True for _ in _manifest(archive, manifest).iter("{*}encryption-data"))
    ):
        raise Unreadable("encrypted")


def _manifest(archive: SafeArchive, name: str) -> etree._Element:
    """Old OpenOffice gives it a document type, which says nothing."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    root = etree.fromstring(archive.read(name), parser)
    return etree.Element("empty") if root is None else root


def _describe(parsed: Parsed, archive: SafeArchive) -> None:
    if "meta.xml" not in archive.names:
        return
    for element in archive.xml("meta.xml").iterfind("{*}meta/{*}*"):
        value, name = storable(element.text or "").strip(), local(element)
        if name == "title":
            parsed.title = title_of(value)
        elif value and name in _TOLD:
            parsed.metadata[_TOLD[name]] = value[:500]


def _sniff(sample: Sample) -> int:
    named = sample.suffix in SUFFIXES and "content.xml" in sample.members
    return CERTAIN if named or _DECLARED.search(sample.head[30:200]) else NO


SUFFIXES = (".odt", ".ott")
FORMATS = (
    Format(
        mime=ODT,
        label=gettext_noop("OpenDocument text"),
        listed="OpenDocument (ODT)",
        parse=OdtParser().parse,
        suffixes=SUFFIXES,
        recognised_by="a ZIP file that begins with this media type",
        order=23,
        sniff=_sniff,
        binary=True,
    ),
)
