"""Making the report of a day: the figures of the installation and of every case in which something happened, in the same queries."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import redis
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.jobs import DailyReportJob
from analytics.models import DailyReport, ReportSubscription
from analytics.services.figures import VERSION, Values, day_of, figure, nothing, values_of, values_of_cases
from analytics.services.impressions import syncing
from analytics.services.reports import days, mailing
from analytics.services.usage import rolling
from cases.models import Case
from documents.errors import Refused
from tasks.errors import PermanentError, RetryableError
from tasks.manager import manager
from tasks.models import TaskRecord
from tasks.run import TaskRun

TASK = "analytics.generate_daily_report"
ROWS = 500


def submit(day: datetime.date, case: Case | None, user: Any) -> TaskRecord:
    """Have a report made (again). The caller has checked the right. Raises Refused."""
    days.check(day, case)
    job = DailyReportJob(date=day, case_id=None if case is None else case.pk)
    return manager.submit(TASK, job, user=user, scope=None if case is None else case.pk, unique=True)


def generate(job: DailyReportJob, run: TaskRun) -> dict[str, Any]:
    """The day named, else yesterday."""
    day = job.date or days.yesterday()
    try:
        case = _case(job.case_id)
        days.check(day, case)
    except Refused as refusal:
        raise PermanentError(refusal.message, refusal.code) from refusal
    run.progress(1, "summing up", day.isoformat())
    try:
        bring_in(lambda *_done: run.check())
    except Refused as refusal:
        raise RetryableError(refusal.message, refusal.code) from refusal
    run.progress(5, "counting", day.isoformat())
    counted = count(day, case)
    run.progress(80, "writing")
    result: dict[str, Any] = {"date": day.isoformat()}
    with run.publish(result):
        result["reports"] = len(keep(day, counted, case))
        mailing.announce(day)
    return result


def make(day: datetime.date, case: Case | None = None) -> int:
    """The same at once, in this process; gives how many reports were made. Raises Refused."""
    days.check(day, case)
    bring_in(lambda *_done: None)
    counted = count(day, case)
    with transaction.atomic():
        made = keep(day, counted, case)
        mailing.announce(day)
    return len(made)


def bring_in(step: Callable[..., None]) -> None:
    """Have requests and impressions that wait for their next minute in the sums that are counted here: where everything was off for a
    while, a report may be made before they are. Raises Refused (redis_away)."""
    rolling.roll_up(step)
    try:
        syncing.synchronise(step, wait=True)
    except redis.RedisError as error:
        sentence = _("Redis does not answer, and searches that are not in the database yet are counted there. Please try again later.")
        raise Refused(sentence, "redis_away") from error


def count(day: datetime.date, case: Case | None = None) -> Mapping[UUID | None, Values]:
    return values_of_cases(day_of(day)) if case is None else {case.pk: values_of(day_of(day, case.pk))}


def keep(day: datetime.date, counted: Mapping[UUID | None, Values], case: Case | None = None) -> list[DailyReport]:
    """Write the reports over those that are there, in the caller's transaction."""
    now = timezone.now()
    before: dict[UUID | None, Values] = {one.case_id: one.figures for one in DailyReport.objects.filter(day=day)}
    wanted = {case.pk} if case is not None else _wanted(counted, before)
    made = [
        DailyReport(day=day, case_id=one, figures=_known(day, counted.get(one) or nothing(one), before.get(one)), version=VERSION, made=now)
        for one in sorted(wanted, key=str)
    ]
    DailyReport.objects.bulk_create(
        made, batch_size=ROWS, update_conflicts=True, unique_fields=["day", "case"], update_fields=["figures", "version", "made"]
    )
    return made


def _wanted(counted: Mapping[UUID | None, Values], before: Mapping[UUID | None, Values]) -> set[UUID | None]:
    """The installation, and the living cases in which something happened, of which there is a report, or of which somebody wants one."""
    happened = {case for case, values in counted.items() if case is not None and something(values)}
    asked = set(ReportSubscription.objects.exclude(case=None).values_list("case", flat=True))
    mentioned = {case for case in {*happened, *before, *asked} if case is not None}
    return {None, *Case.objects.filter(pk__in=mentioned, deleted_at=None).values_list("pk", flat=True)}


def something(values: Values) -> bool:
    """Whether anything happened, beside what stands as it stood."""
    return any(value and not figure(key).standing for key, value in values.items())


def _known(day: datetime.date, values: Values, before: Values | None) -> dict[str, Any]:
    """Figures whose rows have been cleaned away since stay as they were told, unknown where they never were."""
    age = timezone.now() - day_of(day).since
    gone = {one for one in map(figure, values) if one.kept_days is not None and age > datetime.timedelta(days=one.kept_days())}
    keys = {one.key for one in gone}
    told = {key: value for key, value in (before or {}).items() if key.partition(":")[0] in keys}
    found = {key: value for key, value in values.items() if key.partition(":")[0] not in keys}
    return {**found, **dict.fromkeys(keys), **told}


def _case(pk: UUID | None) -> Case | None:
    """Raises Refused (case_gone)."""
    if pk is None:
        return None
    case = Case.objects.filter(pk=pk, deleted_at=None).first()
    if case is None:
        raise Refused(_("The case has been deleted."), "case_gone")
    return case
