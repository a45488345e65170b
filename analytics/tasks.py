"""The tasks of analytics: payload in, service called, result out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from analytics.jobs import DailyReportJob, ExportJob, RatingJob, ReportMailJob, SessionAnalysisJob
from analytics.services.exports import places, writing
from analytics.services.impressions import habits, syncing
from analytics.services.ratings import scores
from analytics.services.reports import mailing as report_mails
from analytics.services.reports import making as reports
from analytics.services.sessions import analysing
from analytics.services.usage import rolling as usage
from tasks.registry import NoPayload, task
from tasks.run import TaskRun
from tasks.scheduling.schedules import Schedule, declare


@task("analytics.roll_up_usage", concurrency=1)
def roll_up_usage(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    """Add the requests that came since to the sums of hours."""
    return {"requests": usage.roll_up(lambda done, total: run.progress(100 * done / max(1, total), "requests", f"{done} of {total}"))}


@task("analytics.clean_up_usage", concurrency=1)
def clean_up_usage(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    """Delete requests that are older than USAGE_KEEP_DAYS and in the sums."""
    return {"deleted": usage.clean_up(lambda done, total: run.progress(100 * done / max(1, total), "requests", f"{done} of {total}"))}


declare(Schedule("Sum up requests", "analytics.roll_up_usage", every=timedelta(minutes=5), description="Into sums of hours."))
declare(Schedule("Clean up requests", "analytics.clean_up_usage", crontab="10 3 *", description="Daily 03:10 UTC."))


@task(syncing.TASK)
def sync_impressions_from_redis(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    """Bring what was counted since the last time into the tables."""
    return syncing.synchronise(lambda _step: run.check()).as_result()


@task(habits.TASK)
def forget_views(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    """Delete what was noted of views too long ago, and counts of what is gone."""
    return habits.clean(run.check)


declare(Schedule("Synchronise impressions", syncing.TASK, every=timedelta(minutes=1), description="Every minute."))
declare(Schedule("Forget old views", habits.TASK, crontab="37 2 *", description="Daily 02:37 UTC."))


@task(scores.ONE, payload=RatingJob)
def calculate_rating(job: RatingJob, run: TaskRun) -> dict[str, Any]:
    """Write what the ratings of one thing come to."""
    return scores.calculate(job, run)


@task(scores.ALL)
def calculate_all_ratings(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    """Write what the ratings of all things come to, and the mean that things without many are measured by."""
    return scores.calculate_all(run)


declare(Schedule("Calculate all ratings", scores.ALL, crontab="30 2 *", description="Daily 02:30 UTC."))


@task(reports.TASK, payload=DailyReportJob, heavy=True, concurrency=1)
def generate_daily_report(job: DailyReportJob, run: TaskRun) -> dict[str, Any]:
    """Count what happened on a day, of the installation and of every case."""
    return reports.generate(job, run)


@task(report_mails.TASK, payload=ReportMailJob, on_end=report_mails.ended, concurrency=4)
def mail_report(job: ReportMailJob, run: TaskRun) -> dict[str, Any]:
    """Send a report to who wants it."""
    return report_mails.send(job, run)


declare(Schedule("Daily report", reports.TASK, crontab="0 1 *", description="Daily 01:00 UTC, of the day before."))


@task(analysing.TASK, payload=SessionAnalysisJob)
def analyze_session_data(job: SessionAnalysisJob, run: TaskRun) -> dict[str, Any]:
    """Make the whole analysis of a recording."""
    return analysing.analyse(job, run)


EXPORT_SOFT, EXPORT_HARD = 6 * 3600.0, 6.5 * 3600


@task("analytics.export_data", payload=ExportJob, heavy=True, on_end=writing.ended, soft_limit=EXPORT_SOFT, hard_limit=EXPORT_HARD)
def export_data(job: ExportJob, run: TaskRun) -> dict[str, Any]:
    """Write what is stored into a file for who asked for it."""
    return writing.write(job, run)


@task("analytics.export_session_data", payload=ExportJob, heavy=True, on_end=writing.ended, soft_limit=EXPORT_SOFT, hard_limit=EXPORT_HARD)
def export_session_data(job: ExportJob, run: TaskRun) -> dict[str, Any]:
    """The same of one recording."""
    return writing.write(job, run)


@task("analytics.sweep_exports")
def sweep_exports(job: NoPayload, run: TaskRun) -> dict[str, Any]:
    """Remove exports that have outlived their time, and parts that killed attempts left."""
    return {"files": places.sweep()}


declare(Schedule("Sweep exports", "analytics.sweep_exports", crontab="40 * *", description="Hourly."))
