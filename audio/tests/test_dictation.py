"""Dictation: frames in, text out, over dropped sockets, in a wrong order, by two people, without a sound."""

from __future__ import annotations

import asyncio
import base64
import json
import struct
import wave
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import av
import pytest
from channels.testing import WebsocketCommunicator
from django.utils import timezone

from audio.models import AudioSession, Dictation
from audio.services.dictation import frames, sessions
from audio.services.dictation.frames import FrameRefused, Frames
from audio.services.dictation.utterances import Utterances
from audio.tests import sounds
from audio.tests.working import work_off
from lexintel.asgi import application
from lexintel.models import ApiToken
from tasks.models import TaskRecord

pytestmark = pytest.mark.django_db(transaction=True)
FRAME = 3200
"""Samples: a fifth of a second."""


@pytest.fixture(autouse=True)
def _here(settings: Any) -> None:
    settings.TASK_EXECUTOR = "background"


def spoken(corpus: Path, name: str = "jfk.flac") -> bytes:
    with av.open(str(corpus / "audio" / name)) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=sounds.RATE)
        return b"".join(part.to_ndarray().tobytes() for frame in container.decode(audio=0) for part in resampler.resample(frame))


def framed(pcm: bytes, first: int = 0) -> list[bytes]:
    pieces = [pcm[at : at + FRAME * 2] for at in range(0, len(pcm), FRAME * 2)]
    return [struct.pack(">I", number) + piece for number, piece in enumerate(pieces, first)]


@pytest.fixture
def dictation(case: Any, editor: Any) -> AudioSession:
    return sessions.begin(case, editor, "Letter to the court")


class Microphone:
    """A client of the socket."""

    def __init__(self, socket: WebsocketCommunicator) -> None:
        self.socket = socket
        self.heard: list[dict[str, Any]] = []

    async def hear(self, seconds: float = 5) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(await self.socket.receive_from(timeout=seconds))
        self.heard.append(message)
        return message

    async def until(self, kind: str, seconds: float = 40) -> dict[str, Any]:
        deadline = asyncio.get_running_loop().time() + seconds
        while (message := await self.hear(max(0.1, deadline - asyncio.get_running_loop().time())))["type"] != kind:
            pass
        return message

    async def send(self, *messages: bytes) -> None:
        for message in messages:
            await self.socket.send_to(bytes_data=message)

    async def end(self) -> None:
        await self.socket.send_to(text_data='{"type": "end"}')

    def said(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.heard if message["type"] == kind]


@pytest.fixture
def microphone() -> Callable[..., Any]:
    @asynccontextmanager
    async def opened(session: AudioSession, key: str, client: str = "one") -> AsyncIterator[Microphone]:
        headers = [(b"authorization", f"Token {key}".encode())] if key else []
        socket = WebsocketCommunicator(application, f"/ws/dictation/{session.pk}/?client={client}", headers=headers)
        connected, _protocol = await socket.connect()
        assert connected
        yield Microphone(socket)
        await socket.disconnect()

    return opened


def key_of(user: Any) -> str:
    return ApiToken.issue(user, "microphone")[1]


def test_frames_are_numbered_and_each_is_kept_once(tmp_path):
    path = tmp_path / "frames"
    stored = Frames(path)
    assert stored.take(framed(b"ab")[0]) == b"ab"
    assert stored.take(framed(b"ab")[0]) is None, "twice"
    assert stored.take(struct.pack(">I", 5) + b"zz") is None, "too early"
    assert stored.next == 1
    for message, code in ((b"abc", "too_short"), (b"\0" * 7, "odd"), (b"\0" * 70_000, "too_large")):
        with pytest.raises(FrameRefused, match=code):
            stored.take(message)
    stored.close()
    with path.open("ab") as file:
        file.write(struct.pack(">II", 1, 100) + b"half a frame of a process that was killed")
    again = Frames(path)
    assert (again.next, again.bytes) == (1, 2)
    again.take(struct.pack(">I", 1) + b"cd")
    again.close()
    assert b"".join(frames.sound_of(path)) == b"abcd"
    with (tmp_path / "sound.wav").open("w+b") as target:
        frames.write_wav(path, target, "which one")
    with wave.open(str(tmp_path / "sound.wav")) as sound:
        assert (sound.getframerate(), sound.readframes(10)) == (16_000, b"abcd")


@pytest.mark.corpus
def test_a_pause_ends_what_is_said(corpus):
    pcm = spoken(corpus, "sense_and_sensibility_01_austen_64kb-0880.wav")
    pause = sounds.pcm(sounds.silence(1.5))
    heard = Utterances()
    ended = [found for message in framed(pause + pcm + pause + pcm) for found in heard.feed(message[4:])]
    assert len(ended) == 1
    assert ended[0].start_s == pytest.approx(1.5, abs=0.5)
    assert len(heard.sound(ended[0])) == pytest.approx((ended[0].end_s - ended[0].start_s) * 32_000, abs=2)
    assert heard.current is not None
    assert len(heard.finish()) == 1
    assert heard.current is None
    assert Utterances().feed(sounds.pcm(sounds.noise(3))) == []


@pytest.mark.corpus
async def test_words_come_while_somebody_speaks_and_a_recording_at_the_end(dictation, editor, microphone, corpus):
    pcm = spoken(corpus) + sounds.pcm(sounds.silence(1.5))
    key = await asyncio.to_thread(key_of, editor)
    async with microphone(dictation, key) as mouth:
        assert (await mouth.until("ready"))["next"] == 0
        for message in framed(pcm):
            await mouth.send(message)
            await asyncio.sleep(0.02)
        final = await mouth.until("final")
        assert mouth.said("ack")
        await mouth.end()
        done = await mouth.until("done", 180)
    assert "fellow Americans" in " ".join(each["text"] for each in mouth.said("final"))
    assert final["end_s"] > final["start_s"]
    assert {"db", "hint"} <= set(mouth.said("level")[0])
    assert done["id"] == str(dictation.pk)
    await asyncio.to_thread(work_off)
    await dictation.arefresh_from_db()
    assert (dictation.status, dictation.kind, dictation.duration_s) == ("ready", "dictation", pytest.approx(12.5, abs=0.2))
    text = [segment.text async for segment in dictation.segments.all()]
    assert "what you can do for your country" in " ".join(text)
    assert [speaker.name async for speaker in dictation.speakers.all()] == ["editor"]
    assert not sessions.path_of(dictation.pk).exists(), "the frames go when the recording is there"


@pytest.mark.corpus
async def test_a_socket_that_drops_twenty_times_loses_and_repeats_nothing(dictation, editor, microphone, corpus):
    """The client sends again what was not acknowledged, as the page does; some of it twice, some too early."""
    messages = framed(spoken(corpus))
    key = await asyncio.to_thread(key_of, editor)
    for _ in range(20):
        async with microphone(dictation, key) as mouth:
            wanted = (await mouth.until("ready"))["next"]
            some = messages[max(0, wanted - 1) : wanted + 4]
            await mouth.send(*some, messages[min(wanted + 30, len(messages) - 1)])
            while (await mouth.until("ack"))["next"] < min(wanted + 4, len(messages)):
                pass
    async with microphone(dictation, key) as mouth:
        await mouth.send(*messages[(await mouth.until("ready"))["next"] :])
        await mouth.end()
        await mouth.until("done", 180)
    await asyncio.to_thread(work_off)
    await dictation.arefresh_from_db()
    assert dictation.duration_s == pytest.approx(11.0, abs=0.1)
    assert "ask what you can do for your country" in " ".join([segment.text async for segment in dictation.segments.all()]).lower()


async def test_two_people_cannot_dictate_into_one_session(dictation, editor, owner, microphone):
    keys = [await asyncio.to_thread(key_of, user) for user in (editor, owner)]
    async with microphone(dictation, keys[0], "first") as mouth:
        await mouth.until("ready")
        async with microphone(dictation, keys[1], "second") as other:
            refused = await other.until("error")
            assert (refused["code"], refused["detail"]) == ("busy", "Somebody else is dictating into this session just now.")
            assert (await other.socket.receive_output(5))["code"] == 4409
        await mouth.send(*framed(sounds.pcm(sounds.noise(1))))
        assert (await mouth.until("ack"))["next"] == 1, "the first goes on"
        async with microphone(dictation, keys[0], "first") as again:
            assert (await again.until("ready"))["next"] >= 1, "one's own dropped socket is no stranger"


@pytest.mark.parametrize(("who", "code"), [("nobody", 4401), ("stranger", 4404), ("viewer", 4403)])
async def test_who_may_not_is_told_and_closed(dictation, request, microphone, who, code):
    key = "" if who == "nobody" else await asyncio.to_thread(lambda: key_of(request.getfixturevalue(who)))
    async with microphone(dictation, key) as mouth:
        output = await mouth.socket.receive_output(5)
        while output["type"] != "websocket.close":
            output = await mouth.socket.receive_output(5)
    assert output["code"] == code


@pytest.fixture(autouse=True)
def _people(owner: Any, editor: Any, viewer: Any, stranger: Any) -> None:
    """Made before an event loop runs."""


async def test_a_removed_member_is_cut_off(dictation, case, owner, editor, microphone):
    key = await asyncio.to_thread(key_of, editor)
    async with microphone(dictation, key) as mouth:
        await mouth.until("ready")
        await asyncio.to_thread(lambda: case.memberships.filter(user=editor).delete())
        assert (await mouth.until("error", 3))["code"] == "not_found"


async def test_rubbish_is_answered_and_too_much_of_it_ends_the_socket(dictation, editor, microphone):
    key = await asyncio.to_thread(key_of, editor)
    async with microphone(dictation, key) as mouth:
        await mouth.until("ready")
        await mouth.socket.send_to(text_data="[1, 2")
        assert (await mouth.until("error"))["code"] == "bad_request"
        await mouth.send(*[b"\0\0\0\0\0"] * 20)
        for _ in range(20):
            assert (await mouth.until("error"))["code"] == "odd"
        assert (await mouth.socket.receive_output(5))["code"] == 4422


def test_a_microphone_that_never_sends_is_told_so_and_one_left_open_becomes_a_recording(case, editor):
    silent, left = sessions.begin(case, editor), sessions.begin(case, editor)
    stored = Frames(sessions.path_of(left.pk))
    for message in framed(sounds.pcm(sounds.noise(3))):
        stored.take(message)
    stored.close()
    assert sessions.finish_abandoned() == 0, "not yet"
    AudioSession.objects.update(created=timezone.now() - timedelta(hours=1))
    Dictation.objects.filter(session=left).update(held_until=timezone.now() - timedelta(minutes=30))
    assert sessions.finish_abandoned() == 2
    work_off()
    silent.refresh_from_db()
    left.refresh_from_db()
    assert (silent.status, silent.error) == ("failed", "Nothing was recorded.")
    assert (left.status, left.duration_s) == ("ready", 3.0)
    assert sessions.finish_abandoned() == 0


@pytest.mark.corpus
def test_recorded_chunks_through_the_older_call(api, case, editor, viewer, corpus):
    chunks = [base64.b64encode(message[4:]).decode() for message in framed(spoken(corpus))]
    body = {"resource_id": str(case.pk), "audio_chunks": chunks, "user_name": "Ms. Osei"}
    assert api(viewer).post("/api/audio/speak/", body, format="json").status_code == 403
    answer = api(editor).post("/api/audio/speak/", body, format="json")
    assert answer.status_code == 202, answer.json()
    assert TaskRecord.objects.get(pk=answer.json()["task_id"]).name == "audio.process_speak_audio"
    work_off()
    session = AudioSession.objects.get(pk=answer.json()["id"])
    assert (session.status, session.duration_s) == ("ready", pytest.approx(11.0, abs=0.1))
    assert session.segments.first().speaker.name == "Ms. Osei"
    for wrong in (["not base64!"], ["AAAA"]):
        refused = api(editor).post("/api/audio/speak/", {**body, "audio_chunks": wrong}, format="json")
        assert (refused.status_code, refused.json()["code"]) == (400, "no_frame")


def test_equal_silences_are_two_dictations(case, editor):
    made = [sessions.begin(case, editor, f"Silence {n}") for n in range(2)]
    for session in made:
        stored = Frames(sessions.path_of(session.pk))
        for message in framed(sounds.pcm(sounds.silence(2))):
            stored.take(message)
        stored.close()
        sessions.finish(session, editor)
    first, second = (AudioSession.objects.get(pk=session.pk) for session in made)
    assert first.sha256 != second.sha256
