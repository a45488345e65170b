"""Tables as files for spreadsheets: CSV and XLSX."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from django.utils.translation import gettext as _

from documents.services.extraction.formats import XLSX
from tasks.base.printable import printable

if TYPE_CHECKING:
    import xlsxwriter

TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX}
LONGEST_CELL = 32_767
"""UTF-16 units that a cell of Excel holds (its specifications and limits); what is longer spills over other cells when a CSV is opened."""
LONGEST_ADDRESS = 2079
"""Characters of a link that Excel takes."""
_NO_NAME = re.compile(r"[\[\]:*?/\\']")


@dataclass(frozen=True)
class Linked:
    """A text that leads to an http(s) address, where the format has links."""

    text: str
    url: str


Value: TypeAlias = str | int | float | Linked
Sheet: TypeAlias = tuple[str, Sequence[Sequence[Value]], Sequence[int]]
"""Name, rows, widths of the columns."""


def made(rows: Sequence[Sequence[Value]], form: str, name: str, widths: Sequence[int] = ()) -> bytes:
    """The file; `form` is one of TYPES. Texts that people wrote must have been through `tasks.base.spreadsheets.cell`. `name` and
    `widths` (in characters) are those of the sheet and its columns."""
    return _csv([[_fitted(value) for value in row] for row in rows]) if form == "csv" else book([(name, rows, widths)])


def book(tables: Sequence[Sheet]) -> bytes:
    """A workbook of these sheets, the first row of each frozen. Nothing in it is a formula, and only what is Linked is a link."""
    import xlsxwriter  # 15 MB that a process without workbooks does without

    written = io.BytesIO()
    made = xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    for name, rows, widths in tables:
        _write_sheet(made, name, rows, widths)
    made.close()
    return written.getvalue()


def _fitted(value: Value) -> str | int | float:
    if isinstance(value, Linked):
        return _fitting(value.text)
    return _fitting(value) if isinstance(value, str) else value


def _fitting(text: str) -> str:
    """A text that is too long for a cell is cut and says so at its end."""
    text = printable(text)
    if len(text) * 2 <= LONGEST_CELL or len(encoded := text.encode("utf-16-le")) <= LONGEST_CELL * 2:
        return text
    end = _(" … (cut: a cell holds no more)")
    return encoded[: (LONGEST_CELL - len(end)) * 2].decode("utf-16-le", errors="ignore") + end


def _csv(rows: Sequence[Sequence[str | int | float]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode("utf-8-sig")  # by its mark spreadsheets know UTF-8


def _write_sheet(book: xlsxwriter.Workbook, name: str, rows: Sequence[Sequence[Value]], widths: Sequence[int]) -> None:
    sheet = book.add_worksheet(printable(_NO_NAME.sub(" ", name)).strip()[:31] or None)
    sheet.freeze_panes(1, 0)
    look = {"text_wrap": True, "valign": "top"} if widths else {}
    layout, link = book.add_format(look) if widths else None, book.add_format({**look, "font_color": "#27509B", "underline": 1})
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width, layout)
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, Linked) and len(value.url) <= LONGEST_ADDRESS:
                sheet.write_url(number, column, value.url, link, string=_fitting(value.text))
            else:
                sheet.write(number, column, _fitted(value))
