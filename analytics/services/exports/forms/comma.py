"""CSV: a ZIP with a file for each table (UTF-8 with its mark, RFC 4180) and the manifest."""

from __future__ import annotations

import codecs
import csv
import io
import json
import zipfile
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import IO, Any

from django.db.models import QuerySet
from django.utils import timezone

from analytics.services.exports.content.cells import comma_value, text_cell
from analytics.services.exports.content.copying import copied_commas
from analytics.services.exports.content.tables import Row, Table
from analytics.services.exports.forms.base import Chunk, Writer
from tasks.base.zips import packed

MARKS = {"en": (",", "."), "de": (";", ",")}
"""What parts fields, and the decimal sign, for spreadsheets that are set to a language."""
LEVEL = 1
PIECES = 4
"""That may wait to be packed."""


class Behind:
    """What is packed in a thread while the database makes the next rows. `put` and `wait` raise what went wrong there."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "pack")
        self._begun: deque[Future[object]] = deque()

    def put(self, work: Callable[[bytes], object], piece: bytes) -> None:
        while len(self._begun) >= PIECES:
            self._begun.popleft().result()
        self._begun.append(self._thread.submit(work, piece))

    def wait(self) -> None:
        while self._begun:
            self._begun.popleft().result()

    def end(self) -> None:
        """Once nothing is packed any more; what has not begun is left out."""
        self._thread.shutdown(cancel_futures=True)


class CommaWriter(Writer):
    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._comma, self._point = MARKS[self.locale]
        self._zip = zipfile.ZipFile(self.file, "w", zipfile.ZIP_DEFLATED)
        self._entry: IO[bytes] = io.BytesIO()
        self._behind = Behind()

    def begin(self, table: Table) -> None:
        self._close_entry()
        self._table = table
        self._entry = self._open(f"{table.name}.csv")
        heads = [text_cell(column.title or column.name) for column in table.columns]
        self._entry.write(codecs.BOM_UTF8 + self._lines([heads]))

    def write(self, chunk: Chunk) -> int:
        if isinstance(chunk, QuerySet):
            return copied_commas(chunk, self._table.columns, self._comma, self._point, self._pack)
        kinds = [column.type for column in self._table.columns]
        self._pack(self._lines([[comma_value(value, kind, self._point) for value, kind in zip(row, kinds, strict=True)] for row in chunk]))
        return len(chunk)

    def finish(self, counts: Sequence[int]) -> None:
        self._close_entry()
        for table, count in zip(self.manifest["tables"], counts, strict=True):
            table["rows"] = count
        with self._open("manifest.json") as entry:
            entry.write(json.dumps(self.manifest, ensure_ascii=False, indent=2).encode())
        self._zip.close()
        self._behind.end()

    def abandon(self) -> None:
        self._behind.end()
        self._entry.close()
        self._zip.close()

    def _pack(self, lines: bytes) -> None:
        self._behind.put(self._entry.write, lines)

    def _close_entry(self) -> None:
        self._behind.wait()
        self._entry.close()

    def _open(self, name: str) -> IO[bytes]:
        return self._zip.open(packed(name, timezone.now(), LEVEL), "w", force_zip64=True)

    def _lines(self, rows: Sequence[Row]) -> bytes:
        written = io.StringIO()
        csv.writer(written, delimiter=self._comma, lineterminator="\n").writerows(rows)
        return written.getvalue().encode()
