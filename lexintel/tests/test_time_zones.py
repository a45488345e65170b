"""Times stand in the reader's zone on every page, and in UTC in the API."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import Case
from tasks.models import Status, TaskRecord, Worker

pytestmark = pytest.mark.django_db
LATE = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)  # already February in Berlin, still the afternoon in Los Angeles


@pytest.fixture
def late_case(case) -> Case:
    Case.objects.filter(pk=case.pk).update(created=LATE)
    return case


def opened(client: Client, case: Case) -> str:
    return client.get(case.get_absolute_url()).text


def browser(user, zone: str = "") -> Client:
    client = Client()
    client.force_login(user)
    if zone:
        client.cookies["timezone"] = zone
    return client


def test_the_browsers_zone_counts_and_the_accounts_before_it(owner, late_case):
    assert "Jan. 31, 2026" in opened(browser(owner), late_case)
    assert "Feb. 1, 2026" in opened(browser(owner, "Europe/Berlin"), late_case)
    owner.time_zone = "America/Los_Angeles"
    owner.save()
    assert "2026-01-31T15:30:00-08:00" in opened(browser(owner, "Europe/Berlin"), late_case)


@pytest.mark.parametrize("nonsense", ["Mars/Olympus", "../../etc/passwd", "x" * 5000, "Europe/Berlin\x00", ""])
def test_a_cookie_may_say_anything(owner, late_case, nonsense):
    assert "2026-01-31T23:30:00+00:00" in opened(browser(owner, nonsense), late_case)


def test_one_persons_zone_is_not_the_next_ones(owner, viewer, late_case):
    owner.time_zone = "Asia/Tokyo"
    owner.save()
    assert "Feb. 1, 2026" in opened(browser(owner), late_case)
    assert "Jan. 31, 2026" in opened(browser(viewer), late_case)


def test_the_api_speaks_utc_to_everyone(owner, late_case):
    owner.time_zone = "Asia/Tokyo"
    owner.save()
    found = browser(owner, "Asia/Tokyo").get(f"/api/cases/{late_case.pk}/").json()
    assert found["created"] == "2026-01-31T23:30:00Z"


def test_sentences_with_times_are_in_the_readers_zone_too(owner, settings):
    settings.TASK_EXECUTOR = "celery"
    Worker.objects.all().delete()
    record = TaskRecord.objects.create(name="trial.paused", status=Status.PENDING, user=owner, paused_at=LATE, paused_by=owner)
    page = browser(owner, "Europe/Berlin").get(f"/tasks/{record.pk}/").text
    assert "since 00:30 CET" in page
    assert "since 23:30 UTC" in str(browser(owner, "Europe/Berlin").get(f"/api/tasks/{record.pk}/").json())


def test_outside_of_a_request_nothing_stays(owner, late_case):
    opened(browser(owner, "Asia/Tokyo"), late_case)
    assert timezone.get_current_timezone_name() == "UTC"
