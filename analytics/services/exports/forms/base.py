"""What every form of file does."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, Any

from django.db.models import QuerySet

from analytics.services.exports.content.tables import Row, Table

Chunk = QuerySet[Any] | Sequence[Row]


class Writer(ABC):
    """`begin` a table, `write` its chunks, and the next one; `finish` with how many rows each had. `scratch` is a folder for files of
    its own, which goes afterwards."""

    def __init__(self, file: IO[bytes], manifest: dict[str, Any], scratch: Path, locale: str) -> None:
        self.file, self.manifest, self.scratch, self.locale = file, manifest, scratch, locale

    @abstractmethod
    def begin(self, table: Table) -> None: ...

    @abstractmethod
    def write(self, chunk: Chunk) -> int:
        """Gives how many rows it were."""

    @abstractmethod
    def finish(self, counts: Sequence[int]) -> None: ...

    @abstractmethod
    def abandon(self) -> None:
        """Let go of what is open; what is written now goes nowhere."""


def plain_rows(chunk: Chunk, table: Table) -> Iterable[Row]:
    if isinstance(chunk, QuerySet):
        return chunk.values_list(*(column.source for column in table.columns)).iterator(chunk_size=2000)
    return chunk
