"""Dates in a text, as they are written in English, German, French and Spanish, or in digits in the order of the language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

EARLIEST = 1700
AHEAD = 3
"""Years after today up to which a date is believed."""

_NAMES = (
    ("january", "januar", "janvier", "enero", "jan", "jänner"), ("february", "februar", "février", "fevrier", "febrero", "feb"),
    ("march", "märz", "maerz", "mars", "marzo", "mar"), ("april", "avril", "abril", "apr"), ("may", "mai", "mayo"),
    ("june", "juni", "juin", "junio", "jun"), ("july", "juli", "juillet", "julio", "jul"),
    ("august", "août", "aout", "agosto", "aug"), ("september", "septembre", "septiembre", "sept", "sep"),
    ("october", "oktober", "octobre", "octubre", "oct", "okt"), ("november", "novembre", "noviembre", "nov"),
    ("december", "dezember", "décembre", "decembre", "diciembre", "dec", "dez"),
)  # fmt: skip
MONTHS = {name: number for number, names in enumerate(_NAMES, 1) for name in names}
_MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
_YEAR = r"(?:1[7-9]|20)\d\d"
_DAY = r"[0-3]?\d"
_FORMS = re.compile(
    rf"(?<![\w/.-])(?:"
    rf"(?P<m1>{_MONTH})\s+(?P<d1>{_DAY})(?:st|nd|rd|th)?\s*,?\s+(?P<y1>{_YEAR})"
    rf"|(?P<d2>{_DAY})(?:st|nd|rd|th|er|\.|º)?\s+(?:day\s+of\s+|de\s+)?(?P<m2>{_MONTH})\s*,?\s*(?:de(?:l)?\s+)?(?P<y2>{_YEAR})"
    rf"|(?P<y3>{_YEAR})-(?P<m3>[01]\d)-(?P<d3>[0-3]\d)"
    rf"|(?P<a>{_DAY})(?P<sep>[./-])\s?(?P<b>{_DAY})(?P=sep)\s?(?P<y4>{_YEAR}|\d\d)"
    rf")(?![\w/-]|\.\d)",
    re.IGNORECASE,
)
ORDINALS = {
    word: number
    for number, word in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
            "thirteenth",
            "fourteenth",
            "fifteenth",
            "sixteenth",
            "seventeenth",
            "eighteenth",
            "nineteenth",
            "twentieth",
        ],
        1,
    )
} | {
    f"twenty-{word}": 20 + n
    for n, word in enumerate(["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"], 1)
}
ORDINALS |= {"thirtieth": 30, "thirty-first": 31}
_IN_WORDS = re.compile(
    rf"\b(?P<day>{'|'.join(sorted(ORDINALS, key=len, reverse=True))})\s+day\s+of\s+(?P<month>{_MONTH})\s*,?\s*(?:in\s+the\s+year\s+)?(?P<year>{_YEAR})",
    re.IGNORECASE,
)


class Found(NamedTuple):
    """A date and where it stands, [start, end). `sure` is false where day and month could be exchanged."""

    day: date
    start: int
    end: int
    sure: bool


def dates_in(text: str, language: str = "en") -> Iterator[Found]:
    """The dates of a text in order. 05.03.2021 is the 5th of March, 05/03/2021 is that in all languages but English."""
    found = [_read(match, language) for match in _FORMS.finditer(text)]
    found += [_made(int(m["year"]), m["month"], ORDINALS[m["day"].lower()], m.start(), m.end()) for m in _IN_WORDS.finditer(text)]
    yield from sorted((one for one in found if one is not None), key=lambda one: one.start)


def _read(match: re.Match[str], language: str) -> Found | None:
    for n in ("1", "2", "3"):
        if match["y" + n]:
            return _made(int(match["y" + n]), match["m" + n], int(match["d" + n]), match.start(), match.end())
    first, second, year = int(match["a"]), int(match["b"]), int(match["y4"])
    if len(match["y4"]) == 2:
        year += 2000 if year < 70 else 1900
    american = language == "en" and match["sep"] != "."
    month, day = (first, second) if american else (second, first)
    if month > 12 >= day:
        month, day = day, month
    sure = match["sep"] == "." or first > 12 or second > 12 or first == second or language == "en"
    return _made(year, str(month), day, match.start(), match.end(), sure=sure)


def _made(year: int, month: str, day: int, start: int, end: int, *, sure: bool = True) -> Found | None:
    number = int(month) if month.isdigit() else MONTHS[month.rstrip(".").lower()]
    try:
        made = date(year, number, day)
    except ValueError:
        return None
    return Found(made, start, end, sure) if EARLIEST <= year <= date.today().year + AHEAD else None
