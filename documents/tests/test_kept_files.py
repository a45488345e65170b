"""Any file is kept: what can't be read lies in its case with its name, type and hash, and is read when a later version can."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.management import call_command

from documents.models import Chunk, Document
from documents.services.extraction import registry
from documents.services.ingest import replacing, restoring
from documents.services.pipeline import keeping, lifecycle
from documents.tests import toy_binary
from documents.tests.conftest import OPINION
from tasks.models import TaskRecord, TopicState

pytestmark = pytest.mark.django_db(transaction=True)
Status = Document.Status
DRAWING = b"AC1032\x00" + bytes(500)
TOY = toy_binary.SIGNATURE + toy_binary.NOISE + b"The toy of Ottoline\nThe quicklime was paid in advance."
UNKNOWN = bytes(range(256)) * 4


@pytest.fixture
def toy() -> Iterator[Callable[[], None]]:
    """Call it to have the format known from then on, as by a newer version."""
    known: list[str] = []

    def learn() -> None:
        registry.register(toy_binary.__name__)
        known.append(toy_binary.__name__)

    yield learn
    for name in known:
        registry.withdraw(name)


async def _all_of(pieces: Any) -> bytes:
    return b"".join([piece async for piece in pieces])


def settled(document: Document, work_off: Callable[..., int]) -> Document:
    work_off()
    document.refresh_from_db()
    return document


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("plan.dwg", DRAWING, "Drawing (DWG)"),
        ("scene.avi", b"RIFF\x00\x01\x00\x00AVI LIST" + bytes(900), "Video (AVI)"),
        ("clip.bin", b"\x00\x00\x00\x18ftypavif" + bytes(90), "Picture (BIN)"),
        ("box.7z", b"7z\xbc\xaf\x27\x1c" + bytes(90), "Archive (7Z)"),
        ("letter.gpg", UNKNOWN, "Encrypted file (GPG)"),
        ("old.sqlite", b"SQLite format 3\x00" + bytes(90), "Database (SQLITE)"),
        ("noise.qqq", UNKNOWN, "File (QQQ)"),
        ("noise", UNKNOWN, "File"),
        ("hearing.mp3", UNKNOWN, "Recording (MP3)"),
    ],
)
def test_what_cannot_be_read_is_ready_and_says_what_it_is(accept: Any, work_off: Any, name: str, content: bytes, words: str) -> None:
    document = settled(accept(content, name), work_off)
    assert (document.status, document.error, document.page_count, document.text_version) == (Status.READY, "", 0, None)
    assert document.kept
    assert [notice["code"] for notice in document.notices] == ["kept"]
    assert document.notices[0]["text"].startswith(f"Kept, not read: {words}.")
    assert not Chunk.objects.exists()
    assert TaskRecord.objects.get().status == "succeeded"
    state = TopicState.objects.get(topic=document.topic)
    assert (state.status, state.message) == ("succeeded", document.notices[0]["text"])


def test_words_that_begin_like_a_signature_are_words(accept: Any, work_off: Any) -> None:
    for opening in ("MZ Wallace, Inc. v. Fuller", "ID3 of the schedule", "BZh v. Roe"):
        assert not settled(accept(f"{opening} was decided in May.", f"{opening}.txt"), work_off).kept


def test_its_file_can_be_had_and_lists_tell_it_apart(api: Any, client: Any, editor: Any, accept: Any, work_off: Any) -> None:
    drawing, opinion = accept(DRAWING, "plan.dwg"), accept()
    work_off()
    shown = api(editor).get(f"/api/documents/{drawing.pk}/").json()
    assert (shown["status"], shown["kept"], shown["error"], shown["sha256"]) == ("ready", True, "", drawing.sha256)
    client.force_login(editor)
    answer = client.get(f"/api/documents/{drawing.pk}/file/")
    assert async_to_sync(_all_of)(answer.streaming_content) == DRAWING

    def listed(**asked: str) -> set[str]:
        return {row["id"] for row in api(editor).get("/api/documents/", asked).json()["results"]}

    assert listed(kept="true") == listed(error_code="unsupported_type,encrypted") == {str(drawing.pk)}
    assert listed(kept="false") == {str(opinion.pk)}


def test_a_copy_lies_there_like_its_original(accept: Any, work_off: Any) -> None:
    first, early = accept(DRAWING, "plan.dwg"), accept(DRAWING, "early.dwg")
    work_off()
    late = accept(DRAWING, "late.dwg")
    for document in (first, early, late):
        document.refresh_from_db()
        assert document.kept
        assert [notice["code"] for notice in document.notices] == ["kept"]


def test_a_newer_version_reads_what_it_has_learned_and_nothing_else(accept: Any, work_off: Any, toy: Any) -> None:
    paper, drawing = accept(UNKNOWN, "noise.bin"), accept(DRAWING, "plan.dwg")
    learnable = accept(TOY, "old.bin")
    copy = accept(TOY, "copy.bin")
    work_off()
    assert Document.objects.filter(Document.KEPT).count() == 4
    assert keeping.read_kept() == 0
    toy()
    assert keeping.read_kept() == 1
    assert settled(learnable, work_off).title == "The toy of Ottoline"
    assert (learnable.kept, learnable.notices[0]["code"], learnable.page_count) == (False, "type_by_content", 1)
    copy.refresh_from_db()
    assert (copy.kept, copy.notices) == (False, [])
    assert settled(drawing, work_off).kept
    assert settled(paper, work_off).kept
    assert keeping.read_kept() == 0


def test_the_start_of_a_version_that_reads_other_formats_has_it_looked_at_once(accept: Any, work_off: Any, toy: Any) -> None:
    keeping.read_kept_once()
    assert not TaskRecord.objects.filter(name=keeping.TASK).exists(), "nothing is kept"
    document = settled(accept(TOY, "old.bin"), work_off)
    for _start in range(2):
        keeping.read_kept_once()
        assert settled(document, work_off).kept
    assert TaskRecord.objects.filter(name=keeping.TASK).count() == 1
    toy()
    keeping.read_kept_once()
    assert not settled(document, work_off).kept
    assert TaskRecord.objects.filter(name=keeping.TASK).count() == 2


def test_the_command_says_how_many_it_has_submitted(accept: Any, work_off: Any, toy: Any) -> None:
    accept(TOY, "old.bin"), accept(DRAWING, "plan.dwg")
    work_off()
    toy()
    out = StringIO()
    call_command("read_kept", stdout=out)
    assert out.getvalue() == "1 of 2 kept documents can be read now and were submitted.\n"


def test_what_vanished_from_the_disk_is_no_obstacle(accept: Any, work_off: Any, toy: Any) -> None:
    from documents.services.storage import blobs

    gone, there = accept(TOY + b"!", "gone.bin"), accept(TOY, "there.bin")
    work_off()
    blobs.remove(gone.stored_as)
    toy()
    assert keeping.read_kept() == 1
    assert not settled(there, work_off).kept


def test_a_kept_document_can_be_deleted_and_taken_back(accept: Any, work_off: Any, editor: Any) -> None:
    document = settled(accept(DRAWING, "plan.dwg"), work_off)
    lifecycle.delete(document, editor)
    restoring.restore(Document.objects.get(pk=document.pk), editor)
    assert settled(document, work_off).kept
    lifecycle.reprocess(document, editor)
    assert settled(document, work_off).kept


def test_what_was_read_once_keeps_its_text_where_nothing_reads_it_any_more(accept: Any, work_off: Any, editor: Any) -> None:
    registry.register(toy_binary.__name__)
    try:
        document = settled(accept(TOY, "old.bin"), work_off)
    finally:
        registry.withdraw(toy_binary.__name__)
    lifecycle.reprocess(document, editor)
    assert settled(document, work_off).status == Status.FAILED
    assert document.text_version is not None
    keeping.keep(document, editor)
    document.refresh_from_db()
    assert (document.status, document.kept) == (Status.READY, False)


def test_kept_documents_of_a_case_can_be_read_anew_together(api: Any, editor: Any, case: Any, accept: Any, work_off: Any) -> None:
    accept(DRAWING, "plan.dwg"), accept(OPINION)
    work_off()
    answer = api(editor).post("/api/documents/reprocess/", {"case": str(case.pk), "kept": True}, format="json")
    records = TaskRecord.objects.filter(batch=answer.json()["id"])
    assert (answer.status_code, records.count()) == (202, 1)


def test_a_kept_file_can_be_replaced(accept: Any, work_off: Any, editor: Any) -> None:
    document = settled(accept(DRAWING, "plan.dwg"), work_off)
    assert replacing.is_replaceable(document)
