"""JSON: one object with the manifest first, then each table as an array of objects."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from analytics.services.exports.content.cells import json_value
from analytics.services.exports.content.copying import copied_json
from analytics.services.exports.content.tables import Table
from analytics.services.exports.forms.base import Chunk, Writer

_DIGITS = 20


class ObjectsWriter(Writer):
    """The numbers of rows stand in the manifest, whose place is left open until they are known."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        marks = [f"{uuid.uuid4().hex}" for _table in self.manifest["tables"]]
        for table, mark in zip(self.manifest["tables"], marks, strict=True):
            table["rows"] = mark
        head = b'{"manifest": ' + json.dumps(self.manifest, ensure_ascii=False).encode()
        self._places = []
        for mark in marks:
            quoted = f'"{mark}"'.encode()
            self._places.append(head.index(quoted))
            head = head.replace(quoted, b" " * len(quoted))
        self.file.write(head)
        self._begun, self._empty = False, True

    def begin(self, table: Table) -> None:
        self._end_table()
        self._table, self._begun, self._empty = table, True, True
        self.file.write(f',\n"{table.name}": [\n'.encode())

    def write(self, chunk: Chunk) -> int:
        if isinstance(chunk, QuerySet):
            return copied_json(chunk, self._table.columns, self._put)
        columns = self._table.columns
        objects = ({one.name: json_value(value, one.type) for one, value in zip(columns, row, strict=True)} for row in chunk)
        self._put(b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in objects))
        return len(chunk)

    def _put(self, lines: bytes) -> None:
        """Whole objects, a line each."""
        if lines:
            self.file.write((b"" if self._empty else b",\n") + lines[:-1].replace(b"\n", b",\n"))
            self._empty = False

    def finish(self, counts: Sequence[int]) -> None:
        self._end_table()
        self.file.write(b"\n}\n")
        for place, count in zip(self._places, counts, strict=True):
            self.file.seek(place)
            self.file.write(str(count).encode()[:_DIGITS])
        self.file.seek(0, 2)

    def abandon(self) -> None:
        """Nothing is open."""

    def _end_table(self) -> None:
        if self._begun:
            self.file.write(b"\n]")
