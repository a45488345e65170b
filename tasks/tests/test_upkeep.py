"""How schedules stand and what they missed, what the health check remembers, and whose results Celery keeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from celery import current_app
from django.test import Client
from django.utils import timezone
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule
from django_celery_results.models import TaskResult

from lexintel.models import User
from tasks.engine import attempts
from tasks.manager import manager
from tasks.models import HealthSample, TaskRecord, Worker
from tasks.operations import health_history, outcomes, vacuum
from tasks.recovery import retention
from tasks.scheduling import overview, schedules
from tasks.scheduling.scheduler import ManagedScheduler
from tasks.scheduling.wording import when_in_words
from tasks.workers.results import ResultBackend

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
PAPER = {
    "analytics.generate_daily_report": ("0", "1", "*"),
    "audio.cleanup_old_sessions": ("0", "2", "sun"),
    "audio.cleanup_failed_sessions": ("0", "3", "*"),
    "tasks.vacuum_database": ("0", "4", "sat"),
    "tasks.health_check": timedelta(hours=1),
    "analytics.sync_impressions_from_redis": timedelta(minutes=1),
}
"""The schedules of the product owner's paper, UTC: minute, hour and day of the week, or how often."""


@pytest.fixture
def rows(db: None) -> None:
    """Only the health check is there and enabled."""
    PeriodicTask.objects.all().delete()
    schedules.create_missing()
    PeriodicTask.objects.exclude(name="Health check").delete()


@pytest.fixture
def staff(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_user("operator", is_staff=True))
    return client


def ran(hours_ago: float, **changes: Any) -> None:
    PeriodicTask.objects.filter(name="Health check").update(last_run_at=timezone.now() - timedelta(hours=hours_ago), **changes)


def beat_alive(minutes: float) -> None:
    """A scheduler that started so long ago."""
    now = timezone.now()
    Worker.objects.create(kind="beat", name="beat", host="here", pid=1, started=now - timedelta(minutes=minutes), last_seen=now)


def standing(name: str = "Health check") -> overview.Standing:
    return next(one for one in overview.standings() if one.row.name == name)


def row_of(**clock: Any) -> PeriodicTask:
    return PeriodicTask(name="one", task="tasks.health_check", **clock)


@pytest.mark.parametrize("task", PAPER)
@pytest.mark.django_db
def test_the_schedules_of_the_paper_are_rows_at_their_times(task):
    PeriodicTask.objects.all().delete()
    schedules.create_missing()
    wanted, row = PAPER[task], PeriodicTask.objects.select_related("crontab", "interval").get(task=task)
    assert row.enabled
    if isinstance(wanted, timedelta):
        assert row.interval.schedule.run_every == wanted
    else:
        cron = row.crontab
        assert ((cron.minute, cron.hour, cron.day_of_week), str(cron.timezone)) == (wanted, "UTC")
        assert (cron.day_of_month, cron.month_of_year) == ("*", "*")


@pytest.mark.django_db
def test_ratings_are_calculated_daily():
    PeriodicTask.objects.all().delete()
    schedules.create_missing()
    cron = PeriodicTask.objects.get(task="analytics.calculate_all_ratings").crontab
    assert cron.minute.isdigit()
    assert cron.hour.isdigit()
    assert (cron.day_of_week, cron.day_of_month, cron.month_of_year) == ("*", "*", "*")


@pytest.mark.parametrize(
    ("clock", "words"),
    [
        ({"interval": IntervalSchedule(every=3600, period="seconds")}, "every hour"),
        ({"interval": IntervalSchedule(every=300, period="seconds")}, "every 5 minutes"),
        ({"interval": IntervalSchedule(every=2, period="days")}, "every 2 days"),
        ({"crontab": CrontabSchedule(minute="0", hour="4", day_of_week="sat", timezone="UTC")}, "Saturday 04:00 UTC"),
        ({"crontab": CrontabSchedule(minute="45", hour="2", day_of_week="0", timezone="UTC")}, "Sunday 02:45 UTC"),
        ({"crontab": CrontabSchedule(minute="30", hour="3", timezone="Europe/Berlin")}, "daily 03:30 Europe/Berlin"),
        ({"crontab": CrontabSchedule(minute="20", hour="*", timezone="UTC")}, "hourly at minute 20"),
        (
            {"crontab": CrontabSchedule(minute="0", hour="8", day_of_week="1-5", timezone="UTC")},
            "At 08:00, only on Monday, Tuesday, Wednesday, Thursday, and Friday UTC",
        ),
        ({"clocked": ClockedSchedule(clocked_time=NOW)}, "once, Nov. 30, 2026, 12:00 UTC"),
        ({"solar": SolarSchedule(event="sunset", latitude=50, longitude=8)}, "Sunset at 50, 8"),
        ({}, "never: it has no times"),
    ],
)
def test_when_a_schedule_runs_is_said_in_words(clock, words):
    said = when_in_words(row_of(**clock))
    assert said.replace("AM", "").replace("  ", " ").replace(" ,", ",") == words


@pytest.mark.parametrize(
    "clock",
    [
        {"interval": IntervalSchedule(pk=1, every=3, period="hours"), "interval_id": 1},
        {"crontab": CrontabSchedule(minute="0", hour="5", timezone="America/New_York")},
        {"clocked": ClockedSchedule(clocked_time=datetime.now(UTC) + timedelta(days=3, minutes=5)), "one_off": True},
    ],
    ids=["interval", "crontab", "clocked"],
)
def test_the_next_run_is_when_the_scheduler_will_run_it(clock):
    row = row_of(last_run_at=datetime.now(UTC) - timedelta(seconds=30), **clock)
    due, seconds = ManagedScheduler.Entry(row, app=current_app._get_current_object()).is_due()
    expected = datetime.now(UTC) + timedelta(seconds=seconds)
    assert not due
    assert abs(overview.first_due(row) - expected) < timedelta(seconds=2)


def test_what_is_over_or_makes_no_sense_has_no_next_run():
    clock = {"interval": IntervalSchedule(pk=1, every=3, period="hours"), "last_run_at": datetime.now(UTC)}
    assert overview.first_due(row_of(**clock, one_off=True, total_run_count=1)) is None
    assert overview.first_due(row_of(**clock, expires=datetime.now(UTC) + timedelta(hours=1))) is None
    assert overview.first_due(row_of(**clock, start_time=datetime.now(UTC) + timedelta(days=9))) > datetime.now(UTC) + timedelta(days=8)
    assert overview.first_due(row_of(solar=SolarSchedule(event="never", latitude=50, longitude=8))) is None
    assert overview.first_due(row_of(crontab=CrontabSchedule(minute="0", hour="0", day_of_month="31", month_of_year="2"))) is None


def test_a_schedule_that_did_not_run_is_told_with_its_reason(rows):
    ran(5)
    assert overview.check()[0] is False
    assert overview.check()[1].endswith("UTC and did not: No scheduler is alive.")
    beat_alive(1)
    assert overview.check() == (True, "1 schedule is on time.")  # whoever has just started makes up for it
    Worker.objects.update(started=timezone.now() - timedelta(minutes=10))
    assert "its log says why" in overview.check()[1]
    ran(0.5)
    assert overview.check() == (True, "1 schedule is on time.")
    ran(0.5, task="trial.gone")
    assert overview.check()[1].endswith("There is no task trial.gone here.")
    ran(0.5, task="tasks.cleanup_expired_sessions", kwargs="nonsense")
    assert overview.check()[1].endswith("Its arguments do not fit the task.")


def test_a_new_installation_and_a_disabled_schedule_are_well(rows):
    assert overview.check()[0]
    row = PeriodicTask.objects.get()
    row.enabled = False
    row.save()
    PeriodicTask.objects.update(date_changed=timezone.now() - timedelta(hours=9))
    assert overview.check()[0]
    assert standing().missed.reason == "It is disabled."
    assert standing().next_run is None
    assert not PeriodicTask.objects.get().enabled


def test_a_run_that_keeps_later_ones_from_beginning_is_told_after_an_hour(rows):
    record = TaskRecord.objects.create(name="tasks.health_check", schedule="Health check", status="started")
    TaskRecord.objects.update(created=timezone.now() - timedelta(minutes=50))
    ran(0.2)
    assert standing().missed.reason == "Its run before has not ended."
    assert overview.check()[0]
    TaskRecord.objects.update(created=timezone.now() - timedelta(minutes=70))
    assert not overview.check()[0]
    TaskRecord.objects.filter(pk=record.pk).update(status="succeeded")
    assert overview.check()[0]
    assert standing().missed is None


def test_looking_at_schedules_writes_nothing_and_asks_few_questions(rows, django_assert_num_queries):
    ran(5, kwargs="nonsense")
    many = [PeriodicTask(name=f"n{n}", task="celery.chord", interval=IntervalSchedule.objects.first()) for n in range(9)]
    PeriodicTask.objects.bulk_create(many)
    TaskResult.objects.create(task_id="a", task_name="celery.chord", periodic_task_name="n3", status="SUCCESS")
    manager.submit("tasks.health_check", schedule="Health check")
    before = list(PeriodicTask.objects.order_by("pk").values())
    with django_assert_num_queries(5):
        found = overview.standings()
    assert [one.row.name for one in found if one.result] == ["n3"]
    assert list(PeriodicTask.objects.order_by("pk").values()) == before


@pytest.mark.django_db(transaction=True)
def test_staff_see_how_schedules_stand_and_run_one_once(rows, staff, settings):
    settings.TASK_EXECUTOR = "background"
    ran(5)
    page = staff.get("/schedules/").content.decode()
    assert "every hour" in page
    assert "No scheduler is alive." in page
    pk = PeriodicTask.objects.get().pk
    first, second = (staff.post(f"/schedules/{pk}/run/", follow=True).content.decode() for _ in range(2))
    assert "Health check is on its way." in first
    assert "it was not begun a second time" in second
    record = TaskRecord.objects.get()
    attempts.run_attempt(record.pk, "background")
    page = staff.get("/schedules/").content.decode()
    assert f"/tasks/{record.pk}/" in page
    assert "Not well:" in page
    (row,) = staff.get("/api/tasks/schedules/").json()
    assert (row["name"], row["when"], row["last_task"]["id"]) == ("Health check", "every hour", str(record.pk))
    assert (row["last_task"]["status"], row["missed"]["reason"]) == ("succeeded", "No scheduler is alive.")
    assert "/schedules/" in staff.get("/tasks/board/").content.decode()
    PeriodicTask.objects.update(task="trial.gone")
    assert "there is no task trial.gone here" in staff.post(f"/schedules/{pk}/run/", follow=True).content.decode()
    assert TaskRecord.objects.count() == 1


def test_readiness_tells_late_schedules_and_stays_ready(rows, staff):
    ran(5)
    reply = staff.get("/readyz")
    assert reply.status_code == 200
    assert "No scheduler is alive." in reply.json()["parts"]["schedules"]["reason"]


def sample(hours_ago: float, **ill: str) -> HealthSample:
    parts = [{"name": name, "ok": name not in ill, "ms": 2.0, "detail": ill.get(name, "fine")} for name in ("broker", "database")]
    return HealthSample(time=timezone.now() - timedelta(hours=hours_ago), ok=not ill, parts=parts)


def test_checks_in_a_row_are_one_outage():
    found = health_history.outages([sample(9, broker="away"), sample(8, broker="gone", database="full"), sample(3, broker="away")])
    assert [(outage.part, outage.checks, outage.detail) for outage in found] == [
        ("broker", 1, "away"),
        ("broker", 2, "gone"),
        ("database", 1, "full"),
    ]


@pytest.mark.django_db(transaction=True)
def test_each_health_check_is_kept_and_makes_a_trend(staff, settings):
    settings.TASK_EXECUTOR = "background"
    HealthSample.objects.bulk_create([sample(24 * 91), sample(49), sample(25, broker="away"), sample(24.5)])
    record = manager.submit("tasks.health_check")
    attempts.run_attempt(record.pk, "background")
    assert HealthSample.objects.count() == 5
    assert retention.clean_up(lambda done, total: None)["health_checks"] == 1
    trend = health_history.trend(7)
    parts = {part.name: part for part in trend.parts}
    assert (trend.samples, len(parts["broker"].days)) == (4, 7)
    assert (parts["broker"].checks, parts["broker"].ok, parts["broker"].percent) == (4, 3, 75.0)
    assert parts["database"].share == 1
    assert "schedules" in parts
    page = staff.get("/health/?days=7").content.decode()
    assert "well in 3 of 4 checks" in page
    assert "away" in page
    said = staff.get("/api/tasks/health/?days=7").json()
    assert (said["days"], said["samples"], said["latest"]["ok"]) == (7, 4, False)
    assert sum(day["checks"] for day in said["parts"][0]["days"]) == said["parts"][0]["checks"]
    assert staff.get("/api/tasks/health/?days=8").status_code == 400
    assert staff.get("/health/?days=nonsense").status_code == 200


def test_a_page_of_health_without_any_check_says_so(staff):
    assert "No checks yet" in staff.get("/health/").content.decode()


def test_what_a_vacuum_won_is_said_in_words_also_on_its_tasks_page(staff):
    result = {"tables": 3, "bytes_before": 9, "bytes_after": 9, "bytes_won": 120 * 2**20, "dead_rows": 34_000, "seconds": 8.2}
    said = vacuum.in_words(result).replace("\xa0", " ")
    assert said == "Won 120.0 MB; 34,000 dead rows removed from 3 tables in 8.2 s."
    record = TaskRecord.objects.create(name="tasks.vacuum_database", status="succeeded", result=result)
    assert "34,000 dead rows" in staff.get(f"/tasks/{record.pk}/").content.decode()
    record.result = {"tables": 3}  # of an earlier version
    assert outcomes.outcome_of(record) == ""


@pytest.mark.django_db
def test_celery_keeps_results_of_other_tasks_and_of_ours_only_the_record(admin_client):
    record = TaskRecord.objects.create(name="tasks.health_check")
    backend = ResultBackend(current_app._get_current_object())
    asked = {"argsrepr": "('secret words',)", "kwargsrepr": "{}", "hostname": "w", "meta": {}, "children": []}
    for key, name, result in (("1", "tasks.health_check", str(record.pk)), ("2", "plugin.count", 42)):
        backend.store_result(key, result, "SUCCESS", request=SimpleNamespace(task=name, id=key, **asked))
    long = SimpleNamespace(task="plugin.long", id="3", **{**asked, "argsrepr": "x" * 5000})
    backend.store_result("3", None, "SUCCESS", request=long)
    ours, other, cut = TaskResult.objects.order_by("task_id")
    assert ours.task_args is None
    assert (backend.get_result("2"), other.task_name, "secret words" in other.task_args) == (42, "plugin.count", True)
    assert len(cut.task_args) < 300
    page = admin_client.get("/admin/django_celery_results/taskresult/").content.decode()
    assert "Results of Celery&#x27;s own tasks are kept here." in page
    assert f"/admin/tasks/taskrecord/{record.pk}/change/" in page
    for whose, shown in (("ours", [ours]), ("celery", [other, cut])):
        page = admin_client.get(f"/admin/django_celery_results/taskresult/?whose={whose}").content.decode()
        assert [row for row in (ours, other, cut) if f"/taskresult/{row.pk}/change/" in page] == shown
    assert "secret words" not in admin_client.get(f"/admin/django_celery_results/taskresult/{ours.pk}/change/").content.decode()
    assert "plugin.count" in admin_client.get(f"/admin/django_celery_results/taskresult/{other.pk}/change/").content.decode()
