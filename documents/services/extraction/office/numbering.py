"""The numbers that Word computes for paragraphs of lists ("1.", "(a)", "II."): they stand nowhere in the text of the file.

Source: ECMA-376 part 1, 17.9 (numbering). Counters belong to an abstract list, which several lists may share.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from documents.services.extraction.office.package import attribute

LEVELS = 9
_LONGEST_CHAIN = 50
_OFF = ("0", "false", "off")
_PLACE = re.compile("%([1-9])")
_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"),
    (4, "IV"), (1, "I"),
)  # fmt: skip
_BULLET = "•"
_LARGEST = 99_999
_MOST_LETTERS = 30


@dataclass(frozen=True)
class _Level:
    start: int
    form: str
    text: str
    restarts_after: int
    """The number of levels above whose steps restart this one; 0 for none."""
    legal: bool
    suffix: str
    style: str


class Numbering:
    """Counts the paragraphs of one document in their order."""

    def __init__(self, numbering: etree._Element | None, styles: etree._Element | None) -> None:
        self._styles = {} if styles is None else {attribute(style, "styleId"): style for style in styles.iterchildren("{*}style")}
        self._abstract: dict[str, etree._Element] = {}
        self._lists: dict[str, etree._Element] = {}
        if numbering is not None:
            self._abstract = {attribute(entry, "abstractNumId"): entry for entry in numbering.iterchildren("{*}abstractNum")}
            self._lists = {attribute(entry, "numId"): entry for entry in numbering.iterchildren("{*}num")}
        self._levels: dict[str, dict[int, _Level]] = {}
        self._starts: dict[str, dict[int, int]] = {}
        self._counts: defaultdict[str, list[int | None]] = defaultdict(lambda: [None] * LEVELS)
        self._restarted: set[tuple[str, int]] = set()

    def label(self, paragraph: etree._Element) -> str:
        """What Word writes before this paragraph, with the space or tab after it; "" for paragraphs of no list. Counts it."""
        if not self._lists:
            return ""
        number, level = self._list_of(paragraph.find("{*}pPr"))
        levels = self._levels_of(number)
        if level not in levels:
            return ""
        counts = self._counts[self._abstract_of(number)]
        self._step(counts, number, level, levels)
        text = self._text(counts, level, levels)
        return text + {"nothing": "", "space": " "}.get(levels[level].suffix, " ") if text else ""

    def _list_of(self, properties: etree._Element | None) -> tuple[str, int]:
        """The list and the level of a paragraph: its own word, else its style's, of which a list may say at which level it stands."""
        own = None if properties is None else properties.find("{*}numPr")
        number, level = _value(own, "numId"), _value(own, "ilvl")
        style = _value(properties, "pStyle")
        for _ in range(_LONGEST_CHAIN):
            if number or style not in self._styles:
                break
            said = self._styles[style].find("{*}pPr/{*}numPr")
            number, level = _value(said, "numId"), level or _value(said, "ilvl")
            if number and not level:
                level = str(next((place for place, at in self._levels_of(number).items() if at.style == style), 0))
            style = _value(self._styles[style], "basedOn")
        return number, _integer(level, 0)

    def _abstract_of(self, number: str) -> str:
        """The abstract list behind a list; one that only names a style of lists is that style's."""
        abstract = ""
        for _ in range(_LONGEST_CHAIN):
            entry = self._lists.get(number)
            abstract = _value(entry, "abstractNumId")
            link = _value(self._abstract.get(abstract), "numStyleLink")
            if link not in self._styles:
                break
            number = _value(self._styles[link].find("{*}pPr/{*}numPr"), "numId")
        return abstract

    def _levels_of(self, number: str) -> dict[int, _Level]:
        if number not in self._levels:
            found, starts = dict(_levels(self._abstract.get(self._abstract_of(number)))), {}
            for override in () if number not in self._lists else self._lists[number].iterchildren("{*}lvlOverride"):
                found.update(_levels(override))
                if said := _value(override, "startOverride"):
                    starts[_integer(attribute(override, "ilvl"), -1)] = _integer(said, 1)
            self._levels[number], self._starts[number] = found, starts
        return self._levels[number]

    def _step(self, counts: list[int | None], number: str, level: int, levels: dict[int, _Level]) -> None:
        before = counts[level]
        start = self._starts[number].get(level)
        if start is not None and (number, level) not in self._restarted:
            self._restarted.add((number, level))
            counts[level] = start
        else:
            counts[level] = min(before + 1, _LARGEST) if before is not None else levels[level].start
        for above in range(level):
            if counts[above] is None and above in levels:
                counts[above] = levels[above].start
        for below in range(level + 1, LEVELS):
            if below in levels and level < levels[below].restarts_after:
                counts[below] = None

    def _text(self, counts: list[int | None], level: int, levels: dict[int, _Level]) -> str:
        if levels[level].form == "bullet":
            text = levels[level].text
            return _BULLET if (text and not text.isascii()) or text in ("o", "§", "Ø") else text
        legal = levels[level].legal

        def number(place: re.Match[str]) -> str:
            at = int(place[1]) - 1
            form = levels[at].form if at in levels else "decimal"
            count = counts[at]
            return "" if count is None else shown(count, "decimal" if legal and form != "decimalZero" else form)

        return "" if levels[level].form == "none" and not levels[level].text else _PLACE.sub(number, levels[level].text)


def shown(count: int, form: str) -> str:
    """A count as a list shows it; in words ("One") and scripts that are not known here it is shown in digits."""
    if form in ("lowerLetter", "upperLetter") and 0 < count <= 26 * _MOST_LETTERS:
        letters = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letters.upper() if form == "upperLetter" else letters
    if form in ("lowerRoman", "upperRoman") and 0 < count < 4000:
        roman = _roman(count)
        return roman if form == "upperRoman" else roman.lower()
    if form == "ordinal":
        return f"{count}{'th' if count % 100 in (11, 12, 13) else {1: 'st', 2: 'nd', 3: 'rd'}.get(count % 10, 'th')}"
    return "" if form == "none" else f"{count:02}" if form == "decimalZero" else str(count)


def _roman(count: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        times, count = divmod(count, value)
        text += letters * times
    return text


def _levels(parent: etree._Element | None) -> Iterator[tuple[int, _Level]]:
    for level in () if parent is None else parent.iterchildren("{*}lvl"):
        place = _integer(attribute(level, "ilvl"), -1)
        if 0 <= place < LEVELS:
            legal = level.find("{*}isLgl")
            yield (
                place,
                _Level(
                    start=_integer(_value(level, "start"), 0),
                    form=_value(level, "numFmt") or "decimal",
                    text=_value(level, "lvlText")[:200],
                    restarts_after=min(_integer(_value(level, "lvlRestart"), place), place),
                    legal=legal is not None and attribute(legal, "val").lower() not in _OFF,
                    suffix=_value(level, "suff"),
                    style=_value(level, "pStyle"),
                ),
            )


def _value(parent: etree._Element | None, name: str) -> str:
    found = None if parent is None else next(parent.iterchildren(f"{{*}}{name}"), None)
    return "" if found is None else attribute(found, "val")


def _integer(said: str, otherwise: int) -> int:
    try:
        return max(-1, min(int(said), _LARGEST))
    except ValueError:
        return otherwise
