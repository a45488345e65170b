"""Reports by e-mail. What leaves the machine are figures and a link; a case is named by its docket number only."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.jobs import ReportMailJob
from analytics.models import DailyReport, ReportMail, ReportSubscription
from analytics.services.reports import days, showing
from documents.services.alerts import mail
from documents.services.alerts.errors import DeliveryError
from tasks.errors import PermanentError, RetryableError
from tasks.manager import manager
from tasks.models import TaskRecord
from tasks.run import TaskRun

TASK = "analytics.mail_report"


def announce(day: datetime.date) -> int:
    """In the transaction that writes reports: have those of yesterday sent to who wants them and was not sent one. Those of older days,
    which somebody had made later, are sent to nobody."""
    if day != days.yesterday() or not mail.is_on():
        return 0
    reports = {report.case_id: report for report in DailyReport.objects.filter(day=day).defer("figures")}
    wanted = ReportSubscription.objects.filter(user__is_active=True)
    mails = [ReportMail(report=reports[one.case_id], user_id=one.user_id) for one in wanted if one.case_id in reports]
    ReportMail.objects.bulk_create(mails, ignore_conflicts=True)
    waiting = ReportMail.objects.filter(report__day=day, sent=None, error="").values_list("pk", flat=True)
    return len(manager.submit_many(TASK, (ReportMailJob(mail_id=pk) for pk in waiting), unique=True))


def send(job: ReportMailJob, run: TaskRun) -> dict[str, Any]:
    """To who still may see it and still wants it. The message's id is the same at each try."""
    waiting = ReportMail.objects.select_related("report__case", "user").filter(pk=job.mail_id, sent=None).first()
    if waiting is None:
        return {"sent": False}
    if reason := _in_vain(waiting):
        return _end(waiting, run, error=reason)
    run.progress(10, "sending")
    try:
        mail.hand_over(message(waiting))
    except DeliveryError as error:
        if not error.lasting:
            raise RetryableError(error.message, "mail_not_taken") from error
        ReportMail.objects.filter(pk=waiting.pk).update(error=error.message[:300])
        raise PermanentError(error.message, "mail_not_possible") from error
    return _end(waiting, run, sent=timezone.now(), error="")


def message(waiting: ReportMail) -> EmailMultiAlternatives:
    report = waiting.report
    title = _("Daily report for %(day)s") % {"day": report.day.isoformat()}
    if report.case is not None:
        title = f"{title}, {' '.join(report.case.docket_number.split()) or _('one of your cases')}"
    context = {
        "title": title, "report": report, "of": report.case is not None, "link": settings.SITE_URL + address(report),
        "groups": showing.groups(report, quiet=True),
    }  # fmt: skip
    made = EmailMultiAlternatives(
        title,
        render_to_string("analytics/report_mail.txt", context),
        to=[waiting.user.email],
        headers={"Message-ID": f"<report-{waiting.pk}@lexintel>", "Auto-Submitted": "auto-generated"},
    )
    made.attach_alternative(render_to_string("analytics/report_mail.html", context), "text/html")
    return made


def address(report: DailyReport) -> str:
    if report.case_id is None:
        return reverse("analytics:report", args=[report.day.isoformat()])
    return reverse("analytics:case-report", args=[report.case_id, report.day.isoformat()])


def _in_vain(waiting: ReportMail) -> str:
    """Why it must not be sent any more, "" where it may."""
    user, report = waiting.user, waiting.report
    if not user.is_active or not DailyReport.objects.visible_to(user).filter(pk=report.pk).exists():
        return _("The report may not be seen by this person any more.")
    if not ReportSubscription.objects.filter(user=user, case=report.case_id).exists():
        return _("The subscription was ended.")
    if not mail.is_on():
        return _("E-mail is switched off on this server.")
    return "" if user.email else _("There is no e-mail address in the account.")


def _end(waiting: ReportMail, run: TaskRun, **changes: Any) -> dict[str, Any]:
    result = {"sent": "sent" in changes}
    with run.publish(result):
        ReportMail.objects.filter(pk=waiting.pk, sent=None).update(**changes)
    return result


def ended(record: TaskRecord, job: ReportMailJob, outcome: str) -> None:
    """Where all tries failed, the row says why, in the transaction that ends its task."""
    if outcome != "succeeded":
        error = record.error or _("Sending ended for an unknown reason.")
        ReportMail.objects.filter(pk=job.mail_id, sent=None, error="").update(error=error[:300])
