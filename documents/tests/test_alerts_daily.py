"""Daily alerts wait for their hour, in the time zone of their owner."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from documents.models import SearchAlert
from documents.services.alerts import checking
from documents.services.alerts.checking import next_due
from documents.tests.alerting import alert, check, ready, told

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("zone", "now", "due"),
    [
        ("", "2026-03-28T06:59", "2026-03-28T07:00"),
        ("", "2026-03-28T07:00", "2026-03-29T07:00"),
        ("Europe/Berlin", "2026-03-28T06:30", "2026-03-29T05:00"),  # summer time begins in the night
        ("America/Los_Angeles", "2026-07-01T13:30", "2026-07-01T14:00"),
        ("Mars/Olympus", "2026-03-28T06:59", "2026-03-28T07:00"),  # there is none: UTC
        ("../etc/passwd", "2026-03-28T06:59", "2026-03-28T07:00"),
        ("Europe", "2026-03-28T06:59", "2026-03-28T07:00"),
    ],
)
def test_the_hour_is_the_owners(case, owner, zone, now, due):
    owner.time_zone = zone
    made = SearchAlert(search=alert(owner, "crane", case).search, when="daily", hour=7)
    made.search.user = owner
    assert next_due(made, datetime.fromisoformat(now).replace(tzinfo=UTC)) == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_what_was_found_waits_for_the_hour_and_is_told_of_together(case, owner):
    made = alert(owner, "crane", case, when="daily")
    assert made.due > timezone.now()
    for title in ("First", "Second"):
        ready(case, title, "The crane.", vectors=False)
        check()
    assert told(owner) == []
    SearchAlert.objects.update(due="2020-01-01T00:00Z")
    check()
    assert told(owner) == [["First", "Second"]]
    made.refresh_from_db()
    assert made.due > timezone.now()


def test_a_day_without_anything_new_passes(case, owner):
    """What comes in the afternoon waits for the next morning, also where the last one had nothing."""
    alert(owner, "crane", case, when="daily")
    SearchAlert.objects.update(due="2020-01-01T00:00Z")
    check()
    ready(case, "Letter", "The crane.", vectors=False)
    check()
    assert told(owner) == []
    assert SearchAlert.objects.get().due > timezone.now()


def test_what_nobody_foresaw_in_one_alert_stops_no_other(case, owner, viewer, monkeypatch):
    broken = alert(owner, "crane", case, when="daily")
    alert(viewer, "crane", case, when="daily")
    ready(case, "Letter", "The crane.", vectors=False)
    SearchAlert.objects.update(due="2020-01-01T00:00Z")
    due = checking.next_due

    def fails(made, now):
        if made.pk == broken.pk:
            raise KeyError("zone")
        return due(made, now)

    monkeypatch.setattr(checking, "next_due", fails)
    check()
    assert told(owner) == []
    assert told(viewer) == [["Letter"]]
    broken.refresh_from_db()
    assert "KeyError" in broken.last_error
    assert broken.due > timezone.now()  # not again in the next minute


def test_the_schedule_is_made_by_migrations():
    assert PeriodicTask.objects.get(name="Check alerts").task == "documents.check_alerts"
