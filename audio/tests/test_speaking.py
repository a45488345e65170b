"""Reading aloud through the API, with an engine of our own: what it is given, what is kept, who may hear what, engines that misbehave."""

from __future__ import annotations

import io
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import av
import pytest
from django.core.cache import cache as django_cache

from audio.api.speech import SpeechThrottle
from audio.services.speaking import SpeechRefused, cache, engine, pieces
from audio.tests import speech_engine
from documents.models import Chunk, Document, Page, TextVersion
from tasks import service_registry
from tasks.engine.attempts import claim_next, execute
from tasks.manager import manager

pytestmark = pytest.mark.django_db
PAGE = "The supplier failed to deliver.\nSee Roe v. Wade, 410 U.S. 113.\n\nNothing else happened."


@pytest.fixture(autouse=True)
def _here(settings: Any, tmp_path: Path) -> None:
    settings.VAR, settings.SCRATCH_FOLDER = tmp_path, tmp_path / "scratch"
    django_cache.clear()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "engine.log"


@pytest.fixture
def use(settings: Any, log: Path) -> Any:
    """`use("tone")` sets up an engine that does that."""

    def choose(mode: str) -> None:
        settings.TTS_COMMAND = [sys.executable, speech_engine.__file__, mode, str(log)]

    return choose


@pytest.fixture
def say(api: Any, viewer: Any) -> Any:
    """POST to the address as somebody: the answer."""

    def send(user: Any = None, **body: Any) -> Any:
        return api(user or viewer).post("/api/speech/", body, format="json")

    return send


@pytest.fixture
def document(case: Any) -> Document:
    made = Document.objects.create(case=case, title="Complaint", name="complaint.txt", mime="text/plain")
    version = TextVersion.objects.create(document=made, number=1, source="extraction")
    for number, text in enumerate((PAGE, ""), 1):
        Page.objects.create(text_version=version, number=number, text=text)
    made.text_version = version
    made.save()
    return made


def heard(log: Path) -> list[str]:
    return [line["text"] for line in map(json.loads, log.read_text("utf-8").splitlines()) if "text" in line] if log.exists() else []


def seconds_of(speech: bytes) -> float:
    with av.open(io.BytesIO(speech)) as container:
        assert (container.format.name, container.streams.audio[0].codec_context.name) == ("ogg", "opus")
        return sum(frame.samples for frame in container.decode(audio=0)) / 48_000


@pytest.mark.parametrize("mode", ["tone", "streamed"])
def test_a_text_is_spoken_and_kept(use, say, log, mode):
    use(mode)
    answer = say(text="Änderung: the court’s ruling.")
    assert (answer.status_code, answer["Content-Type"], answer["X-Speech-Pieces"]) == (200, "audio/ogg", "1")
    assert abs(seconds_of(answer.content) - 0.5) < 0.05
    assert heard(log) == ["Änderung: the court’s ruling.\n"]
    assert say(text="Änderung: the court’s ruling.").content == answer.content
    assert len(heard(log)) == 1, "the same text is made once"
    use("garbage")
    assert say(text="Änderung: the court’s ruling.").status_code == 502, "another command is another voice"


def test_the_engine_sees_no_secrets(use, say, log, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "hidden")
    use("tone")
    say(text="Hello.")
    seen = json.loads(log.read_text("utf-8").splitlines()[0])["environment"]
    assert not {"SECRET_KEY", "DATABASE_URL"} & set(seen)


def test_who_accepts_sound_only_is_answered(use, api, viewer):
    use("tone")
    answer = api(viewer).post("/api/speech/", {"text": "Hello."}, format="json", headers={"accept": "audio/ogg"})
    assert answer.status_code == 200
    refused = api(viewer).post("/api/speech/", {"text": " "}, format="json", headers={"accept": "audio/ogg"})
    assert (refused.status_code, refused.json()["code"]) == (400, "speech_empty")


def test_a_page_is_read_by_paragraphs_and_only_to_its_readers(use, say, log, document, viewer, stranger):
    use("tone")
    about = {"document": str(document.pk), "page": 1}
    assert say(viewer, **about).status_code == 200
    assert heard(log) == ["The supplier failed to deliver. See Roe v. Wade, 410 U.S. 113.\nNothing else happened.\n"]
    assert say(stranger, **about).status_code == 404, "also what was spoken before for others"
    assert say(viewer, **{**about, "page": 3}).status_code == 404
    assert say(viewer, **{**about, "page": 2}).json()["code"] == "speech_empty"
    document.deleted_at = "2026-01-01T00:00:00Z"
    document.save()
    assert say(viewer, **about).status_code == 404


def test_a_passage_of_an_older_reading_is_read_from_that(use, say, log, document, owner):
    use("tone")
    old = document.text_version
    passage = Chunk.objects.create(text_version=old, index=0, text=PAGE, page_from=1, page_to=1, start=0, end=len(PAGE), tokens=20)
    document.text_version = TextVersion.objects.create(document=document, number=2, source="extraction")
    document.save()
    Page.objects.create(text_version=document.text_version, number=1, text="Read anew.")
    about = {"document": str(document.pk), "page": 1}
    say(**about)
    say(**about, chunk=passage.pk)
    assert [text.split()[0] for text in heard(log)] == ["Read", "The"]


def test_a_long_text_comes_in_pieces_that_are_the_whole(use, say, log):
    use("tone")
    sentences = [f"Sentence number {number} tells of the delivery of timber to the harbour." for number in range(60)]
    text = " ".join(sentences)
    first = say(text=text)
    count = int(first["X-Speech-Pieces"])
    for piece in range(1, count):
        assert say(text=text, piece=piece).status_code == 200
    spoken = heard(log)
    assert count == len(spoken) > 3
    assert len(spoken[0]) < 320 < max(map(len, spoken)) < 900, "the first is short, so that it is heard soon"
    assert " ".join(part.strip() for part in spoken) == text
    beyond = say(text=text, piece=count)
    assert (beyond.status_code, beyond.json()["code"]) == (404, "speech_no_piece")


def test_words_without_a_sentence_are_cut_between_words():
    words = " ".join(f"word{number}" for number in range(2000))
    made = pieces.pieces_of(words)
    assert " ".join(made) == words
    assert max(map(len, made)) <= pieces.LONGEST
    assert pieces.pieces_of("x" * 5000) == ["x" * 5000]


def test_without_an_engine_it_says_so(settings, say, document):
    settings.TTS_COMMAND = []
    answer = say(text="Hello.")
    assert answer.status_code == 409
    assert answer.json() == {"detail": "Reading aloud is not set up on this installation.", "code": "speech_not_set_up"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"text": "a", "document": "0190a3f4-0000-7000-8000-000000000000", "page": 1}, 400),
        ({"document": "0190a3f4-0000-7000-8000-000000000000"}, 400),
        ({"text": "a", "page": 1}, 400),
        ({"document": "0190a3f4-0000-7000-8000-000000000000", "page": 1}, 404),
        ({"text": "... --- ..."}, 400),
        ({"text": "a" * 60_001}, 413),
        ({"text": "a", "piece": -1}, 400),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(use, say, log, body, status):
    use("tone")
    answer = say(**body)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/json"
    assert heard(log) == []


@pytest.mark.parametrize(
    ("mode", "code", "words"),
    [
        ("garbage", "speech_garbage", "wrote no sound"),
        ("empty", "speech_garbage", "wrote no sound"),
        ("fails", "speech_failed", "exit code 3"),
        ("endless", "speech_too_much", "more than 64 MB"),
    ],
)
def test_an_engine_that_misbehaves_is_a_sentence_and_leaves_nothing(use, say, tmp_path, caplog, mode, code, words):
    use(mode)
    answer = say(text="Hello.")
    assert (answer.status_code, answer.json()["code"]) == (502, code)
    assert words in answer.json()["detail"]
    assert not list(cache.folder().iterdir())
    assert not list((tmp_path / "scratch").iterdir())
    if mode == "fails":
        assert "no such voice" in caplog.text


def test_an_engine_that_hangs_is_ended_with_its_children(use, say, log, settings):
    settings.TTS_SECONDS = 1
    use("hangs")
    began = time.monotonic()
    answer = say(text="Hello.")
    assert time.monotonic() - began < 5
    assert (answer.status_code, answer.json()["code"]) == (502, "speech_timeout")
    first, second = map(json.loads, log.read_text("utf-8").splitlines())
    for pid in (first["pid"], second["child"]):
        assert not _runs(pid)


def _runs(pid: int) -> bool:
    """Is the process alive? One that has ended and was not waited for (its parent is gone, too) is not."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return False
        except (ProcessLookupError, FileNotFoundError):
            return False
        time.sleep(0.05)
    return True


def test_with_its_process_an_engine_ends(use, log, tmp_path):
    use("hangs")
    engines, seen = engine.Engines(), []

    def ask() -> None:
        try:
            engines.synthesise("Hello.", tmp_path)
        except SpeechRefused as refusal:
            seen.append(refusal.code)

    thread = threading.Thread(target=ask)
    thread.start()
    deadline = time.monotonic() + 10
    while len(lines := log.read_text("utf-8").splitlines() if log.exists() else []) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    engines.close()
    thread.join(5)
    ask()
    assert seen == ["speech_stopped", "speech_stopped"], "also who comes later"
    assert not _runs(json.loads(lines[0])["pid"])
    assert not _runs(json.loads(lines[1])["child"])


def test_an_engine_that_was_removed_is_a_sentence(settings, say, tmp_path):
    settings.TTS_COMMAND = [str(tmp_path / "gone")]
    answer = say(text="Hello.")
    assert (answer.status_code, answer.json()["code"]) == (502, "speech_missing")


def test_who_comes_when_all_engines_are_busy_is_told(use, say, settings):
    use("tone")
    settings.TTS_SECONDS = 0.2
    slots = service_registry.get(engine.SERVICE)._slots
    for _slot in range(engine.AT_ONCE):
        slots.acquire()
    try:
        answer = say(text="Hello.")
    finally:
        slots.release(engine.AT_ONCE)
    assert (answer.status_code, answer.json()["code"]) == (503, "speech_busy")
    settings.TTS_SECONDS = 30
    assert say(text="Hello.").status_code == 200


def test_what_is_kept_has_a_bound_and_goes_when_it_is_old(use, say, settings):
    use("tone")
    for number in range(3):
        say(text=f"Text {number}.")
        time.sleep(0.02)
    kept = sorted(cache.folder().iterdir(), key=lambda path: path.stat().st_mtime)
    assert len(kept) == 3
    say(text="Text 0.")  # heard again: the oldest is now another
    settings.TTS_CACHE_MB = (sum(path.stat().st_size for path in kept) - 1) / 1e6
    assert cache.sweep() == 1
    assert set(cache.folder().iterdir()) == {kept[0], kept[2]}
    os.utime(kept[2], (0, 0))
    say(text="Another.")
    assert kept[2] not in set(cache.folder().iterdir())
    assert cache.folder().stat().st_mode & 0o777 == 0o700


def test_who_asks_too_often_waits(use, say, monkeypatch):
    use("tone")
    monkeypatch.setattr(SpeechThrottle, "rate", "2/min")
    assert [say(text="Hello.").status_code for _time in range(3)] == [200, 200, 429]


@pytest.mark.django_db(transaction=True)
def test_the_night_takes_what_is_old(use, say, settings):
    settings.TASK_EXECUTOR = "background"
    use("tone")
    say(text="Hello.")
    (kept,) = cache.folder().iterdir()
    os.utime(kept, (0, 0))
    record = manager.submit("audio.cleanup_speech")
    execute(claim_next("background"))
    record.refresh_from_db()
    assert (record.status, record.result) == ("succeeded", {"files": 1})
    assert not kept.exists()
