"""A document's way from bytes to ready, through the real stages; and what people do to it on the way."""

from __future__ import annotations

from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from cases.models import AuditEvent, Case
from documents.errors import Refused
from documents.models import ChunkEmbedding, ChunkWords, Document
from documents.services.ingest import attachments, restoring
from documents.services.pipeline import citing, lifecycle, stages
from documents.services.search import indexing
from documents.services.storage import blobs
from tasks.engine.attempts import claim_next, execute
from tasks.errors import ClaimLost, PermanentError
from tasks.manager import manager
from tasks.models import Status as TaskStatus
from tasks.models import TaskRecord, TopicState

Status = Document.Status


def state_of(document) -> tuple[str, str, float]:
    """Status of the row, status and percent of the topic."""
    document.refresh_from_db()
    state = TopicState.objects.get(topic=document.topic)
    return document.status, state.status, state.percent


@pytest.fixture
def topic_events(monkeypatch):
    """Every event published on documents' topics, in order."""
    from tasks.progress import events

    told: list[dict] = []
    original = events.publisher.publish

    def publish(messages):
        told.extend(m["event"] for m in messages if m["event"]["topic"].startswith("document:"))
        return original(messages)

    monkeypatch.setattr(events.publisher, "publish", publish)
    return told


def test_a_text_becomes_ready_with_pages_passages_words_vectors_and_citations(accept, work_off):
    document = accept()
    assert document.status == Status.PENDING
    assert work_off() == 3
    document.refresh_from_db()
    assert (document.status, document.error) == (Status.READY, "")
    version = document.text_version
    assert document.page_count == version.pages.count() == 1
    chunks = version.chunks.count()
    assert chunks > 0
    assert ChunkWords.objects.filter(document=document).count() == chunks
    assert ChunkEmbedding.objects.filter(document=document).count() == chunks
    keys = set(version.citations.values_list("key", flat=True))
    assert {"us:410:113", "usc:42:1983"} <= keys
    page = version.pages.get()
    for citation in version.citations.all():
        assert page.text[citation.start : citation.end] == citation.text
        assert citation.chunk is not None
    assert "us:410:113" in ChunkWords.objects.filter(document=document).first().cites


def test_the_documents_topic_moves_forward_and_ends_once(accept, work_off, topic_events):
    document = accept()
    work_off()
    percents = [event["percent"] for event in topic_events]
    assert percents == sorted(percents)
    assert [event["seq"] for event in topic_events] == list(range(1, len(topic_events) + 1))
    ends = [event["status"] for event in topic_events if event["status"] in ("succeeded", "failed", "cancelled")]
    assert ends == ["succeeded"]
    assert state_of(document) == ("ready", "succeeded", 100)


def test_who_hears_that_a_document_is_ready_finds_all_its_tasks_done(accept, work_off, monkeypatch):
    from tasks.progress import events

    found: list[set[str]] = []

    def publish(messages):
        if any(m["event"]["topic"].startswith("document:") and m["event"]["status"] == "succeeded" for m in messages):
            found.append(set(TaskRecord.objects.values_list("status", flat=True)))

    monkeypatch.setattr(events.publisher, "publish", publish)
    accept()
    work_off()
    assert found == [{"succeeded"}]


def test_a_file_that_cannot_be_read_ends_failed_with_a_sentence_and_a_code(accept, work_off, topic_events):
    document = accept(b"%PDF-1.7 but then only noise", name="broken.pdf")
    work_off()
    assert state_of(document)[:2] == ("failed", "failed")
    assert document.error.endswith(".")
    assert document.error_code
    assert sum(event["status"] == "failed" for event in topic_events) == 1


def test_an_empty_page_is_ready_and_says_that_it_has_no_text(accept, work_off):
    document = accept("   \n \n", name="blank.txt")
    work_off()
    document.refresh_from_db()
    assert document.status in (Status.READY, Status.FAILED)
    if document.status == Status.READY:
        assert "needs_ocr" in [notice["code"] for notice in document.notices]


def test_missing_bytes_fail_with_a_sentence(accept, work_off):
    document = accept()
    blobs.remove(document.stored_as)
    work_off()
    assert state_of(document)[0] == "failed"
    assert document.error_code == "file_missing"


def test_retry_goes_on_at_the_stage_that_failed(accept, work_off, editor, monkeypatch):
    document = accept()

    def broken(*_args, **_kwargs):
        raise PermanentError("The model is missing.", "no_model")

    with monkeypatch.context() as patch:
        patch.setattr(stages, "_without_vectors", broken)
        work_off()
    assert state_of(document)[:2] == ("failed", "failed")
    assert (document.error, document.error_code) == ("The model is missing.", "no_model")
    version = document.text_version
    record = lifecycle.retry(document, editor)
    assert record.name == "documents.generate_embeddings"
    assert state_of(document)[:2] == ("pending", "pending")
    work_off()
    assert state_of(document) == ("ready", "succeeded", 100)
    assert document.text_version == version


def test_a_task_tried_again_on_the_page_of_tasks_takes_its_document_along(accept, work_off, editor, monkeypatch):
    document = accept()

    def broken(*_args, **_kwargs):
        raise PermanentError("Broken.", "broken")

    with monkeypatch.context() as patch:
        patch.setattr(citing, "look", broken)
        work_off()
    document.refresh_from_db()
    manager.retry(document.task_id, editor)
    assert state_of(document)[:2] == ("pending", "pending")
    work_off()
    assert state_of(document) == ("ready", "succeeded", 100)


def test_reprocessing_publishes_a_new_reading_and_keeps_the_old_one_resolvable(accept, work_off, editor):
    document = accept()
    work_off()
    document.refresh_from_db()
    old = document.text_version
    lifecycle.reprocess(document, editor)
    document.refresh_from_db()
    assert document.text_version == old
    work_off()
    document.refresh_from_db()
    assert (document.status, document.text_version.number) == (Status.READY, 2)
    assert old.pages.exists()
    found = set(ChunkWords.objects.filter(document=document).values_list("chunk__text_version", flat=True))
    assert found == {document.text_version_id}
    assert set(ChunkEmbedding.objects.filter(document=document).values_list("chunk__text_version", flat=True)) == found


def test_what_is_being_processed_can_not_be_reprocessed_or_retried(accept, work_off, editor):
    document = accept()
    with pytest.raises(Refused, match="being processed"):
        lifecycle.reprocess(document, editor)
    with pytest.raises(Refused, match="failed or cancelled"):
        lifecycle.retry(document, editor)
    work_off()
    document.refresh_from_db()
    with pytest.raises(Refused, match="not being processed"):
        lifecycle.cancel(document, editor)


def test_cancelling_what_waits_ends_it_at_once(accept, work_off, editor, topic_events):
    document = accept()
    lifecycle.cancel(document, editor)
    assert state_of(document)[:2] == ("cancelled", "cancelled")
    assert work_off() == 0
    assert sum(event["status"] == "cancelled" for event in topic_events) == 1
    lifecycle.retry(document, editor)
    work_off()
    assert state_of(document) == ("ready", "succeeded", 100)


def test_cancelling_what_runs_stops_it_before_it_publishes(accept, work_off, editor, monkeypatch):
    document = accept()
    original = stages.chunk_pages

    def cancel_first(*args, **kwargs):
        lifecycle.cancel(document, editor)
        return original(*args, **kwargs)

    monkeypatch.setattr(stages, "chunk_pages", cancel_first)
    work_off()
    assert state_of(document)[:2] == ("cancelled", "cancelled")
    assert document.text_version is None
    assert not document.text_versions.exists()


def test_a_document_deleted_while_it_is_read_ends_quietly(accept, work_off, editor, monkeypatch, topic_events):
    document = accept()
    original = stages.chunk_pages

    def delete_first(*args, **kwargs):
        lifecycle.delete(document, editor)
        return original(*args, **kwargs)

    monkeypatch.setattr(stages, "chunk_pages", delete_first)
    work_off()
    document.refresh_from_db()
    assert document.deleted_at is not None
    assert not document.text_versions.exists()
    assert TaskRecord.objects.get(pk=document.task_id).status == TaskStatus.CANCELLED
    assert [event["status"] for event in topic_events if event["status"] == "cancelled"] == ["cancelled"]


def test_deleting_takes_the_document_out_of_sight_and_search(accept, work_off, editor, viewer):
    document = accept()
    work_off()
    lifecycle.delete(document, editor)
    assert not Document.objects.visible_to(viewer).exists()
    assert not ChunkWords.objects.filter(document=document).exists()
    assert not ChunkEmbedding.objects.filter(document=document).exists()
    assert blobs.path_of(document).exists()


def test_legal_hold_forbids_deletion(accept, work_off, editor, case):
    document = accept()
    Case.objects.update(legal_hold=True)
    with pytest.raises(Refused, match="legal hold") as refused:
        lifecycle.delete(document, editor)
    assert refused.value.status == 409
    document.refresh_from_db()
    assert document.deleted_at is None


def test_a_duplicate_takes_the_place_of_a_deleted_original(accept, work_off, editor):
    first, second, third = accept(name="a.txt"), accept(name="b.txt"), accept(name="c.txt")
    work_off()
    lifecycle.delete(first, editor)
    work_off()
    second.refresh_from_db(), third.refresh_from_db()
    assert (second.duplicate_of, second.status) == (None, Status.READY)
    assert second.text_version is not None
    assert third.duplicate_of == second
    assert third.read_as() == second.text_version


def test_a_deletion_is_taken_back_and_the_document_found_again(accept, work_off, editor, viewer, stranger):
    document = accept()
    work_off()
    lifecycle.delete(document, editor)
    with pytest.raises(PermissionDenied):
        restoring.restore(document, viewer)
    with pytest.raises(Http404):
        restoring.restore(document, stranger)
    restoring.restore(document, editor)
    work_off()
    assert state_of(document) == ("ready", "succeeded", 100)
    assert Document.objects.visible_to(viewer).get() == document
    assert ChunkWords.objects.filter(document=document).exists()
    assert ChunkEmbedding.objects.filter(document=document).exists()
    with pytest.raises(Refused, match="not deleted"):
        restoring.restore(document, editor)


def test_editors_find_what_is_deleted_in_its_case_and_viewers_do_not(accept, editor, viewer, client):
    document = accept(name="codicil.txt")
    lifecycle.delete(document, editor)
    for person, sees in ((editor, True), (viewer, False)):
        client.force_login(person)
        page = client.get(f"/cases/{document.case_id}/documents/?status=deleted").content.decode()
        assert ("codicil" in page, "Take back" in page) == (sees, sees)
    assert client.get(f"/api/documents/{document.pk}/").status_code == 404


def test_an_operator_takes_a_deletion_back_in_the_admin(accept, work_off, editor, client, admin_user):
    document = accept()
    lifecycle.delete(document, editor)
    client.force_login(admin_user)
    client.post("/admin/documents/document/", {"action": "restore", "_selected_action": [str(document.pk)]})
    work_off()
    assert state_of(document) == ("ready", "succeeded", 100)
    deed = AuditEvent.objects.get(verb="document.restored")
    assert (deed.actor, deed.target_id) == (admin_user, str(document.pk))


def test_what_was_deleted_while_it_was_read_is_read_when_it_comes_back(accept, work_off, editor):
    document = accept()
    lifecycle.delete(document, editor)
    work_off()
    restoring.restore(document, editor)
    work_off()
    assert state_of(document) == ("ready", "succeeded", 100)


def test_a_deleted_document_comes_back_as_a_duplicate_of_the_same_bytes(accept, work_off, editor):
    first = accept(name="a.txt")
    work_off()
    lifecycle.delete(first, editor)
    second = accept(name="b.txt")
    work_off()
    restoring.restore(first, editor)
    assert work_off() == 0
    first.refresh_from_db(), second.refresh_from_db()
    assert (first.duplicate_of, first.status, second.duplicate_of) == (second, Status.READY, None)
    assert first.read_as() == second.text_version


def test_a_duplicate_whose_original_is_gone_comes_back_as_an_original(accept, work_off, editor):
    first, second = accept(name="a.txt"), accept(name="b.txt")
    work_off()
    lifecycle.delete(second, editor)
    lifecycle.delete(first, editor)
    second.refresh_from_db()
    restoring.restore(second, editor)
    work_off()
    second.refresh_from_db()
    assert (second.duplicate_of, second.status) == (None, Status.READY)
    assert second.text_version is not None


def test_what_could_not_be_read_comes_back_with_its_error(accept, work_off, editor):
    document = accept(content=b"%PDF-1.7 torn", name="torn.pdf")
    work_off()
    document.refresh_from_db()
    error = document.error
    lifecycle.delete(document, editor)
    restoring.restore(document, editor)
    assert work_off() == 0
    document.refresh_from_db()
    assert (document.status, document.error, document.deleted_at) == (Status.FAILED, error, None)


class Killed(BaseException):
    """The process dies here: nothing of ours runs any more."""


@pytest.mark.parametrize("stage", [0, 1, 2])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_stage_that_dies_around_its_publication_runs_again_without_a_trace(accept, work_off, stage, moment, monkeypatch):
    document = accept()
    for _ in range(stage):
        execute(claim_next("background"))
    name = ("extract_text", "generate_embeddings", "extract_citations")[stage]
    run = claim_next("background")
    function = partial(stages.extract_text, attachments=attachments) if stage == 0 else getattr(stages, name)
    with monkeypatch.context() as patch:
        if moment == "before":
            patch.setattr(stages, "hand_over", lambda *_args: (_ for _ in ()).throw(Killed))
            with pytest.raises(Killed):
                function(run.spec.payload.model_validate(run.record.payload), run)
        else:
            function(run.spec.payload.model_validate(run.record.payload), run)
    # What the rescuer does with a claim that is no longer renewed.
    TaskRecord.objects.filter(pk=run.record.pk).update(status=TaskStatus.QUEUED)
    work_off()
    assert state_of(document) == ("ready", "succeeded", 100)
    assert document.text_versions.count() == 1
    chunks = document.text_version.chunks.count()
    assert ChunkEmbedding.objects.filter(document=document).count() == chunks
    citations = list(document.text_version.citations.values_list("page", "start", "end"))
    assert len(citations) == len(set(citations)) > 0
    assert TaskRecord.objects.count() == 3
    assert set(TaskRecord.objects.values_list("status", flat=True)) == {TaskStatus.SUCCEEDED}


def test_an_attempt_that_lost_its_claim_writes_nothing(accept, work_off):
    document = accept()
    run = claim_next("background")
    TaskRecord.objects.filter(pk=run.record.pk).update(attempt=7)
    with pytest.raises(ClaimLost):
        stages.extract_text(run.spec.payload.model_validate(run.record.payload), run, attachments)
    document.refresh_from_db()
    assert document.status == Status.PENDING
    assert not document.text_versions.exists()


def test_a_newer_task_wins_over_an_older_one(accept, work_off, editor):
    document = accept()
    old = claim_next("background")
    Document.objects.filter(pk=document.pk).update(status=Status.FAILED)
    lifecycle.retry(Document.objects.get(pk=document.pk), editor)
    assert stages.extract_text(old.spec.payload.model_validate(old.record.payload), old, attachments) == {"superseded": True}
    work_off()
    assert state_of(document) == ("ready", "succeeded", 100)
    assert document.text_versions.count() == 1


def test_a_later_attempt_of_a_stage_is_told_when_it_begins(accept, work_off):
    document = accept()
    execute(claim_next("background"))
    killed = claim_next("background")
    stages.begin(killed, document.pk, stages.EMBEDDINGS)
    TaskRecord.objects.filter(pk=killed.record.pk).update(status=TaskStatus.QUEUED)
    stages.begin(claim_next("background"), document.pk, stages.EMBEDDINGS)
    assert TopicState.objects.get(topic=document.topic).attempt == 2


def test_vectors_that_are_there_are_not_made_again(accept, work_off, monkeypatch):
    monkeypatch.setattr(stages, "VECTORS", 1)
    document = accept("\n\n".join(f"Paragraph {n}. " + "The crane was unsafe and the harbour knew of it. " * 30 for n in range(6)))
    execute(claim_next("background"))
    run = claim_next("background")
    calls = []
    original = indexing.index_vectors

    def stop_after_two(*args):
        if len(calls) == 2:
            raise Killed
        calls.append(args)
        original(*args)

    with monkeypatch.context() as patch:
        patch.setattr(indexing, "index_vectors", stop_after_two)
        with pytest.raises(Killed):
            stages.generate_embeddings(run.spec.payload.model_validate(run.record.payload), run)
    assert ChunkEmbedding.objects.filter(document=document).count() == 2
    TaskRecord.objects.filter(pk=run.record.pk).update(status=TaskStatus.QUEUED)
    execute(claim_next("background"))
    result = TaskRecord.objects.get(pk=run.record.pk).result
    assert result["embedded"] == result["chunks"] - 2
