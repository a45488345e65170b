"""What runs by the clock: rows after migrations, obeyed once, by whoever leads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from celery import current_app
from django_celery_beat.models import PeriodicTask, PeriodicTasks

from tasks import registry, schedules
from tasks.models import TaskRecord
from tasks.scheduler import ManagedScheduler, due_time, submit

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
    from tasks import maintenance

    seen = []
    result = maintenance.vacuum(lambda done, count, name: seen.append(name))
    assert result["tables"] == len(seen) > 10
    assert maintenance.cleanup_sessions() == 0
    parts = {part["name"]: part for part in maintenance.health()["parts"]}
    assert parts["database"]["ok"]
    assert parts["storage"]["ok"]
    assert not parts["workers"]["ok"]
