"""Cells of spreadsheets: their addresses, and their values as they are shown: numbers in the form of the cell, dates as dates.

Number formats: ECMA-376 part 1, 18.8.30 and 18.8.31, as far as they say how a number reads; colours and widths don't.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache
from typing import NamedTuple

MAX_COLUMNS, MAX_ROWS = 16_384, 1_048_576
_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|[_*].|\[\$([^\]-]*)(?:-[^\]]*)?\]')
_BRACKETED = re.compile(r"\[[^\]]*\]")
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_DIGITS = re.compile(r"[#0?][#0?,]*(?:\.[#0?]*)?,*|\.[#0?]+")
_MASK = re.compile(r"[#0?]")
_DATE_LETTER = re.compile(r"[ymdhs]", re.IGNORECASE)
_TIME_LETTER = re.compile(r"[hs]|am/pm", re.IGNORECASE)
_DAY_LETTER = re.compile(r"[yd]", re.IGNORECASE)
_GENERAL_DIGITS = 15
_MOST_DECIMALS = 30
_KEPT = "\ue000"  # stands for literal text while the rest of a format is read
# The formats that files name by number only (18.8.30); what is not here is General.
BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: '"$"#,##0', 6: '"$"#,##0', 7: '"$"#,##0.00', 8: '"$"#,##0.00', 9: "0%", 10: "0.00%",
    11: "0.00E+00", 14: "yyyy-mm-dd", 15: "yyyy-mm-dd", 16: "yyyy-mm-dd", 17: "yyyy-mm-dd", 18: "h:mm", 19: "h:mm:ss", 20: "h:mm",
    21: "h:mm:ss", 22: "yyyy-mm-dd h:mm", 37: "#,##0;(#,##0)", 38: "#,##0;(#,##0)", 39: "#,##0.00;(#,##0.00)", 40: "#,##0.00;(#,##0.00)",
    41: "#,##0", 42: '"$"#,##0', 43: "#,##0.00", 44: '"$"#,##0.00', 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss", 48: "0.0E+0", 49: "@",
}  # fmt: skip


class Place(NamedTuple):
    """A cell's column and row, from 1."""

    column: int
    row: int


def letters(column: int) -> str:
    """The letters of a column from 1: 2 is B, 28 is AB."""
    text = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def place_of(address: str) -> Place | None:
    """B7 is column 2, row 7; None for what is no address."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return None
    column = 0
    for letter in found[1].upper():
        column = column * 26 + ord(letter) - 64
    place = Place(column, int(found[2]))
    return place if place.column <= MAX_COLUMNS and 1 <= place.row <= MAX_ROWS else None


def shown(value: str, form: str, since_1904: bool = False) -> str:
    """A stored number as its format shows it: "1250" under "#,##0.00" is 1,250.00; days are ISO dates, times 24-hour clock.

    What is no number stays as it is.
    """
    if form in ("", "General") and value.isdecimal() and value.isascii() and len(value) <= _GENERAL_DIGITS and value[0] != "0":
        return value
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    if not number.is_finite() or abs(number.adjusted()) > 400:
        return value
    plan = _plan(form, number < 0, number == 0)
    if plan.moment:
        return _moment(number, plan, since_1904) or _general(number)
    return _number(number, plan)


class _Plan(NamedTuple):
    """How one section of a number format reads."""

    moment: str = ""  # "date", "time", "date time", "elapsed", or "" for numbers
    seconds: bool = False
    before: str = ""
    digits: str = ""
    after: str = ""
    percent: int = 0
    scale: int = 0
    scientific: bool = False
    sign: bool = False
    fixed: str = ""
    mask: str = ""


@cache
def _plan(form: str, negative: bool, zero: bool) -> _Plan:
    sections = _sections(form[:500])
    own = negative and len(sections) > 1
    section = sections[1 if negative and len(sections) > 1 else 2 if zero and len(sections) > 2 else 0]
    literals: list[str] = []

    def keep(text: str) -> str:
        literals.append(text)
        return _KEPT

    elapsed = bool(_ELAPSED.search(section))
    bare = _LITERAL.sub(lambda found: keep(found[1] or found[2] or found[3] or ""), section)
    bare = _BRACKETED.sub("", bare)
    if elapsed:
        return _Plan("elapsed")
    if bare.strip().lower() in ("", "general", "@"):  # also of a section that would hide the number
        return _Plan(sign=negative)
    if _DATE_LETTER.search(bare) and not _DIGITS.search(bare.replace("0", "", bare.count(".0"))):
        return _dated(bare)
    return _numbered(bare, literals, sign=negative and not own)


def _dated(bare: str) -> _Plan:
    day, time = bool(_DAY_LETTER.search(bare)), bool(_TIME_LETTER.search(bare))
    day = day or not time  # "mmm" alone is a month
    return _Plan(" ".join(filter(None, ["date" if day else "", "time" if time else ""])), seconds="s" in bare.lower().replace("am/pm", ""))


def _numbered(bare: str, literals: list[str], sign: bool) -> _Plan:
    scientific = "e+" in bare.lower() or "e-" in bare.lower()
    found = _DIGITS.search(bare)
    before, digits, after = (bare[: found.start()], found[0], bare[found.end() :]) if found else (bare, "", "")
    scale = len(digits) - len(digits.rstrip(","))
    kept = iter(literals)

    def spelled(text: str) -> str:
        return "".join(next(kept, "") if letter == _KEPT else letter for letter in text if letter in _KEPT or letter not in "#0?")

    percent = bare.count("%")
    if scientific:
        after = re.sub(r"(?i)^e[+-][0#?]*", "", after)
    if "/" in after and found and "?" in bare:
        return _Plan(sign=sign)  # fractions: the number itself says as much
    if not scientific and "." not in digits and _MASK.search(after):
        return _Plan(sign=sign, mask="".join(next(kept, "") if letter == _KEPT else letter for letter in bare))
    prefix = spelled(before)
    return _Plan("", False, prefix, digits, spelled(after), percent, scale, scientific, sign, "" if digits else prefix.strip())


def _sections(form: str) -> list[str]:
    """Positive, negative, zero, text: split at semicolons outside of quotes."""
    sections, quoted, escaped = [""], False, False
    for letter in form:
        if letter == ";" and not quoted and not escaped:
            sections.append("")
            continue
        sections[-1] += letter
        quoted ^= letter == '"' and not escaped
        escaped = letter == "\\" and not escaped
    return sections


def _number(number: Decimal, plan: _Plan) -> str:
    if plan.fixed:
        return plan.fixed
    if plan.mask:
        return ("-" if plan.sign else "") + _masked(abs(number), plan.mask) if number.adjusted() < 25 else _general(number)
    if not plan.digits:
        return _general(number if plan.sign or number >= 0 else -number)
    size = abs(number).scaleb(2 * plan.percent - 3 * plan.scale)
    whole, _, decimals = plan.digits.rstrip(",").partition(".")
    places = min(len(decimals), _MOST_DECIMALS)
    if plan.scientific:
        mantissa, _, power = f"{size:.{places}E}".partition("E")
        text = f"{mantissa}E{int(power):+03}"
    else:
        try:
            text = f"{size.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):{',' if ',' in whole else ''}f}"
        except InvalidOperation:  # more digits than the arithmetic holds
            return _general(number)
        text = _optional(text, decimals)
    least = whole.replace(",", "").count("0")
    if not least and text.startswith("0."):
        text = text[1:]
    elif not least and text == "0":
        text = "" if plan.before + plan.after else "0"
    elif "," not in whole and len(text.partition(".")[0]) < least:
        text = "0" * (least - len(text.partition(".")[0])) + text
    return f"{'-' if plan.sign else ''}{plan.before}{text}{plan.after}"


def _masked(number: Decimal, mask: str) -> str:
    """Digits among signs, as in "000-00-0000": they fill their places from the right, and the first place takes those that are left."""
    places = len(_MASK.findall(mask))
    digits = f"{number.quantize(Decimal(1), ROUND_HALF_UP):f}".rjust(places, "0")
    queue = iter([digits[: len(digits) - places + 1], *digits[len(digits) - places + 1 :]])
    return _MASK.sub(lambda _: next(queue), mask)


def _optional(text: str, decimals: str) -> str:
    """Without the zeros at the end that the format leaves out ("0.0#")."""
    optional = len(decimals) - len(decimals.rstrip("#?"))
    while optional and text.endswith("0"):
        text, optional = text[:-1], optional - 1
    return text.removesuffix(".") if decimals.strip("#?") == "" else text


def _general(number: Decimal) -> str:
    """As plain as it goes: 0.30000000000000004 is 0.3."""
    if number == 0:
        return "0"
    text = f"{number:.{_GENERAL_DIGITS}g}"
    plain = Decimal(text)
    if -10 < plain.adjusted() < 21:
        text = f"{plain:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return f"{plain.normalize():E}"


def _moment(number: Decimal, plan: _Plan, since_1904: bool) -> str:
    """A serial number as day and time; "" outside of the calendar. Serial 60 is a day that never was (29 February 1900)."""
    if plan.moment == "elapsed":
        seconds = int((abs(number) * 86_400).to_integral_value(ROUND_HALF_UP))
        return f"{'-' if number < 0 else ''}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if not 0 <= number < 2_958_466:
        return ""
    start = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 31 if number < 60 else 30)
    moment = start + timedelta(seconds=int((number * 86_400).to_integral_value(ROUND_HALF_UP)))
    clock = f"{moment:%H:%M:%S}" if plan.seconds else f"{moment:%H:%M}"
    return {"date": f"{moment:%Y-%m-%d}", "time": clock}.get(plan.moment, f"{moment:%Y-%m-%d} {clock}")
