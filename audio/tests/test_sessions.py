"""From an upload to what was heard: through the API, in tasks, over crashes, with files that are no recordings."""

from __future__ import annotations

import os
import uuid
from typing import Any

import numpy as np
import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from audio.models import AudioPart, AudioSession, NoiseDetection, ProcessingMetric
from audio.services import sessions, work
from audio.services.hearing import processing
from audio.tests import sounds
from audio.tests.working import work_off
from cases.models import AuditEvent
from cases.services import matters
from documents.services.ingest import orphans
from documents.services.storage import blobs
from documents.services.storage.selection import configured
from tasks.manager import manager
from tasks.models import TaskRecord, TopicState

pytestmark = pytest.mark.django_db(transaction=True)
CORPUS = django_settings.BASE_DIR.parent / "shared" / "corpus"


@pytest.fixture(autouse=True)
def _here(settings: Any) -> None:
    settings.TASK_EXECUTOR = "background"


@pytest.fixture
def put(api: Any, case: Any, editor: Any) -> Any:
    """Put files into the case through the API: the answer's rows."""

    def send(*files: tuple[str, bytes], status: int = 201, user: Any = None, **fields: str) -> Any:
        uploaded = [SimpleUploadedFile(name, data) for name, data in files]
        answer = api(user or editor).post("/api/audio/", {"file": uploaded, "case": str(case.pk), **fields}, format="multipart")
        assert answer.status_code == status, answer.json()
        return answer.json()

    return send


def recording(seconds: float = 6.0) -> bytes:
    """A second of silence, noise, a second of silence."""
    return sounds.wav(sounds.pcm(np.concatenate([sounds.silence(2), sounds.noise(seconds - 4), sounds.silence(2)])))


def test_a_recording_is_taken_in_heard_and_told(put, api, viewer, case):
    (row,) = put(("Hearing of May 3.wav", recording()), kind="deposition")
    assert (row["title"], row["status"], row["duplicate_of"]) == ("Hearing of May 3", "pending", None)
    work_off()
    found = api(viewer).get(f"/api/audio/{row['id']}/").json()
    assert (found["status"], found["kind"], found["codec"], found["sample_rate"], found["channels"]) == (
        "ready", "deposition", "pcm_s16le", 16_000, 1,
    )  # fmt: skip
    assert (found["duration_s"], found["speech_s"], found["snr_db"], found["notices"]) == (6.0, 0.0, None, [])
    heard = api(viewer).get(f"/api/audio/{row['id']}/detections/").json()
    assert [(each["label"], round(each["start_s"]), round(each["end_s"])) for each in heard] == [("silence", 0, 2), ("silence", 4, 6)]
    costs = api(viewer).get(f"/api/audio/{row['id']}/metrics/").json()
    assert [each["step"] for each in costs] == ["decoding", "listening"]
    assert all(each["real_time_factor"] > 0 for each in costs)
    assert api(viewer).get(f"/api/audio/?case={case.pk}&status=ready").json()["count"] == 1
    state = TopicState.objects.get(topic=f"audio:{row['id']}")
    assert (state.status, state.percent) == ("succeeded", 100)
    assert not list(blobs.private_folder(work.FOLDER).glob(f"{row['id']}*")), "the decoded sound goes with the work"
    assert AuditEvent.objects.filter(verb="audio.added", target_id=row["id"]).exists()


@pytest.mark.corpus
@pytest.mark.parametrize("name", ["jfk.flac", "doctor_1.mp3", "doctor_1.wma", "cl_3_get.wav"])
def test_real_recordings_hold_speech(put, api, viewer, name):
    path = CORPUS / "audio" / name
    if not path.exists():
        pytest.skip(f"{path} is not here")
    (row,) = put((name, path.read_bytes()))
    work_off()
    found = api(viewer).get(f"/api/audio/{row['id']}/").json()
    assert found["status"] == "ready"
    assert 0.25 < found["speech_s"] / found["duration_s"] < 0.95
    assert 0 < found["snr_db"] <= 60


@pytest.mark.corpus
@pytest.mark.parametrize("name", ["pv_kitchen.wav", "sb_noise1.wav", "sb_noise2.wav", "sb_noise3.wav", "sb_noise4.wav"])
def test_real_noise_holds_none(put, api, viewer, name):
    path = CORPUS / "noise" / name
    if not path.exists():
        pytest.skip(f"{path} is not here")
    (row,) = put((name, path.read_bytes()))
    work_off()
    found = api(viewer).get(f"/api/audio/{row['id']}/").json()
    assert (found["status"], found["speech_s"]) == ("ready", 0.0)


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"#!/bin/sh\nrm -rf /", "unreadable", "not a recording"),
        (sounds.wav(b""), "no_samples", "no sound at all"),
        (sounds.wav(b"\0" * 3200, rate=1), "bad_rate", "1 samples a second"),
        (sounds.wav(b"\0" * 96_000, channels=48), "too_many_channels", "48 channels"),
    ],
)
def test_what_is_none_fails_with_a_sentence_and_takes_nobody_along(put, api, viewer, data, code, words):
    bad, good = put(("bad.wav", data), ("good.wav", recording()))
    work_off()
    found = api(viewer).get(f"/api/audio/{bad['id']}/").json()
    assert (found["status"], found["error_code"]) == ("failed", code)
    assert words in found["error"]
    assert TopicState.objects.get(topic=f"audio:{bad['id']}").status == "failed"
    assert api(viewer).get(f"/api/audio/{good['id']}/").json()["status"] == "ready"


def test_nothing_is_taken_where_one_of_several_is_empty(put):
    answer = put(("good.wav", recording()), ("empty.wav", b""), status=400)
    assert "empty.wav" in answer["detail"]
    assert not AudioSession.objects.exists()


def test_what_is_cut_off_or_broken_says_so(put, api, viewer, tmp_path):
    whole = recording(20)
    hole = sounds.with_hole(sounds.written(tmp_path / "hole.ogg", sounds.noise(30, rate=48_000), rate=48_000, codec="libopus"), 0.4, 0.5)
    cut, broken = put(("cut.wav", whole[: len(whole) // 2]), ("hole.ogg", hole.read_bytes()))
    work_off()
    ((notice,),) = [api(viewer).get(f"/api/audio/{cut['id']}/").json()["notices"]]
    assert notice == {"code": "cut_off", "text": "This recording is cut off: 00:00:10 of the 00:00:20 that it claims are not there."}
    found = api(viewer).get(f"/api/audio/{broken['id']}/").json()
    assert found["status"] == "ready"
    assert found["notices"][0]["code"] == "stretches_unreadable"
    assert abs(found["duration_s"] - 30) < 0.3


def test_the_same_bytes_again_are_linked_and_not_heard_twice(put, api, viewer):
    (first,) = put(("one.wav", recording()))
    (again,) = put(("two.wav", recording()))
    assert (again["duplicate_of"], again["task_id"], again["status"]) == (first["id"], None, "ready")
    work_off()
    assert TaskRecord.objects.filter(name=sessions.PROCESS).count() == 1
    heard = [api(viewer).get(f"/api/audio/{row['id']}/detections/").json() for row in (first, again)]
    assert heard[0] == heard[1] != []


def test_a_crash_costs_at_most_the_part_in_hand_and_repeats_no_row(put, monkeypatch):
    monkeypatch.setattr(processing, "PART_S", 5)
    (row,) = put(("long.wav", recording(30)))
    hear, asked = processing._hear_part, []

    def crashing(session: Any, run: Any, index: int, *rest: Any) -> Any:
        asked.append(index)
        if len(asked) == 3:
            raise ConnectionError("the worker's database went away")
        return hear(session, run, index, *rest)

    monkeypatch.setattr(processing, "_hear_part", crashing)
    work_off()
    assert asked == [0, 1, 2]
    assert AudioPart.objects.count() == 2
    TaskRecord.objects.update(run_after=None, status="failed")
    monkeypatch.setattr(processing, "_decode", lambda *arguments: pytest.fail("decoded a second time"))
    manager.retry(row["task_id"])
    work_off()
    session = AudioSession.objects.get()
    assert session.status == "ready"
    assert asked[3:] == list(range(2, 2 + len(asked[3:])))
    assert AudioPart.objects.count() == len(set(asked))
    assert ProcessingMetric.objects.filter(step="decoding").count() == 1


def test_heard_anew_the_old_stays_until_the_new_is_there(put, api, editor):
    (row,) = put(("one.wav", recording()))
    work_off()
    before = list(NoiseDetection.objects.values_list("pk", flat=True))
    answer = api(editor).post(f"/api/audio/{row['id']}/reprocess/")
    assert (answer.status_code, answer.json()["status"]) == (202, "pending")
    assert api(editor).post(f"/api/audio/{row['id']}/reprocess/").status_code == 409
    assert list(NoiseDetection.objects.values_list("pk", flat=True)) == before
    work_off()
    after = list(NoiseDetection.objects.values_list("pk", "version"))
    assert len(after) == len(before)
    assert {version for _pk, version in after} == {2}
    assert set(AudioPart.objects.values_list("version", flat=True)) == {2}


def test_a_cancelled_recording_leaves_no_sound_behind_and_can_be_tried_again(put, api, editor):
    (row,) = put(("one.wav", recording()))
    manager.cancel(row["task_id"], editor)
    session = AudioSession.objects.get()
    assert session.status == "cancelled"
    manager.retry(row["task_id"], editor)
    work_off()
    assert AudioSession.objects.get().status == "ready"


def test_a_deleted_recording_is_nobodys_and_legal_hold_forbids_it(put, api, editor, owner, case):
    first, second = put(("one.wav", recording()), ("two.wav", recording(8)))
    assert api(editor).delete(f"/api/audio/{first['id']}/").status_code == 204
    assert api(editor).get(f"/api/audio/{first['id']}/").status_code == 404
    assert manager.get(first["task_id"]).status == "cancelled"
    matters.set_legal_hold(case, True, user=owner)
    assert api(editor).delete(f"/api/audio/{second['id']}/").status_code == 409
    (again,) = put(("one.wav", recording()))
    assert again["duplicate_of"] is None, "a deleted one counts no more"


def test_the_bytes_are_kept_as_they_came_and_served_in_ranges(put, client, viewer):
    data = recording()
    (row,) = put(("one.wav", data))
    client.force_login(viewer)
    answer = client.get(f"/api/audio/{row['id']}/file/", headers={"range": "bytes=4-11"})
    assert answer.status_code == 206
    assert (answer["Content-Range"], answer["Content-Type"]) == (f"bytes 4-11/{len(data)}", "audio/x-wav")
    session = AudioSession.objects.get()
    assert blobs.path_of(session).read_bytes() == data


def test_bytes_of_recordings_are_no_orphans(put, monkeypatch):
    put(("one.wav", recording()))
    monkeypatch.setattr(orphans, "OLD_SECONDS", -60.0)
    assert AudioSession.objects.get().stored_as not in [found.name for found in orphans.orphans_in(configured())]


def test_only_editors_put_recordings_in_and_strangers_see_none(put, api, viewer, stranger):
    put(("one.wav", recording()), status=403, user=viewer)
    put(("one.wav", recording()), status=404, user=stranger)
    put(("one.wav", recording()))
    assert api(stranger).get("/api/audio/").json()["count"] == 0


def test_decoded_sound_that_nobody_works_on_is_swept_away(put, api, editor):
    (row,) = put(("one.wav", recording()))
    folder = blobs.private_folder(work.FOLDER)
    mine, gone, fresh = folder / f"{row['id']}-1.pcm", folder / f"{uuid.uuid4()}-1.draft", folder / f"{uuid.uuid4()}-2.pcm"
    for path in (mine, gone, fresh):
        path.write_bytes(b"sound")
    old = timezone.now().timestamp() - 7200
    for path in (mine, gone):
        os.utime(path, (old, old))
    assert processing.sweep() == 1
    assert (mine.exists(), gone.exists(), fresh.exists()) == (True, False, True)
    api(editor).delete(f"/api/audio/{row['id']}/")
    os.utime(mine, (old, old))
    processing.sweep()
    assert not mine.exists()
    fresh.unlink()


def test_the_activity_of_the_case_names_recordings(put, api, client, editor, case):
    (row,) = put(("one.wav", recording()))
    client.force_login(editor)
    page = client.get(f"/cases/{case.pk}/activity/").text
    assert "added the recording" in page
    assert f'href="/audio/{row["id"]}/"' in page
