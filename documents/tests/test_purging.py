"""Deleted documents go for good after their time, never under legal hold; until then the list says who deleted them and when they go."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from cases.models import AuditEvent
from documents.models import Chunk, Document, Page
from documents.services.ingest import restoring
from documents.services.pipeline import lifecycle, purging
from documents.services.storage import blobs
from tasks.manager import manager

pytestmark = pytest.mark.django_db(transaction=True)


def deleted(document, user, days: int) -> None:
    lifecycle.delete(document, user)
    Document.objects.filter(pk=document.pk).update(deleted_at=timezone.now() - timedelta(days=days))


def purge() -> int:
    return purging.purge(lambda: None)


def test_what_was_deleted_long_ago_goes_with_all_that_was_made_of_it(accept, work_off, editor):
    old, young, kept = accept(), accept("Another text.", "other.txt"), accept("A third text.", "third.txt")
    work_off()
    deleted(old, editor, 31)
    deleted(young, editor, 29)
    assert purge() == 1
    assert set(Document.objects.values_list("pk", flat=True)) == {young.pk, kept.pk}
    assert not Page.objects.filter(text_version__document=old.pk).exists()
    assert not Chunk.objects.filter(text_version__document=old.pk).exists()
    event = AuditEvent.objects.get(verb="document.purged")
    assert (event.target_id, event.detail["title"]) == (str(old.pk), old.title)
    assert blobs.path_of(kept).exists()


def test_never_under_legal_hold(accept, work_off, editor, case):
    document = accept()
    work_off()
    deleted(document, editor, 400)
    case.legal_hold = True
    case.save()
    assert purge() == 0
    case.legal_hold = False
    case.save()
    assert purge() == 1


def test_what_came_of_it_stays(accept, work_off, editor, case):
    parent, attachment = accept(), accept("Attached.", "attached.txt")
    work_off()
    Document.objects.filter(pk=attachment.pk).update(parent=parent)
    deleted(parent, editor, 31)
    assert purge() == 1
    attachment.refresh_from_db()
    assert attachment.parent is None


def test_the_time_is_a_setting_and_a_deletion_taken_back_does_not_go(accept, work_off, editor, settings):
    settings.DELETED_KEEP_DAYS = 7
    document = accept()
    work_off()
    deleted(document, editor, 8)
    restoring.restore(Document.objects.get(pk=document.pk), editor)
    assert purge() == 0
    deleted(Document.objects.get(pk=document.pk), editor, 8)
    assert purge() == 1


def test_it_is_a_task_with_a_schedule(accept, work_off, editor):
    document = accept()
    work_off()
    deleted(document, editor, 31)
    record = manager.submit("documents.purge_deleted")
    work_off()
    record.refresh_from_db()
    assert record.result == {"documents": 1, "conversations": 0}


def test_the_list_says_who_deleted_and_when_it_goes(accept, work_off, editor, case, client):
    document = accept()
    work_off()
    lifecycle.delete(document, editor)
    client.force_login(editor)
    page = client.get(f"/cases/{case.pk}/documents/?status=deleted").content.decode()
    assert "by editor" in page
    assert "Goes for good on" in page
    case.legal_hold = True
    case.save()
    assert "the case is under legal hold" in client.get(f"/cases/{case.pk}/documents/?status=deleted").content.decode()
