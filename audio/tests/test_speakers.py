"""Who speaks, by the sound of the voices: with the real encoder and the real speech model, by request and by itself, beside what people
have said."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from audio.errors import failure
from audio.models import AudioPart, AudioSession, Speaker, TranscriptSegment
from audio.services.demo import HEARING
from audio.services.sessions import PROCESS
from audio.services.speakers import proposing, weights
from audio.services.speakers.encoder import Encoder
from audio.services.speakers.grouping import groups_of
from audio.services.speakers.mel import mel_of
from audio.services.transcript import editing, exports
from audio.services.transcript.reading import transcript_of
from audio.tests import sounds
from audio.tests.working import work_off
from cases.models import AuditEvent
from tasks.engine.attempts import claim_next, execute
from tasks.models import TaskRecord

pytestmark = pytest.mark.django_db(transaction=True)
TRUTH = json.loads(HEARING.with_suffix(".json").read_text("utf-8"))["utterances"]


@pytest.fixture(autouse=True)
def _here(settings: Any) -> None:
    settings.TASK_EXECUTOR = "background"


@pytest.fixture
def hearing(api: Any, case: Any, editor: Any) -> AudioSession:
    """The demonstration's hearing with a transcript whose sentences are those that were said, not yet told apart."""
    file = SimpleUploadedFile("hearing.ogg", HEARING.read_bytes())
    (row,) = api(editor).post("/api/audio/", {"file": [file], "case": str(case.pk)}, format="multipart").json()
    TaskRecord.objects.exclude(name=PROCESS).update(status="cancelled")
    claimed = claim_next("background")
    assert claimed is not None
    execute(claimed)
    TaskRecord.objects.exclude(status="succeeded").update(status="cancelled")
    session = AudioSession.objects.get(pk=row["id"])
    AudioSession.objects.filter(pk=session.pk).update(status="ready", transcript_version=1)
    TranscriptSegment.objects.bulk_create(
        TranscriptSegment(
            session=session, version=1, index=index, start_s=said["start_s"], end_s=said["end_s"], text=said["text"], confidence=0.9
        )
        for index, said in enumerate(TRUTH)
    )
    session.refresh_from_db()
    return session


def told(session: AudioSession) -> list[str]:
    return [line.speaker for line in transcript_of(session).lines]


def right(session: AudioSession) -> float:
    """The share of the talk that is one speaker's whose name is mostly his."""
    seconds: Counter[tuple[str, str]] = Counter()
    for said, name in zip(TRUTH, told(session), strict=True):
        seconds[said["speaker"], name] += round(100 * (said["end_s"] - said["start_s"]))
    best = {who: max((key for key in seconds if key[0] == who), key=lambda key: seconds[key])[1] for who in {key[0] for key in seconds}}
    assert len(set(best.values())) == len(best), "two are taken for one"
    return sum(seconds[who, name] for who, name in best.items()) / seconds.total()


def ask(api: Any, user: Any, session: AudioSession, **data: Any) -> Any:
    return api(user).post(f"/api/audio/{session.pk}/speakers/propose/", data, format="json")


def test_three_voices_on_one_channel_are_told_apart_when_asked(api, editor, viewer, hearing, case):
    answer = ask(api, editor, hearing)
    assert answer.status_code == 202
    assert ask(api, editor, hearing).json() == answer.json(), "asked for twice, it is done once"
    work_off()
    record = TaskRecord.objects.get(pk=answer.json()["task_id"])
    assert (record.status, record.result["speakers"]) == ("succeeded", 3), record.error
    hearing.refresh_from_db()
    assert hearing.status == "ready"
    assert told(hearing)[0] == "Speaker 1"
    assert right(hearing) > 0.95
    assert [each["shown"] for each in api(viewer).get(f"/api/audio/{hearing.pk}/speakers/").json()] == [f"Speaker {n}" for n in (1, 2, 3)]
    assert not any(segment["speaker_confirmed"] for segment in api(viewer).get(f"/api/audio/{hearing.pk}/segments/").json())
    assert "told by a machine" in exports.txt(transcript_of(hearing))
    assert AuditEvent.objects.filter(case=case, verb="audio.speakers_asked", actor=editor).count() == 2
    assert TaskRecord.objects.filter(name=editing.PUBLISH).count() == 1, "the document that is searched is written anew"


def test_what_people_have_said_stays_and_names_the_voice_elsewhere(api, editor, hearing):
    """A judge who was named in one sentence is proposed in the others; a sentence that was given to somebody else stays his."""
    segments = list(hearing.segments.order_by("index"))
    url = f"/api/audio/{hearing.pk}/speakers/"
    api(editor).post(url, {"segments": [segments[1].pk], "name": "The Court"}, format="json")
    api(editor).post(url, {"segments": [segments[8].pk], "name": "A clerk"}, format="json")
    api(editor).post(url, {"segments": [segments[10].pk], "name": ""}, format="json")
    ask(api, editor, hearing)
    work_off()
    names = told(hearing)
    assert (names[1], names[8], names[10]) == ("The Court", "A clerk", "")
    court = [name for said, name in zip(TRUTH, names, strict=True) if said["speaker"] == "court"]
    assert Counter(court).most_common(1)[0][0] == "The Court"
    assert set(names) > {"The Court", "A clerk"}
    confirmed = hearing.segments.filter(speaker_confirmed=True).order_by("index").values_list("index", flat=True)
    assert list(confirmed) == [1, 8, 10]


def test_how_many_speak_can_be_said(api, editor, hearing):
    ask(api, editor, hearing, count=2)
    work_off()
    assert len({name for name in told(hearing) if name}) == 2
    for count in (0, 21, -1, "many"):
        assert ask(api, editor, hearing, count=count).status_code == 400


def test_a_proposal_is_confirmed_taken_back_and_merged(api, editor, hearing):
    ask(api, editor, hearing)
    work_off()
    url = f"/api/audio/{hearing.pk}/speakers/"
    api(editor).patch(f"{url}1/", {"name": "The Court"}, format="json")
    assert hearing.segments.filter(speaker__name="The Court", speaker_confirmed=False).count() == 0
    assert hearing.segments.filter(speaker__name="", speaker_confirmed=True).count() == 0
    api(editor).patch(f"{url}1/", {"name": ""}, format="json")
    assert not hearing.segments.filter(speaker_confirmed=True).exists()
    merged = api(editor).patch(f"{url}3/", {"name": "speaker 2"}, format="json").json()
    assert (merged["number"], merged["shown"]) == (2, "Speaker 2"), "an unnamed one is merged into by what it is called"
    assert set(told(hearing)) == {"Speaker 1", "Speaker 2"}
    same = api(editor).patch(f"{url}1/", {"name": "Speaker 1"}, format="json").json()
    assert (same["number"], same["name"]) == (1, ""), "what it is called already is no name"
    assert hearing.segments.filter(speaker_confirmed=False).count() == 0
    before = told(hearing)
    ask(api, editor, hearing)
    work_off()
    assert told(hearing) == before


def test_a_transcript_that_was_written_anew_meanwhile_is_left_alone(api, editor, hearing, monkeypatch):
    telling = proposing.told

    def later(*args: Any, **kwargs: Any) -> Any:
        found = telling(*args, **kwargs)
        AudioSession.objects.filter(pk=hearing.pk).update(transcript_version=2)
        return found

    monkeypatch.setattr(proposing, "told", later)
    answer = ask(api, editor, hearing).json()
    work_off()
    record = TaskRecord.objects.get(pk=answer["task_id"])
    assert (record.status, record.error_code) == ("failed", "speakers_outdated")
    assert not Speaker.objects.exists()


def test_what_cannot_be_told_is_refused_in_a_sentence(api, editor, viewer, hearing, monkeypatch):
    assert ask(api, viewer, hearing).status_code == 403
    AudioSession.objects.filter(pk=hearing.pk).update(status="processing")
    assert (ask(api, editor, hearing).status_code, ask(api, editor, hearing).json()["code"]) == (409, "busy")
    AudioSession.objects.filter(pk=hearing.pk).update(status="ready", transcript_version=0)
    assert ask(api, editor, hearing).json()["code"] == "nothing_to_do"
    AudioSession.objects.filter(pk=hearing.pk).update(transcript_version=1)
    monkeypatch.setattr(weights, "PACKAGE", "no_such_package")
    answer = ask(api, editor, hearing)
    assert (answer.status_code, answer.json()["code"]) == (409, "voices_missing")
    assert "requirements-embedded.txt" in answer.json()["detail"]
    assert not TaskRecord.objects.filter(name=proposing.PROPOSE).exists()


@pytest.mark.corpus
def test_voices_are_told_with_the_transcript_and_a_broken_encoder_costs_only_them(api, editor, case, corpus: Path, monkeypatch):
    file = SimpleUploadedFile("argument.mp3", (corpus / "audio" / "doctor_1.mp3").read_bytes())
    (row,) = api(editor).post("/api/audio/", {"file": [file], "case": str(case.pk)}, format="multipart").json()
    work_off()
    session = AudioSession.objects.get(pk=row["id"])
    lines = transcript_of(session).lines
    counsel = {line.speaker for line in lines if 16 < line.segment.start_s < 50 and line.segment.end_s - line.segment.start_s > 3}
    bench = {line.speaker for line in lines if line.segment.start_s < 6 or line.segment.start_s > 52.5}
    assert len(counsel) == 1, "who argues is one"
    assert not counsel & bench, "the judge who asks is another"
    assert session.metrics.filter(step="speakers").exists()

    def crashes(job: dict[str, Any], *args: Any) -> Any:
        if job["do"] == "speakers":
            raise failure("audio_crashed")
        return real(job, *args)

    named = lines[-1].segment.speaker
    api(editor).patch(f"/api/audio/{session.pk}/speakers/{named.number}/", {"name": "Judge"}, format="json")
    real = proposing.ask
    monkeypatch.setattr(proposing, "ask", crashes)
    api(editor).post(f"/api/audio/{session.pk}/reprocess/")
    work_off()
    session.refresh_from_db()
    assert session.status == "ready"
    assert [notice["code"] for notice in session.notices] == ["no_speakers"]
    assert "Judge" in told(session), "names stay when the recording is heard anew"


def test_silence_shorts_and_nobody_are_none_s(tmp_path):
    from audio.services.speakers.voices import speakers_of

    pcm = tmp_path / "sound.pcm"
    pcm.write_bytes(sounds.pcm(np.concatenate([sounds.silence(5), sounds.noise(5), sounds.silence(5)])))
    spans = [(0.0, 4.0), (5.0, 5.1), (14.0, 30.0), (40.0, 41.0)]
    assert speakers_of(pcm, spans, np.zeros(0, np.uint8), None, lambda done, of: None) == [None] * 4
    assert speakers_of(pcm, [], np.zeros(0, np.uint8), None, lambda done, of: None) == []
    nothing = np.zeros(1000, np.uint8)
    assert speakers_of(pcm, [(5.0, 10.0)], nothing, None, lambda done, of: None) == [None], "where nobody is heard speaking"


def test_groups_of_voices():
    rng = np.random.default_rng(4)
    people = rng.random((3, 256)).astype(np.float32) ** 6
    who = [2, 2, 0, 1, 0, 2, 1, 0] * 8
    voices = np.array([people[one] + 0.02 * rng.random(256) for one in who], np.float32)
    voices /= np.linalg.norm(voices, axis=1, keepdims=True)
    seconds = [3.0] * len(who)
    assert groups_of(voices, seconds) == [{2: 0, 0: 1, 1: 2}[one] for one in who], "numbered as they are first heard"
    assert groups_of(voices, seconds, 1) == [0] * len(who)
    assert len(set(groups_of(voices, seconds, 2))) == 2
    seconds[3] = seconds[6] = 0.5
    assert groups_of(voices, seconds)[3] == 2, "a short sentence joins the voice that it is nearest to"
    voices[0] = 0
    assert groups_of(voices, seconds)[0] is None
    assert groups_of(voices[:1] * 0, [9.0]) == [None]
    assert groups_of(voices[1:2], [0.5]) == [0]
    assert groups_of(voices[:0], []) == []
    strangers = np.eye(256, dtype=np.float32)[:40] + 0.1 * rng.random((40, 256)).astype(np.float32)
    assert len(set(groups_of(strangers, [1.5] * 40))) == 20, "where nobody talks enough, the first who talk"
    assert len(set(groups_of(strangers, [1.5] * 40, 3))) == 3
    assert len(set(groups_of(strangers[:2], [1.5] * 2, 9))) == 2, "no more than there are sentences"
    few = np.concatenate([voices[1:40], people[:1] * 0 + np.eye(256, dtype=np.float32)[:1]])
    assert len(set(groups_of(few, [3.0] * 39 + [1.2])) - {None}) == 3, "who says a second in minutes is nobody of his own"


def test_the_encoder_s_numbers_are_those_of_its_makers():
    """What the originals give: Resemblyzer 0.1.4 with PyTorch for these features, librosa for this sound."""
    path = weights.encoder_file()
    assert path is not None
    mels = (np.abs(np.sin(np.arange(160 * 40, dtype=np.float64).reshape(1, 160, 40) * 0.37)) * 0.01).astype(np.float32)
    found = Encoder(weights.read(path)).embed(np.concatenate([mels, mels * 5]))
    assert found.shape == (2, 256)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert (found > 0).sum(axis=1).tolist() == [119, 109]
    np.testing.assert_allclose(
        found[0, [120, 15, 28, 152, 74, 234]], [0.185618, 0.183307, 0.175072, 0.162714, 0.157389, 0.153164], atol=1e-5
    )
    np.testing.assert_allclose(
        found[1, [120, 159, 168, 137, 10, 188]], [0.220308, 0.193651, 0.170779, 0.170629, 0.170062, 0.169957], atol=1e-5
    )
    time = np.arange(16_000) / 16_000
    sound = (0.3 * np.sin(2 * np.pi * 440 * time) + 0.1 * np.sin(2 * np.pi * 2500 * time**2)).astype(np.float32)
    bands = mel_of(sound)
    assert bands.shape == (101, 40)
    expected = [[1.999257, 14.701623, 1.634967], [1.958129, 14.787972, 1.603734], [2.000591, 14.700559, 1.634984]]
    np.testing.assert_allclose(bands[[1, 50, 99]][:, [4, 5, 6]], expected, atol=1e-4)
    assert bands.sum() == pytest.approx(1939.0743, rel=1e-5)


def test_a_file_that_is_not_the_expected_one_is_not_read(tmp_path):
    path = weights.encoder_file()
    assert path is not None
    damaged = tmp_path / "pretrained.pt"
    damaged.write_bytes(path.read_bytes()[:-1] + b"\0")
    with pytest.raises(weights.DamagedWeights):
        weights.read(damaged)
    assert not AudioPart.objects.exists()
