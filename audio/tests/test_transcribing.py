"""From speech to a transcript that is searched: with the real speech model, over crashes, with models that are missing or mad."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from audio.models import AudioSession
from audio.services import sessions
from documents.models import Document, TextVersion
from documents.services.storage import blobs
from tasks.engine.attempts import claim_next, execute
from tasks.models import TaskRecord

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _here(settings: Any) -> None:
    settings.TASK_EXECUTOR = "background"


def work_off() -> None:
    while (claimed := claim_next("background")) is not None:
        execute(claimed)


@pytest.fixture
def put(api: Any, case: Any, editor: Any) -> Any:
    def send(path: Path, **fields: str) -> AudioSession:
        file = SimpleUploadedFile(path.name, path.read_bytes())
        answer = api(editor).post("/api/audio/", {"file": [file], "case": str(case.pk), **fields}, format="multipart")
        assert answer.status_code == 201, answer.json()
        return AudioSession.objects.get(pk=answer.json()[0]["id"])

    return send


@pytest.mark.corpus
def test_speech_becomes_a_transcript_that_is_found(put, api, viewer, case, corpus):
    session = put(corpus / "audio" / "jfk.flac")
    work_off()
    session.refresh_from_db()
    assert (session.status, session.language, session.engine, session.error) == ("ready", "en", "whisper-base", "")
    said = " ".join(segment.text for segment in session.segments.all()).lower()
    assert "ask what you can do for your country" in said
    document = session.document
    assert document is not None
    assert (document.kind, document.status, document.mime) == ("transcript", Document.Status.READY, "text/vtt")
    assert document.text_version.source == TextVersion.Source.TRANSCRIPTION
    assert document.text_version.engine.startswith("cues")
    page = document.text_version.pages.get()
    assert page.label == "00:00:00"
    assert page.times[0][0] == 0
    assert not list(blobs.private_folder(".audio").glob(f"{session.pk}*")), "the decoded sound goes with the work"
    found = api(viewer).get("/api/search/", {"q": '"what you can do for your country"', "case": str(case.pk)}).json()["results"]
    assert [hit["document"] for hit in found] == [str(document.pk)]
    assert [record.status for record in TaskRecord.objects.all()] == ["succeeded"] * 5
    assert sessions.TRANSCRIBE in set(TaskRecord.objects.values_list("name", flat=True))
    (hit,) = found
    assert hit["time_s"] == pytest.approx(8.1, abs=1.0)
    assert hit["citation"].endswith(", 00:00:08")
    assert hit["url"].startswith(f"/audio/{session.pk}/#t=")
