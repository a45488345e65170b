"""XLSX: a page for each sheet, its cells as they are shown. Formulas are never computed: what counts is the result that the file keeps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from lxml import etree

from documents.services.extraction.containers.archive import SafeArchive
from documents.services.extraction.errors import Unreadable
from documents.services.extraction.foreign import XLSB_PART
from documents.services.extraction.formats import NO, XLSX, Format, FormatLimits, Sample, gettext_noop
from documents.services.extraction.limits import MAX_PAGES
from documents.services.extraction.office.cells import BUILT_IN, MAX_COLUMNS, MAX_ROWS, letters, place_of, shown
from documents.services.extraction.office.package import attribute, describe, local, main_part, opened, reference, related, sureness
from documents.services.extraction.office.tables import TablePages
from documents.services.extraction.parsers.base import Job, Parsed, storable

_ON = ("1", "true", "on")
_HIDDEN = ("hidden", "veryHidden")
_MOST_NAMES = 10


class XlsxParser:
    def parse(self, job: Job) -> Parsed:
        with opened(job.path, "Excel") as archive:
            parsed = Parsed([], "xlsx (LexIntel)")
            book = _Workbook(archive, job, parsed)
            book.read()
            parsed.pages = book.tables.pages
            describe(parsed, archive)
        return parsed


class _Sheet(NamedTuple):
    name: str
    hidden: bool
    part: str
    kind: str


@dataclass
class _Workbook:
    archive: SafeArchive
    job: Job
    parsed: Parsed
    tables: TablePages = field(default_factory=TablePages)
    _strings: list[str] = field(default_factory=list)
    _formats: list[str] = field(default_factory=list)
    _since_1904: bool = False
    _comments: int = 0
    _without_values: int = 0
    _hidden_places: list[str] = field(default_factory=list)

    def read(self) -> None:
        sheets = self._open()
        left_out, unreadable = [], []
        for number, sheet in enumerate(sheets, 1):
            if self.tables.full:
                left_out.append(sheet.name)
                continue
            self.tables.begin(sheet.name, f"{sheet.name} (hidden)" if sheet.hidden else sheet.name)
            try:
                self._rows(sheet)
                self._notes(sheet)
            except Unreadable as error:
                if error.code != "unreadable":
                    raise
                unreadable.append(sheet.name)
            self.tables.end()
            self.job.tick(number, len(sheets))
        if not self.tables.pages or len(unreadable) == len(sheets):
            raise Unreadable("unreadable", kind="Excel")
        self._tell("sheets_left_out", left_out)
        self._tell("sheets_unreadable", unreadable)
        self._tell("hidden_sheets", [sheet.name for sheet in sheets if sheet.hidden])
        self._tell("hidden_cells", self._hidden_places)
        if self._comments:
            self.parsed.notice("comments_beside", count=self._comments)
        if self._without_values:
            self.parsed.notice("formulas_without_values", count=self._without_values)

    def _tell(self, code: str, names: list[str]) -> None:
        if names:
            more = ", …" if len(names) > _MOST_NAMES else ""
            self.parsed.notice(code, count=len(names), name=storable(", ".join(names[:_MOST_NAMES]))[:300] + more)

    def _open(self) -> list[_Sheet]:
        """The sheets in the order of their tabs; keeps what all of them refer to."""
        main = main_part(self.archive, "xl/workbook.xml")
        relations = related(self.archive, main)
        parts = {relation.kind: relation.part for relation in reversed(relations)}
        if "sharedStrings" in parts:
            self._strings = [_text(item) for item in self.job.alive(self.archive.elements(parts["sharedStrings"], ("si",)))]
        if "styles" in parts:
            self._formats = list(_formats(self.archive.xml(parts["styles"])))
        book = self.archive.xml(main)
        self._since_1904 = any(attribute(said, "date1904").lower() in _ON for said in book.iter("{*}workbookPr"))
        by_id = {relation.id: relation for relation in relations}
        found: list[_Sheet] = []
        for sheet in book.iterfind("{*}sheets/{*}sheet"):
            relation = by_id.get(reference(sheet))
            if relation is not None:
                name = attribute(sheet, "name") or f"Sheet {len(found) + 1}"
                found.append(_Sheet(name, attribute(sheet, "state") in _HIDDEN, relation.part, relation.kind))
        return found[:MAX_PAGES]

    def _rows(self, sheet: _Sheet) -> None:
        if sheet.kind != "worksheet":
            return  # a sheet that is a chart has no cells
        number = 0
        for element in self.job.alive(self.archive.elements(sheet.part, ("row", "col"))):
            hidden = element.get("hidden", "").lower() in _ON
            if local(element) == "col":
                if hidden:
                    self._hidden_places.append(f"{sheet.name} {_columns(element)}")
                self.tables.looked_at()
                continue
            said = _integer(element.get("r", ""), number + 1)
            number = said if number < said <= MAX_ROWS else number + 1
            if hidden:
                self._hidden_places.append(f"{sheet.name} {number}")
            self.tables.add(number, self._cells(element))
            if self.tables.full:
                self.parsed.notice("cells_left_out", name=sheet.name, count=number)
                return

    def _cells(self, row: etree._Element) -> Iterator[tuple[int, str]]:
        column = 0
        for cell in row.iterchildren("{*}c"):
            place = place_of(cell.get("r", ""))
            column = place.column if place else column + 1
            if column <= MAX_COLUMNS:
                yield column, self._value(cell)

    def _value(self, cell: etree._Element) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return "".join(_text(inside) for inside in cell.iterchildren("{*}is"))
        value = cell.findtext("{*}v")
        if not value:
            return self._formula(cell)
        if kind == "s":
            place = _integer(value, -1)
            return self._strings[place] if 0 <= place < len(self._strings) else ""
        if kind == "b":
            return "TRUE" if value.strip() in _ON else "FALSE"
        if kind == "n":
            place = _integer(cell.get("s", ""), 0)
            return shown(value.strip(), self._formats[place] if 0 <= place < len(self._formats) else "", self._since_1904)
        return value.replace("T", " ").removesuffix(" 00:00:00") if kind == "d" else value

    def _formula(self, cell: etree._Element) -> str:
        formula = cell.find("{*}f")
        if formula is None:
            return ""
        self._without_values += 1
        return f"={formula.text}" if formula.text else "=…"

    def _notes(self, sheet: _Sheet) -> None:
        """The comments on a sheet's cells; of conversations, which are kept twice, the newer form."""
        relations = related(self.archive, sheet.part)
        persons = self._persons() if any(relation.kind == "threadedComment" for relation in relations) else {}
        talks = [
            (attribute(said, "ref"), persons.get(attribute(said, "personId"), ""), said.findtext("{*}text") or "")
            for relation in relations
            if relation.kind == "threadedComment"
            for said in self.archive.xml(relation.part)
        ]
        told = {ref for ref, _, _ in talks}
        plain = [note for relation in relations if relation.kind == "comments" for note in _plain_notes(self.archive.xml(relation.part))]
        for ref, author, text in [*talks, *(note for note in plain if note[0] not in told)]:
            if words := " ".join(storable(text).split()):
                self._comments += 1
                self.tables.line(storable(f"[Comment on {ref} by {author or 'unknown'}] {words}"))

    def _persons(self) -> dict[str, str]:
        relations = related(self.archive, main_part(self.archive, "xl/workbook.xml"))
        parts = [relation.part for relation in relations if relation.kind == "person"]
        return {attribute(person, "id"): attribute(person, "displayName") for part in parts for person in self.archive.xml(part)}


def _plain_notes(root: etree._Element) -> Iterator[tuple[str, str, str]]:
    authors = [author.text or "" for author in root.iterfind("{*}authors/{*}author")]
    for comment in root.iterfind("{*}commentList/{*}comment"):
        place = _integer(attribute(comment, "authorId"), -1)
        text = "".join(_text(inside) for inside in comment.iterchildren("{*}text"))
        yield attribute(comment, "ref"), authors[place] if 0 <= place < len(authors) else "", text


def _text(item: etree._Element) -> str:
    """The text of a string with runs; how it is pronounced (rPh) is no part of it."""
    return "".join(text.text or "" for text in item.iter("{*}t") if next(text.iterancestors("{*}rPh"), None) is None)


def _formats(styles: etree._Element) -> Iterator[str]:
    """The number format of each style that cells name by its place."""
    own = {attribute(form, "numFmtId"): attribute(form, "formatCode") for form in styles.iterfind("{*}numFmts/{*}numFmt")}
    for style in styles.iterfind("{*}cellXfs/{*}xf"):
        number = attribute(style, "numFmtId")
        yield own.get(number) or BUILT_IN.get(_integer(number, 0), "")


def _columns(element: etree._Element) -> str:
    first, last = (min(max(_integer(element.get(name, ""), 1), 1), MAX_COLUMNS) for name in ("min", "max"))
    return letters(first) if first >= last else f"{letters(first)}–{letters(last)}"


def _integer(said: str, otherwise: int) -> int:
    try:
        return int(said[:20])
    except ValueError:
        return otherwise


def _sniff(sample: Sample) -> int:
    return NO if XLSB_PART in sample.members else sureness(sample, "xl/", SUFFIXES)


SUFFIXES = (".xlsx", ".xlsm", ".xltx")
FORMATS = (
    Format(
        mime=XLSX,
        label=gettext_noop("Excel workbook"),
        listed="Excel (XLSX)",
        parse=XlsxParser().parse,
        suffixes=SUFFIXES,
        recognised_by="a ZIP file with a folder `xl/`",
        order=25,
        sniff=_sniff,
        limits=FormatLimits(seconds=600),
        binary=True,
    ),
)
