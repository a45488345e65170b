"""From speech to a transcript that is searched: with the real speech model, over crashes, with models that are missing or mad."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import tempfile
import threading
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from audio.models import AudioSession
from audio.services import sessions
from audio.services.transcript import editing
from audio.services.transcription import weights
from audio.services.transcription.client import Transcriber
from audio.services.transcription.words import Clip
from audio.tests import sounds
from audio.tests.working import work_off
from cases.models import AuditEvent
from documents.models import Document, TextVersion
from documents.services.storage import blobs
from tasks import service_registry
from tasks.models import TaskRecord
from tasks.recovery import rescuer
from tasks.tests.processes import until, web_server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _here(settings: Any) -> None:
    settings.TASK_EXECUTOR = "background"


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
    assert [record.status for record in TaskRecord.objects.all()] == ["succeeded"] * 6
    assert sessions.TRANSCRIBE in set(TaskRecord.objects.values_list("name", flat=True))
    (hit,) = found
    assert hit["time_s"] == pytest.approx(8.1, abs=1.0)
    assert hit["citation"].endswith(", 00:00:08")
    assert hit["url"].startswith(f"/audio/{session.pk}/#t=")


def minutes_of(corpus: Path, tmp_path: Path, times: int) -> Path:
    """A real argument of a minute, heard several times, a little of it left out each time (or it would be one and the same recording)."""
    with av.open(str(corpus / "audio" / "doctor_1.mp3")) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=sounds.RATE)
        heard = np.concatenate([part.to_ndarray()[0] for frame in container.decode(audio=0) for part in resampler.resample(frame)])
    path = tmp_path / "argument.wav"
    path.write_bytes(sounds.wav(np.concatenate([heard[n * 4000 :] for n in range(times)]).astype("<i2").tobytes()))
    return path


@pytest.mark.corpus
@pytest.mark.faults
def test_a_server_killed_in_the_middle_of_a_transcript_loses_and_repeats_nothing(case, editor, corpus, tmp_path):
    path = minutes_of(corpus, tmp_path, 5)
    with web_server(TASK_EXECUTOR="background", TASK_LEASE_SECONDS="6") as web:
        with path.open("rb") as file:
            (session,) = sessions.accept_many([(file, path.name)], case=case, user=editor)
        until(lambda: AudioSession.objects.filter(pk=session.pk, transcribed_s__gt=0).exists(), 120, "the first piece")
        web.kill()
        before = list(session.segments.values_list("pk", "index", "text"))
        session.refresh_from_db()
        assert session.status == "transcribing"
        assert 0 < session.transcribed_s < 250
        web.restart()
        until(lambda: AudioSession.objects.filter(pk=session.pk, status="ready").exists(), 180, "the rest")
    session.refresh_from_db()
    after = list(session.segments.values_list("pk", "index", "text"))
    assert after[: len(before)] == before, "what was published stays as it is"
    assert len(after) > len(before)
    assert [index for _pk, index, _text in after] == list(range(len(after)))
    spans = list(session.segments.values_list("start_s", "end_s"))
    assert all(first[1] <= second[0] + 0.01 for first, second in itertools.pairwise(spans)), "no words are there twice"
    assert session.metrics.filter(step="transcribing").count() == 2
    assert session.metrics.filter(step="listening").count() == 1


def words(session: AudioSession) -> str:
    return " ".join(session.segments.filter(version=session.transcript_version).values_list("text", flat=True))


@pytest.fixture
def heard(put: Any, corpus: Path) -> AudioSession:
    session: AudioSession = put(corpus / "audio" / "jfk.flac")
    work_off()
    session.refresh_from_db()
    return session


def due_now() -> None:
    """What waits for a moment (the document is written a little after a change) is due."""
    TaskRecord.objects.filter(run_after__isnull=False).update(run_after=timezone.now())
    rescuer.rescue(expire=False)


@pytest.mark.corpus
def test_what_people_change_is_searched_and_kept_when_it_is_read_anew(heard, api, client, editor, viewer, case):
    url = f"/api/audio/{heard.pk}/"
    first = api(viewer).get(f"{url}segments/").json()[0]
    assert not first["doubtful"]
    assert first["words"][0]["text"] == "And"
    assert api(editor).patch(f"{url}segments/{first['id']}/", {"text": first["text"]}, format="json").status_code == 200
    assert not TaskRecord.objects.filter(name="audio.publish_transcript").exists(), "what changes nothing is no change"
    changed = first["text"].replace("Americans", "Bostonians")
    assert api(viewer).patch(f"{url}segments/{first['id']}/", {"text": changed}, format="json").status_code == 403
    answer = api(editor).patch(f"{url}segments/{first['id']}/", {"text": changed}, format="json")
    assert answer.json()["text"] == changed
    assert answer.json()["start_s"] == first["start_s"]
    assert [word["start_s"] for word in answer.json()["words"]] == [word["start_s"] for word in first["words"]]
    named = api(editor).post(f"{url}speakers/", {"segments": [first["id"]], "name": "John Kennedy"}, format="json").json()
    assert named == [{"number": 1, "name": "John Kennedy", "shown": "John Kennedy"}]
    assert TaskRecord.objects.filter(name="audio.publish_transcript").count() == 1, "many changes, one document"
    due_now()
    work_off()
    found = api(viewer).get("/api/search/", {"q": "Bostonians", "case": str(case.pk)}).json()["results"]
    assert [hit["document"] for hit in found] == [str(heard.document_id)]
    client.force_login(viewer)
    assert "<v John Kennedy>" in client.get(f"{url}transcript.vtt").content.decode()
    edits = api(viewer).get(f"{url}segments/{first['id']}/edits/").json()
    assert [(edit["before"], edit["after"], edit["user"]) for edit in edits] == [(first["text"], changed, "editor")]
    assert AuditEvent.objects.filter(verb="audio.edited", target_id=str(heard.pk)).count() == 1

    api(editor).post(f"{url}reprocess/")
    work_off()
    heard.refresh_from_db()
    assert (heard.version, heard.transcript_version, heard.status) == (2, 2, "ready")
    assert words(heard) == changed
    assert heard.segments.get().speaker.name == "John Kennedy"
    assert heard.segments.count() == 1, "the old transcript is gone"
    assert not heard.differences.exists()
    assert Document.objects.filter(case=case, deleted_at=None).count() == 1, "one document, however often it is read"


@pytest.mark.corpus
def test_a_correction_that_finds_no_place_is_kept_as_a_difference(heard, api, editor):
    segment = heard.segments.get()
    api(editor).patch(f"/api/audio/{heard.pk}/segments/{segment.pk}/", {"text": "Entirely other words."}, format="json")
    heard.segments.update(start_s=400, end_s=410)  # as if the new reading heard nothing there
    api(editor).post(f"/api/audio/{heard.pk}/reprocess/")
    work_off()
    difference = heard.differences.get()
    assert (difference.text, difference.start_s, difference.user) == ("Entirely other words.", 400, editor)


@pytest.mark.corpus
def test_speakers_are_named_merged_and_offered_elsewhere(heard, api, editor, viewer, case):
    url = f"/api/audio/{heard.pk}/speakers/"
    segment = heard.segments.get().pk
    for name in ("The Court", "Counsel"):
        api(editor).post(url, {"segments": [segment], "name": name}, format="json")
    assert [speaker["name"] for speaker in api(viewer).get(url).json()] == ["The Court", "Counsel"]
    merged = api(editor).patch(f"{url}2/", {"name": "the court"}, format="json").json()
    assert merged["number"] == 1
    assert [speaker["name"] for speaker in api(viewer).get(url).json()] == ["The Court"]
    assert heard.segments.get().speaker.name == "The Court"
    other = AudioSession.objects.create(case=case, title="Another day", transcript_version=1)
    assert editing.names_in_case(other) == ["The Court"]
    assert api(editor).post(url, {"segments": [segment + 1000], "name": "X"}, format="json").status_code == 404
    assert api(editor).patch(f"{url}9/", {"name": "X"}, format="json").status_code == 404


@pytest.mark.corpus
@pytest.mark.parametrize("text", ["", "   ", "x" * 5001])
def test_words_that_are_none_are_refused_in_a_sentence(heard, api, editor, text):
    segment = heard.segments.get()
    answer = api(editor).patch(f"/api/audio/{heard.pk}/segments/{segment.pk}/", {"text": text}, format="json")
    assert answer.status_code == 400
    segment.refresh_from_db()
    assert segment.edited_at is None


@pytest.mark.corpus
def test_without_a_model_all_else_is_heard_and_what_is_missing_is_said(put, corpus, monkeypatch):
    monkeypatch.setattr("audio.services.transcription.weights.EMBEDDED_PACKAGES", ("no_such_package", "nor_this"))
    session = put(corpus / "audio" / "jfk.flac")
    work_off()
    session.refresh_from_db()
    assert (session.status, session.document, session.transcript_version) == ("ready", None, 0)
    assert session.speech_s > 5
    assert [notice["code"] for notice in session.notices] == ["no_speech_model"]


@pytest.mark.corpus
def test_a_model_that_cannot_be_loaded_costs_the_transcript_only(put, corpus, tmp_path, settings):
    folder = tmp_path / "model"
    folder.mkdir()
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (folder / name).write_bytes(b"{}")
    settings.WHISPER_MODEL = str(folder)
    settings.VAR = tmp_path / "var"
    service_registry.close_all()
    session = put(corpus / "audio" / "jfk.flac")
    work_off()
    session.refresh_from_db()
    assert session.status == "ready"
    assert session.notices[0]["text"].startswith("The speech model cannot be loaded: ")


def test_a_folder_that_is_no_model_stops_the_start(settings, tmp_path):
    settings.WHISPER_MODEL = str(tmp_path)
    with pytest.raises(ImproperlyConfigured, match="lacks model"):
        weights.require_settings()


@pytest.mark.corpus
def test_the_process_that_holds_the_model_is_one_and_goes_when_idle(heard, settings, tmp_path):
    """Two who ask at once share it; killed, it is started anew for who waits; idle, it gives its memory back."""
    settings.TRANSCRIBER_IDLE_SECONDS = 5
    settings.VAR = Path(tempfile.mkdtemp(dir=tmp_path))
    (settings.VAR / "models").symlink_to(Path(django_settings.BASE_DIR) / "var" / "models")
    service = Transcriber()
    pcm = sounds.pcm(sounds.noise(4))
    threads = [threading.Thread(target=ask, args=(service, pcm)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    (pid,) = servers()
    os.kill(pid, signal.SIGKILL)
    assert ask(service, pcm) == "en"
    (second,) = servers()
    assert second != pid
    until(lambda: not [pid for pid in servers() if running(pid)], 20, "the end of the idle process")
    assert ask(service, pcm) == "en"
    service.close()


def ask(service: Transcriber, pcm: bytes) -> str:
    return service.transcribe(pcm, [Clip(0.0, 4.0)], check=lambda: None, on_heard=lambda found: None, language="en").code


def servers() -> list[int]:
    """Pids of transcribers that this process has started."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            mine = folder.joinpath("stat").read_text().rsplit(")", 1)[1].split()[1] == str(os.getpid())
            if mine and str(django_settings.VAR).encode() in folder.joinpath("cmdline").read_bytes():
                found.append(int(folder.name))
    return found


def running(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"


@pytest.mark.corpus
def test_the_quality_of_a_recording_is_told_in_figures(heard, api, viewer):
    quality = api(viewer).get(f"/api/audio/{heard.pk}/").json()["quality"]
    assert 0.5 < quality["speech_share"] <= 1
    assert quality["snr"][0][0] > 0
    assert quality["talk"] == [{"name": "", "seconds": pytest.approx(10, abs=2)}]
    assert {each["name"] for each in quality["sounds"]} >= {"speech"}
    assert [each["name"] for each in quality["steps"]] == ["decoding", "listening", "transcribing"]
    assert all(each["factor"] > 0 for each in quality["steps"])
    assert quality["unintelligible"] == []


@pytest.mark.corpus
def test_a_deleted_recording_takes_its_transcript_with_it_and_brings_it_back(heard, api, client, editor, viewer, case):
    def found() -> int:
        return len(api(viewer).get("/api/search/", {"q": "fellow Americans", "case": str(case.pk)}).json()["results"])

    client.force_login(viewer)
    assert f'href="/audio/{heard.pk}/"' in client.get(f"/documents/{heard.document_id}/").content.decode(), "its page leads to the player"
    assert found() == 1
    api(editor).delete(f"/api/audio/{heard.pk}/")
    assert found() == 0
    assert Document.objects.get(pk=heard.document_id).deleted_at is not None
    api(editor).post(f"/api/audio/{heard.pk}/restore/")
    work_off()
    assert found() == 1
