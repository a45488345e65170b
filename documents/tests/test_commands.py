"""`manage.py ingest` and `reindex`, and the admin's pages and actions."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from documents.models import ChunkEmbedding, ChunkWords, Document
from documents.tests.conftest import OPINION
from lexintel.models import User
from tasks.models import Batch, TaskRecord
from tasks.progress.batches import BatchTicker

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "a.txt").write_text(OPINION)
    (tmp_path / "inner" / "b.txt").write_text(OPINION)
    (tmp_path / ".hidden").write_text("secret")
    return tmp_path


def ingest(*args) -> str:
    said = StringIO()
    call_command("ingest", *map(str, args), stdout=said)
    return said.getvalue()


def test_a_folder_is_put_into_the_case_by_its_owner(folder, case, owner):
    said = ingest(folder, "--case", case.title)
    assert said.strip().endswith("1 accepted, 1 already here.")
    assert Document.objects.get(duplicate_of=None).created_by == owner


@pytest.mark.django_db(transaction=True)
def test_an_import_of_several_files_is_one_piece_of_work(folder, case, work_off):
    (folder / "empty.pdf").write_bytes(b"")
    (folder / "c.txt").write_text("Another text about the harbour crane.")
    with pytest.raises(SystemExit):
        ingest(folder, "--case", case.pk)
    batch = Batch.objects.get(kind="import", scope=case.pk)
    assert batch.title == folder.name
    work_off()
    BatchTicker().tick()
    batch.refresh_from_db()
    assert (batch.total, batch.succeeded, batch.percent) == (2, 2, 100)
    assert batch.finished_at is not None


def test_refused_files_are_named_and_give_another_exit_code(folder, case):
    (folder / "empty.pdf").write_bytes(b"")
    with pytest.raises(SystemExit) as ended:
        ingest(folder, "--case", case.docket_number)
    assert ended.value.code == 1


def test_what_does_not_exist_is_said(folder, case, stranger):
    for args in (
        (folder, "--case", "Nobody v. Nothing"),
        (folder / "no", "--case", case.pk),
        (folder, "--case", case.pk, "--user", "stranger"),
    ):
        with pytest.raises(CommandError):
            ingest(*args)


@pytest.mark.django_db(transaction=True)
def test_reindex_makes_words_and_vectors_again(accept, work_off):
    document = accept()
    work_off()
    ChunkWords.objects.all().delete()
    ChunkEmbedding.objects.all().delete()
    call_command("reindex", "--words", stdout=StringIO())
    assert "us:410:113" in ChunkWords.objects.get(document=document).cites
    assert not ChunkEmbedding.objects.exists()
    call_command("reindex", stdout=StringIO())
    work_off()
    document.refresh_from_db()
    assert document.status == "ready"
    assert ChunkEmbedding.objects.filter(document=document).exists()


def test_the_admin_lists_every_model_and_cancels_without_showing_content(accept, settings):
    document = accept()
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    models = ("document", "textversion", "upload", "page", "chunk", "chunkwords", "chunkembedding", "embeddingmodel", "citation")
    for model in models:
        assert client.get(reverse(f"admin:documents_{model}_changelist")).status_code == 200, model
    detail = client.get(reverse("admin:documents_document_change", args=[document.pk]))
    assert detail.status_code == 200
    assert b"harbour crane" not in detail.content
    chosen = {"action": "cancel", "_selected_action": [str(document.pk)]}
    client.post(reverse("admin:documents_document_changelist"), chosen)
    document.refresh_from_db()
    assert document.status == "cancelled"
    client.post(reverse("admin:documents_document_changelist"), {**chosen, "action": "delete_documents"})
    document.refresh_from_db()
    assert document.deleted_at is None
    assert TaskRecord.objects.count() == 1
