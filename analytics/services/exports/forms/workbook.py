"""XLSX: a sheet that explains the columns, then one for each table, or several where it has more rows than a sheet takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analytics.services.exports.content.cells import sheet_value, text_cell
from analytics.services.exports.content.tables import Table, Type
from analytics.services.exports.forms.base import Chunk, Writer, plain_rows

MOST_ROWS = 1_048_576
"""Of a sheet, its head among them (Excel specifications and limits)."""
LONGEST_NAME = 31
_ASIDE = 7
"""Letters of a sheet's name that are kept for its number."""
_WIDTHS = {Type.TEXT: 32, Type.JSON: 32, Type.LIST: 24, Type.TIME: 25, Type.DATE: 12}


class BookWriter(Writer):
    def __init__(self, *given: Any) -> None:
        import xlsxwriter  # 15 MB that an export in another form does without

        super().__init__(*given)
        options = {"constant_memory": True, "tmpdir": str(self.scratch), "strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(self.file, options)
        self._about = self._book.add_worksheet("About")
        self._bold = self._book.add_format({"bold": True})

    def begin(self, table: Table) -> None:
        self._table, self._sheets = table, 0
        self._add_sheet()

    def write(self, chunk: Chunk) -> int:
        kinds = [column.type for column in self._table.columns]
        count = 0
        for row in plain_rows(chunk, self._table):
            if self._row >= MOST_ROWS:
                self._add_sheet()
            self._write_row([sheet_value(value, kind) for value, kind in zip(row, kinds, strict=True)])
            count += 1
        return count

    def finish(self, counts: Sequence[int]) -> None:
        from xlsxwriter.exceptions import FileCreateError

        self._explain(counts)
        try:
            self._book.close()
        except FileCreateError as error:
            # xlsxwriter wraps what the disk said.
            raise error.args[0] if error.args and isinstance(error.args[0], OSError) else error from error

    def abandon(self) -> None:
        self._book.fileclosed = True

    def _add_sheet(self) -> None:
        self._sheets += 1
        name = self._table.name.replace("_", " ").capitalize()[: LONGEST_NAME - _ASIDE]
        self._sheet = self._book.add_worksheet(name if self._sheets == 1 else f"{name} {self._sheets}")
        for place, column in enumerate(self._table.columns):
            self._sheet.set_column(place, place, _WIDTHS.get(column.type, 16))
            self._sheet.write_string(0, place, text_cell(column.title or column.name), self._bold)
        self._sheet.freeze_panes(1, 0)
        self._row = 1

    def _write_row(self, values: Sequence[str | int | float | bool | None]) -> None:
        for place, value in enumerate(values):
            if isinstance(value, str):
                if value:
                    self._sheet.write_string(self._row, place, value)
            elif isinstance(value, bool):
                self._sheet.write_boolean(self._row, place, value)
            elif value is not None:
                self._sheet.write_number(self._row, place, value)
        self._row += 1

    def _explain(self, counts: Sequence[int]) -> None:
        """The manifest as rows: what was asked, then each table with its columns."""
        lines: list[list[str | int]] = [[key, _told(value)] for key, value in self.manifest.items() if key != "tables"]
        lines += [[], ["table", "rows", "column", "type", "unit", "definition"]]
        for table, count in zip(self.manifest["tables"], counts, strict=True):
            for column in table["columns"]:
                lines.append([table["name"], count, column["name"], column["type"], column["unit"], column["definition"]])
        self._about.set_column(0, 4, 18)
        self._about.set_column(5, 5, 90)
        for row, line in enumerate(lines):
            for place, value in enumerate(line):
                if isinstance(value, int):
                    self._about.write_number(row, place, value)
                else:
                    self._about.write_string(row, place, text_cell(value))


def _told(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_told(inside)}" for key, inside in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
