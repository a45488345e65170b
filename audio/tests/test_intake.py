"""Recordings among other files: dropped, posted, attached to e-mails, in folders."""

from __future__ import annotations

from email.message import EmailMessage
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from audio.models import AudioSession
from audio.services import intake
from audio.tests import sounds
from audio.tests.test_sessions import recording, work_off
from documents.models import Document, Upload
from documents.services import ingest
from documents.services.pipeline import lifecycle
from documents.tests.test_resumable_uploads import create, patch
from tasks.batches import control
from tasks.models import Batch, TopicState
from tasks.progress import batches

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _here(settings: Any) -> None:
    settings.TASK_EXECUTOR = "background"


def test_a_recording_sent_in_pieces_becomes_a_session_of_the_same_batch(api, editor, case):
    client, sound = api(editor), recording()
    batch = control.create("upload", "two", case.pk, editor, expected=2)
    location = create(client, case, length=len(sound), filename="May 3.wav", batch=batch.pk)["Location"]
    last = patch(client, location, 0, sound)
    assert last.status_code == 204
    session = AudioSession.objects.get()
    assert (session.title, last["Lexintel-Topic"], last["Lexintel-Task"]) == ("May 3", session.topic, str(session.task_id))
    assert "Lexintel-Document" not in last
    again = client.head(location, headers={"Tus-Resumable": "1.0.0"})
    assert again["Lexintel-Topic"] == session.topic
    assert Upload.objects.get().finished
    assert patch(client, location, len(sound), b"more").status_code == 409
    second = create(client, case, length=9, filename="letter.txt", batch=batch.pk)["Location"]
    letter = patch(client, second, 0, b"Dear sir.")
    assert letter["Lexintel-Topic"] == f"document:{letter['Lexintel-Document']}"
    work_off()
    batches.tell(batch.pk)
    batch.refresh_from_db()
    assert (batch.total, batch.failed, batch.finished_at is None) == (2, 0, False)
    session.refresh_from_db()
    assert session.status == "ready"


def test_the_same_recording_again_is_linked(api, editor, case):
    client, sound = api(editor), recording()
    topics = []
    for name in ("one.wav", "two.wav"):
        location = create(client, case, length=len(sound), filename=name)["Location"]
        topics.append(patch(client, location, 0, sound))
    assert topics[1]["Lexintel-Duplicate-Of"] == topics[0]["Lexintel-Topic"].partition(":")[2]
    assert topics[1]["Lexintel-Task"] == ""


def test_documents_and_recordings_posted_together_are_told_apart(api, editor, case):
    files = [SimpleUploadedFile("letter.txt", b"Dear sir."), SimpleUploadedFile("call.wav", recording())]
    answer = api(editor).post("/api/documents/", {"file": files, "case": str(case.pk)}, format="multipart")
    assert answer.status_code == 201, answer.json()
    letter, call = answer.json()
    assert letter["topic"] == f"document:{letter['id']}"
    assert call["topic"] == f"audio:{call['id']}"
    assert (call["title"], call["status"]) == ("call", "pending")
    assert letter["batch"] == call["batch"] is not None
    assert str(AudioSession.objects.get().task_id) == call["task_id"]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("picture.avif", b"\0\0\0\x18ftypavif" + bytes(range(256)) * 4, "Picture (AVIF)"),
        ("hearing.wav", bytes(range(256)) * 4, "Recording (WAV)"),
    ],
)
def test_what_is_no_recording_is_kept_as_a_document(api, editor, case, name, data, words):
    file = SimpleUploadedFile(name, data)
    answer = api(editor).post("/api/documents/", {"file": file, "case": str(case.pk)}, format="multipart")
    assert answer.status_code == 201, answer.json()
    work_off()
    document = Document.objects.get()
    assert document.kept
    assert document.notices[0]["text"].startswith(f"Kept, not read: {words}.")
    assert not AudioSession.objects.exists()


def test_an_empty_recording_is_refused_with_a_sentence(api, editor, case):
    file = SimpleUploadedFile("empty.wav", b"")
    answer = api(editor).post("/api/documents/", {"file": file, "case": str(case.pk)}, format="multipart")
    assert answer.status_code == 400, answer.json()
    assert "empty" in answer.json()["detail"]
    assert not AudioSession.objects.exists()


@pytest.mark.parametrize("data", [b"#!/bin/sh\nrm -rf /\n", b"ffconcat version 1.0\nfile /etc/passwd\n"])
def test_a_script_under_the_name_of_a_recording_fails_and_says_why(case, editor, data):
    document = ingest.accept(BytesIO(data), case=case, user=editor, name="hearing.wav").document
    work_off()
    document.refresh_from_db()
    assert (document.status, document.error_code) == ("failed", "type_mismatch")
    assert ".wav" in document.error
    assert not AudioSession.objects.exists()


def test_the_content_decides_and_not_the_name(case, editor):
    item = ingest.accept(BytesIO(recording()), case=case, user=editor, name="exhibit.pdf").item
    assert item.topic.startswith("audio:")


@pytest.mark.parametrize(("suffix", "codec"), [("flac", "flac"), ("ogg", "libopus"), ("mp3", "libmp3lame"), ("m4a", "aac"), ("mkv", "aac")])
def test_containers_are_recognised(tmp_path, suffix, codec):
    path = sounds.written(tmp_path / f"sound.{suffix}", sounds.noise(1, rate=48_000), rate=48_000, codec=codec)
    assert intake.recognises(path.read_bytes()[:4096], f".{suffix}")


def test_what_is_attached_to_an_email_is_heard_and_only_once(case, editor):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "ann@example.org", "bob@example.org", "Her call"
    mail.set_content("Please listen to the message that she left.")
    mail.add_attachment(recording(), maintype="audio", subtype="wav", filename="voicemail.wav")
    document = ingest.accept(BytesIO(mail.as_bytes()), case=case, user=editor, name="mail.eml").document
    work_off()
    session = AudioSession.objects.get()
    assert (session.name, session.attached_to, session.status, session.created_by) == ("voicemail.wav", document, "ready", editor)
    document.refresh_from_db()
    lifecycle.reprocess(document, editor)
    work_off()
    assert AudioSession.objects.count() == 1


def test_a_mixed_folder_is_ingested(case, owner, tmp_path, capsys, monkeypatch):
    (tmp_path / "letter.txt").write_text("Dear sir, the lease ended in June.")
    (tmp_path / "call.wav").write_bytes(recording())
    (tmp_path / "noise.wav").write_bytes(bytes(range(256)) * 4)
    (tmp_path / "empty.wav").write_bytes(b"")
    monkeypatch.setattr("documents.management.commands.ingest.time.sleep", lambda seconds: work_off())
    with pytest.raises(SystemExit):
        call_command("ingest", str(tmp_path), case=str(case.pk), wait=True)
    said = capsys.readouterr().out
    assert "3 accepted" in said
    assert "1 refused" in said
    assert "3 ready" in said
    assert AudioSession.objects.get().status == "ready"
    assert set(Document.objects.values_list("name", "status", "error_code")) == {
        ("letter.txt", "ready", ""),
        ("noise.wav", "ready", "unsupported_type"),
    }
    batches.tell(Batch.objects.get().pk)
    assert Batch.objects.get().total == 3
    assert TopicState.objects.get(topic=AudioSession.objects.get().topic).status == "succeeded"


def test_pages_say_what_is_taken(client, case, editor):
    client.force_login(editor)
    page = client.get(f"/cases/{case.pk}/documents/").text
    assert "recordings (WAV, MP3" in page
    assert 'data-refused=""' in page, "no ending is refused before its bytes travel"
