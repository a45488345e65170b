"""Documents move to another case whole: with their bytes, what is inside them, and all that was read of them; or not at all."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from cases.models import AuditEvent, Membership, Role
from cases.services import matters
from documents.models import BatesNumbering, ChunkEmbedding, ChunkWords, Citation, Document, Page, PassageCount
from documents.services import ingest
from documents.services.bulk import moving
from documents.services.bulk.selection import Selection
from documents.services.pipeline import lifecycle
from documents.services.search import statistics
from documents.services.storage import blobs
from documents.tests.conftest import OPINION
from tasks.engine.attempts import claim_next, execute
from tasks.models import TaskRecord

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def target(editor, owner):
    """Another case, of which the editor is the owner and the first case's owner no member."""
    return matters.create_case("Doe v. Roe", user=editor)


@pytest.fixture
def move(case, target, editor, work_off):
    """Move documents and wait; the task's result."""

    def go(*documents: Document) -> dict[str, Any]:
        outcome = moving.move(Selection(case, [document.pk for document in documents]), editor, target)
        work_off()
        result = TaskRecord.objects.get(pk=outcome.task_id).result
        assert result is not None
        return result

    return go


def found(api, user, words: str) -> list[str]:
    return [hit["document"] for hit in api(user).get("/api/search/", {"q": words, "mode": "text"}).json()["results"]]


def passages(case) -> int:
    statistics.fold()
    return sum(PassageCount.objects.filter(case_id=case.pk, model=None).values_list("chunks", flat=True))


def test_what_was_read_goes_along_and_is_found_in_the_new_case_only(accept, work_off, move, case, target, api, editor, owner):
    document, other = accept(), accept("Another letter about a boat.", "other.txt")
    work_off()
    before = [model.objects.count() for model in (Page, Citation, ChunkWords, ChunkEmbedding, TaskRecord)]
    counted = passages(case)
    assert move(document)["count"] == 1
    document.refresh_from_db()
    assert (document.case_id, document.status) == (target.pk, "ready")
    assert [model.objects.count() for model in (Page, Citation, ChunkWords, ChunkEmbedding)] == before[:4]
    assert found(api, editor, "harbour crane") == [str(document.pk)]
    assert found(api, owner, "harbour crane") == []
    assert api(editor).get("/api/search/", {"q": "harbour crane", "case": str(case.pk), "mode": "semantic"}).json()["results"][0][
        "document"
    ] == str(other.pk)
    assert set(ChunkWords.objects.filter(document=document).values_list("case_id", flat=True)) == {target.pk}
    assert set(ChunkEmbedding.objects.filter(document=document).values_list("case_id", flat=True)) == {target.pk}
    assert passages(case) + passages(target) == counted
    assert passages(target) > 0
    assert blobs.path_of(document).read_bytes().startswith(b"UNITED STATES")
    assert document.stored_as.startswith(str(target.pk))


def test_nobody_of_the_old_case_sees_anything_of_it(accept, work_off, move, case, api, owner, editor, client):
    document = accept()
    work_off()
    move(document)
    Document.objects.filter(pk=document.pk).update(title="Secret of the new case")
    assert api(owner).get(f"/api/documents/{document.pk}/").status_code == 404
    tasks = api(owner).get("/api/tasks/").json()["results"]
    assert not [task for task in tasks if task.get("topic") == document.topic]
    client.force_login(owner)
    page = client.get(f"/cases/{case.pk}/activity/").content.decode()
    assert "moved to another case" in page
    assert "Secret of the new case" not in page
    assert "Doe v. Roe" not in page


def test_what_is_inside_goes_with_it_and_never_without(accept, work_off, move, case, target):
    mail, inside, deeper = accept("A mail.", "mail.txt"), accept("Inside.", "inside.txt"), accept("Deeper.", "deeper.txt")
    work_off()
    Document.objects.filter(pk=inside.pk).update(parent=mail)
    Document.objects.filter(pk=deeper.pk).update(parent=inside)
    result = move(inside)
    assert (result["count"], result["refused"][0]["code"]) == (0, "attached")
    assert not Document.objects.filter(case=target).exists()
    assert move(mail)["count"] == 1
    assert dict(Document.objects.filter(case=target).values_list("title", "parent__title")) == {
        "mail": None, "inside": "mail", "deeper": "inside",
    }  # fmt: skip
    assert AuditEvent.objects.get(verb="document.moved_in").detail["inside"] == 2


def test_the_same_bytes_there_make_it_a_duplicate_there(accept, work_off, move, case, target, editor, api):
    document = accept()
    there = ingest.accept(BytesIO(blobs.path_of(document).read_bytes()), case=target, user=editor, name="there.txt").document
    work_off()
    assert move(document)["count"] == 1
    document.refresh_from_db()
    assert (document.case_id, document.duplicate_of_id, document.status) == (target.pk, there.pk, "ready")
    assert found(api, editor, "harbour crane") == [str(there.pk)]
    lifecycle.delete(there, editor)
    work_off()
    assert found(api, editor, "harbour crane") == [str(document.pk)]


def test_a_copy_that_stays_is_read_in_its_place(accept, work_off, move, case, target, api, owner):
    document, copy = accept(), accept(name="copy.txt")
    work_off()
    assert copy.duplicate_of_id == document.pk
    move(document)
    copy.refresh_from_db()
    assert (copy.duplicate_of_id, copy.status, copy.case_id) == (None, "ready", case.pk)
    assert found(api, owner, "harbour crane") == [str(copy.pk)]


def test_a_copy_moves_without_its_original_and_is_read_there(accept, work_off, move, case, target, api, editor):
    document, copy = accept(), accept(name="copy.txt")
    work_off()
    move(copy)
    copy.refresh_from_db()
    assert (copy.duplicate_of_id, copy.status, copy.case_id) == (None, "ready", target.pk)
    assert set(found(api, editor, "harbour crane")) == {str(document.pk), str(copy.pk)}


def noted(api, user, document: Document) -> list[str]:
    return [note["body"] for note in api(user).get(f"/api/documents/{document.pk}/notes/").json()["results"]]


def test_notes_go_with_what_moves_and_find_its_place_there(accept, work_off, move, case, target, editor, api):
    document = accept()
    copy, there = accept(name="again.txt"), ingest.accept(BytesIO(OPINION.encode()), case=target, user=editor, name="there.txt").document
    work_off()
    told = {"page": 1, "quote": "found to be unsafe", "body": "Since when?"}
    assert api(editor).post(f"/api/documents/{document.pk}/notes/", told, format="json").status_code == 201
    move(document)
    assert noted(api, editor, there) == ["Since when?"], "the target's original has the words now"
    assert noted(api, editor, copy) == []
    move(copy)
    assert noted(api, editor, there) == ["Since when?"]
    assert api(editor).get(f"/api/documents/{there.pk}/similar/").status_code == 200


def test_both_together_stay_original_and_copy(accept, work_off, move, case, target):
    document, copy = accept(), accept(name="copy.txt")
    work_off()
    assert move(copy, document)["count"] == 2
    copy.refresh_from_db()
    assert (copy.duplicate_of_id, copy.case_id) == (document.pk, target.pk)
    assert Document.objects.get(pk=document.pk).text_version_id is not None


def test_tags_and_bates_numbers_go_along(accept, work_off, move, case, target, editor, api):
    document = accept()
    work_off()
    api(editor).post(f"/api/documents/{document.pk}/tags/", {"add": ["Hot", "Exhibits"]}, format="json")
    Document.objects.filter(pk=document.pk).update(metadata={"bates_begin": "ABC000040", "bates_end": "ABC000052"})
    BatesNumbering.objects.create(case=case, prefix="ABC", next_number=53)
    BatesNumbering.objects.create(case=target, prefix="ABC", next_number=7)
    move(document)
    assert list(document.tags.order_by("name").values_list("name", "case")) == [("Exhibits", target.pk), ("Hot", target.pk)]
    assert api(editor).get("/api/tags/", {"case": str(case.pk)}).json()["results"][0]["count"] == 0
    assert BatesNumbering.objects.get(case=target, prefix="ABC").next_number == 53


def test_legal_hold_lets_nothing_go(accept, work_off, case, target, editor, api):
    document = accept()
    work_off()
    asked = {"case": str(case.pk), "verb": "move", "documents": [str(document.pk)], "to": str(target.pk)}
    assert api(editor).post("/api/documents/bulk/", asked, format="json").status_code == 202
    case.legal_hold = True
    case.save()
    assert api(editor).post("/api/documents/bulk/", asked, format="json").json()["code"] == "legal_hold"
    work_off()  # what was asked for before the hold comes after it
    assert Document.objects.get(pk=document.pk).case_id == case.pk
    assert TaskRecord.objects.get(payload__verb="move").result["refused"][0]["code"] == "legal_hold"


def test_an_editor_in_both_cases_may(accept, work_off, case, target, editor, owner, api):
    document = accept()
    work_off()
    asked = {"case": str(case.pk), "verb": "move", "documents": [str(document.pk)], "to": str(target.pk)}
    assert api(owner).post("/api/documents/bulk/", asked, format="json").status_code == 404
    Membership.objects.create(case=target, user=owner, role=Role.VIEWER)
    assert api(owner).post("/api/documents/bulk/", asked, format="json").status_code == 403
    assert api(editor).post("/api/documents/bulk/", {**asked, "to": str(case.pk)}, format="json").json()["code"] == "same_case"


def test_what_is_being_read_is_left_and_named(accept, work_off, move, case):
    ready = accept()
    work_off()
    busy = accept("Still to be read.", "busy.txt")
    Document.objects.filter(pk=busy.pk).update(status="embedding")
    TaskRecord.objects.active().delete()
    result = move(ready, busy)
    assert (result["count"], result["refused"][0]["title"], result["refused"][0]["code"]) == (1, "busy", "busy")


def test_a_transcript_stays_with_its_recording(accept, work_off, move, case):
    from audio.models import AudioSession

    document = accept()
    work_off()
    AudioSession.objects.create(case=case, title="Hearing", status="ready", document=document)
    assert move(document)["refused"][0]["code"] == "tied"


def test_a_missing_file_is_told_and_its_document_stays(accept, work_off, move, case):
    document = accept()
    work_off()
    blobs.path_of(document).unlink()
    assert move(document)["refused"][0]["code"] == "no_file"
    assert Document.objects.get(pk=document.pk).case_id == case.pk


def test_a_title_that_is_renewed_while_it_moves_is_found_in_the_new_case(accept, work_off, move, case, target, api, editor):
    document = accept()
    work_off()
    api(editor).patch(f"/api/documents/{document.pk}/", {"title": "Zanzibar opinion"}, format="json")
    move(document)  # the task of the title runs in the same turn
    assert set(ChunkWords.objects.values_list("case_id", flat=True)) == {target.pk}
    assert found(api, editor, "Zanzibar") == [str(document.pk)]


def test_a_move_that_fails_in_the_middle_of_a_family_moves_nothing_of_it(accept, work_off, move, case, target, monkeypatch):
    document, other = accept(), accept("Another.", "other.txt")
    work_off()
    Document.objects.filter(pk=other.pk).update(parent=document)

    def broken(*_arguments: Any) -> None:
        raise RuntimeError("The power went.")

    with monkeypatch.context() as patch:
        patch.setattr(moving.belongings, "carry", broken)
        moving.move(Selection(case, [document.pk]), document.created_by, target)
        run = claim_next("background")
        assert run is not None
        execute(run)
    assert not Document.objects.filter(case=target).exists()
    assert not ChunkWords.objects.filter(case_id=target.pk).exists()
    TaskRecord.objects.filter(payload__verb="move").update(run_after=None, status="queued", executor="background")
    work_off()
    assert Document.objects.filter(case=target).count() == 2
    assert ChunkWords.objects.filter(case_id=case.pk).count() == 0
