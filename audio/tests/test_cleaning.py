"""Recordings that go for good: old, failed and deleted ones; and what stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from audio.models import AudioPart, AudioSession, NoiseDetection
from audio.services import cleaning, sessions
from audio.tests.test_sessions import put, recording, work_off  # noqa: F401 (put is a fixture)
from cases.models import AuditEvent
from documents.models import Document
from documents.services.ingest import orphans
from documents.services.pipeline import purging
from documents.services.storage import blobs
from tasks.manager import manager
from tasks.models import TaskRecord
from tasks.scheduling.schedules import declared

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _here(settings: Any) -> None:
    settings.TASK_EXECUTOR = "background"


def make(case: Any, title: str, *, days: float = 40, **fields: Any) -> AudioSession:
    """A recording that has been ready for so many days."""
    sha = fields.pop("sha256", f"{abs(hash(title)):064x}"[:64])
    session = AudioSession.objects.create(
        case=case, title=title, status=fields.pop("status", "ready"), size=1000, sha256=sha, stored_as=f"{case.pk}/{sha}", **fields
    )
    then = timezone.now() - timedelta(days=days)
    AudioSession.objects.filter(pk=session.pk).update(created=then, updated=then)
    return session


def left() -> set[str]:
    return set(AudioSession.objects.values_list("title", flat=True))


def test_old_ones_go_and_those_that_are_needed_stay(case, owner):
    read = Document.objects.create(case=case, title="transcript", status="ready")
    unread = Document.objects.create(case=case, title="deleted transcript", status="ready", deleted_at=timezone.now())
    make(case, "old")
    make(case, "its transcript is deleted", document=unread)
    make(case, "pinned", pinned=True)
    make(case, "with transcript", document=read)
    make(case, "new", days=29)
    make(case, "at work", status="transcribing")
    would = cleaning.clean_up(cleaning.OLD, dry_run=True)
    assert set(would.titles) == {"old", "its transcript is deleted"}
    assert len(left()) == 6
    assert not AuditEvent.objects.filter(verb="audio.cleaned_up").exists()
    did = cleaning.clean_up(cleaning.OLD, user=owner)
    assert (did.titles, did.bytes) == (would.titles, would.bytes) == (would.titles, 2000)
    assert left() == {"pinned", "with transcript", "new", "at work"}
    event = AuditEvent.objects.filter(verb="audio.cleaned_up").first()
    assert (event.actor, event.case, event.detail["reason"]) == (owner, case, "old")


def test_nothing_goes_under_legal_hold(case):
    make(case, "old")
    make(case, "failed", status="failed")
    make(case, "deleted", deleted_at=timezone.now() - timedelta(days=400))
    case.legal_hold = True
    case.save()
    for reason in (cleaning.OLD, cleaning.FAILED, cleaning.DELETED):
        assert cleaning.clean_up(reason).titles == []
    assert len(left()) == 3


def test_failed_and_cancelled_ones_go_after_a_day(case, settings):
    make(case, "failed", days=1.1, status="failed")
    make(case, "cancelled", days=1.1, status="cancelled")
    make(case, "failed just now", days=0.5, status="failed")
    make(case, "pinned failure", days=3, status="failed", pinned=True)
    make(case, "ready", days=3)
    would = cleaning.clean_up(cleaning.FAILED, dry_run=True).titles
    assert cleaning.clean_up(cleaning.FAILED).titles == would
    assert left() == {"failed just now", "pinned failure", "ready"}


def test_deleted_ones_go_when_their_time_is_over(case, settings):
    settings.DELETED_KEEP_DAYS = 7
    make(case, "over", deleted_at=timezone.now() - timedelta(days=8))
    make(case, "not over", deleted_at=timezone.now() - timedelta(days=6))
    assert cleaning.clean_up(cleaning.DELETED).titles == ["over"]
    assert AuditEvent.objects.filter(verb="audio.purged").count() == 1
    assert left() == {"not over"}


def test_a_copy_inherits_what_was_heard_when_its_original_goes(put, api, viewer, case, editor):  # noqa: F811
    sound = recording()
    (first,) = put(("one.wav", sound))
    work_off()
    put(("two.wav", sound))
    put(("three.wav", sound))
    heard = list(NoiseDetection.objects.values_list("label", "start_s"))
    session = AudioSession.objects.get(pk=first["id"])
    sessions.delete(session, editor)
    AudioSession.objects.filter(pk=session.pk).update(deleted_at=timezone.now() - timedelta(days=400))
    gone = cleaning.clean_up(cleaning.DELETED)
    assert (gone.titles, gone.bytes) == (["one"], 0), "the bytes are still needed"
    two, three = AudioSession.objects.order_by("created")
    assert (two.duplicate_of, three.duplicate_of, two.status) == (None, two, "ready")
    assert list(two.detections.values_list("label", "start_s")) == heard != []
    assert AudioPart.objects.filter(session=two).exists()
    assert api(viewer).get(f"/api/audio/{three.pk}/detections/").json() != []
    assert blobs.path_of(two).exists()


def test_the_bytes_go_at_night_unless_a_document_has_them_too(put, case, monkeypatch):  # noqa: F811
    (row,) = put(("one.wav", recording()))
    work_off()
    session = AudioSession.objects.get(pk=row["id"])
    path = blobs.path_of(session)
    AudioSession.objects.update(created=timezone.now() - timedelta(days=60))
    shared = Document.objects.create(case=case, title="the same bytes", stored_as=session.stored_as, status="failed")
    assert cleaning.clean_up(cleaning.OLD, dry_run=True).bytes == 0
    assert cleaning.clean_up(cleaning.OLD).bytes == 0
    monkeypatch.setattr(orphans, "OLD_SECONDS", -1.0)
    orphans.clean_up(lambda: None)
    assert path.exists()
    shared.delete()
    orphans.clean_up(lambda: None)
    assert not path.exists()


def test_command_and_task_say_what_went(case, capsys):
    make(case, "old")
    make(case, "failed", status="failed", days=2)
    call_command("cleanup_audio", dry_run=True)
    said = capsys.readouterr().out
    assert "old\n" in said
    assert "1 recordings would be removed; 1000 bytes" in said
    call_command("cleanup_audio", failed=True)
    assert "1 recordings removed" in capsys.readouterr().out
    record = manager.submit("audio.cleanup_old_sessions", {"dry_run": True})
    work_off()
    assert TaskRecord.objects.get(pk=record.pk).result == {"reason": "old", "dry_run": True, "recordings": 1, "bytes": 1000}
    manager.submit("audio.cleanup_old_sessions")
    work_off()
    assert left() == set()
    assert {"audio.cleanup_old_sessions", "audio.cleanup_failed_sessions", "audio.purge_deleted"} <= {plan.task for plan in declared()}


def test_pinning_on_the_page_and_through_the_api(client, api, case, editor, viewer):
    session = make(case, "old")
    client.force_login(editor)
    assert "Pin</button>" in client.get(f"/audio/{session.pk}/").text
    assert "Pinned</button>" in client.post(f"/audio/{session.pk}/pin/", follow=True).text
    assert cleaning.clean_up(cleaning.OLD).titles == []
    assert api(editor).post(f"/api/audio/{session.pk}/pin/", {"pinned": False}, format="json").json()["pinned"] is False
    assert AuditEvent.objects.filter(verb="audio.unpinned", actor=editor).exists()
    assert cleaning.clean_up(cleaning.OLD).titles == ["old"]


def test_a_deletion_is_listed_with_who_did_it_and_taken_back(client, put, api, case, editor, viewer):  # noqa: F811
    (row,) = put(("May 3.wav", recording()))
    work_off()
    client.force_login(editor)
    client.post(f"/audio/{row['id']}/delete/")
    page = client.get(f"/cases/{case.pk}/hearings/?status=deleted").text
    assert "May 3" in page
    assert "Deleted by editor" in page
    (again,) = put(("May 3 again.wav", recording()))
    assert again["duplicate_of"] is None
    client.post(f"/audio/{row['id']}/restore/")
    session = AudioSession.objects.get(pk=row["id"])
    assert (session.deleted_at, str(session.duplicate_of_id), session.status) == (None, again["id"], "ready")
    assert api(editor).post(f"/api/audio/{row['id']}/restore/").status_code == 409
    client.force_login(viewer)
    assert "Deleted by" not in client.get(f"/cases/{case.pk}/hearings/?status=deleted").text


def test_stopping_and_going_on(put, api, editor):  # noqa: F811
    (row,) = put(("one.wav", recording()))
    assert api(editor).post(f"/api/audio/{row['id']}/cancel/").json()["status"] == "cancelled"
    assert api(editor).post(f"/api/audio/{row['id']}/cancel/").status_code == 409
    assert api(editor).post(f"/api/audio/{row['id']}/retry/").json()["status"] == "pending"
    work_off()
    assert AudioSession.objects.get().status == "ready"


def test_a_transcript_document_can_go_for_good_before_its_recording(case):
    gone = Document.objects.create(case=case, title="transcript", status="ready", deleted_at=timezone.now() - timedelta(days=400))
    session = make(case, "new", days=1, document=gone)
    assert purging.purge(lambda: None) == 1
    session.refresh_from_db()
    assert session.document is None
