"""Figures by value: 4,523,000 is 4523000 and 4.523 million; $5 is not €5, 30 days are not 30 business days, 62 is not 64.

What numbers a section, a page or an exhibit is a label, and labels are compared as they are written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from documents.services.classification.dates import ORDINALS

NUMBER, MONEY, PERCENT, ORDINAL, DURATION, LABEL, CODE = "number", "money", "percent", "ordinal", "duration", "label", "code"


class Figure(NamedTuple):
    """[start, end) in the text. `unit`: a currency, a unit of time, or what a label numbers; `key`: a label or code as it is compared, of a
    duration its number as written."""

    start: int
    end: int
    kind: str
    value: Fraction
    unit: str = ""
    key: str = ""


_SMALL = {word: number for number, word in enumerate(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split())}  # fmt: skip # noqa: SIM905
_TENS = {word: 10 * number for number, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}  # noqa: SIM905
_SCALES = {"hundred": 100, "thousand": 1_000, "k": 1_000, "million": 10**6, "m": 10**6, "mn": 10**6, "mio": 10**6, "billion": 10**9, "bn": 10**9, "b": 10**9,
           "trillion": 10**12, "dozen": 12, "score": 20}  # fmt: skip
_PARTS = {"half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fourths": 4, "fifth": 5, "fifths": 5, "sixths": 6, "eighth": 8, "eighths": 8,
          "tenth": 10, "tenths": 10, "hundredths": 100}  # fmt: skip
_GLYPHS = {"½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8)}
_CURRENCIES = {
    "$": "USD", "us$": "USD", "usd": "USD", "dollar": "USD", "€": "EUR", "eur": "EUR", "euro": "EUR", "£": "GBP", "gbp": "GBP",
    "pound": "GBP", "chf": "CHF", "franc": "CHF", "¥": "JPY", "yen": "JPY", "jpy": "JPY", "c$": "CAD", "cad": "CAD", "a$": "AUD", "aud": "AUD", "cent": "cent", "¢": "cent",
}  # fmt: skip
_UNITS = {"second": ("s", 1), "minute": ("s", 60), "hour": ("s", 3600), "day": ("day", 1), "week": ("day", 7), "fortnight": ("day", 14), "month": ("month", 1),
          "quarter": ("month", 3), "year": ("month", 12), "decade": ("month", 120)}  # fmt: skip
_MODIFIERS = {"business": "business day", "working": "business day", "court": "court day", "trading": "trading day"}

_W = "|".join(sorted([*_SMALL, *_TENS, "hundred", "thousand", "million", "billion", "trillion"], key=len, reverse=True))
_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
_WORDS = rf"\b(?:(?:a|an)\s+(?=hundred|thousand|million|billion|dozen))?(?:{_W})(?:(?:[\s-]+(?:and\s+)?)(?:{_W}))*\b"
_NUMBER = rf"(?:(?P<digits>{_DIGITS})(?:\s?(?P<num>\d{{1,2}})/(?P<den>\d{{1,2}})|(?:[\s-]?)(?P<glyph>[½⅓⅔¼¾⅛⅜⅝⅞]))?|(?P<lone>[½⅓⅔¼¾⅛⅜⅝⅞])|(?P<words>{_WORDS})|(?P<article>\b(?:a|an)(?=\s(?:dozen|score of|half|quarter of|third of|day|week|fortnight|month|year|decade|hour|minute)\b))|(?P<bare>\b(?:half|dozen)\b))"
_FIGURE = re.compile(
    rf"(?:(?<![\w.,/-])|(?<=\d[-–]))(?P<neg>[-\u2212](?=[\d$€£]))?(?P<cur>(?:US|C|A)?\$|[€£¥]|\b(?:USD|EUR|GBP|CHF|JPY|CAD|AUD)\b)?\s?{_NUMBER}"
    r"(?P<half>\s+and\s+(?:a\s+half|one[\s-]half|a\s+quarter|three[\s-]quarters))?"
    r"(?:(?:\s|-)?(?P<scale>million|billion|trillion|thousand|hundred|dozen|bn|mn|mio|[kmb](?=\b)(?!\s?\w{0,1}\d))\b)?"
    r"(?P<half2>\s+and\s+a\s+half)?"
    r"(?:[\s-](?:of\s+)?(?:an?\s+)?(?P<part>half|halves|thirds?|quarters?|fourths|fifths?|sixths|eighths?|tenths?|hundredths)(?=\s+of|\s|[.,;)]|$))?"
    r"(?:\s?(?P<pct>%|percent\b|per\s?cent\b|percentage points?\b)|\s?(?P<bps>basis points?\b|bps\b)"
    r"|\s?-?(?P<cur2>(?:US\s)?dollars?|euros?|pounds?(?:\s+sterling)?|cents?|francs?|yen|USD|EUR|GBP|CHF|JPY|CAD|AUD|€|¢|£)(?![\w]))?"
    r"(?P<th>(?:st|nd|rd|th)\b)?",
    re.I,
)
_UNIT = re.compile(
    r"\s*\(?(?:\d+\)\s*)?[-\s]?(?P<mod>business|working|court|trading|calendar|full|consecutive|whole|additional|further|more|successive)?[-\s]?(?P<unit>seconds?|minutes?|hours?|days?|weeks?|fortnights?|months?|years?|decades?|quarters)\b(?!['\u2019]?s?\s+(?:old\s+)?v\.)",
    re.I,
)
_LABELS = {
    "section": "section", "sections": "section", "sec.": "section", "§": "section", "§§": "section", "clause": "section", "clauses": "section", "subsection": "section",
    "paragraph": "paragraph", "paragraphs": "paragraph", "para.": "paragraph", "paras.": "paragraph", "¶": "paragraph", "¶¶": "paragraph",
    "page": "page", "pages": "page", "p.": "page", "pp.": "page", "exhibit": "exhibit", "exhibits": "exhibit", "ex.": "exhibit",
    "article": "article", "art.": "article", "schedule": "schedule", "appendix": "appendix", "annex": "annex", "count": "count", "counts": "count", "chapter": "chapter",
    "part": "part", "rule": "rule", "no.": "no", "nos.": "no", "number": "no", "line": "line", "lines": "line", "title": "title", "amendment": "amendment", "item": "item", "invoice": "no",
    "claim": "claim", "claims": "claim", "docket": "no", "form": "form", "lot": "lot", "room": "room", "suite": "suite", "phase": "phase", "step": "step", "attachment": "attachment",
    "table": "table", "figure": "figure", "footnote": "footnote", "interrogatory": "interrogatory", "request": "request", "unit": "unit", "building": "building", "berth": "berth",
}  # fmt: skip
_ROMAN = r"[IVXLC]{1,7}"
_LABEL = re.compile(
    r"(?<![\w])(?P<label>" + "|".join(re.escape(word) for word in sorted(_LABELS, key=len, reverse=True)) + r")(?:\s+no\.?)?\s?(?:#\s?)?"
    rf"(?P<key>\d[\w]*(?:[.\-–]\w+)*(?:\(\w{{1,4}}\))*|(?-i:{_ROMAN}|[A-Z](?:-?\d+)?)(?![\w'\u2019]))",
    re.I,
)
_CODE = re.compile(r"(?<![\w./$-])(?=[\w-]*[A-Za-z])(?=[\w/-]*\d)[A-Za-z0-9]+(?:[-/][A-Za-z0-9]+)*(?![\w])")
_NOT_CODE = re.compile(
    r"\d+(?:st|nd|rd|th|s|k|m|bn|mn|b|am|pm|x)|\d+(?:-[a-z]+)+|(?:mid|early|late|post|pre)-\d+|(?:us|c|a)\$?\d+|(?:usd|eur|gbp)\d+", re.I
)
ROMANS = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}


def figures_in(text: str, taken: Sequence[tuple[int, int]] = ()) -> list[Figure]:
    """In the order of the text, without what stands in a date or time of day (`taken`)."""
    held = list(taken)
    found: list[Figure] = []
    for match in _LABEL.finditer(text):
        if not _free(match.span(), held) or (
            match["label"].casefold() in ("no", "part", "count", "unit", "number")
            and not match["key"][0].isdigit()
            and not (match["label"] == "Count" and match["key"].isupper())
        ):
            continue
        if (
            match["label"].casefold() in ("claims", "counts", "lines", "pages")
            and match["label"].islower()
            and not match["key"][0].isdigit()
        ):
            continue
        found.append(Figure(*match.span(), LABEL, Fraction(0), _LABELS[match["label"].casefold()], label_key(match["key"])))
        held.append(match.span())
    for match in _CODE.finditer(text):
        if _free(match.span(), held) and not _NOT_CODE.fullmatch(match[0]):
            found.append(Figure(*match.span(), CODE, Fraction(0), key=match[0].replace("-", "").replace("/", "").casefold()))
            held.append(match.span())
    for one in (*_ordinals(text, compound=True), *_fractions(text)):
        if _free((one.start, one.end), held):
            found.append(one)
            held.append((one.start, one.end))
    for match in _FIGURE.finditer(text):
        if match.end() > match.start() and _free(match.span(), held) and (made := _read(match, text)) is not None:
            found.append(made)
    found += [one for one in _ordinals(text) if _free((one.start, one.end), [*held, *((one.start, one.end) for one in found)])]
    return _joined(sorted(found), text)


def _joined(found: list[Figure], text: str) -> list[Figure]:
    """The first of "5 to 10 years" counts years, too; the second of "thirty (30) days" is the first again."""
    kept: list[Figure] = []
    for one in found:
        if kept and one.start < kept[-1].end:
            if one.value != kept[-1].value and one.value != _own_value(kept[-1]):
                kept.append(one)
            continue
        if kept and kept[-1].kind == NUMBER and one.kind in (MONEY, PERCENT, DURATION) and _RANGE.fullmatch(text, kept[-1].end, one.start):
            factor = one.value / _own_value(one) if one.kind == DURATION and _own_value(one) else 1
            kept[-1] = kept[-1]._replace(kind=one.kind, unit=one.unit, value=kept[-1].value * factor, key=str(kept[-1].value))
        kept.append(one)
    return kept


def _own_value(one: Figure) -> Fraction:
    """Of a duration what is written, before its unit."""
    return Fraction(one.key) if one.kind == DURATION and one.key else one.value


_RANGE = re.compile(r"\s*(?:[-–—]|to|or|and|through)\s*")


def label_key(written: str) -> str:
    """As labels are compared: 7(b) as it is, XII as 12."""
    if re.fullmatch(_ROMAN, written):
        total = 0
        for one, following in zip(written, [*written[1:], ""], strict=True):
            value = ROMANS[one]
            total += -value if following and ROMANS[following] > value else value
        return str(total)
    return written.replace("–", "-").casefold().rstrip(".-")


def _free(span: tuple[int, int], taken: Sequence[tuple[int, int]]) -> bool:
    return not any(start < span[1] and span[0] < end for start, end in taken)


@cache
def _of_words(words: str) -> Fraction | None:
    """one hundred and five thousand -> 105000; None for what counts nothing, as "one" alone or a row of numbers."""
    total, current, last = 0, 0, 10**15
    for word in re.split(r"[\s-]+", words.casefold()):
        if word in ("and", "a", "an"):
            continue
        if word in _SMALL:
            if last < 20:
                return None
            current, last = current + _SMALL[word], 1
        elif word in _TENS:
            if last < 100:
                return None
            current, last = current + _TENS[word], 20
        elif word == "hundred":
            current, last = (current or 1) * 100, 100
        else:
            total, current, last = total + (current or 1) * _SCALES[word], 0, 1000
    return Fraction(total + current)


def _read(match: re.Match[str], text: str) -> Figure | None:
    value = _value(match)
    if value is None:
        return None
    if match["scale"]:
        value *= _SCALES[match["scale"].casefold()]
    if match["half2"]:
        value += Fraction(1, 2) * (_SCALES[match["scale"].casefold()] if match["scale"] else 1)
    if match["part"]:
        value = value / _PARTS[match["part"].casefold()] if match["part"].casefold() in _PARTS else value
    start, end = match.span()
    start += len(match[0]) - len(match[0].lstrip())
    if match["neg"]:
        value = -value
    currency = match["cur"] or match["cur2"]
    if currency:
        name = _CURRENCIES[
            re.sub(r"^us\s|\s.*$", "", currency.casefold()).rstrip("s") if len(currency) > 3 else currency.casefold().rstrip("s")
        ]
        return Figure(start, end, MONEY, value / 100 if name == "cent" else value, "USD" if name == "cent" else name)
    if match["pct"] or match["bps"]:
        return Figure(start, end, PERCENT, value / 100 if match["bps"] else value)
    if match["th"]:
        return Figure(start, end, ORDINAL, value)
    after = _UNIT.match(text, end)
    if after is not None:
        return _duration(start, after, value)
    alone = (match["words"] or "").casefold()
    if (
        match["article"]
        or alone == "one"
        or (match["bare"] and not match["scale"] and not match["part"] and match["bare"].casefold() == "half")
    ):
        return None if not (match["scale"] or match["part"]) else Figure(start, end, NUMBER, value)
    return Figure(start, end, NUMBER, value)


def _duration(start: int, after: re.Match[str], value: Fraction) -> Figure:
    unit, factor = _UNITS[after["unit"].casefold().rstrip("s")]
    modifier = (after["mod"] or "").casefold()
    if unit == "day" and factor == 1 and modifier in _MODIFIERS:
        unit = _MODIFIERS[modifier]
    return Figure(start, after.end(), DURATION, value * factor, unit, str(value))


def _value(match: re.Match[str]) -> Fraction | None:
    if match["digits"]:
        value = Fraction(match["digits"].replace(",", ""))
        if match["num"]:
            value += Fraction(int(match["num"]), int(match["den"]) or 1)
        if match["glyph"]:
            value += Fraction(*_GLYPHS[match["glyph"]])
    elif match["lone"]:
        value = Fraction(*_GLYPHS[match["lone"]])
    elif match["words"]:
        known = _of_words(" ".join(match["words"].split()))
        if known is None:
            return None
        value = known
    elif match["bare"]:
        value = Fraction(1, 2) if match["bare"].casefold() == "half" else Fraction(12)
    else:
        value = Fraction(1)
    if match["half"]:
        words = match["half"].casefold()
        value += Fraction(3, 4) if "three" in words else Fraction(1, 4) if "quarter" in words else Fraction(1, 2)
    return value


_FRACTION = re.compile(r"(?<![\w/.-])(?<!\d\s)(\d{1,2})/(\d{1,3})(?![\w/])")
_ORDINAL_WORDS = re.compile(r"\b(?:(twenty|thirty)[\s-])?(" + "|".join(sorted(ORDINALS, key=len, reverse=True)) + r")\b", re.I)


def _fractions(text: str) -> list[Figure]:
    found = _FRACTION.finditer(text)
    return [Figure(*match.span(), NUMBER, Fraction(int(match[1]), int(match[2]))) for match in found if int(match[2]) > int(match[1])]


def _ordinals(text: str, *, compound: bool = False) -> list[Figure]:
    """Ordinals in words but for "first" and "second", which say more than a number; `compound`: those of two words."""
    found = []
    for match in _ORDINAL_WORDS.finditer(text):
        word = match[2].casefold()
        if compound and not match[1]:
            continue
        if (word in ("first", "second") and not match[1]) or match[0].casefold() in ("third party", "third parties"):
            continue
        if word == "third" and re.match(r"[\s-]+part(?:y|ies)\b", text[match.end() : match.end() + 10], re.I):
            continue
        found.append(Figure(*match.span(), ORDINAL, Fraction(ORDINALS[word] + (_TENS[match[1].casefold()] if match[1] else 0))))
    return found


def same(one: Figure, other: Figure) -> bool:
    """Whether a figure of a sentence is that of a source."""
    if CODE in (one.kind, other.kind):
        return one.key == other.key and one.key != ""
    if one.kind == LABEL or other.kind == LABEL:
        if one.kind == other.kind:
            return one.key == other.key and (one.unit == other.unit or "no" in (one.unit, other.unit))
        label, figure = (one, other) if one.kind == LABEL else (other, one)
        return figure.kind == ORDINAL and label.key == str(figure.value)
    if one.value != other.value:
        return False
    if one.kind == other.kind:
        return one.unit == other.unit
    return one.kind == NUMBER and other.kind == MONEY


def comparable(one: Figure, other: Figure) -> bool:
    """Whether one could stand where the other does."""
    return one.kind == other.kind and one.kind in (NUMBER, MONEY, PERCENT, DURATION)
