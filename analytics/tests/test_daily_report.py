"""The report of a day: made once and again, refused where it cannot be, shown to who may see it, sent to who wants it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from analytics.jobs import DailyReportJob
from analytics.models import APIRequest, DailyReport, PendingImpression, ReportMail, ReportSubscription, UsageMark
from analytics.services.figures import day_of, figure, values_of_cases
from analytics.services.reports import days, making
from analytics.tests import known_day
from analytics.tests.known_day import DAY, INSTALLATION, ONE
from cases.models import Case
from cases.services import matters
from documents.errors import Refused
from lexintel.models import User
from tasks.errors import PermanentError
from tasks.manager import manager
from tasks.models import TaskRecord
from tasks.run import TaskRun


@pytest.fixture
def old(case, owner, stranger):
    """An installation that is some years old, with two cases."""
    other = matters.create_case("Doe v. Bolton", user=stranger)
    User.objects.update(date_joined=datetime(2020, 5, 6, tzinfo=UTC))
    Case.objects.update(created=datetime(2021, 1, 1, tzinfo=UTC))
    case.refresh_from_db()
    return other


def numbers(report):
    return {key: value if value is None else pytest.approx(value) for key, value in report.figures.items()}


def test_the_same_day_again_is_written_over_with_equal_figures(case, old, owner, editor, settings):
    settings.TASK_KEEP_SUCCEEDED_DAYS = settings.TASK_KEEP_FAILED_DAYS = settings.USAGE_KEEP_DAYS = 36_500
    known_day.build(case, old, owner, editor)
    call_command("daily_report", date=DAY.isoformat())
    first = {report.case_id: report for report in DailyReport.objects.all()}
    assert set(first) == {None, case.pk, old.pk}
    assert first[None].figures == numbers(DailyReport(figures=INSTALLATION))
    call_command("daily_report", date=DAY.isoformat(), case=case.pk)
    again = {report.case_id: report for report in DailyReport.objects.all()}
    assert {key: report.figures for key, report in again.items()} == {key: report.figures for key, report in first.items()}
    assert again[case.pk].pk == first[case.pk].pk
    assert again[case.pk].made > first[case.pk].made
    assert again[None].made == first[None].made


def test_what_waits_for_its_next_minute_is_in_the_report(case, old, owner, api, settings):
    """As where everything was off at the hour of the sums."""
    staff, at = User.objects.create_user("staff", is_staff=True), datetime.combine(days.yesterday(), time(23, 59, 59), UTC)
    UsageMark.objects.update_or_create(pk=UsageMark.KEY, defaults={"until": 0})
    APIRequest.objects.all().delete()
    for status in (200, 404):
        APIRequest.objects.create(time=at, method="GET", route="cases/{pk}/", status=status, ms=3, user=owner.pk, case=case.pk)
    PendingImpression.objects.create(kind="search", target=case.pk, at=at)
    told = api(staff).get("/api/analytics/dashboard/").json()
    assert {one["key"]: one["value"] for one in told["numbers"]}["requests"] == 2
    call_command("daily_report")
    keys = ("requests", "client_errors", "searches")
    assert [DailyReport.objects.get(case=case).figures[key] for key in keys] == [2, 1, 1]
    told = api(staff).get("/api/analytics/dashboard/").json()
    assert {one["key"]: one["value"] for one in told["numbers"]}["requests"] == 2
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with pytest.raises(CommandError, match="Redis does not answer"):
        call_command("daily_report")


def test_what_has_been_cleaned_away_stays_as_it_was_told(case, old, owner, editor, settings):
    settings.TASK_KEEP_SUCCEEDED_DAYS = settings.TASK_KEEP_FAILED_DAYS = settings.USAGE_KEEP_DAYS = 36_500
    known_day.build(case, old, owner, editor)
    making.make(DAY)
    settings.TASK_KEEP_SUCCEEDED_DAYS, settings.USAGE_KEEP_DAYS = 30, 90
    TaskRecord.objects.all().delete()
    APIRequest.objects.all().delete()
    making.make(DAY, case)
    assert DailyReport.objects.get(case=case).figures == numbers(DailyReport(figures=ONE))
    DailyReport.objects.all().delete()
    making.make(DAY, case)
    told = DailyReport.objects.get(case=case).figures
    assert (told["tasks_ended"], told["people_active"], told["documents_in"]) == (None, None, 5)
    assert "tasks_ended:succeeded" not in told


def test_a_day_that_cannot_be_reported_is_refused_with_a_sentence(case, old, owner, api):
    today = days.today()
    staff = User.objects.create_user("staff", is_staff=True, date_joined=timezone.now())
    for day, code in ((today, "day_not_over"), (today + timedelta(days=400), "day_not_over"), ("2020-05-05", "day_before_beginning")):
        with pytest.raises(CommandError, match=r"There is no|nothing to report"):
            call_command("daily_report", date=str(day))
        asked, ordered = {"date": str(day)}, api(staff).post("/api/analytics/reports/", {"date": str(day)}, format="json")
        for refused in (api(staff).get("/api/analytics/reports/", asked), ordered):
            assert (refused.status_code, refused.json()["code"]) == (400, code)
    with pytest.raises(Refused, match="opened on 2021-01-01"):
        making.make(days.parse("2020-12-31"), case)
    with pytest.raises(CommandError, match="A day is written as"):
        call_command("daily_report", date="yesterday")
    assert api(staff).get("/api/analytics/reports/", {"date": "2020-13-01"}).status_code == 400
    assert not DailyReport.objects.exists()
    call_command("daily_report", date="2020-05-06")
    assert DailyReport.objects.get().figures["documents_in"] == 0


def test_who_sees_which_reports(case, old, owner, stranger, api, client):
    staff = User.objects.create_user("staff", is_staff=True, is_superuser=True)
    for day in (DAY - timedelta(days=7), DAY - timedelta(days=1), DAY):
        making.make(day)
        making.make(day, case)
    DailyReport.objects.filter(case=case, day=DAY).update(figures={**ONE, "gone_since": 3})
    DailyReport.objects.filter(case=case, day=DAY - timedelta(days=1)).update(figures={"documents_in": 2})
    told = api(owner).get("/api/analytics/reports/", {"date": DAY, "case": case.pk}).json()
    documents = next(figure for figure in told["figures"] if figure["key"] == "documents_in")
    assert (documents["value"], documents["before"], documents["week_before"]) == (5, 2, 0)
    assert documents["parts"] == [{"key": "email", "label": "E-mail", "value": 3}, {"key": "filing", "label": "Filing", "value": 2}]
    assert api(owner).get("/api/analytics/reports/").json()["count"] == 3
    assert api(owner).get("/api/analytics/reports/", {"date": DAY}).status_code == 403
    assert api(staff).get("/api/analytics/reports/", {"date": DAY}).status_code == 200
    assert api(staff).get("/api/analytics/reports/", {"date": DAY, "case": case.pk}).status_code == 404
    assert api(stranger).get("/api/analytics/reports/", {"case": case.pk}).status_code == 404
    client.force_login(owner)
    assert client.get(f"/reports/{DAY}/").status_code == 404
    page = client.get(f"/cases/{case.pk}/reports/{DAY}/").content.decode()
    assert f"/cases/{case.pk}/documents/?added_since=2026-03-04T00%3A00%3A00Z&amp;added_before=2026-03-05T00%3A00%3A00Z" in page
    client.force_login(staff)
    assert client.get(f"/cases/{case.pk}/reports/{DAY}/").status_code == 404
    assert client.get(f"/reports/{DAY}/").status_code == 200


def test_a_number_leads_to_exactly_what_it_counts(case, old, owner, editor, client):
    known_day.build(case, old, owner, editor)
    owner.time_zone = "America/New_York"
    owner.save()
    client.force_login(owner)
    day = day_of(DAY, case.pk)
    for key, part, count in (
        ("documents_in", "filing", 2),
        ("documents_failed", "unreadable", 1),
        ("documents_failed", "unexpected", 1),
        ("documents_in", "", 4),
    ):
        page = client.get(figure(key).link(day, part))
        assert page.context["page"].paginator.count == count, (key, part)  # without the one that was deleted
    assert len(client.get(figure("tasks_ended").link(day, "")).context["rows"]) == 5
    assert len(client.get(figure("tasks_failed").link(day, "type_mismatch")).context["rows"]) == 1


@pytest.mark.django_db(transaction=True)
def test_the_night_run_counts_yesterday_and_sends_each_report_once_to_who_may_see_it(case, old, owner, viewer, api, work_off, settings):
    settings.EMAIL_URL = ""
    refused = api(owner).post("/api/analytics/reports/subscriptions/", {"case": str(case.pk)}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "email_is_off")
    settings.EMAIL_URL, settings.SITE_URL = "smtp://mail", "https://lexintel.example.org"
    staff = User.objects.create_user("staff", email="staff@example.org", is_staff=True)
    gone = User.objects.create_user("gone", email="gone@example.org", is_staff=True)
    for user, body in ((owner, {"case": str(case.pk)}), (viewer, {"case": str(case.pk)}), (staff, {}), (gone, {})):
        for _again in range(2):
            assert api(user).post("/api/analytics/reports/subscriptions/", body, format="json").status_code == 201
    assert api(owner).post("/api/analytics/reports/subscriptions/", {}, format="json").status_code == 403
    assert api(owner).get("/api/analytics/reports/subscriptions/").json()["count"] == 1
    User.objects.filter(pk=gone.pk).update(is_staff=False)
    case.memberships.filter(user=viewer).delete()
    noon = datetime.combine(days.yesterday(), datetime.min.time(), UTC) + timedelta(hours=12)
    known_day.document(case, noon)
    for _again in range(2):
        manager.submit(making.TASK)
        work_off()
    assert {(report.case_id, report.day) for report in DailyReport.objects.all()} >= {(None, days.yesterday()), (case.pk, days.yesterday())}
    assert sorted(message.to[0] for message in mail.outbox) == ["owner@example.org", "staff@example.org"]
    to_owner = next(message for message in mail.outbox if message.to == ["owner@example.org"])
    assert to_owner.subject == f"Daily report for {days.yesterday()}, 1:24-cv-00123"
    assert f"https://lexintel.example.org/cases/{case.pk}/reports/{days.yesterday()}/" in to_owner.body
    assert "Documents in: 1" in to_owner.body
    assert "Secret" not in to_owner.body
    assert "Roe" not in str(to_owner.message())
    assert ReportMail.objects.filter(sent=None).exclude(error="").count() == 2
    making.make(days.yesterday() - timedelta(days=1))
    assert ReportMail.objects.count() == 4
    assert api(owner).delete(f"/api/analytics/reports/subscriptions/?case={case.pk}").status_code == 204
    assert not ReportSubscription.objects.filter(user=owner).exists()


def test_a_deleted_case_is_left_out_and_its_report_is_refused(case, old, owner):
    known_day.document(case, known_day.NOON)
    matters.delete_case(case, user=owner)
    assert case.pk in values_of_cases(day_of(DAY))
    assert making.make(DAY) == 1
    with pytest.raises(PermanentError, match="deleted"):
        making.generate(DailyReportJob(date=DAY, case_id=case.pk), TaskRun(TaskRecord()))
