"""What a ZIP of documents says of itself: manifest.csv for spreadsheets, manifest.json for programs. Rows wait in files, not in memory."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Iterator
from typing import IO, Any

from documents.models import Document
from tasks.base.spreadsheets import cell

COLUMNS = (
    "title", "file", "kind", "date", "sha256", "size", "bates_begin", "bates_end", "tags", "source", "status", "document", "problem",
)  # fmt: skip


def row_of(document: Document, path: str, source: str, problem: str) -> dict[str, Any]:
    """`tags` are prefetched. `path` is "" where there is no file; then `problem` says why."""
    return {
        "title": document.title,
        "file": path,
        "kind": document.kind,
        "date": document.date.isoformat() if document.date else None,
        "sha256": document.sha256 if path else "",
        "size": document.size if path else 0,
        "bates_begin": document.metadata.get("bates_begin"),
        "bates_end": document.metadata.get("bates_end"),
        "tags": [tag.name for tag in document.tags.all()],
        "source": source,
        "status": "kept" if document.kept else document.status,
        "document": str(document.pk),
        "problem": problem,
    }


class Manifest:
    """Gathers rows; `csv_blocks` and `json_blocks` give them as files. Close it."""

    def __init__(self) -> None:
        self._rows: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115

    def close(self) -> None:
        self._rows.close()

    def add(self, row: dict[str, Any]) -> None:
        self._rows.write(json.dumps(row, ensure_ascii=False) + "\n")

    def _written(self) -> Iterator[str]:
        self._rows.seek(0)
        return iter(self._rows)

    def csv_blocks(self) -> Iterator[bytes]:
        line = _Line()
        writer = csv.writer(line)
        writer.writerow(COLUMNS)
        yield b"\xef\xbb\xbf" + line.take()  # by this mark spreadsheets know UTF-8
        for written in self._written():
            row = json.loads(written)
            writer.writerow([cell(row[column]) for column in COLUMNS])
            yield line.take()

    def json_blocks(self, about: dict[str, Any]) -> Iterator[bytes]:
        """{**about, "documents": [rows]}"""
        yield json.dumps(about, ensure_ascii=False)[:-1].encode() + b', "documents": ['
        for number, written in enumerate(self._written()):
            yield (b",\n" if number else b"\n") + written.rstrip("\n").encode()
        yield b"\n]}\n"


class _Line:
    """Where csv writes one line, to be taken from."""

    def __init__(self) -> None:
        self._text = ""

    def write(self, text: str) -> int:
        self._text += text
        return len(text)

    def take(self) -> bytes:
        text, self._text = self._text, ""
        return text.encode()
