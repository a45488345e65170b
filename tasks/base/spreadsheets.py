"""What people wrote, as a cell of a CSV or XLSX file that a spreadsheet program opens."""

from __future__ import annotations

from typing import Any

from tasks.base.printable import printable

_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are the first ones as East Asian keyboards write them, at full width."""


def cell(value: Any) -> str:
    """A value as text ("" for none, lists with semicolons) without control characters, which no spreadsheet takes for a formula: what
    begins as one has an apostrophe in front (OWASP, CSV injection)."""
    text = printable("" if value is None else "; ".join(map(str, value)) if isinstance(value, list) else str(value))
    return f"'{text}" if text.lstrip(" ").startswith(_BEGINNINGS) else text
