"""Events do not lie: numbered, never backwards within an attempt, silent after the end."""

from __future__ import annotations

import uuid

import pytest
from django.db import transaction

from tasks.progress import events
from tasks.progress.events import emit, snapshots
from tasks.progress.transport import publisher

pytestmark = pytest.mark.django_db
TASK = uuid.uuid4()


def tell(topic: str, percent: float, status: str = "started", **more) -> dict:
    emit(topic, scope=None, status=status, percent=percent, **more)
    return snapshots([topic])[0]


def test_numbers_grow_and_the_percentage_never_goes_back():
    seen = [tell("document:x", percent, task=TASK, attempt=1) for percent in (10, 40, 20, 41.26)]
    assert [event["seq"] for event in seen] == [1, 2, 3, 4]
    assert [event["percent"] for event in seen] == [10, 40, 40, 41.3]


def test_a_later_attempt_of_the_same_task_may_go_back():
    tell("document:x", 80, task=TASK, attempt=1)
    assert tell("document:x", 45, task=TASK, attempt=2)["percent"] == 45


def test_after_the_end_nothing_is_told_until_a_restart():
    tell("document:x", 100, "succeeded")
    assert tell("document:x", 50)["status"] == "succeeded"
    event = tell("document:x", 0, "pending", restart=True)
    assert (event["status"], event["percent"], event["seq"]) == ("pending", 0, 2)


def test_an_event_is_as_the_contract_says():
    event = tell("document:x", 42, step="extracting", message="page 21 of 50\x00", task=TASK, attempt=1)
    assert event == {
        "topic": "document:x", "seq": 1, "task": str(TASK), "attempt": 1, "status": "started", "step": "extracting", "percent": 42,
        "message": "page 21 of 50", "left": None,
    }  # fmt: skip


def test_what_is_rolled_back_is_not_told(monkeypatch, django_capture_on_commit_callbacks):
    told = []
    monkeypatch.setattr(events.publisher, "publish", told.extend)
    with django_capture_on_commit_callbacks(execute=True):
        with transaction.atomic():
            emit("document:x", scope=None, status="started", percent=1)
            transaction.set_rollback(True)
        emit("document:y", scope=None, status="started", percent=1)
    assert [message["event"]["topic"] for message in told] == ["document:y"]


def test_a_transport_that_is_away_costs_events_but_no_work(settings, monkeypatch):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(publisher, "_client", None)
    monkeypatch.setattr(publisher, "_silent_until", 0.0)
    lost = publisher.lost
    publisher.publish([{"scope": None, "event": {}}] * 3)
    assert publisher.lost == lost + 3
    monkeypatch.setattr(publisher, "_client", None)
