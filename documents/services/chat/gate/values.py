"""Whether each figure, date and time of a sentence stands in its sources, of the same thing and with the same bound."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from documents.services.chat.contracts import Fault
from documents.services.chat.gate.faults import fault
from documents.services.chat.gate.ground import Ground, anchors
from documents.services.chat.gate.text.days import Day, Hour, same_hour
from documents.services.chat.gate.text.figures import CODE, LABEL, NUMBER, ORDINAL, Figure, comparable, same
from documents.services.chat.gate.text.reading import Reading
from documents.services.chat.gate.text.roots import GENERIC

_BOUNDS = (
    ("of", re.compile(r"\b(?:\d+|(?<!every )(?<!each )one|two|three|four|five|six|seven|eight|nine|ten|some|most|half|part) of (?:the |its |their )$", re.I)),
    ("of", re.compile(r"(?:(?:^|[.;:]\s)Of|\b[Oo]ut of|\b\d+ of) (?:the |its |their )?$")),
    ("least", re.compile(r"\b(?:at least|no (?:less|fewer) than|not (?:less|fewer) than|minimum(?: \w+){0,2})\s*(?:a\s)?$", re.I)),
    ("most", re.compile(r"\b(?:at most|no more than|not more than|up to|not exceeding|not to exceed|not exceed|maximum(?: \w+){0,2}|no greater than)\s*(?:a\s)?$", re.I)),
    ("more", re.compile(r"\b(?:more than|over|exceed(?:s|ed|ing)?|above|in excess of|greater than|longer than)\s*(?:a\s)?$", re.I)),
    ("less", re.compile(r"\b(?:less than|under|below|fewer than|shorter than)\s*(?:a\s)?$", re.I)),
    ("about", re.compile(r"\b(?:about|approximately|around|roughly|nearly|almost|some|circa|ca\.|an estimated|estimated at)\s*(?:a\s)?$", re.I)),
)  # fmt: skip
_BOUNDS_BEHIND = (
    ("least", re.compile(r"\s*(?:or more|or longer|at (?:the )?least|minimum)\b", re.I)),
    ("most", re.compile(r"\s*(?:or less|or fewer|at (?:the )?most|maximum)\b", re.I)),
)
_DAY_BOUNDS = (
    ("by", re.compile(r"\b(?:by|no later than|not later than|on or before|at the latest(?: on)?)\s+(?:the\s+)?(?:\w+day,?\s+)?$", re.I)),
    ("before", re.compile(r"(?<!on or )\b(?:before|prior to|earlier than)\s+(?:the\s+)?(?:\w+day,?\s+)?$", re.I)),
    ("from", re.compile(r"\b(?:since|on or after|from|as of|not earlier than|no earlier than|starting|beginning|effective)\s+(?:on\s+)?(?:\w+day,?\s+)?$", re.I)),
    ("after", re.compile(r"(?<!on or )\b(?:after|later than|following)\s+(?:the\s+)?(?:\w+day,?\s+)?$", re.I)),
    ("until", re.compile(r"\b(?:until|till|through|up to|to)\s+(?:the\s+)?(?:\w+day,?\s+)?$", re.I)),
)  # fmt: skip
_APART = {frozenset(pair) for pair in (("before", "after"), ("before", "from"), ("by", "after"), ("by", "from"), ("until", "from"), ("until", "after"), ("before", "on"), ("after", "on"))}  # fmt: skip
_ITS_DATE = re.compile(r"\b(?:dated|e-?mails?|letters?|memo\w*|orders?|wrote|sent|signed|documents?|agreements?|report(?:ed)?|filed|minutes|notice|invoices?|made|entered|judgment|decision|executed|issued)\b", re.I)  # fmt: skip


def faults_of(said: Reading, ground: Ground) -> Iterator[Fault]:
    yield from _figures(said, ground)
    yield from _days(said, ground)
    yield from _hours(said, ground)


def _figures(said: Reading, ground: Ground) -> Iterator[Fault]:
    around = anchors(said, [(one.start, one.end) for one in said.figures])
    for place, figure in enumerate(said.figures):
        written = said.text[figure.start : figure.end].strip()
        places = [(reading, other) for reading in ground.readings for other in reading.figures if same(figure, other)]
        if not places:
            if not _told_otherwise(figure, ground):
                yield fault("figure", written)
            continue
        if figure.kind in (LABEL, CODE, ORDINAL):
            continue
        if not any(_same_bound(said, figure, reading, other) for reading, other in places):
            yield fault("quantifier")
        if not any(_same_measure(said, figure, reading, other) for reading, other in places):
            yield fault("figure", f"{written}{_MEASURE.match(said.text, figure.end)[0]}")  # type: ignore[index]
        if _of_another(figure, around[place], said.figures, ground):
            yield fault("figure_of_other", written)


def _told_otherwise(figure: Figure, ground: Ground) -> bool:
    """By the title or section of a document, the page of a source, a label at the head of its line, or as a year."""
    if any(same(figure, other) for other in ground.titles.figures):
        return True
    if figure.kind == LABEL and figure.unit == "page":
        return any(str(number) == figure.key for source in ground.sources for number in (source.page, source.page_to))
    if figure.kind == LABEL:
        head = re.compile(rf"(?m)^\W{{0,3}}{re.escape(figure.key)}[.):\s]", re.I)
        return any(head.search(text) for text in (ground.text, ground.titles.text))
    years = {day.year for reading in (*ground.readings, ground.titles) for day in reading.days}
    return figure.kind == NUMBER and figure.value in years


def _same_bound(said: Reading, figure: Figure, reading: Reading, other: Figure) -> bool:
    mine, theirs = _bound(said.text, figure.start, figure.end), _bound(reading.text, other.start, other.end)
    return mine == theirs or ({mine, theirs} <= {"", "about"} and mine != "") or (mine == "" and theirs == "about")


_UNITS = {
    "kilogram": "kg", "gram": "g", "milligram": "mg", "tonne": "t", "ton": "ton", "pound": "lb", "lbs": "lb", "ounce": "oz", "kilometer": "km",
    "kilometre": "km", "meter": "m", "metre": "m", "centimeter": "cm", "millimeter": "mm", "mile": "mi", "foot": "ft", "feet": "ft",
    "liter": "l", "litre": "l", "gallon": "gal", "anno": "year", "annum": "year", "diem": "day", "capita": "person",
}  # fmt: skip
_WRITTEN_OUT = "|".join(rf"{word}s?" for word in _UNITS)
_MEASURE = re.compile(
    rf"(?:\s?-?(?P<unit>(?:°\s?|degrees\s)?(?:C(?:elsius)?|F(?:ahrenheit)?)|[kmµnu]?g|lbs?|oz|[kcm]m|mi|ft|[md]?l|gal|[kMG]?Wh?|[kM]?Hz|[kMGT]B|pp[mb]|{_WRITTEN_OUT})"
    r"(?![\w-]))?(?:(?:\s?/\s?|\s(?:per|an?|each|every)\s)(?P<per>[a-z]+))?"
)
"""What a figure measures, and for each of what."""


def _same_measure(said: Reading, figure: Figure, reading: Reading, other: Figure) -> bool:
    """Whether both count the same, where both say what: 212 mg/kg is not 212 g/kg, and $2.80 per pound not $2.80 per pallet."""
    mine, theirs = _measure(said.text, figure.end), _measure(reading.text, other.end)
    return all(not one or not another or one == another for one, another in zip(mine, theirs, strict=True))


def _measure(text: str, end: int) -> tuple[str, str]:
    found = _MEASURE.match(text, end)
    return (_unit(found["unit"]), _unit(found["per"])) if found else ("", "")


def _unit(written: str | None) -> str:
    bare = re.sub(r"°|degrees|\s", "", written or "")
    if bare[:1] in ("C", "F"):
        return bare[:1]
    one = bare.removesuffix("s") if len(bare) > 3 else bare
    return _UNITS.get(bare) or _UNITS.get(one) or one


def _bound(text: str, start: int, end: int) -> str:
    before = text[max(0, start - 40) : start]
    for name, pattern in _BOUNDS:
        if pattern.search(before):
            return name
    return next((name for name, pattern in _BOUNDS_BEHIND if pattern.match(text, end)), "")


def _of_another(figure: Figure, around: frozenset[str], mine: Sequence[Figure], ground: Ground) -> bool:
    """Whether the sources say another figure of what this sentence says this one of."""
    own, others = 0, 0
    for reading in ground.readings:
        rows = anchors(reading, [(one.start, one.end) for one in reading.figures])
        for other, roots in zip(reading.figures, rows, strict=True):
            if same(figure, other):
                own = max(own, _shared(around, roots))
            elif comparable(figure, other) and not any(same(one, other) for one in mine):
                others = max(others, _shared(around, roots))
    return others > own and (own == 0 or others > own + 1)


def _shared(one: frozenset[str], other: frozenset[str]) -> int:
    return len((one & other) - GENERIC)


def _days(said: Reading, ground: Ground) -> Iterator[Fault]:
    places = [(reading, day) for reading in ground.readings for day in reading.days]
    dated = [day for day in said.days if day.weekday is None]
    around = anchors(said, [(day.start, day.end) for day in dated])
    for place, day in enumerate(dated):
        fitting = [(reading, other) for reading, other in places if other.weekday is None and day.within(other)]
        if not fitting:
            if not _date_of_document(day, said, ground, places):
                yield fault("date", said.text[day.start : day.end])
            continue
        if not any(_same_day_bound(said, day, reading, other) for reading, other in fitting):
            yield fault("date", said.text[max(0, day.start - 10) : day.end].strip())
        elif _day_of_another(day, around[place], dated, ground):
            yield fault("figure_of_other", said.text[day.start : day.end])
    for day in said.days:
        if day.weekday is not None and not _weekday(day, said, ground, [other for _reading, other in places]):
            yield fault("date", said.text[day.start : day.end])


def _date_of_document(day: Day, said: Reading, ground: Ground, places: Sequence[tuple[Reading, Day]]) -> bool:
    if any(other.weekday is None and day.within(other) for other in ground.titles.days):
        return True
    own = [Day(0, 0, date.year, date.month, date.day) for date in ground.dates]
    named = bool(_ITS_DATE.search(said.text)) or bool((said.roots - GENERIC) & ground.titles.roots)
    if named and any(day.within(one) for one in own):
        return True
    # "3 May" in a document of 2024, said as 3 May 2024.
    years = {date.year for date in ground.dates} | {other.year for other in ground.titles.days}
    bare = day._replace(year=None)
    return day.year in years and any(other.year is None and other.weekday is None and bare.within(other) for _reading, other in places)


def _same_day_bound(said: Reading, day: Day, reading: Reading, other: Day) -> bool:
    mine, theirs = _day_bound(said.text, day.start), _day_bound(reading.text, other.start)
    return frozenset((mine, theirs)) not in _APART


def _day_bound(text: str, start: int) -> str:
    before = text[max(0, start - 40) : start]
    return next((name for name, pattern in _DAY_BOUNDS if pattern.search(before)), "on")


def _day_of_another(day: Day, around: frozenset[str], mine: Sequence[Day], ground: Ground) -> bool:
    own, others = 0, 0
    for reading in ground.readings:
        days = [one for one in reading.days if one.weekday is None]
        for other, roots in zip(days, anchors(reading, [(one.start, one.end) for one in days]), strict=True):
            if day.within(other):
                own = max(own, _shared(around, roots))
            elif (other.day is None) == (day.day is None) and not any(one.within(other) for one in mine):
                others = max(others, _shared(around, roots))
    return others > own and (own == 0 or others > own + 1)


def _weekday(day: Day, said: Reading, ground: Ground, others: Sequence[Day]) -> bool:
    """A weekday that the sources name, or that a date of sentence and source falls on."""
    if any(other.weekday == day.weekday for other in others):
        return True
    mine = [one for one in said.days if one.date is not None]
    return any(one.date is not None and one.date.weekday() == day.weekday and any(one.within(other) for other in others) for one in mine)


def _hours(said: Reading, ground: Ground) -> Iterator[Fault]:
    theirs = [hour for reading in ground.readings for hour in reading.hours]
    around = anchors(said, [(hour.start, hour.end) for hour in said.hours])
    for place, hour in enumerate(said.hours):
        if not any(same_hour(hour, other) for other in theirs):
            yield fault("date", said.text[hour.start : hour.end])
        elif _hour_of_another(hour, around[place], said.hours, ground):
            yield fault("figure_of_other", said.text[hour.start : hour.end])


def _hour_of_another(hour: Hour, around: frozenset[str], mine: Sequence[Hour], ground: Ground) -> bool:
    own, others = 0, 0
    for reading in ground.readings:
        for other, roots in zip(reading.hours, anchors(reading, [(one.start, one.end) for one in reading.hours]), strict=True):
            if same_hour(hour, other):
                own = max(own, _shared(around, roots))
            elif not any(same_hour(one, other) for one in mine):
                others = max(others, _shared(around, roots))
    return others > own and (own == 0 or others > own + 1)
