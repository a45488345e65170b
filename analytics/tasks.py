"""The tasks of analytics: payload in, service called, result out."""

from __future__ import annotations

from typing import Any

from analytics.jobs import DailyReportJob, ReportMailJob
from analytics.services.reports import mailing as report_mails
from analytics.services.reports import making as reports
from tasks.registry import task
from tasks.run import TaskRun
from tasks.scheduling.schedules import Schedule, declare


@task(reports.TASK, payload=DailyReportJob, heavy=True, concurrency=1)
def generate_daily_report(job: DailyReportJob, run: TaskRun) -> dict[str, Any]:
    """Count what happened on a day, of the installation and of every case."""
    return reports.generate(job, run)


@task(report_mails.TASK, payload=ReportMailJob, on_end=report_mails.ended, concurrency=4)
def mail_report(job: ReportMailJob, run: TaskRun) -> dict[str, Any]:
    """Send a report to who wants it."""
    return report_mails.send(job, run)


declare(Schedule("Daily report", reports.TASK, crontab="0 1 *", description="Daily 01:00 UTC, of the day before."))
