"""Many tasks as one piece of work: counted, told, paused, resumed, cancelled, and their failures tried again together."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404
from django.utils import timezone

from tasks.batches import control
from tasks.engine.attempts import claim_next, execute
from tasks.manager import manager
from tasks.models import Batch, Status, TaskRecord, TopicState
from tasks.progress import events
from tasks.progress.batches import BatchTicker
from tasks.tests.functions import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def work_off(transactional_db: None, settings) -> Callable[..., int]:
    """Run at most so many of the tasks that wait, here; gives how many ran."""
    settings.TASK_EXECUTOR = "background"

    def run(most: int = 1000) -> int:
        count = 0
        while count < most and (claimed := claim_next("background")) is not None:
            execute(claimed)
            count += 1
        return count

    return run


@pytest.fixture
def batch(case, editor) -> Batch:
    return control.create("trial", "Six tasks", case.pk, editor, expected=6)


@pytest.fixture
def filled(batch, case, editor, tmp_path) -> Batch:
    """Four that succeed, two that fail at the first try."""
    for number in range(6):
        name = "trial.permanent" if number in (1, 4) else "trial.light"
        manager.submit(name, Job(path=str(tmp_path / str(number))), scope=case.pk, user=editor, batch=batch)
    return batch


def told(batch: Batch) -> dict:
    return events.snapshots([batch.topic])[0]


def fresh(batch: Batch) -> Batch:
    return Batch.objects.get(pk=batch.pk)


def test_a_new_batch_says_what_it_expects(batch):
    assert (told(batch)["status"], told(batch)["message"], told(batch)["left"]) == ("pending", "0 of 6", None)
    assert TopicState.objects.get(topic=batch.topic).scope == batch.scope


def test_the_ticker_counts_the_units_and_ends_the_batch(filled, work_off):
    work_off(3)
    BatchTicker().tick()
    assert (told(filled)["status"], told(filled)["percent"], told(filled)["message"]) == ("started", 50, "3 of 6, 1 failed")
    work_off()
    BatchTicker().tick()
    done = fresh(filled)
    assert (done.total, done.succeeded, done.failed, done.percent) == (6, 4, 2, 100)
    assert done.finished_at is not None
    assert told(filled)["status"] == "failed"


def test_a_batch_is_told_only_where_something_changed(filled, monkeypatch):
    BatchTicker().tick()
    before = told(filled)["seq"]
    ticker = BatchTicker()
    for _ in range(3):
        ticker.tick()
    assert told(filled)["seq"] == before


def test_all_batches_are_counted_in_one_query(case, editor, django_assert_max_num_queries):
    for number in range(8):
        made = control.create("trial", str(number), case.pk, editor)
        for _ in range(5):
            manager.submit("trial.light", Job(), scope=case.pk, batch=made)
    BatchTicker().tick()
    with django_assert_max_num_queries(5):
        BatchTicker().tick()
    assert set(Batch.objects.values_list("total", flat=True)) == {5}


def test_stages_of_one_topic_are_one_unit(batch, case):
    topic = f"document:{uuid.uuid4()}"
    first = manager.submit("trial.light", Job(), topic=topic, scope=case.pk, share=(0, 45), batch=batch)
    child = manager.submit("trial.light", Job(), topic=topic, scope=case.pk, share=(45, 100), parent=first)
    events.emit(topic, scope=case.pk, status="started", percent=60)
    BatchTicker().tick()
    assert child.batch_id == batch.pk
    assert (fresh(batch).total, fresh(batch).percent) == (1, 10)


def test_a_batch_whose_last_units_never_come_is_complete_after_ten_quiet_minutes(batch, work_off, case):
    manager.submit("trial.light", Job(), scope=case.pk, batch=batch)
    work_off()
    BatchTicker().tick()
    assert fresh(batch).finished_at is None
    long_ago = timezone.now() - timedelta(minutes=11)
    TaskRecord.objects.update(created=long_ago)
    BatchTicker().tick()
    assert fresh(batch).finished_at is not None
    assert told(batch)["status"] == "succeeded"


def test_a_withdrawn_unit_is_not_waited_for(batch, work_off, case, editor):
    manager.submit("trial.light", Job(), scope=case.pk, batch=batch)
    work_off()
    control.correct(batch.pk, editor, withdrawn=5)
    BatchTicker().tick()
    assert told(batch)["message"] == "1 of 1"
    assert told(batch)["status"] == "succeeded"


def test_pausing_holds_what_waits_and_what_is_born_later(filled, work_off, editor, case):
    assert work_off(1) == 1
    running = claim_next("background")
    control.pause(filled.pk, editor)
    assert work_off() == 0
    child = manager.submit("trial.light", Job(), scope=case.pk, parent=running.record)
    assert (child.batch_id, child.paused_by) == (filled.pk, editor)
    assert work_off() == 0
    execute(running)
    assert TaskRecord.objects.filter(finished_at__isnull=False).count() == 2
    assert (told(filled)["step"], told(filled)["left"]) == ("paused", None)
    assert told(filled)["message"].endswith("paused by editor")


def test_what_is_tried_again_in_a_paused_batch_is_held_by_the_next_tick(filled, work_off, editor):
    work_off(2)
    control.pause(filled.pk, editor)
    manager.retry(TaskRecord.objects.get(status="failed").pk, editor)
    BatchTicker().tick()
    assert work_off() == 0


def test_resuming_lets_all_of_it_go_on(filled, work_off, editor):
    control.pause(filled.pk, editor)
    control.resume(filled.pk, editor)
    assert work_off() == 6
    BatchTicker().tick()
    assert told(filled)["step"] == "batch"
    assert not TaskRecord.objects.filter(paused_at__isnull=False).exists()


def test_cancelling_ends_everything_that_has_not_ended_and_waits_for_nothing_more(batch, work_off, case, editor, tmp_path):
    for number in range(3):
        manager.submit("trial.ok", Job(path=str(tmp_path / str(number))), scope=case.pk, batch=batch)
    work_off(1)
    control.pause(batch.pk, editor)
    control.cancel(batch.pk, editor)
    assert sorted(TaskRecord.objects.values_list("status", flat=True)) == ["cancelled", "cancelled", "succeeded"]
    assert sorted(Path(tmp_path / str(n)).read_text() for n in range(3)) == ["end cancelled\n"] * 2 + ["end succeeded\n"]
    done = fresh(batch)
    assert (done.cancelled, done.succeeded, done.paused_at) == (2, 1, None)
    assert done.finished_at is not None
    assert told(batch)["status"] == "cancelled"


def test_only_failures_are_tried_again_and_the_batch_goes_on(filled, work_off, editor):
    work_off()
    BatchTicker().tick()
    assert told(filled)["status"] == "failed"
    control.retry_failed(filled.pk, editor)
    assert fresh(filled).finished_at is None
    assert (told(filled)["status"], told(filled)["message"]) == ("started", "4 of 6")
    assert told(filled)["percent"] == pytest.approx(66.7)
    assert work_off() == 2
    BatchTicker().tick()
    assert told(filled)["status"] == "failed"


def test_a_unit_whose_newest_task_went_well_is_not_tried_again(batch, work_off, case, editor, tmp_path):
    topic = f"document:{uuid.uuid4()}"
    for name in ("trial.permanent", "trial.light"):
        manager.submit(name, Job(path=str(tmp_path / "x")), topic=topic, scope=case.pk, share=(0, 100), batch=batch)
        work_off()
    events.emit(topic, scope=case.pk, status="failed", percent=10)
    control.retry_failed(batch.pk, editor)
    assert work_off() == 0


def test_a_single_task_that_is_tried_again_takes_its_finished_batch_up_again(filled, work_off, editor):
    work_off()
    BatchTicker().tick()
    manager.retry(TaskRecord.objects.filter(status="failed").first().pk, editor)
    BatchTicker().tick()
    assert (told(filled)["status"], told(filled)["message"]) == ("started", "5 of 6, 1 failed")


def test_units_that_come_after_the_end_take_the_batch_up_again_also_two_at_once(filled, work_off, case):
    work_off()
    BatchTicker().tick()
    assert fresh(filled).finished_at is not None
    both = threading.Barrier(2)

    def come_late() -> None:
        with transaction.atomic():
            both.wait(10)
            manager.submit("trial.light", Job(), scope=case.pk, batch=filled)
        connection.close()

    threads = [threading.Thread(target=come_late) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    BatchTicker().tick()
    assert (fresh(filled).total, fresh(filled).finished_at, told(filled)["status"]) == (8, None, "started")


def test_many_are_changed_by_a_task_with_progress(batch, work_off, case, editor, monkeypatch):
    monkeypatch.setattr(control, "AT_ONCE", 2)
    for _ in range(5):
        manager.submit("trial.light", Job(), scope=case.pk, batch=batch, priority=9)
    control.cancel(batch.pk, editor)
    assert not TaskRecord.objects.filter(status="cancelled").exists()
    record = TaskRecord.objects.get(name="tasks.change_batch")
    assert (record.scope, record.user) == (case.pk, editor)
    work_off(1)
    assert TaskRecord.objects.filter(status="cancelled").count() == 5
    record.refresh_from_db()
    assert (record.status, record.result) == (Status.SUCCEEDED, {"changed": 5})
    assert fresh(batch).finished_at is not None


def test_what_a_finished_batch_is_asked_for_changes_nothing(filled, work_off, editor):
    work_off()
    BatchTicker().tick()
    before = told(filled)["seq"]
    control.pause(filled.pk, editor)
    control.cancel(filled.pk, editor)
    control.resume(filled.pk, editor)
    assert fresh(filled).paused_at is None
    assert told(filled)["seq"] == before


@pytest.mark.parametrize("verb", [control.pause, control.resume, control.cancel, control.retry_failed])
def test_only_editors_of_the_case_change_a_batch(batch, verb, viewer, stranger, owner):
    with pytest.raises(PermissionDenied):
        verb(batch.pk, viewer)
    with pytest.raises(Http404):
        verb(batch.pk, stranger)
    stranger.is_superuser = stranger.is_staff = True
    stranger.save()
    with pytest.raises(Http404):
        verb(batch.pk, stranger)
    verb(batch.pk, owner)


def test_the_api_makes_and_shows_batches(api, case, editor, viewer, stranger, django_assert_max_num_queries):
    made = api(editor).post("/api/batches/", {"case": str(case.pk), "title": "Twelve files", "expected": 12}, format="json")
    assert made.status_code == 201
    shown = made.json()
    assert (shown["kind"], shown["title"], shown["case"], shown["user"], shown["total"]) == (
        "upload",
        "Twelve files",
        str(case.pk),
        "editor",
        0,
    )
    assert (shown["topic"], shown["left"], shown["paused_at"]) == (f"batch:{shown['id']}", None, None)
    address = f"/api/batches/{shown['id']}/"
    assert api(viewer).post("/api/batches/", {"case": str(case.pk)}, format="json").status_code == 403
    assert api(stranger).post("/api/batches/", {"case": str(case.pk)}, format="json").status_code == 404
    assert api(editor).post("/api/batches/", {"case": str(case.pk), "expected": -1}, format="json").status_code == 400
    assert api(editor).patch(address, {"title": "Eleven files", "withdrawn": 1}, format="json").json()["expected"] == 11
    assert api(viewer).patch(address, {"withdrawn": 1}, format="json").status_code == 403
    assert api(editor).post(f"{address}pause").json()["paused_by"] == "editor"
    assert api(editor).post(f"{address}resume/").json()["paused_by"] is None
    for number in range(5):
        control.create("trial", str(number), case.pk, editor)
    with django_assert_max_num_queries(4):
        assert api(viewer).get("/api/batches/", {"case": str(case.pk), "active": "true"}).json()["count"] == 6
    assert api(viewer).get("/api/batches/", {"active": "false"}).json()["count"] == 0
    assert api(stranger).get("/api/batches/").json()["count"] == 0


def test_the_time_left_of_a_batch_comes_from_the_history(filled, work_off, monkeypatch):
    from tasks.progress import estimates

    monkeypatch.setattr(estimates, "_known", {})
    now = timezone.now()
    for name in ("trial.light", "trial.permanent"):
        TaskRecord.objects.create(name=name, status="succeeded", started_at=now - timedelta(seconds=30), finished_at=now)
    work_off(2)
    claim_next("background")
    BatchTicker().tick()
    assert told(filled)["left"] == pytest.approx(120, abs=2)


def test_a_failure_that_would_be_the_same_again_is_not_offered_for_another_try(api, filled, work_off, editor):
    work_off()
    BatchTicker().tick()
    broken = filled.records.filter(status="failed")
    assert broken
    for code, offered in (("connection", broken.count()), ("invalid_payload", 0)):
        filled.records.filter(status="failed").update(error_code=code)
        assert api(editor).get(f"/api/batches/{filled.pk}/").json()["retryable"] == offered
        shown = control.shown(filled.scope)
        assert [each.batch.retryable for each in shown] == [offered]
    control.retry_failed(filled.pk, editor)
    assert filled.records.filter(status="failed").exists()


def test_a_cancelled_batch_says_by_whom_and_its_tasks_do_too(api, filled, editor):
    control.cancel(filled.pk, editor)
    answer = api(editor).get(f"/api/batches/{filled.pk}/").json()
    assert answer["cancelled_by"] == "editor"
    assert set(filled.records.filter(status="cancelled").values_list("cancelled_by", flat=True)) == {editor.pk}
    assert "cancelled by editor" in TopicState.objects.get(topic=filled.topic).message


def test_a_batch_whose_page_was_closed_without_a_word_ends_soon_and_goes_on_if_it_comes_back(api, batch, work_off, case, editor):
    address = f"/api/batches/{batch.pk}/"
    manager.submit("trial.light", Job(), scope=case.pk, batch=batch)
    work_off()
    assert api(editor).patch(address, {"alive": True}, format="json").status_code == 200
    TaskRecord.objects.update(created=timezone.now() - timedelta(minutes=20))
    BatchTicker().tick()
    assert fresh(batch).finished_at is None, "who says that more will come is believed, however slow it is"
    Batch.objects.update(alive_at=timezone.now() - timedelta(minutes=3))
    BatchTicker().tick()
    assert fresh(batch).finished_at is not None
    api(editor).patch(address, {"alive": True}, format="json")
    BatchTicker().tick()
    assert fresh(batch).finished_at is None
    assert told(batch)["status"] == "started"
