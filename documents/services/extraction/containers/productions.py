"""Load files of productions: tables beside the produced files that say which pages (Bates numbers) each of them is, whose it was, and
which belong together.

Three kinds are read, told by their content: DAT (fields in þ, separated by U+0014, as Concordance writes them, or in other signs that its
first line shows), Opticon OPT (one line per page image) and CSV with a column of first Bates numbers.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from documents.services.extraction.charsets import decode
from documents.services.extraction.containers.members import place_of
from documents.services.extraction.formats import LOAD_FILES

MAX_LOAD_FILE = 64 * 1024**2
MAX_ROWS = 500_000
_SUFFIXES = LOAD_FILES
_LONGEST_FIELD = 131_072
_QUOTE = "\u00fe"
_SEPARATORS = ("\x14", "\u00b6")
_WIDE = {"utf-8": 1, "utf-16-le": 2, "utf-16-be": 2}
_NARROW = tuple(b"\xfe" + separator + b"\xfe" for separator in (b"\x14", b"\xb6"))
_QUOTED = re.compile(r"(?P<quote>[^\w\s\"]|\u00fe)[\w ./#-]+(?P=quote)(?P<sign>[^\w\r\n])(?P=quote)")
"""A first line of quoted titles: ^BEGDOC^|^ENDDOC^ and the like; what stands in plain quotation marks is CSV."""
_LONGEST_HEAD = 20_000
_LETTERS = re.compile("[^a-z]")
# How producing parties call the columns, without all that is no letter. The first that a table has counts.
_COLUMNS: dict[str, tuple[str, ...]] = {
    "bates_begin": ("begbates", "batesbeg", "begdoc", "begdocno", "prodbeg", "beginbates", "batesbegin", "beginningbates", "batesstart",
                    "startbates", "firstbates", "begcontrol", "begno", "batesnumberbegin", "begprod", "productionbegin", "beginbatesnumber",
                    "productionbeginbates", "begindoc", "controlnumber", "docid", "begincontrolnumber"),
    "bates_end": ("endbates", "batesend", "enddoc", "enddocno", "prodend", "endingbates", "batesstop", "lastbates", "endcontrol", "endno",
                  "batesnumberend", "endprod", "productionend", "endbatesnumber", "productionendbates", "endcontrolnumber"),
    "custodian": ("custodian", "custodianname", "custodians", "primarycustodian", "allcustodians"),
    "family": ("begattach", "begattachment", "attachbeg", "beginattach", "prodbegattach", "begattachbates", "batesbegattach", "begfam",
               "beginfamily", "familyid", "family", "familygroup", "groupidentifier", "groupid", "attachrange", "parentbates", "parentid",
               "productionbeginattachment", "beginattachment", "prodbegattachment"),
}  # fmt: skip
_LINKS = re.compile(r"[a-z]*(?:link|path|location)|native(?:file)?|textfile|imagefile")


@dataclass
class Production:
    """What the load files say of the files beside them. `broken` are the names of those that could not be read."""

    broken: list[str] = field(default_factory=list)
    _by_path: dict[str, dict[str, str] | None] = field(default_factory=dict)
    _by_number: dict[str, dict[str, str]] = field(default_factory=dict)
    _rows: int = 0

    def about(self, path: str) -> dict[str, str]:
        """Of a member: by the path that a load file names, else by its name, which in productions is its first Bates number."""
        parts = path.casefold().split("/")
        for first in range(len(parts)):
            if found := self._by_path.get("/".join(parts[first:])):
                return dict(found)
        return dict(self._by_number.get(PurePosixPath(parts[-1]).stem, {}))

    def add(self, record: dict[str, str], paths: Iterable[str]) -> None:
        """A row of a table. Several tables may speak of a document; the first to say something is believed."""
        self._rows += 1
        if begin := record.get("bates_begin", "").casefold():
            known = self._by_number.setdefault(begin, record)
            for key, value in record.items():
                known.setdefault(key, value)
            record = known
        for path in paths:
            self._name(record, place_of(path).path.casefold())

    def add_image(self, path: str, begin: str, end: str, document: str) -> None:
        """A file of page images, only these pages of the document that begins with that number, but with its owner and family."""
        self._rows += 1
        owner = self._by_number.get(document.casefold(), {})
        shared = {key: value for key in ("custodian", "family") if (value := owner.get(key))}
        self._name({"bates_begin": begin, "bates_end": end, **shared}, place_of(path).path.casefold())

    @property
    def full(self) -> bool:
        return self._rows >= MAX_ROWS

    def _name(self, record: dict[str, str], path: str) -> None:
        """Under the path, and under its ends: load files begin paths at another root than the archive. An end that several rows have
        means none of them."""
        parts = path.split("/")
        for first in range(max(1, len(parts) - 1)):
            end = "/".join(parts[first:])
            known = self._by_path.get(end, record)
            self._by_path[end] = record if known is record or first == 0 else None


def may_be_load_file(name: str, size: int) -> bool:
    return PurePosixPath(name.lower()).suffix in _SUFFIXES and 0 < size <= MAX_LOAD_FILE


def read(files: Iterable[tuple[str, bytes]]) -> Production:
    """All load files among these (path, content): tables first, so that the lists of images only add what those leave open."""
    production = Production()
    images: list[str] = []
    for path, content in files:
        try:
            if path.lower().endswith(".opt"):
                images.append(decode(content).text)
            elif path.lower().endswith(".dat"):
                _add_table(production, dat_rows(content))
            else:
                _add_table(production, _csv_rows(content))
        except csv.Error:
            production.broken.append(path)
    for text in images:
        _add_images(production, text)
    return production


def dat_rows(content: bytes) -> Iterator[list[str]]:
    """The rows of a Concordance table, none where it is not one. Its encoding is told by its separators, which no other text has."""
    for encoding, unit in _WIDE.items():
        for separator in (f"{_QUOTE}{sign}{_QUOTE}" for sign in _SEPARATORS):
            if _stands_in(separator.encode(encoding), content, unit):
                for line in _records(content.decode(encoding, "replace").removeprefix("\ufeff")):
                    yield line.removeprefix(_QUOTE).removesuffix(_QUOTE).split(separator)
                return
    narrow = next((separator for separator in _NARROW if separator in content), None)
    if narrow is None:
        yield from _other_rows(content)
        return
    # One byte a letter, in which þ itself may be a letter of another alphabet: the fields are told apart before they are read.
    encoding = decode(content.replace(narrow, b" ").replace(b"\xfe", b"")).encoding
    for raw in content.splitlines():
        yield [one.decode(encoding, "replace") for one in raw.removeprefix(b"\xfe").removesuffix(b"\xfe").split(narrow)]


def _other_rows(content: bytes) -> Iterator[list[str]]:
    """Of a table whose signs are other ones than Concordance's; none where the first line is no line of titles."""
    beginning = decode(content[:_LONGEST_HEAD])
    head = re.split(r"[\r\n]", beginning.text.removeprefix("\ufeff"), maxsplit=1)[0]
    titles = _LETTERS.sub("", head.lower())
    if not any(title in titles for title in _COLUMNS["bates_begin"]):
        return
    text = content.decode(beginning.encoding, "replace").removeprefix("\ufeff")
    quoted = _QUOTED.match(head)
    if quoted is None:
        yield from _separated(text)
        return
    quote, separator = quoted["quote"], f"{quoted['quote']}{quoted['sign']}{quoted['quote']}"
    for line in _records(text):
        yield line.removeprefix(quote).removesuffix(quote).split(separator)


def _stands_in(sought: bytes, content: bytes, unit: int) -> bool:
    """Whether it is there at a multiple of so many bytes; half a letter later the other UTF-16 would be seen."""
    place = content.find(sought)
    while place % unit:
        if place < 0:
            return False
        place = content.find(sought, place + 1)
    return place >= 0


def _records(text: str) -> Iterator[str]:
    """Lines; only real line ends count, for U+0085 and the like are letters of fields."""
    return (line for line in re.split(r"\r\n|\n|\r", text) if line)


def _csv_rows(content: bytes) -> Iterator[list[str]]:
    return _separated(decode(content).text)


def _separated(text: str) -> Iterator[list[str]]:
    csv.field_size_limit(_LONGEST_FIELD)  # of this process, which may have read tables before
    head = text[: text.find("\n")] if "\n" in text else text
    return csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t|^\x14", key=head.count))


def _add_table(production: Production, rows: Iterator[list[str]]) -> None:
    head = [_LETTERS.sub("", title.lower()) for title in next(rows, [])]
    columns = {key: head.index(found) for key, names in _COLUMNS.items() if (found := next((one for one in names if one in head), ""))}
    links = [index for index, title in enumerate(head) if _LINKS.fullmatch(title)]
    if "bates_begin" not in columns or not (links or "bates_end" in columns):
        return
    for row in rows:
        if production.full:
            return
        record = {key: value for key, index in columns.items() if index < len(row) and (value := row[index].strip())}
        production.add(record, [row[index] for index in links if index < len(row) and row[index].strip()])


def _add_images(production: Production, text: str) -> None:
    """Lines of `number, volume, path, Y where a document begins, folder, box, pages`. A document of one line has all its pages there."""
    document: list[list[str]] = []
    for line in _records(text):
        cells = [cell.strip() for cell in line.split(",")]
        if len(cells) < 4 or not cells[0] or not cells[2]:
            continue
        if cells[3].upper() == "Y":
            _add_document(production, document)
            document = []
        document.append(cells)
        if production.full:
            return
    _add_document(production, document)


def _add_document(production: Production, lines: list[list[str]]) -> None:
    files: dict[str, list[str]] = {}
    for cells in lines:
        files.setdefault(cells[2], []).append(cells[0])
    for path, numbers in files.items():
        end = later(numbers[0], _pages(lines[0]) - 1) if len(lines) == 1 else numbers[-1]
        production.add_image(path, numbers[0], end, lines[0][0])


def _pages(cells: list[str]) -> int:
    said = cells[6] if len(cells) > 6 else ""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 7 else 1


def later(number: str, pages: int) -> str:
    """The Bates number so many pages after this one, with as many digits: ABC0009 and one page are ABC0010."""
    found = re.search(r"\d+$", number)
    if found is None or pages <= 0 or len(found.group()) > 18:
        return number
    return number[: found.start()] + str(int(found.group()) + pages).zfill(len(found.group()))
