"""Tables as files for spreadsheets: CSV and XLSX."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import TypeAlias

import xlsxwriter
from django.utils.translation import gettext as _

from documents.services.extraction.formats import XLSX
from tasks.base.printable import printable

TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX}
LONGEST_CELL = 32_767
"""UTF-16 units that a cell of Excel holds (its specifications and limits); what is longer spills over other cells when a CSV is opened."""
_NO_NAME = re.compile(r"[\[\]:*?/\\']")

Value: TypeAlias = str | int | float


def made(rows: Sequence[Sequence[Value]], form: str, name: str, widths: Sequence[int] = ()) -> bytes:
    """The file; `form` is one of TYPES. Texts that people wrote must have been through `tasks.base.spreadsheets.cell`. `name` and
    `widths` (in characters) are those of the sheet and its columns."""
    fitting = [[_fitting(value) if isinstance(value, str) else value for value in row] for row in rows]
    return _csv(fitting) if form == "csv" else _xlsx(fitting, name, widths)


def _fitting(text: str) -> str:
    """A text that is too long for a cell is cut and says so at its end."""
    text = printable(text)
    if len(text) * 2 <= LONGEST_CELL or len(encoded := text.encode("utf-16-le")) <= LONGEST_CELL * 2:
        return text
    end = _(" … (cut: a cell holds no more)")
    return encoded[: (LONGEST_CELL - len(end)) * 2].decode("utf-16-le", errors="ignore") + end


def _csv(rows: Sequence[Sequence[Value]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode("utf-8-sig")  # by its mark spreadsheets know UTF-8


def _xlsx(rows: Sequence[Sequence[Value]], name: str, widths: Sequence[int]) -> bytes:
    """A workbook of one sheet, its first row frozen. Nothing in it is a formula or a link."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(printable(_NO_NAME.sub(" ", name)).strip()[:31] or None)
    sheet.freeze_panes(1, 0)
    layout = book.add_format({"text_wrap": True, "valign": "top"}) if widths else None
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width, layout)
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return written.getvalue()
