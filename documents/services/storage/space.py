"""How much is stored: counted from the rows, each file once however many rows have it, deleted ones until they are purged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db import connection

from cases.services.summaries import BYTES, FILES, register_summary
from documents.services.storage.holders import holders

REMEMBERED_SECONDS = 60
KEY = "documents.space"
_COUNTED = "SELECT case_id, count(*), sum(size) FROM ({files}) AS files (case_id, stored_as, size) GROUP BY 1"

_ALL = "SELECT count(*), sum(size) FROM (SELECT max(size) FROM ({files}) AS rows (stored_as, size) GROUP BY stored_as) AS files (size)"


def of_cases(case_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """{case: {stored_files, stored_bytes}} of these, in one query; cases without files are left out."""
    selects: list[str] = []
    values: list[Any] = []
    for holder in holders:
        if holder.tell is not None:  # what has no case is nobody's
            files = holder.rows.filter(case__in=case_ids).exclude(stored_as="").order_by().values_list("case_id", "stored_as", "size")
            sql, parameters = files.query.sql_with_params()
            selects.append(sql)
            values += parameters
    together = " UNION ".join(selects)
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED.format(files=together), values)
        return {case_id: {FILES: int(files), BYTES: int(size)} for case_id, files, size in cursor.fetchall()}


def total() -> tuple[int, int]:
    """(files, bytes) of the whole installation, at most a minute old; a file that rows share counts once."""
    found: tuple[int, int] | None = cache.get(KEY)
    if found is None:
        selects: list[str] = []
        values: list[Any] = []
        for holder in holders:
            sql, parameters = holder.rows.exclude(stored_as="").order_by().values_list("stored_as", "size").query.sql_with_params()
            selects.append(sql)
            values += parameters
        with connection.cursor() as cursor:
            cursor.execute(_ALL.format(files=" UNION ALL ".join(selects)), values)
            files, size = cursor.fetchone()
        found = int(files), int(size or 0)
        cache.set(KEY, found, REMEMBERED_SECONDS)
    return found


def forget() -> None:
    """Count anew at the next question."""
    cache.delete(KEY)


def register() -> None:
    register_summary(of_cases)
