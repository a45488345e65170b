"""/ws/dictation/{session}/: numbered frames in; acknowledgements, levels, partial and final text out.

A frame is its number (4 bytes, big-endian, from 0) and 16-bit PCM, mono, 16 kHz. `{"type": "end"}` ends the dictation. The socket says
`ready` (which frame is wanted, and what was written down so far), `ack`, `level`, `partial`, `final`, `notice`, `error`, `done`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import threading
import time
from collections import deque
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import Http404
from django.utils.translation import gettext as _

from audio.services.dictation import sessions
from audio.services.dictation.frames import FrameRefused, Frames, sound_of
from audio.services.dictation.utterances import Utterance, Utterances
from audio.services.transcription.client import TranscriberFailed, transcriber
from audio.services.transcription.hotwords import hotwords_of
from audio.services.transcription.weights import NoSpeechModel
from audio.services.transcription.words import Clip, Heard
from documents.errors import Refused
from tasks.progress.consumers import NO_LONGER_ALLOWED, NOT_SIGNED_IN
from tasks.progress.subscriptions import Reader, standing

log = logging.getLogger(__name__)
NOT_FOUND, BUSY, ENDED, BAD_FRAMES = 4404, 4409, 4410, 4422
LOOK_EVERY_S = 1.5
PARTIAL_EVERY_S = 1.2
LEVEL_EVERY_S = 0.5
SHORTEST_PARTIAL_S = 0.8
MOST_BAD_FRAMES = 20
in_thread = database_sync_to_async


class _Stopped(Exception):
    """The socket has gone while a text was on its way."""


class DictationConsumer(AsyncWebsocketConsumer):
    """One microphone."""

    channel_layer_alias = None

    async def connect(self) -> None:
        await self.accept()
        self.gone = threading.Event()
        self.jobs: list[asyncio.Task[None]] = []
        self.frames: Frames | None = None
        self.session_id: UUID = self.scope["url_route"]["kwargs"]["session"]
        self.user = self.scope.get("user")
        self.bad = 0
        if not getattr(self.user, "is_authenticated", False):
            await self.close(NOT_SIGNED_IN)
            return
        asked = parse_qs(self.scope.get("query_string", b"").decode("latin-1"))
        self.client = asked.get("client", [""])[0][:64] or secrets.token_hex(8)
        if not await self._hold():
            return
        await self._open()

    async def _hold(self) -> bool:
        """Keep the place; says why not, and closes, where it is no longer this client's."""
        if not await standing([Reader(self.user, self.scope.get("credential", ""))]):
            await self._refuse(_("You have been signed out."), "signed_out", NO_LONGER_ALLOWED)
            return False
        try:
            self.dictation = await in_thread(sessions.hold)(self.session_id, self.user, self.client)
        except Http404:
            await self._refuse(_("There is no such dictation."), "not_found", NOT_FOUND)
        except PermissionDenied:
            await self._refuse(_("You may read this case, but not dictate into it."), "forbidden", NO_LONGER_ALLOWED)
        except Refused as refusal:
            await self._refuse(refusal.message, refusal.code, BUSY if refusal.code == "busy" else ENDED)
        else:
            return True
        return False

    async def _open(self) -> None:
        path = await in_thread(sessions.path_of)(self.session_id)
        self.frames = await asyncio.to_thread(Frames, path)
        self.finals: list[list[Any]] = list(self.dictation.finals)
        since = float(self.finals[-1][1]) if self.finals else 0.0
        self.heard = Utterances(since)
        self.waiting: deque[tuple[Utterance, bytes]] = deque()
        self.news = asyncio.Event()
        self.ending = False
        self.hints = await in_thread(hotwords_of)(self.dictation.session.case)
        self.language = self.dictation.session.language
        await asyncio.to_thread(self._hear_again, path, since)
        self.levelled = 0.0
        await self._say(type="ready", next=self.frames.next, seconds=self.frames.seconds, finals=self.finals)
        self.jobs = [asyncio.create_task(self._write()), asyncio.create_task(self._look())]

    def _hear_again(self, path: Any, since: float) -> None:
        """What was stored before this socket came, and not written down yet."""
        skip = round(since * 16_000) * 2
        for data in sound_of(path):
            if skip >= len(data):
                skip -= len(data)
                continue
            self._hear(data[skip:])
            skip = 0

    def _hear(self, data: bytes) -> None:
        for utterance in self.heard.feed(data):
            self.waiting.append((utterance, self.heard.sound(utterance)))

    async def disconnect(self, code: int) -> None:
        self.gone.set()
        for job in self.jobs:
            job.cancel()
        if self.frames is not None:
            await asyncio.to_thread(self.frames.close)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.frames is None or self.ending:
            return
        if bytes_data is not None:
            await self._take(bytes_data, self.frames)
            return
        try:
            message = json.loads(text_data or "")
        except ValueError:
            message = None
        kind = message.get("type") if isinstance(message, dict) else None
        if kind == "end":
            await self._end(self.frames)
        elif kind == "ping":
            await self._say(type="pong")
        else:
            await self._say(type="error", code="bad_request", detail=_("Send frames, or say end."))

    async def _take(self, message: bytes, stored: Frames) -> None:
        try:
            new = await asyncio.to_thread(stored.take, message)
        except FrameRefused as refusal:
            self.bad += 1
            await self._say(type="error", code=str(refusal), detail=_("This is no frame: its number, and 16-bit sound, at most 64 KB."))
            if str(refusal) == "too_long":
                await self._end(stored)
            elif self.bad >= MOST_BAD_FRAMES:
                await self.close(BAD_FRAMES)
            return
        await self._say(type="ack", next=stored.next)
        if new:
            await asyncio.to_thread(self._hear, new)
            self.news.set()
            if time.monotonic() - self.levelled >= LEVEL_EVERY_S:
                self.levelled = time.monotonic()
                level = self.heard.level()
                await self._say(type="level", db=level.decibels, hint=level.hint)

    async def _end(self, stored: Frames) -> None:
        """The last words, then the recording."""
        self.ending = True
        await asyncio.to_thread(stored.sync)
        for utterance in self.heard.finish():
            self.waiting.append((utterance, self.heard.sound(utterance)))
        self.news.set()

    async def _look(self) -> None:
        """Is the place still ours, the reader signed in, the case open to him?"""
        while not self.ending:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                if self.frames is not None and await self._hold():
                    await asyncio.to_thread(self.frames.sync)
                    continue
                return
            except DatabaseError as error:
                log.warning("A dictation could not be looked after: %s", error)

    async def _write(self) -> None:
        """Text as it comes: finals in their order, never dropped; in between, where there is time, what is being said."""
        partial_at = 0.0
        while True:
            if self.waiting:
                utterance, sound = self.waiting[0]
                text = await self._text(utterance, sound)
                if text is None:
                    return
                self.waiting.popleft()
                if text:
                    final = (round(utterance.start_s, 2), round(utterance.end_s, 2), text)
                    await in_thread(sessions.keep_final)(self.session_id, final)
                    await self._say(type="final", start_s=final[0], end_s=final[1], text=text)
                continue
            if self.ending:
                await self._finish()
                return
            self.news.clear()
            current = self.heard.current
            pause = partial_at + PARTIAL_EVERY_S - time.monotonic()
            if current is not None and current.end_s - current.start_s >= SHORTEST_PARTIAL_S and pause <= 0:
                partial_at = time.monotonic()
                text = await self._text(current, self.heard.sound(current))
                if text is None:
                    return
                if text and self.heard.current is not None and not self.waiting:
                    await self._say(type="partial", start_s=round(current.start_s, 2), text=text)
                continue
            try:
                await asyncio.wait_for(self.news.wait(), timeout=max(0.05, pause) if current is not None else 5)
            except TimeoutError:
                continue

    async def _text(self, utterance: Utterance, sound: bytes) -> str | None:
        """What was said; None where there is nobody to write it down (which is said once; the sound is kept all the same)."""
        try:
            return await asyncio.to_thread(self._transcribed, utterance, sound)
        except _Stopped:
            return None
        except (NoSpeechModel, TranscriberFailed) as missing:
            await self._say(type="notice", code="no_text", detail=str(missing))
            while not self.ending:
                await self.news.wait()
                self.news.clear()
            await self._finish()
            return None

    def _transcribed(self, utterance: Utterance, sound: bytes) -> str:
        def check() -> None:
            if self.gone.is_set():
                raise _Stopped

        words: list[str] = []

        def on_heard(heard: Heard) -> None:
            words.extend(word.text for word in heard.words)

        clip = Clip(0.0, min(29.5, len(sound) / 32_000))
        language = transcriber().transcribe(
            sound, [clip], check=check, on_heard=on_heard, language=self.language, hotwords=self.hints, hurry=True
        )
        self.language = self.language or (language.code if utterance.end_s - utterance.start_s > 3 else "")
        return " ".join(words)

    async def _finish(self) -> None:
        session = await in_thread(sessions.finish)(self.dictation.session, self.user)
        await self._say(type="done", id=str(session.pk), url=session.get_absolute_url(), status=str(session.status))
        await self.close(1000)

    async def _refuse(self, sentence: str, code: str, close: int) -> None:
        await self._say(type="error", code=code, detail=sentence)
        await self.close(close)

    async def _say(self, **message: Any) -> None:
        await self.send(json.dumps(message, separators=(",", ":")))
