"""Files of one record after the other, JSON lines and CSV: read in order with the place of each, so that reading can go on anywhere."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from documents.services.library.formats.base import MAX_RECORD, Item, Position, Unfit, open_bytes, skip

ToItem = Callable[[dict[str, Any], str], Item]
csv.field_size_limit(MAX_RECORD)


def json_lines(path: Path, position: Position, to_item: ToItem) -> Iterator[tuple[Item, Position]]:
    """Each line a JSON object; the others are skipped with their line and reason."""
    with open_bytes(path) as file:
        file.seek(position.get("offset", 0))
        number = position.get("line", 0)
        for line in _lines(file):
            number += 1
            if line is None or line.strip():
                yield _of_line(line, f"line {number}", to_item), {"offset": file.tell(), "line": number}


def _lines(file: IO[bytes]) -> Iterator[bytes | None]:
    """Lines, None for one that is longer than any record."""
    while line := file.readline(MAX_RECORD):
        if len(line) < MAX_RECORD or line.endswith(b"\n"):
            yield line
            continue
        while (rest := file.readline(MAX_RECORD)) and not rest.endswith(b"\n"):
            pass
        yield None


def _of_line(line: bytes | None, where: str, to_item: ToItem) -> Item:
    if line is None:
        return skip(where, f"The line is longer than {MAX_RECORD >> 20} MB.")
    try:
        value = json.loads(line)
    except UnicodeDecodeError:
        return skip(where, "The line is not UTF-8.")
    except json.JSONDecodeError as error:
        return skip(where, f"This is no JSON: {error.msg} at column {error.colno}.")
    except RecursionError:
        return skip(where, "The JSON is nested too deeply.")
    return made(value, where, to_item)


def made(value: Any, where: str, to_item: ToItem) -> Item:
    """The item of a JSON value; a skip for one that is no object, or whose fields are not what they should be."""
    if not isinstance(value, dict):
        return skip(where, "The record is no JSON object.")
    try:
        return to_item(value, where)
    except ValueError as error:
        return skip(where, f"The record is not as expected: {error}.")
    except (TypeError, KeyError, AttributeError) as error:
        return skip(where, f"The record is not as expected ({type(error).__name__}: {error}).")


def csv_rows(path: Path, position: Position, to_item: ToItem, *, escape: str | None = None) -> Iterator[tuple[Item, Position]]:
    """Each row as {column: value}. With `escape` a quote inside quotes stands behind it (an option of PostgreSQL's COPY), else doubled."""
    with open_bytes(path) as file:
        lines = _Counted(file)
        options: dict[str, Any] = {"escapechar": escape, "doublequote": False} if escape else {}
        columns = _header(lines, options)
        if position:
            file.seek(position["offset"])
            lines.number = position["line"]
        rows = csv.reader(lines, strict=True, **options)
        while (found := _next(rows, lines, columns)) is not None:
            values, where = found
            item = values if values.get("is") == "skip" else made(values, where, to_item)
            yield item, {"offset": file.tell(), "line": lines.number}


def _header(lines: _Counted, options: dict[str, Any]) -> list[str]:
    try:
        return [name.strip().lower().removeprefix("\ufeff") for name in next(csv.reader(lines, strict=True, **options))]
    except (StopIteration, csv.Error) as error:
        raise Unfit("The file has no row of column names.") from error


def _next(rows: Iterator[list[str]], lines: _Counted, columns: list[str]) -> tuple[dict[str, Any], str] | None:
    """The next row that is not empty, or a skip; None at the end."""
    while True:
        where = f"line {lines.number + 1}"
        try:
            row = next(rows)
        except StopIteration:
            return None
        except csv.Error as error:
            return skip(where, f"The row is no CSV: {error}."), where
        if lines.broken:
            lines.broken = False
            return skip(where, "The row is not UTF-8."), where
        if row and len(row) != len(columns):
            return skip(where, f"The row has {len(row)} fields, the header {len(columns)}."), where
        if row:
            return dict(zip(columns, row, strict=True)), where


class _Counted:
    """Lines of text, counted; `broken` where one was not UTF-8."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.number = 0
        self.broken = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._file.readline(MAX_RECORD)
        if not line:
            raise StopIteration
        self.number += 1
        try:
            return line.decode("utf-8").replace("\x00", "")
        except UnicodeDecodeError:
            self.broken = True
            return line.decode("utf-8", "replace").replace("\x00", "")
