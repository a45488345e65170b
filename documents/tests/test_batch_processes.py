"""Twelve files as one batch with real processes: paused in the middle, resumed, its failure tried again; another one cancelled."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from cases.models import Case
from documents.models import Document
from documents.tests.test_faults import filing
from tasks.models import Batch, TaskAttempt, TaskRecord, TopicState
from tasks.progress.events import snapshots
from tasks.tests.processes import celery_worker, until, web_server

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
BROKEN = SimpleUploadedFile("broken.pdf", b"%PDF-1.7 but then only noise")


def send(client: APIClient, case: Case, files: list[SimpleUploadedFile]) -> Batch:
    answer = client.post("/api/documents/", {"file": files, "case": str(case.pk)}, format="multipart")
    return Batch.objects.get(pk=answer.json()[0]["batch"])


def filings(count: int, first: int = 0) -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile(f"filing {n}.txt", filing(n)) for n in range(first, first + count)]


def ready() -> int:
    return Document.objects.filter(status=Document.Status.READY).count()


def told(batch: Batch) -> dict[str, Any]:
    return snapshots([batch.topic])[0]


def finished(batch: Batch) -> bool:
    return Batch.objects.filter(pk=batch.pk, finished_at__isnull=False).exists()


def nothing_runs() -> bool:
    return not TaskRecord.objects.filter(status="started").exists()


def test_a_batch_is_paused_resumed_tried_again_and_another_cancelled(settings, api: Callable[..., APIClient], case, editor) -> None:
    if not settings.REDIS_URL:
        pytest.skip("A Celery worker needs REDIS_URL.")
    settings.TASK_EXECUTOR = "celery"
    client = api(editor)
    with celery_worker(2, wait=False) as worker, web_server() as web:
        worker.ready()
        batch = send(client, case, [*filings(11), BROKEN])

        until(lambda: ready() >= 2, 90, f"two documents\n{worker.tail()}")
        client.post(f"/api/batches/{batch.pk}/pause/")
        until(nothing_runs, 60, "the end of what ran")
        attempts, done = TaskAttempt.objects.count(), ready()
        time.sleep(1.5)  # seven passes of the rescuer, any of which could start something
        assert (TaskAttempt.objects.count(), ready()) == (attempts, done)
        assert done < 11
        assert told(batch)["step"] == "paused"

        client.post(f"/api/batches/{batch.pk}/resume/")
        until(lambda: told(batch)["left"] or finished(batch), 60, f"a time left\n{web.tail()}")
        until(lambda: finished(batch), 120, f"the end of the batch\n{worker.tail()}")
        assert (ready(), told(batch)["message"], told(batch)["percent"]) == (11, "12 of 12, 1 failed", 100)

        # What a damaged file says is the same each time, so it is not tried again; a time limit is.
        TaskRecord.objects.filter(batch=batch, status="failed").update(error_code="time_limit")
        client.post(f"/api/batches/{batch.pk}/retry/")
        assert told(batch)["message"] == "11 of 12"
        until(lambda: finished(batch), 60, "the end of the second try")
        failed = TaskRecord.objects.get(batch=batch, status="failed")
        assert (failed.attempt, TaskRecord.objects.filter(batch=batch).count()) == (2, 11 * 3 + 1)

        other = send(client, case, filings(12, first=20))
        until(lambda: TaskRecord.objects.filter(batch=other, status="started").exists(), 30, "a start")
        client.post(f"/api/batches/{other.pk}/cancel/")
        begun = TaskAttempt.objects.filter(record__batch=other).values("record__topic").distinct().count()
        until(lambda: finished(other), 30, f"the end of the cancelled\n{web.tail()}")
    other.refresh_from_db()
    assert other.cancelled + other.succeeded == 12
    assert 12 > begun >= other.succeeded, "what had not begun when the cancel was answered is cancelled"
    ends = dict(Document.objects.filter(name__in=[file.name for file in filings(12, first=20)]).values_list("pk", "status"))
    topics = dict(TopicState.objects.filter(topic__in=[f"document:{pk}" for pk in ends]).values_list("topic", "status"))
    assert {pk: status.replace("ready", "succeeded") for pk, status in ends.items()} == {
        pk: topics[f"document:{pk}"] for pk in ends
    }  # fmt: skip
