"""How each schedule stands: when it runs, what its last run gave, when it runs next, what did not run and why. Nothing here writes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from celery import current_app
from django.conf import settings
from django.db.models import F, Min, OuterRef, QuerySet, Subquery
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import ModelEntry
from django_celery_results.models import TaskResult

from tasks import registry
from tasks.models import TaskRecord, Worker
from tasks.scheduling.scheduler import due_time
from tasks.scheduling.wording import when_in_words

GRACE = timedelta(minutes=2)
"""What a scheduler may need to take over from another, or to make up for what was due while everything was off."""
STUCK = timedelta(hours=1)
"""A run that lasts longer than this is named by the health check where it keeps later ones from beginning."""
NAMED = 3


@dataclass(frozen=True)
class Missed:
    """A run that should have begun at `due` and did not. `wanted`: nobody switched it off, so the health check tells it."""

    due: datetime
    reason: str
    wanted: bool = True


@dataclass(frozen=True)
class Standing:
    """A schedule with the record of its last run (of a task of ours) or its last result (of Celery's own)."""

    row: PeriodicTask
    when: str
    last_run: datetime | None
    record: TaskRecord | None
    result: TaskResult | None
    next_run: datetime | None
    missed: Missed | None

    @property
    def is_ours(self) -> bool:
        return registry.is_registered(self.row.task)

    @property
    def seconds(self) -> float | None:
        """How long the last run took; None where it has not both begun and ended."""
        record = self.record
        if record is None or record.started_at is None or record.finished_at is None:
            return None
        return (record.finished_at - record.started_at).total_seconds()


@dataclass(frozen=True)
class Watch:
    """Who obeys the schedules: `since` when the oldest of them is alive; None where nobody is."""

    now: datetime
    since: datetime | None
    anybody: datetime | None
    """Since when any process of this installation is alive."""

    def is_late(self, due: datetime) -> bool:
        """Is it so long past that whoever obeys the schedules must have seen it? Not right after a start, which makes up for it."""
        began = self.since or self.anybody
        return self.now - max(due, began or due) > GRACE


class _Look(ModelEntry):
    """An entry that is looked at only: to disable a row that makes no sense is the scheduler's."""

    def _disable(self, model: PeriodicTask) -> None:
        """Celery's base class would save the row here."""


def standings() -> list[Standing]:
    """Of all schedules, by name, in a fixed number of queries."""
    rows = list(_rows())
    records = TaskRecord.objects.defer("payload").in_bulk({row.latest_record for row in rows if row.latest_record})
    results = TaskResult.objects.in_bulk({row.latest_result for row in rows if row.latest_result})
    watch = look_out()
    return [_standing(row, records.get(row.latest_record), results.get(row.latest_result), watch) for row in rows]


def look_out() -> Watch:
    """Who is alive to obey the schedules."""
    kind = Worker.Kind.WEB if settings.TASK_SCHEDULES_IN_WEB else Worker.Kind.BEAT
    since, anybody = (workers.aggregate(Min("started"))["started__min"] for workers in (Worker.objects.alive(kind), Worker.objects.alive()))
    return Watch(datetime.now(UTC), since, anybody)


def check() -> tuple[bool, str]:
    """For the health of the installation: is every schedule on time; else which are not, and why."""
    found = standings()
    late = [standing for standing in found if _is_told(standing)]
    if not late:
        return True, ngettext("%(n)d schedule is on time.", "%(n)d schedules are on time.", len(found)) % {"n": len(found)}
    said = "; ".join(_said(standing) for standing in late[:NAMED])
    more = len(late) - NAMED
    return False, said + (_("; and %(n)d more") % {"n": more} if more > 0 else "")


def _is_told(standing: Standing) -> bool:
    missed = standing.missed
    if missed is None or not missed.wanted:
        return False
    holds_up = standing.record if standing.record is not None and not standing.record.is_terminal else None
    return holds_up is None or datetime.now(UTC) - holds_up.created > STUCK


def _said(standing: Standing) -> str:
    if standing.missed is None:
        return ""
    words = {"name": standing.row.name, "due": date_format(standing.missed.due, "M j, H:i"), "reason": standing.missed.reason}
    return _("%(name)s should have run on %(due)s UTC and did not: %(reason)s") % words


def _rows() -> QuerySet[PeriodicTask]:
    of_schedule = TaskRecord.objects.filter(schedule=OuterRef("name")).exclude(schedule="")
    of_celery = TaskResult.objects.filter(periodic_task_name=OuterRef("name"))
    return (
        PeriodicTask.objects.select_related("interval", "crontab", "solar", "clocked")
        .annotate(latest_record=Subquery(of_schedule.order_by("-id").values("pk")[:1]))
        .annotate(latest_result=Subquery(of_celery.order_by(F("date_done").desc()).values("pk")[:1]))
        .order_by("name")
    )


def _standing(row: PeriodicTask, record: TaskRecord | None, result: TaskResult | None, watch: Watch) -> Standing:
    ran = row.last_run_at
    due = first_due(row)
    at = max((moment for moment in (record and record.created, ran) if moment), default=None)
    next_run = max(due, watch.now) if row.enabled and due is not None else None
    return Standing(row, when_in_words(row), at, record, result, next_run, _missed(row, ran, due, record, watch))


def first_due(row: PeriodicTask) -> datetime | None:
    """The first moment after its last run at which a schedule is due, as the scheduler reckons it; it may have passed.

    None where it never will be: it ended, ran as often as it should, or its times make no sense.
    """
    try:
        due = due_time(_Look(row, app=current_app._get_current_object()))
    except Exception:  # noqa: BLE001 (times that make no sense raise all kinds of errors; the scheduler logs them)
        return None
    due = max(due, row.start_time) if row.start_time else due
    is_over = (row.one_off and row.total_run_count > 0) or (row.expires is not None and max(due, datetime.now(UTC)) >= row.expires)
    return None if is_over else due


def _missed(row: PeriodicTask, ran: datetime | None, due: datetime | None, record: TaskRecord | None, watch: Watch) -> Missed | None:
    if row.enabled and ran is not None and (reason := _nothing_to_run(row)):
        return Missed(ran, reason)
    if due is None:
        return Missed(watch.now, _("Its times make no sense here.")) if row.enabled and _is_expected(row) else None
    if watch.is_late(due):
        return Missed(due, _why_late(row, watch), wanted=row.enabled)
    if row.enabled and ran is not None and record is not None and not record.is_terminal and record.created < ran:
        return Missed(ran, _("Its run before has not ended."))
    return None


def _is_expected(row: PeriodicTask) -> bool:
    return not (row.one_off and row.total_run_count > 0) and (row.expires is None or row.expires > datetime.now(UTC))


def _nothing_to_run(row: PeriodicTask) -> str:
    """Why the scheduler can submit nothing for a row that is due; empty where it can."""
    if not registry.is_registered(row.task):
        return "" if row.task in current_app.tasks else _("There is no task %(task)s here.") % {"task": row.task}
    try:
        registry.get(row.task).payload.model_validate(json.loads(row.kwargs or "{}"))
    except ValueError:
        return _("Its arguments do not fit the task.")
    return ""


def _why_late(row: PeriodicTask, watch: Watch) -> str:
    if not row.enabled:
        return _("It is disabled.")
    if reason := _nothing_to_run(row):
        return reason
    if watch.since is None:
        return _("No scheduler is alive.")
    return _("A scheduler is alive but did not run it; its log says why.")


def late_ones(found: Iterable[Standing]) -> Sequence[Standing]:
    """Those with a run that somebody wanted and that did not begin."""
    return [standing for standing in found if standing.missed is not None and standing.missed.wanted]
