"""The tab "Hearings" and the page of a recording."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from audio.models import AudioSession, NoiseDetection
from audio.services.hearing import listening_page
from audio.tests import sounds
from audio.tests.test_sessions import recording, work_off

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _here(settings: Any) -> None:
    settings.TASK_EXECUTOR = "background"


def put(client: Any, case: Any, *files: tuple[str, bytes], **fields: str) -> Any:
    uploaded = [SimpleUploadedFile(name, data) for name, data in files]
    return client.post(f"/cases/{case.pk}/hearings/", {"kind": "hearing", "file": uploaded, **fields}, follow=True)


def test_recordings_are_added_on_the_page_and_listed(client, case, editor, viewer):
    client.force_login(editor)
    page = client.get(f"/cases/{case.pk}/hearings/").text
    assert "No recording yet" in page
    assert ">Hearings</a>" in page
    answer = put(client, case, ("May <3>.wav", recording()), ("June.wav", recording(9)))
    assert "2 recordings are being listened to." in answer.text
    assert "May &lt;3&gt;" in answer.text
    assert answer.text.count('role="progressbar"') >= 2
    work_off()
    client.force_login(viewer)
    page = client.get(f"/cases/{case.pk}/hearings/").text
    assert page.count("Ready") == 2
    assert "00:00:06" in page
    assert "Add recordings" not in page


def test_what_cannot_be_taken_is_said_at_its_field(client, case, editor):
    client.force_login(editor)
    answer = put(client, case, ("empty.wav", b""))
    assert answer.status_code == 422
    assert "The file is empty" in answer.text
    assert not AudioSession.objects.exists()


def test_the_page_shows_picture_spans_and_figures(client, case, editor):
    client.force_login(editor)
    put(client, case, ("one.wav", recording()))
    session = AudioSession.objects.get()
    waiting = client.get(session.get_absolute_url()).text
    assert "It is being listened to." in waiting
    assert '<svg class="wave"' not in waiting
    work_off()
    page = client.get(session.get_absolute_url()).text
    assert len(re.findall(r"<rect x=", page)) > 100
    assert page.count("wave-silence") == 2
    assert 'href="#t=0.00"' in page
    assert f"/api/audio/{session.pk}/file/" in page
    assert "16000 Hz, 1 channel" in page


def test_a_failure_says_why_and_a_duplicate_shows_what_was_heard_there(client, case, editor):
    client.force_login(editor)
    put(client, case, ("bad.wav", b"no recording"), ("one.wav", recording()))
    put(client, case, ("again.wav", recording()))
    work_off()
    bad, again = AudioSession.objects.get(name="bad.wav"), AudioSession.objects.get(name="again.wav")
    assert "This is not a recording that can be read" in client.get(bad.get_absolute_url()).text
    page = client.get(again.get_absolute_url()).text
    assert "is already in this case as one" in page
    assert "wave-silence" in page


def test_deleting_and_listening_anew_are_for_editors(client, case, editor, viewer):
    client.force_login(editor)
    put(client, case, ("one.wav", recording()))
    work_off()
    session = AudioSession.objects.get()
    client.force_login(viewer)
    assert "Delete" not in client.get(session.get_absolute_url()).text
    assert client.post(f"/audio/{session.pk}/delete/").status_code == 403
    client.force_login(editor)
    client.post(f"/audio/{session.pk}/reprocess/")
    assert AudioSession.objects.get().status == "pending"
    answer = client.post(f"/audio/{session.pk}/delete/", follow=True)
    assert "“one” has been deleted." in answer.text
    assert client.get(session.get_absolute_url()).status_code == 404


def test_a_long_day_is_no_heavier_than_a_minute(case, editor):
    session = AudioSession(case=case, title="Day", duration_s=36_000)
    spans = [NoiseDetection(label="speech", start_s=n * 3.0, end_s=n * 3.0 + 2, confidence=1, level_db=-20) for n in range(12_000)]
    blocks = listening_page.picture_of(session, spans).blocks
    assert len(blocks) < 2000
    assert max(block.x + block.width for block in blocks) <= 1000
    assert listening_page.picture_of(AudioSession(case=case), spans).blocks == []


def test_noises_that_are_heard_at_once_are_drawn_below_each_other(case):
    session = AudioSession(case=case, title="Day", duration_s=100)
    heard = [("speech", 0, 50), ("hum", 0, 90), ("door", 10, 12), ("alarm", 11, 30), ("music", 40, 60)]
    spans = [NoiseDetection(label=label, start_s=start, end_s=end, confidence=1, level_db=-20) for label, start, end in heard]
    picture = listening_page.picture_of(session, spans)
    lanes = {block.label: block.y for block in picture.blocks}
    assert lanes["speech"] < lanes["hum"] < lanes["door"] < lanes["alarm"]
    assert lanes["music"] == lanes["door"]
    assert picture.labels == ["speech", "hum", "door", "music", "alarm"]
    assert picture.height > lanes["alarm"]


def test_the_list_asks_as_much_for_thirty_as_for_three(client, case, editor, django_assert_max_num_queries):
    for number in range(30):
        AudioSession.objects.create(case=case, title=f"Hearing {number}", created_by=editor, status="processing")
    client.force_login(editor)
    with django_assert_max_num_queries(14):
        assert client.get(f"/cases/{case.pk}/hearings/").text.count('role="progressbar"') == 30


def test_a_picture_is_made_of_any_length(case, editor, client):
    client.force_login(editor)
    put(client, case, ("blip.wav", sounds.wav(sounds.pcm(np.concatenate([sounds.tone(0.05)])))))
    work_off()
    session = AudioSession.objects.get()
    assert (session.status, len(listening_page.bars_of(session))) == ("ready", 2)


def test_the_picture_keeps_the_times(client, case, editor):
    client.force_login(editor)
    put(client, case, ("one.wav", sounds.wav(sounds.pcm(np.concatenate([sounds.silence(3), sounds.noise(17)])))))
    work_off()
    bars = listening_page.bars_of(AudioSession.objects.get())
    first = next(bar for bar in bars if bar.height > 10)
    assert first.x / listening_page.WIDTH * 20 == pytest.approx(3, abs=0.1)
