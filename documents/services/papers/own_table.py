"""A brief's own tables of contents and of authorities: where they stand, what that of authorities says, and how it compares with ours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cases.services.citations import extract
from documents.services.papers.tables import PASSIM_FROM, Entry
from documents.services.papers.texts import Said, Sheet, from_roman

_HEAD = re.compile(
    r"\s*(?:(?P<authorities>(?:table|index)\s+of\s+(?:cited\s+)?(?:authorities|citations|cases))|(?P<contents>table\s+of\s+contents|contents))\s*"
    r"(?:\(?(?:continued|cont['’]?d\.?)\)?)?[:\s]*",
    re.IGNORECASE,
)
_PAGE = r"(?:\d{1,4}|[ivxl]{1,8}|passim)"
_PAGES = rf"(?P<pages>{_PAGE}(?:\s*(?:,|;|&|and|-|–|—)\s*{_PAGE})*)\s*\.?\s*"
_LINE = re.compile(rf"(?P<text>.*?)(?:(?:\s*\.){{3,}}|\s*…[\s.…]*|\s{{3,}}|\t|\s(?=passim\b))\s*{_PAGES}", re.IGNORECASE)
# Without leaders only behind a closed parenthesis or a section, or a year would be taken for a page.
_TIGHT = re.compile(rf"(?P<text>.*(?:\)|§+\s*\S+|\bR\.\s.*\d\S*))\s+{_PAGES}", re.IGNORECASE)
_BARE_PAGES = re.compile(rf"(?:\s*[.…])*\s*{_PAGES}", re.IGNORECASE)
_HEADING = re.compile(
    r"\s*(?:(?:federal|state|other|u\.?s\.?|constitutional)?\s*(?:cases|statutes(?:\s+and\s+rules)?|rules|regulations|authorities|provisions|"
    r"constitutional\s+provisions|treatises|miscellaneous|secondary\s+sources|statutory\s+provisions)(?:\s+page\(?s?\)?)?|page\(?s?\)?|page\s+no\.?)\s*:?\s*",
    re.IGNORECASE,
)
_SPACES, _LEADERS = re.compile(r"\s{5,}"), re.compile(r"(?:\s?\s?\s?\s?[.…]){6,}")
LONGEST_LINE = 400
_LONGEST_ENTRY = 10
"""Lines without a page; more of them in a row are no table any more."""


@dataclass(frozen=True)
class Row:
    """A line of the brief's own table."""

    text: str
    pages: tuple[str, ...]
    passim: bool


@dataclass
class Tables:
    """`spans` are {sheet: [(start, end)]} that tables take up; `rows` what the table of authorities says (none where there is none)."""

    spans: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    sheets: list[int] = field(default_factory=list)

    def holds(self, mention: Said) -> bool:
        return any(start <= mention.start < end for start, end in self.spans.get(mention.page, ()))


@dataclass(frozen=True)
class Difference:
    """`what`: missing (cited, and not in its table), extra (in its table, and not found cited), pages (other pages)."""

    what: str
    text: str
    says: str
    found: str


@dataclass(frozen=True)
class _Line:
    sheet: int
    start: int
    end: int
    text: str


def tables_in(sheets: Sequence[Sheet]) -> Tables:
    lines = [line for sheet in sheets for line in _lines(sheet)]
    tables, place = Tables(), 0
    while place < len(lines):
        head = _HEAD.fullmatch(lines[place].text)
        if not head:
            place += 1
            continue
        end, rows = _table(lines, place + 1)
        if rows:
            _take(tables, lines[place:end], rows if head["authorities"] else [])
        place = max(end, place + 1)
    return tables


def _lines(sheet: Sheet) -> Iterator[_Line]:
    place = 0
    for text in sheet.text.split("\n"):
        if text.strip():
            yield _Line(sheet.number, place, place + len(text), _tight(text))
        place += len(text) + 1


def _tight(text: str) -> str:
    """Long runs of spaces and of leaders cut short, and no longer than a line of a table is: the patterns above take time that grows with
    the cube of them."""
    return _LEADERS.sub(" .....", _SPACES.sub("    ", text))[:LONGEST_LINE]


def _take(tables: Tables, lines: Sequence[_Line], rows: list[Row]) -> None:
    for number in dict.fromkeys(line.sheet for line in lines):
        of_sheet = [line for line in lines if line.sheet == number]
        tables.spans.setdefault(number, []).append((of_sheet[0].start, of_sheet[-1].end))
    if rows:
        tables.rows += rows
        tables.sheets += dict.fromkeys(line.sheet for line in lines)


def _table(lines: Sequence[_Line], place: int) -> tuple[int, list[Row]]:
    """(behind its last line, its rows). It ends where too many lines tell no page, or another table begins."""
    rows: list[Row] = []
    pending: list[str] = []
    end = place
    while place < len(lines) and len(pending) <= _LONGEST_ENTRY:
        text = lines[place].text.strip()
        if _HEAD.fullmatch(text):
            if "continued" not in text.lower() and "cont" not in text.lower().split("contents")[-1]:
                break
        elif (from_roman(text) and not pending) or _HEADING.fullmatch(text):
            pending = []
        elif row := _row(pending, text):
            rows.append(row)
            pending, end = [], place + 1
        else:
            pending.append(text)
        place += 1
    return end, rows


def _row(before: Sequence[str], text: str) -> Row | None:
    found = _LINE.fullmatch(text) or (_BARE_PAGES.fullmatch(text) if before else None) or _TIGHT.fullmatch(text)
    if not found:
        return None
    own = found["text"] if "text" in found.groupdict() else ""
    written = " ".join(" ".join([*before, own]).split()).strip(" .…")
    if not written:
        return None
    pages = tuple(dict.fromkeys(_expanded(found["pages"])))
    return Row(written, tuple(page for page in pages if page != "passim"), "passim" in pages)


def _expanded(written: str) -> Iterator[str]:
    """5-7 is 5, 6, 7."""
    for part in re.split(r"\s*(?:,|;|&|\band\b)\s*", written.lower()):
        ends = re.split(r"\s*[-–—]\s*", part.strip())
        if len(ends) == 2 and all(end.isdigit() for end in ends) and int(ends[0]) <= int(ends[1]) <= int(ends[0]) + 200:
            yield from (str(number) for number in range(int(ends[0]), int(ends[1]) + 1))
        else:
            yield from (end for end in ends if end)


def compare(rows: Sequence[Row], entries: Sequence[Entry]) -> list[Difference]:
    """What the brief's own table and ours tell differently, in the order of its table; then what it lacks."""
    differences: list[Difference] = []
    seen: set[int] = set()
    for row in rows:
        met = [place for place, entry in enumerate(entries) if _same(row, entry)]
        if not met:
            differences.append(Difference("extra", row.text, _says(row), ""))
        for place in met:
            seen.add(place)
            if other := _pages_differ(row, entries[place]):
                differences.append(other)
    left = [entry for place, entry in enumerate(entries) if place not in seen]
    return differences + [Difference("missing", entry.text, "", ", ".join(entry.labels)) for entry in left]


def _same(row: Row, entry: Entry) -> bool:
    keys = _keys(row)
    return bool(keys & entry.keys) if keys else _letters(row.text) == _letters(entry.text)


def _keys(row: Row) -> set[str]:
    return {mention.key for mention in extract(row.text) if mention.key}


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


def _pages_differ(row: Row, entry: Entry) -> Difference | None:
    found = set(entry.labels)
    agree = len(found) >= PASSIM_FROM if row.passim else set(row.pages) == found
    return None if agree else Difference("pages", entry.text, _says(row), ", ".join(entry.labels))


def _says(row: Row) -> str:
    return ", ".join([*row.pages, *(["passim"] if row.passim else [])])
