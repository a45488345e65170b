"""POST /api/audio/batch/: many recordings as one batch, each failing for itself."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from audio.models import AudioSession
from audio.services import batches
from audio.tests.test_sessions import put, recording, work_off  # noqa: F401 (put is a fixture)
from tasks.manager import manager
from tasks.models import Batch, TaskRecord
from tasks.progress import batches as counting

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/api/audio/batch/"


@pytest.fixture(autouse=True)
def _here(settings: Any) -> None:
    settings.TASK_EXECUTOR = "background"


def send(client: Any, case: Any, *files: tuple[str, bytes]) -> Any:
    uploaded = [SimpleUploadedFile(name, data) for name, data in files]
    return client.post(URL, {"file": uploaded, "case": str(case.pk)}, format="multipart")


def counted(key: str) -> Batch:
    counting.tell(uuid.UUID(key))
    return Batch.objects.get(pk=key)


def test_one_broken_file_fails_alone_and_the_batch_says_so(api, editor, case):
    files = [("one.wav", recording()), ("broken.wav", b"RIFF broken"), ("empty.wav", b""), ("two.wav", recording(9))]
    answer = send(api(editor), case, *files)
    assert answer.status_code == 202, answer.json()
    assert [each["name"] for each in answer.json()["refused"]] == ["empty.wav"]
    work_off()
    states = dict(AudioSession.objects.values_list("name", "status"))
    assert states == {"one.wav": "ready", "broken.wav": "failed", "two.wav": "ready"}
    batch = counted(answer.json()["batch"])
    assert (batch.total, batch.failed) == (3, 1)
    assert batch.finished_at is not None
    record = TaskRecord.objects.get(pk=answer.json()["task_id"])
    assert (record.name, record.status, record.result) == (batches.TASK, "succeeded", {"submitted": 3, "left_out": []})
    assert set(AudioSession.objects.values_list("version", flat=True)) == {1}


def test_recordings_of_a_case_are_heard_anew_and_copies_are_left_out(put, api, editor, case):  # noqa: F811
    one, two, copy = (
        put((name, data))[0]["id"] for name, data in (("1.wav", recording()), ("2.wav", recording(9)), ("3.wav", recording()))
    )
    work_off()
    answer = api(editor).post(URL, {"case": str(case.pk), "audio": [one, two, copy]}, format="json")
    assert answer.status_code == 202
    work_off()
    result = TaskRecord.objects.get(pk=answer.json()["task_id"]).result
    assert result["submitted"] == 2
    assert [each["id"] for each in result["left_out"]] == [copy]
    batch = counted(answer.json()["batch"])
    assert (batch.total, batch.failed, batch.finished_at is None) == (2, 0, False)
    assert set(AudioSession.objects.filter(duplicate_of=None).values_list("version", "status")) == {(2, "ready")}


def test_what_is_not_of_the_case_is_not_there(put, api, editor, case):  # noqa: F811
    (row,) = put(("1.wav", recording()))
    answer = api(editor).post(URL, {"case": str(case.pk), "audio": [row["id"], str(uuid.uuid4())]}, format="json")
    assert answer.status_code == 404
    assert not Batch.objects.exists()


def test_where_all_files_are_refused_nothing_is_left(api, editor, case):
    answer = send(api(editor), case, ("1.wav", b""), ("2.wav", b""))
    assert answer.status_code == 400
    assert "None of these files" in answer.json()["detail"]
    assert not Batch.objects.exists()


def test_a_batch_that_is_cancelled_before_it_begins_leaves_nothing_waiting(api, editor, case):
    answer = send(api(editor), case, ("one.wav", recording()), ("two.wav", recording(9)))
    manager.cancel(answer.json()["task_id"], by=editor)
    assert set(AudioSession.objects.values_list("status", flat=True)) == {"cancelled"}
    assert counted(answer.json()["batch"]).finished_at is not None
    session = AudioSession.objects.first()
    assert api(editor).post(f"/api/audio/{session.pk}/reprocess/").status_code == 202
    work_off()
    session.refresh_from_db()
    assert (session.status, session.version) == ("ready", 1)


def test_what_is_still_coming_in_is_not_heard_yet(api, editor, case):
    session = AudioSession.objects.create(case=case, title="Dictation", kind="dictation")
    assert api(editor).post(f"/api/audio/{session.pk}/reprocess/").status_code == 409
    answer = api(editor).post(URL, {"case": str(case.pk), "audio": [str(session.pk)]}, format="json")
    work_off()
    assert TaskRecord.objects.get(pk=answer.json()["task_id"]).result["submitted"] == 0
