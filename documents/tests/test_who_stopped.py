"""A document whose reading was stopped says by whom, whether it was stopped by itself or with everything of its batch."""

from __future__ import annotations

import pytest

from documents.models import Document
from documents.services.pipeline import lifecycle
from tasks.batches import control
from tasks.manager import manager
from tasks.models import TaskRecord

pytestmark = pytest.mark.django_db


def failed_documents(case, user, count: int, code: str = "connection") -> list[Document]:
    made = [Document.objects.create(case=case, title=f"Exhibit {n}", created_by=user) for n in range(count)]
    for document in made:
        manager_record = lifecycle.process_document_pipeline(document, user)
        TaskRecord.objects.filter(pk=manager_record.pk).update(status="failed", error_code=code)
    Document.objects.filter(case=case).update(status="failed", error="It broke.", error_code=code)
    return made


def test_in_the_list_on_its_page_in_its_history_and_in_the_api(client, api, case, editor, viewer):
    document = Document.objects.create(case=case, title="Complaint", created_by=editor)
    lifecycle.process_document_pipeline(document, editor)
    lifecycle.cancel(document, editor)
    client.force_login(viewer)
    for address in (f"/cases/{case.pk}/documents/", document.get_absolute_url(), f"/documents/{document.pk}/history/"):
        page = client.get(address).text
        assert "by editor" in page or "editor stopped the reading" in page, address
    assert api(viewer).get(f"/api/documents/{document.pk}/").json()["stopped_by"] == "editor"


def test_with_its_batch(client, case, editor, owner):
    batch = control.create("upload", "Exhibits", case.pk, editor, expected=1)
    document = Document.objects.create(case=case, title="Complaint", created_by=editor)
    lifecycle.process_document_pipeline(document, editor, batch=batch)
    control.cancel(batch.pk, owner)
    client.force_login(editor)
    assert "owner stopped the reading of this document before its end." in client.get(document.get_absolute_url()).text


def test_the_list_asks_once_for_all(client, case, editor, django_assert_max_num_queries):
    documents = [Document.objects.create(case=case, title=f"Exhibit {n}", created_by=editor) for n in range(12)]
    for document in documents:
        lifecycle.process_document_pipeline(document, editor)
        lifecycle.cancel(document, editor)
    client.force_login(editor)
    with django_assert_max_num_queries(20):
        assert client.get(f"/cases/{case.pk}/documents/").text.count("by editor") == 12


def test_documents_go_on_when_their_tasks_are_tried_again_together(case, editor, django_assert_max_num_queries):
    documents = failed_documents(case, editor, 30)
    gone = documents[0]
    Document.objects.filter(pk=gone.pk).update(deleted_at="2026-01-01T00:00Z")
    ids = list(Document.objects.filter(case=case).values_list("task_id", flat=True))
    with django_assert_max_num_queries(40):
        assert len(manager.retry_many(ids)) == 30
    states = dict(Document.objects.filter(case=case).values_list("pk", "status"))
    assert states.pop(gone.pk) == "failed"
    assert set(states.values()) == {"pending"}


def test_what_fails_the_same_way_again_has_no_button_for_its_batch(client, case, editor):
    failed_documents(case, editor, 2, code="encrypted")
    batch = control.create("upload", "Exhibits", case.pk, editor, expected=2)
    TaskRecord.objects.update(batch=batch)
    batch.failed = 2
    batch.save()
    client.force_login(editor)
    page = client.get(f"/cases/{case.pk}/documents/").text
    assert "Exhibits" in page
    assert "Try failed again" not in page
