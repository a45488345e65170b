"""The service "transcriber": asks the process that holds the speech model, and starts it where nobody has."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from audio.services.transcription.weights import NoSpeechModel, speech_model
from audio.services.transcription.words import Clip, Heard, Word
from documents.services.sandbox.confinement.needs import Needs
from documents.services.sandbox.held import CannotLoad, Check, Gone, Held, Hung
from tasks import service_registry

log = logging.getLogger(__name__)
NAME = "transcriber"
LOAD = "audio.services.transcription.server:load"
FETCH = "audio.services.transcription.fetching"
ATTEMPTS = 3


class TranscriberFailed(Exception):
    """The transcriber could not do what was asked; `reason` is for administrators."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Language:
    code: str
    probability: float


class Transcriber:
    """The way to the one process of this machine. Used by any number of threads."""

    def __init__(self) -> None:
        self._process = Held(LOAD, Path(settings.VAR) / NAME, settings.TRANSCRIBER_IDLE_SECONDS, _model, _needs)

    def transcribe(
        self,
        pcm: Path | bytes,
        clips: Sequence[Clip],
        *,
        check: Check,
        on_heard: Callable[[Heard], None],
        language: str = "",
        hotwords: str = "",
        again: bool = False,
        hurry: bool = False,
    ) -> Language:
        """The words of each clip to `on_heard`, in their order; gives the language, found out where it is not given.

        `pcm` is 16 kHz mono PCM: a file with the whole recording, or the bytes of all of it. `check` is called several times a second and
        may raise, which cancels. Raises NoSpeechModel, TranscriberFailed.
        """
        for attempt in range(1, ATTEMPTS + 1):
            told = 0

            def once(heard: Heard) -> None:
                nonlocal told
                told += 1
                on_heard(heard)

            try:
                return self._ask(_request(pcm, clips, language, hotwords, again, hurry), _files(pcm), check, once)
            except CannotLoad as error:
                raise NoSpeechModel(_("The speech model cannot be loaded: %(reason)s") % {"reason": error}) from error
            except Gone as end:
                if isinstance(end, Hung):
                    self.close()
                if attempt == ATTEMPTS:
                    raise TranscriberFailed(str(end)) from end
                log.warning("The transcriber has ended (%s); it is started anew", end)
                clips = clips[told:]
        raise AssertionError("the last attempt returns or raises")

    def _ask(self, request: dict[str, Any], files: dict[str, Path], check: Check, on_heard: Callable[[Heard], None]) -> Language:
        with closing(self._process.ask(request, check, files=files)) as answers:
            for answer in answers:
                if "heard" in answer:
                    clip, words = answer["heard"]
                    on_heard(Heard(Clip(*clip), [Word(*word) for word in words]))
                elif "failed" in answer:
                    raise TranscriberFailed(answer["failed"])
                elif "done" in answer:
                    return Language(answer["done"]["language"], answer["done"]["probability"])
        raise AssertionError("who asks is answered, or told that nobody does")

    def close(self) -> None:
        """End the process, if it is ours."""
        self._process.close()


def transcriber() -> Transcriber:
    """This process's way to it, out of the service registry."""
    service: Transcriber = service_registry.get(NAME)
    return service


def register() -> None:
    service_registry.register(NAME, Transcriber, Transcriber.close, at_start=False)


def _model() -> dict[str, Any]:
    """A model that is known by its name is fetched before the process is confined, and is then a folder as the others are."""
    model = speech_model()
    told = {"source": model.source, "cache": model.cache}
    return told if Path(model.source).is_dir() else {**told, "fetch": {"source": [FETCH, model.source, model.cache]}}


def _needs(told: dict[str, Any]) -> Needs:
    return Needs(reads=(told["source"], told["cache"]))


def _request(pcm: Path | bytes, clips: Sequence[Clip], language: str, hotwords: str, again: bool, hurry: bool) -> dict[str, Any]:
    asked: dict[str, Any] = {"clips": list(clips), "language": language, "hotwords": hotwords, "again": again, "hurry": hurry}
    if isinstance(pcm, bytes):
        return {**asked, "pcm16": base64.b64encode(pcm).decode()}
    return asked


def _files(pcm: Path | bytes) -> dict[str, Path]:
    return {} if isinstance(pcm, bytes) else {"pcm": pcm}
