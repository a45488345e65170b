"""Orders of exports: what one would come to, asking for it, and one's own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.jobs import ExportJob
from analytics.models import Export
from analytics.services.exports.content.copying import copied_json
from analytics.services.exports.content.tables import QueryTable, Table
from analytics.services.exports.forms.workbook import MOST_ROWS
from analytics.services.exports.known import SOURCES
from analytics.services.exports.places import place_of
from analytics.services.exports.sources.base import Options, Source, Subject, checked
from cases.models import AuditEvent
from documents.errors import Refused
from documents.services.storage import blobs
from tasks.manager import manager
from tasks.models import TopicState
from tasks.progress.live import live_of

SAMPLE = 200
MADE_ROW_BYTES = 60
"""Of a column of a row that is not the database's own: a guess."""
ROOM = {"json": 1.0, "csv": 1.0, "xlsx": 3.0}
"""Bytes of disk while a file is written, by those of its JSON; an XLSX lies there unpacked first."""
PACKED = {"json": 1.0, "csv": 0.25, "xlsx": 0.3}
MOST_SHEETS = 20
SHOWN = 50
MOST_GOING, MOST_KEPT = 5, SHOWN
"""Exports of one person that may be waiting or being written, and that may lie on the disk, at once."""
Status = Export.Status


@dataclass(frozen=True)
class Estimate:
    """`room` is what the disk must have while it is written."""

    tables: Sequence[Table]
    counts: Sequence[int]
    bytes: int
    room: int

    @property
    def rows(self) -> int:
        return sum(self.counts)

    @property
    def listed(self) -> list[tuple[Table, int]]:
        return list(zip(self.tables, self.counts, strict=True))


@dataclass(frozen=True)
class Order:
    """What is asked, after every check but that of its size."""

    source: Source
    subject: Subject
    target: UUID | None
    form: str
    options: Options
    tables: Sequence[Table]

    @property
    def digest(self) -> str:
        asked = [self.source.what, str(self.target), self.form, self.options.as_json()]
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def order(user: Any, what: str, target: UUID | None, form: str, given: Mapping[str, Any]) -> Order:
    """Raises Http404, PermissionDenied, Refused (bad_options, bad_filter, empty)."""
    source = SOURCES[what]
    subject = source.subject(user, target)
    options = checked(source, given, form)
    return Order(source, subject, target, form, options, source.tables(user, subject, options))


def estimate(wanted: Order) -> Estimate:
    counts = [table.count() for table in wanted.tables]
    size = sum(count * _row_bytes(table) for table, count in zip(wanted.tables, counts, strict=True))
    return Estimate(wanted.tables, counts, round(size * PACKED[wanted.form]), round(size * ROOM[wanted.form]))


def _row_bytes(table: Table) -> float:
    """Mean of the first rows, as JSON."""
    if not isinstance(table, QueryTable):
        return float(MADE_ROW_BYTES * len(table.columns))
    pieces: list[bytes] = []
    count = copied_json(table.query().order_by(table.key)[:SAMPLE], table.columns, pieces.append)
    return sum(map(len, pieces)) / max(1, count)


def require_possible(wanted: Order, size: Estimate) -> None:
    """Raises Refused (too_many_rows, storage_full)."""
    if wanted.form == "xlsx" and max(size.counts, default=0) > MOST_SHEETS * (MOST_ROWS - 1):
        raise Refused(_("These are more rows than an XLSX file holds. Please choose CSV or JSON, or fewer days."), "too_many_rows")
    blobs.require_room(size.room)


def ask(user: Any, wanted: Order) -> Export:
    """Have the file written. The same one, asked for while it is being written, is given again. Raises Refused (too_many_rows,
    storage_full, too_many_exports)."""
    if (same := _same(user, wanted.digest)) is not None:
        return same
    size = estimate(wanted)
    require_possible(wanted, size)
    try:
        with transaction.atomic():
            _require_share(user, size)
            return _submitted(user, wanted)
    except IntegrityError:
        if (same := _same(user, wanted.digest)) is not None:
            return same
        raise


def _require_share(user: Any, size: Estimate) -> None:
    """Nobody fills the disk or the queue for the others. Holds the person until the transaction's end, so that two orders at once are
    counted one after the other. Raises Refused (too_many_exports)."""
    get_user_model()._default_manager.select_for_update(no_key=True).get(pk=user.pk)
    living = Export.objects.filter(user=user, expires_at__gt=timezone.now()).exclude(status=Status.CANCELLED)
    kept = living.aggregate(all=Count("pk"), going=Count("pk", filter=~Q(status__in=Export.OVER)), bytes=Sum("size"))
    if kept["going"] >= MOST_GOING:
        raise Refused(
            _("%(most)d of your exports are being written. Please wait for one of them.") % {"most": MOST_GOING}, "too_many_exports"
        )
    if kept["all"] >= MOST_KEPT or (kept["bytes"] or 0) + size.bytes > settings.EXPORT_MAX_MB * 1_000_000:
        raise Refused(_("Your exports take all the room that one person has here. Please discard some first."), "too_many_exports")


def _same(user: Any, digest: str) -> Export | None:
    return Export.objects.filter(user=user, digest=digest).exclude(status__in=Export.OVER).first()


def _submitted(user: Any, wanted: Order) -> Export:
    case = wanted.subject.case
    made = Export.objects.create(
        user=user, case=case, what=wanted.source.what, target=wanted.target, format=wanted.form, options=wanted.options.as_json(),
        digest=wanted.digest, expires_at=new_expiry(),
    )  # fmt: skip
    made.task_id = manager.submit(wanted.source.task, ExportJob(export_id=made.pk), scope=case.pk if case else None, user=user).pk
    made.save(update_fields=["task_id"])
    AuditEvent.write("export.asked", case=case, actor=user, target=made, what=made.what, form=made.format)
    return made


def new_expiry() -> Any:
    return timezone.now() + timedelta(hours=settings.EXPORT_KEEP_HOURS)


def path_of(export: Export) -> Path:
    """Raises Refused (not_ready) where there is nothing to fetch (yet)."""
    if export.status != Status.READY:
        raise Refused(_("This file is not written yet."), "not_ready")
    return place_of(export.pk)


def fetched(export: Export, *, begun: bool) -> None:
    """Its bytes were handed over. Of a part that is not its beginning (not `begun`) nothing is noted but where nothing was noted before:
    a download that goes on is the same one."""
    if not begun:
        told = AuditEvent.objects.filter(case=export.case, actor=export.user, created__gte=export.created)
        if told.filter(verb="export.downloaded", target_id=str(export.pk)).exists():
            return
    AuditEvent.write("export.downloaded", case=export.case, actor=export.user, target=export, what=export.what, form=export.format)


def discard(export: Export, user: Any) -> None:
    """Remove one's own export, and stop its task where it is still being written."""
    if export.status not in Export.OVER and export.task_id:
        manager.cancel(export.task_id, by=user)
    with transaction.atomic():
        AuditEvent.write("export.discarded", case=export.case, actor=user, target=export, what=export.what, form=export.format)
        Export.objects.filter(pk=export.pk).delete()
    place_of(export.pk).unlink(missing_ok=True)


def of_user(user: Any) -> list[Any]:
    """One's own that still live, newest first, each with `live` as its last event told it."""
    found: list[Any] = list(Export.objects.visible_to(user).exclude(status=Status.CANCELLED).select_related("case")[:SHOWN])
    topics = [export.topic for export in found if export.status not in Export.OVER]
    states = TopicState.objects.in_bulk(topics) if topics else {}
    for export in found:
        export.live = live_of(states.get(export.topic), _("Waiting"))
    return found
