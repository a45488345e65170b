"""What paper adds to a text is taken out of it: filing stamps, running headers and footers, pleading line numbers, line-end hyphens.

Everything is a cut in the raw text, so that the cleaned text maps back to it exactly.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from documents.services.extraction.results import OffsetMap
from documents.services.extraction.stamps import Stamp, stamp_in

EDGE_LINES = 4
STAMP_LINES = 6
LONGEST_RUNNING_LINE = 160
LEAST_REPEATS = 3
LEAST_SHARE = 0.2
LONGEST_WORD = 200
PLEADING_ENDS = range(24, 33)

_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(r"(?:page)?[-–— .\[\](]*#[-–— .\[\])]*(?:(?:of|/)[ ]*#)?\W*", re.IGNORECASE)
_NUMBERS_ONLY = re.compile(r"\d{1,2}(?:\s+\d{1,2})*\s*")
_LEADING_NUMBER = re.compile(r"(\d{1,2})(?:\s+|$)")
# It begins with the hyphen, which is rare: to look for a word before each would be to try every word of the page.
_LINE_END_HYPHEN = re.compile(r"-[ \t]*\n[ \t]*(?=[^\W\d_])")
_WORD_BEFORE = re.compile(r"[^\W\d_]+\Z")
_WORD = re.compile(r"[^\W\d_]+")
_HYPHENATED = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)+")
_KEEPS_ITS_HYPHEN = frozenset(["self", "cross", "ex", "quasi", "half", "well", "non", "all"])
_BLANK_BEGINNING = re.compile(r"\s*\n")
# It begins with a line's end, which is found fast; that one stays.
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")


class Line(NamedTuple):
    """A line of a page: [start, end) in its raw text, the line end not included; `text` is stripped."""

    start: int
    end: int
    text: str


class Cleaned(NamedTuple):
    text: str
    offset_map: OffsetMap | None


class Cleaning(NamedTuple):
    """All pages cleaned, and the filing stamps found on the first page that has any."""

    pages: list[Cleaned]
    stamps: list[Stamp]


Cut = tuple[int, int]
Key = tuple[str, str]
Edge = list[tuple[Key, Line]]
Zones = tuple[Edge, Edge]


def clean(pages: Sequence[str]) -> Cleaning:
    """Clean the raw texts of printed pages. Each page's cuts are found on their own, except what repeats from page to page."""
    cuts: list[list[Cut]] = [[] for _ in pages]
    lines = [_lines(page) for page in pages]
    lines = _cut_pleading_numbers(lines, cuts)
    stamps, lines = _cut_stamps(lines, cuts)
    _cut_running_lines(pages, lines, cuts)
    words = _Words(pages)
    cleaned = []
    for page, found in zip(pages, cuts, strict=True):
        found.extend(_hyphen_cuts(page, words))
        found.extend(_blank_cuts(page))
        cleaned.append(apply(page, found))
    return Cleaning(cleaned, stamps)


def apply(raw: str, cuts: list[Cut]) -> Cleaned:
    """The raw text without the cuts (which may overlap), and the map [[offset in text, offset in raw], ...] of what is kept."""
    if not cuts:
        return Cleaned(raw, None)
    pieces: list[str] = []
    offsets: OffsetMap = []
    position = length = 0
    for start, end in sorted(cuts):
        if start > position:
            offsets.append([length, position])
            pieces.append(raw[position:start])
            length += start - position
        position = max(position, end)
    if position < len(raw) or not offsets:
        offsets.append([length, position])
        pieces.append(raw[position:])
    return Cleaned("".join(pieces), offsets)


def _lines(page: str) -> list[Line]:
    """The lines that hold something."""
    found, start = [], 0
    for line in page.split("\n"):
        end = start + len(line)
        if text := line.strip():
            found.append(Line(start, end, text))
        start = end + 1
    return found


def _whole(line: Line) -> Cut:
    return line.start, line.end + 1


def _cut_pleading_numbers(pages: list[list[Line]], cuts: list[list[Cut]]) -> list[list[Line]]:
    """Line numbers of pleading paper (1 to 28, mostly), as a block or before each line, when at least two pages have them."""
    found = {index: numbers for index, lines in enumerate(pages) if (numbers := _pleading_numbers(lines))}
    if len(found) < 2:
        return pages
    for index, numbers in found.items():
        cuts[index].extend(numbers)
        gone = set(numbers)
        pages[index] = [line for line in pages[index] if _whole(line) not in gone]
    return pages


def _pleading_numbers(lines: list[Line]) -> list[Cut]:
    """The cuts that remove the numbers of one page; none unless they count from 1 to the foot of a pleading page."""
    if len(lines) < PLEADING_ENDS.start and not any(len(line.text) > 60 for line in lines):
        return []
    expected, found, pure = 1, [], 0
    for line in lines:
        if _NUMBERS_ONLY.fullmatch(line.text):
            numbers = [int(number) for number in line.text.split()]
            if numbers == list(range(expected, expected + len(numbers))):
                found.append(_whole(line))
                expected += len(numbers)
                pure += len(numbers)
        elif (number := _LEADING_NUMBER.match(line.text)) and int(number[1]) == expected:
            found.append((line.start, line.start + number.end()))
            expected += 1
    enough = pure >= (expected - 1) * 0.8 or len(found) >= 0.6 * len(lines)
    return found if expected - 1 in PLEADING_ENDS and enough else []


def _cut_stamps(pages: list[list[Line]], cuts: list[list[Cut]]) -> tuple[list[Stamp], list[list[Line]]]:
    first: list[Stamp] = []
    rest = []
    for index, lines in enumerate(pages):
        here = {line: stamp for line in _edges(lines, STAMP_LINES) if (stamp := stamp_in(line.text))}
        cuts[index].extend(_whole(line) for line in here)
        first = first or list(here.values())
        rest.append([line for line in lines if line not in here])
    return first, rest


def _edges(lines: list[Line], count: int) -> list[Line]:
    return lines if len(lines) <= 2 * count else lines[:count] + lines[-count:]


def _cut_running_lines(texts: Sequence[str], pages: list[list[Line]], cuts: list[list[Cut]]) -> None:
    """Lines at the top or foot that repeat with other digits. The first of each is kept, so that its words stay findable."""
    if len(pages) < 2:
        return
    zones = [_zoned(lines) for lines in pages]
    counts = Counter(key for zone in zones for key in {key for edge in zone for key, _ in edge})
    running = {key for key, count in counts.items() if _runs(key, count, len(pages))}
    for key, found in _at_the_edge(_with_a_body(zones, pages, running), running).items():
        first, line = found[0]
        known = _is_page_number(key) or (first > 0 and line.text in texts[0])
        for index, repeated in found if known else found[1:]:
            cuts[index].append(_whole(repeated))


def _zoned(lines: list[Line]) -> Zones:
    """The first lines of a page from the top inwards and its last lines from the foot inwards, each with its key."""
    middle = min(EDGE_LINES, (len(lines) + 1) // 2)
    top, foot = lines[:middle], lines[max(middle, len(lines) - EDGE_LINES) :]
    return [(_key("top", line), line) for line in top], [(_key("foot", line), line) for line in reversed(foot)]


def _with_a_body(zones: list[Zones], pages: list[list[Line]], running: set[Key]) -> list[Zones]:
    """The zones of pages that hold more than repeated lines; a page of nothing else (a form, a slip sheet) keeps its text."""
    kept = []
    for zone, lines in zip(zones, pages, strict=True):
        repeated = sum(len(line.text) for edge in zone for key, line in edge if key in running)
        kept.append(zone if 2 * repeated <= sum(len(line.text) for line in lines) else ([], []))
    return kept


def _at_the_edge(zones: list[Zones], running: set[Key]) -> dict[Key, list[tuple[int, Line]]]:
    """The running lines with no other text between them and the edge: an address in a signature block repeats too."""
    found: dict[Key, list[tuple[int, Line]]] = defaultdict(list)
    for index, zone in enumerate(zones):
        for edge in zone:
            for key, line in takewhile(lambda item: item[0] in running, edge):
                found[key].append((index, line))
    return found


def _key(zone: str, line: Line) -> Key:
    text = line.text if len(line.text) <= LONGEST_RUNNING_LINE else ""
    return zone, _masked(text)


def _masked(text: str) -> str:
    return " ".join(_DIGITS.sub("#", text).casefold().split())


def _is_page_number(key: Key) -> bool:
    return bool(_PAGE_NUMBER.fullmatch(key[1]))


def _runs(key: Key, count: int, pages: int) -> bool:
    if not key[1]:
        return False
    if pages == 2 and _is_page_number(key):
        return count == 2
    return count >= max(LEAST_REPEATS, LEAST_SHARE * pages)


class _Words:
    """The compounds that the document writes with a hyphen inside a line: looked for at the first question."""

    def __init__(self, pages: Sequence[str]) -> None:
        self._pages = pages
        self._hyphenated: frozenset[str] | None = None

    def keeps_hyphen(self, left: str, right: str) -> bool:
        if left.lower() in _KEEPS_ITS_HYPHEN:
            return True
        if self._hyphenated is None:
            self._hyphenated = frozenset(compound for page in self._pages for compound in _compounds(page))
        return f"{left}-{right}".lower() in self._hyphenated


def _compounds(page: str) -> Iterator[str]:
    for piece in page.split():
        if "-" in piece:
            yield from (compound.lower() for compound in _HYPHENATED.findall(piece))


def _blank_cuts(page: str) -> Iterator[Cut]:
    """All lines of a page's beginning that hold nothing, and those of a gap except the first."""
    if beginning := _BLANK_BEGINNING.match(page):
        yield beginning.span()
    for gap in _BLANK_LINES.finditer(page):
        yield gap.start() + 1, gap.end()


def _hyphen_cuts(page: str, words: _Words) -> Iterator[Cut]:
    """Words broken at a line end grow together; compounds that the document writes with a hyphen lose only the line break."""
    if "-" not in page:
        return
    for match in _LINE_END_HYPHEN.finditer(page):
        following = _WORD.match(page, match.end())
        before = _WORD_BEFORE.search(page, max(0, match.start() - LONGEST_WORD), match.start())
        if following is None or before is None or not page[match.end()].islower():
            continue
        hyphen = match.start()
        keeps = words.keeps_hyphen(before[0], following[0])
        yield (hyphen + 1 if keeps else hyphen), match.end()
