"""A value as a cell of a spreadsheet, or in JSON. What the database writes by itself (`copying`) is written alike."""

from __future__ import annotations

import datetime
import json
import math
import re
from typing import Any

from django.utils.translation import gettext as _

from analytics.services.exports.content.tables import Type
from documents.sheets import LONGEST_CELL
from tasks.base.printable import printable
from tasks.base.spreadsheets import cell

NUMBER = re.compile(r"[-+]\d+([.,]\d+)?")
"""Text that a spreadsheet can only take for the number that it is: it needs no apostrophe."""
EXACT = 2**53
"""Whole numbers up to here are exact in the 64-bit floats of Excel; greater ones are written as text."""


def cut_mark() -> str:
    return _(" … (cut: a cell holds no more)")


def text_cell(value: Any) -> str:
    """Text that no spreadsheet runs, as long as a cell holds (in UTF-16 units); a longer one is cut and says so."""
    text = printable("" if value is None else str(value))
    text = text if NUMBER.fullmatch(text) else cell(text)
    if len(text) * 2 <= LONGEST_CELL or len(text) + _astral(text) <= LONGEST_CELL:
        return text
    mark = cut_mark()
    return text[: LONGEST_CELL - len(mark) - _astral(text)] + mark


def _astral(text: str) -> int:
    """Characters that are two units of UTF-16."""
    return sum(1 for letter in text if letter > "\uffff") if not text.isascii() else 0


def sheet_value(value: Any, kind: Type) -> str | int | float | bool | None:
    """What stands in a cell: numbers and flags as such, all else as text; None for nothing."""
    if value is None:
        return None
    if kind is Type.WHOLE:
        return int(value) if abs(value) <= EXACT else str(value)
    if kind is Type.REAL:
        return float(value) if math.isfinite(value) else None
    if kind is Type.FLAG:
        return bool(value)
    if kind in (Type.TIME, Type.DATE, Type.WORD):
        return plain(value)
    if kind in (Type.LIST, Type.NUMBERS):
        return text_cell("; ".join(map(str, value)))
    return text_cell(json.dumps(value, ensure_ascii=False) if kind is Type.JSON else value)


def comma_value(value: Any, kind: Type, point: str) -> str | int:
    """A field of a CSV; `point` is the decimal sign."""
    made = sheet_value(value, kind)
    if made is None:
        return ""
    if isinstance(made, bool):
        return "true" if made else "false"
    if isinstance(made, float):
        return repr(made).removesuffix(".0").replace(".", point)
    return value if kind is Type.WHOLE else made


def json_value(value: Any, kind: Type) -> Any:
    """As `json.dumps` takes it; text stays whole, without what no encoding has."""
    if value is None or kind is Type.FLAG:
        return value
    if kind is Type.WHOLE:
        return int(value)
    if kind is Type.REAL:
        return float(value) if math.isfinite(value) else None
    if kind in (Type.LIST, Type.NUMBERS):
        return [one if isinstance(one, int | float) else encodable(str(one)) for one in value]
    if kind is Type.JSON:
        return value
    return encodable(plain(value))


def encodable(text: str) -> str:
    """Lone surrogates as question marks."""
    return text.encode("utf-8", "replace").decode()


def plain(value: Any) -> str:
    """Times in UTC, dates and all else as text."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else str(value)
