"""Many files as one piece of work: they arrive as a batch, are paused and resumed, tried again and cancelled together."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from cases.models import Case
from cases.services import matters
from documents.models import Document, Upload
from documents.services.pipeline import lifecycle, reprocessing, stages
from documents.tests.conftest import OPINION
from documents.tests.test_resumable_uploads import CONTENT, create, patch
from tasks.batches import control
from tasks.models import Batch, TaskRecord, TopicState
from tasks.progress.batches import BatchTicker
from tasks.progress.events import snapshots

pytestmark = pytest.mark.django_db
URL = "/api/documents/"


def post(client: APIClient, case: Case, *files: SimpleUploadedFile) -> Any:
    return client.post(URL, {"file": list(files), "case": str(case.pk)}, format="multipart")


def several(count: int, start: int = 0) -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile(f"exhibit {n}.txt", f"This is exhibit {n}. {OPINION}".encode()) for n in range(start, start + count)]


def message(batch: Batch) -> str:
    return str(snapshots([batch.topic])[0]["message"])


def test_several_files_of_one_request_are_a_batch(api, editor, case):
    made = post(api(editor), case, *several(3)).json()
    batch = Batch.objects.get()
    assert {one["batch"] for one in made} == {str(batch.pk)}
    assert (batch.kind, batch.title, batch.expected, batch.scope, batch.user) == (
        "upload", "exhibit 0.txt and 2 more files", 3, case.pk, editor,
    )  # fmt: skip
    assert set(TaskRecord.objects.values_list("batch", flat=True)) == {batch.pk}


def test_a_single_file_is_no_batch_and_a_refused_request_leaves_none(api, editor, case, upload):
    assert post(api(editor), case, upload()).json()[0]["batch"] is None
    assert post(api(editor), case, *several(2), upload("empty.pdf", b"")).status_code == 400
    assert not Batch.objects.exists()


def test_a_batch_does_not_wait_for_copies(api, editor, case, upload, work_off):
    post(api(editor), case, upload("a.txt"))
    post(api(editor), case, upload("b.txt"), *several(2))
    work_off()
    BatchTicker().tick()
    batch = Batch.objects.get()
    assert (batch.succeeded, batch.expected, message(batch)) == (2, 2, "2 of 2")
    assert batch.finished_at is not None


def test_the_stages_of_a_document_are_one_unit_of_its_batch(api, editor, case, work_off):
    post(api(editor), case, *several(2))
    work_off()
    assert TaskRecord.objects.filter(batch=Batch.objects.get()).count() == 6
    BatchTicker().tick()
    assert (Batch.objects.get().total, Batch.objects.get().succeeded) == (2, 2)


def test_attachments_belong_to_the_batch_of_their_mail(api, editor, case, work_off):
    mail = (
        b"From: a@example.org\r\nTo: b@example.org\r\nSubject: Papers\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSee the papers.\r\n'
        b'--b\r\nContent-Type: text/plain; name="terms.txt"\r\nContent-Disposition: attachment; filename="terms.txt"\r\n\r\n'
        b"The terms of the lease.\r\n--b--\r\n"
    )
    post(api(editor), case, SimpleUploadedFile("mail.eml", mail), *several(1))
    work_off()
    BatchTicker().tick()
    assert Document.objects.filter(parent__isnull=False).count() == 1
    assert message(Batch.objects.get()) == "3 of 3"


def test_a_resumable_upload_joins_the_batch_that_it_names(api, editor, case):
    batch = control.create("upload", "two files", case.pk, editor, expected=2)
    location = create(api(editor), case, batch=batch.pk)["Location"]
    document = Document.objects.get(pk=patch(api(editor), location, 0, CONTENT)["Lexintel-Document"])
    assert TaskRecord.objects.get(pk=document.task_id).batch == batch


def test_a_batch_of_another_case_or_of_nobody_does_not_exist_for_an_upload(api, owner, editor, case):
    other = matters.create_case("Another matter", user=owner)
    foreign = control.create("upload", "", other.pk, owner)
    for batch in (foreign.pk, "019a0000-0000-7000-8000-000000000000", "nonsense"):
        assert create(api(owner), case, batch=batch).status_code == 404
    assert create(api(editor), case, batch=foreign.pk).status_code == 404
    assert not Upload.objects.exists()


def test_an_upload_that_is_given_up_or_refused_is_not_waited_for(api, editor, case, settings):
    settings.REFUSED_TYPES = frozenset({"application/x-msdownload"})
    batch = control.create("upload", "three files", case.pk, editor, expected=3)
    api(editor).delete(create(api(editor), case, batch=batch.pk)["Location"])
    refused = create(api(editor), case, batch=batch.pk, length=6, filename="tool.bin")["Location"]
    assert patch(api(editor), refused, 0, b"MZ\x90\x00ab").status_code == 415
    batch.refresh_from_db()
    assert batch.expected == 1


def test_a_document_that_is_tried_again_goes_on_in_its_batch(api, editor, case, work_off):
    post(api(editor), case, *several(1), SimpleUploadedFile("broken.pdf", b"%PDF-1.7 but then only noise"))
    work_off()
    BatchTicker().tick()
    assert message(Batch.objects.get()) == "2 of 2, 1 failed"
    lifecycle.retry(Document.objects.get(name="broken.pdf"), editor)
    BatchTicker().tick()
    assert message(Batch.objects.get()) == "1 of 2"
    assert Batch.objects.get().finished_at is None


def test_failures_start_again_at_the_stage_that_failed(api, editor, case, work_off, monkeypatch):
    def broken(*_args: Any) -> None:
        raise stages.PermanentError("The model is missing.", "no_model")

    post(api(editor), case, *several(2))
    with monkeypatch.context() as patched:
        patched.setattr(stages, "_without_vectors", broken)
        work_off()
    assert set(Document.objects.values_list("status", flat=True)) == {"failed"}
    control.retry_failed(Batch.objects.get().pk, editor)
    assert set(Document.objects.values_list("status", flat=True)) == {"pending"}
    assert work_off() == 4
    assert set(Document.objects.values_list("status", flat=True)) == {"ready"}
    assert TaskRecord.objects.filter(name=lifecycle.STAGES[0].task).count() == 2


def test_a_deleted_document_is_counted_no_more_nor_tried_again(api, editor, case, work_off):
    post(api(editor), case, *several(2), SimpleUploadedFile("broken.pdf", b"%PDF-1.7 but then only noise"))
    work_off()
    BatchTicker().tick()
    batch = Batch.objects.get()
    assert [one.text for one in control.shown(case.pk)] == ["3 of 3, 1 failed"]
    lifecycle.delete(Document.objects.get(name="broken.pdf"), editor)
    BatchTicker().tick()
    assert (message(batch), snapshots([batch.topic])[0]["status"]) == ("2 of 2", "succeeded")
    assert control.shown(case.pk) == []
    control.retry_failed(batch.pk, editor)
    assert work_off() == 0


def test_a_cancelled_batch_cancels_its_documents_with_one_end_each(api, editor, case, work_off):
    post(api(editor), case, *several(3))
    control.cancel(Batch.objects.get().pk, editor)
    assert set(Document.objects.values_list("status", flat=True)) == {"cancelled"}
    seqs = dict(TopicState.objects.filter(topic__startswith="document:").values_list("topic", "seq"))
    assert work_off() == 0
    assert dict(TopicState.objects.filter(topic__startswith="document:").values_list("topic", "seq")) == seqs
    assert Batch.objects.get().finished_at is not None


def test_a_whole_case_is_read_anew_as_one_batch(api, editor, case, work_off):
    post(api(editor), case, *several(3))
    work_off()
    busy = post(api(editor), case, *several(1, start=9)).json()[0]["id"]
    answer = api(editor).post(f"{URL}reprocess/", {"case": str(case.pk)}, format="json")
    assert (answer.status_code, answer.json()["kind"], answer.json()["expected"]) == (202, "reprocess", 0)
    assert answer.json()["total"] == 3
    batch = Batch.objects.get(pk=answer.json()["id"])
    assert batch.records.count() == 3
    assert set(batch.records.values_list("priority", flat=True)) == {lifecycle.BULK}
    assert not batch.records.filter(topic=f"document:{busy}").exists()
    assert case.audit_events.get(verb="case.reread").detail["count"] == 3
    work_off()
    assert set(batch.records.values_list("priority", flat=True)) == {lifecycle.BULK}
    BatchTicker().tick()
    assert message(batch) == "3 of 3"


def test_chosen_documents_are_read_anew_and_those_of_other_cases_are_not(api, owner, editor, case, work_off):
    other = matters.create_case("Another matter", user=owner)
    mine, theirs = post(api(owner), case, *several(2)).json(), post(api(owner), other, *several(1)).json()
    work_off()
    chosen = [mine[0]["id"], theirs[0]["id"]]
    answer = api(editor).post(f"{URL}reprocess/", {"case": str(case.pk), "documents": chosen}, format="json")
    assert set(Batch.objects.get(pk=answer.json()["id"]).records.values_list("topic", flat=True)) == {f"document:{mine[0]['id']}"}
    nothing = api(editor).post(f"{URL}reprocess/", {"case": str(case.pk), "documents": [theirs[0]["id"]]}, format="json")
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_do")


def test_a_large_case_is_submitted_by_a_task_that_may_run_twice(api, editor, case, work_off, monkeypatch):
    post(api(editor), case, *several(3))
    work_off()
    monkeypatch.setattr(control, "AT_ONCE", 2)
    batch = reprocessing.reprocess_many(case, editor)
    submitting = TaskRecord.objects.get(name=reprocessing.TASK)
    assert batch.records.count() == 0
    work_off(1)
    assert batch.records.count() == 3
    assert reprocessing.submit_all(batch, editor, [document.pk for document in Document.objects.all()]) == 3
    assert batch.records.count() == 3
    submitting.refresh_from_db()
    assert submitting.result == {"documents": 3}
