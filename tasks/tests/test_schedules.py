"""What runs by the clock: rows after migrations, obeyed once, by whoever leads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from celery import current_app
from django.db import OperationalError
from django.urls import reverse
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask, PeriodicTasks

from tasks import registry
from tasks.models import TaskRecord
from tasks.scheduling import schedules
from tasks.scheduling.scheduler import ManagedScheduler, due_time, submit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scheduler():
    made = ManagedScheduler(app=current_app._get_current_object())
    yield made
    made.close()


def overdue(name: str = "Health check") -> PeriodicTask:
    PeriodicTask.objects.exclude(name=name).update(enabled=False)
    PeriodicTask.objects.filter(name=name).update(last_run_at=datetime.now(UTC) - timedelta(hours=5))
    PeriodicTasks.update_changed()
    return PeriodicTask.objects.get(name=name)


def test_every_declared_schedule_has_a_row_whose_task_exists():
    schedules.create_missing()
    rows = dict(PeriodicTask.objects.values_list("name", "task"))
    assert {"tasks.health_check", "tasks.vacuum_database", "tasks.cleanup_expired_sessions"} <= set(rows.values())
    assert all(registry.is_registered(rows[schedule.name]) for schedule in schedules.declared())


def test_an_administrators_change_is_not_overwritten():
    schedules.create_missing()
    PeriodicTask.objects.filter(name="Vacuum the database").update(enabled=False)
    schedules.create_missing()
    assert not PeriodicTask.objects.get(name="Vacuum the database").enabled


def test_a_missed_run_is_caught_up_once_and_linked_to_its_schedule(scheduler):
    schedules.create_missing()
    overdue()
    for _ in range(4):
        scheduler.tick()
    records = TaskRecord.objects.filter(name="tasks.health_check")
    assert [record.schedule for record in records] == ["Health check"]
    assert PeriodicTask.objects.get(name="Health check").last_run_at > datetime.now(UTC) - timedelta(minutes=1)


def test_two_schedulers_fire_once(scheduler):
    schedules.create_missing()
    overdue()
    second = ManagedScheduler(app=current_app._get_current_object())
    for _ in range(3):
        scheduler.tick()
        assert second.tick() == 5.0
    assert TaskRecord.objects.filter(name="tasks.health_check").count() == 1
    scheduler._leadership.release()
    second.tick()
    second._leadership.release()
    assert TaskRecord.objects.filter(name="tasks.health_check").count() == 1


def test_the_same_due_time_gives_the_same_record(scheduler):
    schedules.create_missing()
    overdue("Vacuum the database")
    entry = ManagedScheduler.Entry(PeriodicTask.objects.get(name="Vacuum the database"), app=scheduler.app)
    due = due_time(entry)
    assert submit(entry, due).pk == submit(entry, due).pk
    assert (due.minute, due.second) == (0, 0)


def test_maintenance_tasks_do_what_they_say():
    from tasks.operations import maintenance
    from tasks.operations.vacuum import vacuum

    seen = []
    result = vacuum(lambda done, count, name: seen.append(name))
    assert result["tables"] == len(seen) > 10
    assert maintenance.cleanup_sessions() == 0
    parts = {part["name"]: part for part in maintenance.health()["parts"]}
    assert parts["database"]["ok"]
    assert parts["storage"]["ok"]
    assert not parts["workers"]["ok"]


def test_a_run_missed_at_another_hour_of_the_day_is_caught_up_once(scheduler):
    """Down for three daily due times; the hour of the schedule is twelve hours away from now."""
    schedules.create_missing()
    now = datetime.now(UTC)
    row = overdue("Clean up expired sessions")
    hour = CrontabSchedule.objects.create(minute="0", hour=str((now.hour + 12) % 24), timezone="UTC")
    PeriodicTask.objects.filter(pk=row.pk).update(crontab=hour, last_run_at=now - timedelta(days=3))
    for _ in range(3):
        scheduler.tick()
    assert TaskRecord.objects.filter(name="tasks.cleanup_expired_sessions").count() == 1


def test_a_run_that_could_not_be_submitted_is_made_at_the_next_look(scheduler, monkeypatch):
    schedules.create_missing()
    before = overdue().last_run_at
    with monkeypatch.context() as patched:
        patched.setattr("tasks.scheduling.scheduler.manager.submit", _database_away)
        assert scheduler.tick() == 2.0
    assert PeriodicTask.objects.get(name="Health check").last_run_at == before
    scheduler.tick()
    assert TaskRecord.objects.filter(name="tasks.health_check").count() == 1


def _database_away(*args, **kwargs):
    raise OperationalError("the database system is shutting down")


def test_runs_of_one_schedule_do_not_pile_up(scheduler):
    schedules.create_missing()
    overdue()
    scheduler.tick()
    overdue()
    scheduler.tick()
    assert TaskRecord.objects.filter(name="tasks.health_check").count() == 1
    TaskRecord.objects.update(status="succeeded")
    PeriodicTask.objects.update(last_run_at=datetime.now(UTC) - timedelta(hours=3))
    scheduler.tick()
    assert TaskRecord.objects.filter(name="tasks.health_check").count() == 2


def test_an_interval_does_not_drift_and_begins_anew_after_missed_runs(scheduler):
    schedules.create_missing()
    row = overdue()
    late = datetime.now(UTC) - timedelta(minutes=61)
    PeriodicTask.objects.filter(pk=row.pk).update(last_run_at=late)
    scheduler.tick()
    assert PeriodicTask.objects.get(pk=row.pk).last_run_at == late + timedelta(hours=1)
    PeriodicTask.objects.filter(pk=row.pk).update(last_run_at=late - timedelta(days=1))
    scheduler.tick()
    assert PeriodicTask.objects.get(pk=row.pk).last_run_at > datetime.now(UTC) - timedelta(minutes=1)


def test_a_row_that_makes_no_sense_stops_no_other(scheduler):
    schedules.create_missing()
    overdue()
    never = CrontabSchedule.objects.create(minute="0", hour="0", day_of_month="31", month_of_year="2", timezone="UTC")
    PeriodicTask.objects.create(name="A day that never comes", task="tasks.health_check", crontab=never)
    PeriodicTask.objects.create(
        name="Bad arguments", task="tasks.vacuum_database", kwargs="nonsense", interval=IntervalSchedule.objects.first()
    )
    scheduler.tick()
    assert [record.schedule for record in TaskRecord.objects.all()] == ["Health check"]


def test_a_clock_that_went_back_does_not_silence_a_schedule(scheduler):
    schedules.create_missing()
    row = overdue()
    PeriodicTask.objects.filter(pk=row.pk).update(last_run_at=datetime.now(UTC) + timedelta(days=2))
    scheduler.tick()
    assert abs(PeriodicTask.objects.get(pk=row.pk).last_run_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert not TaskRecord.objects.exists()


def test_a_schedule_disabled_between_look_and_run_does_not_run(scheduler):
    schedules.create_missing()
    entry = ManagedScheduler.Entry(overdue(), app=scheduler.app)
    PeriodicTask.objects.update(enabled=False)
    assert submit(entry, due_time(entry)) is None
    assert not TaskRecord.objects.exists()


def test_in_the_admin_a_schedule_leads_to_its_tasks_and_a_task_to_its_schedule(scheduler, admin_client, settings):
    settings.TASK_EXECUTOR = "background"
    schedules.create_missing()
    row = overdue()
    scheduler.tick()
    record = TaskRecord.objects.get()
    changelist = reverse("admin:tasks_taskrecord_changelist") + "?schedule__exact=Health+check"
    page = admin_client.get(reverse("admin:django_celery_beat_periodictask_change", args=[row.pk])).content.decode()
    assert changelist in page
    assert str(record.pk) in admin_client.get(changelist).content.decode()
    page = admin_client.get(reverse("admin:tasks_taskrecord_change", args=[record.pk])).content.decode()
    assert reverse("admin:django_celery_beat_periodictask_change", args=[row.pk]) in page


def test_run_now_submits_a_task_without_a_broker(admin_client, settings):
    settings.TASK_EXECUTOR = "background"
    schedules.create_missing()
    row = PeriodicTask.objects.get(name="Health check")
    foreign = PeriodicTask.objects.create(name="Foreign", task="celery.chord", interval=IntervalSchedule.objects.first())
    sent = {"action": "run_tasks", "_selected_action": [row.pk, foreign.pk]}
    page = admin_client.post(reverse("admin:django_celery_beat_periodictask_changelist"), sent, follow=True).content.decode()
    assert "1 task is on its way." in page
    assert "there is no task celery.chord here" in page
    assert list(TaskRecord.objects.values_list("name", "schedule")) == [("tasks.health_check", "Health check")]
