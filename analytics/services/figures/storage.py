"""How much is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, UUIDField, Value
from django.utils.translation import gettext_lazy as _

from analytics.services.figures import Figure, Stretch, Unit, Values, define
from documents.services.storage.holders import holders

_FILES = "SELECT case_id, stored_as, max(size), min(created) FROM ({rows}) AS rows (case_id, stored_as, size, created) GROUP BY 1, 2"
_COUNTED = """
    SELECT case_id, grouping(case_id), sum(size), sum(size) FILTER (WHERE since >= %s)
    FROM ({files}) AS files (case_id, stored_as, size, since) GROUP BY GROUPING SETS ((), (case_id))
"""


def stored(stretch: Stretch) -> Mapping[UUID | None, Values]:
    """Each file of a case counts once however many rows name it, from the first of them on; in one query."""
    selects: list[str] = []
    values: list[Any] = [stretch.since]
    for holder in holders:
        if stretch.case is not None and holder.tell is None:
            continue  # what has no case is nobody's
        case = F("case_id") if holder.tell is not None else Value(None, UUIDField())
        rows = holder.rows.filter(created__lt=stretch.until).exclude(stored_as="").order_by().annotate(of=case)
        rows = rows.filter(case=stretch.case) if stretch.case is not None else rows
        sql, parameters = rows.values_list("of", "stored_as", "size", "created").query.sql_with_params()
        selects.append(sql)
        values += parameters
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED.format(files=_FILES.format(rows=" UNION ALL ".join(selects))), values)
        counted = cursor.fetchall()
    found: dict[UUID | None, Values] = {}
    for case_id, is_whole, size, growth in counted:
        if is_whole:
            found[stretch.case] = {"storage_bytes": int(size or 0), "storage_growth": int(growth or 0)}
        elif stretch.each_case and case_id is not None:
            found[case_id] = {"storage_bytes": int(size or 0), "storage_growth": int(growth or 0)}
    return found


def register() -> None:
    define(
        [
            Figure(
                "storage_bytes", _("Stored"), Unit.BYTES,
                _("Sizes of the stored files at the end of the time: of documents and recordings, deleted ones until they are purged, each "
                  "file of a case once; of the installation also uploaded libraries and trained models. What has been purged when this is "
                  "counted is not in it. The database is not counted."), "storage", standing=True,
            ),
            Figure(
                "storage_growth", _("Stored anew"), Unit.BYTES,
                _("Those of the stored files that were not there at the beginning of the time; what was purged shows in the change of "
                  "“Stored” against the day before."), "storage",
            ),
        ],
        stored,
    )  # fmt: skip
