"""The verb: one piece of a text as speech, from what was kept or made anew."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from audio.services.speaking import cache, engine
from audio.services.speaking.errors import SpeechRefused
from audio.services.speaking.pieces import pieces_of
from audio.services.work import pool
from documents.services.sandbox import JobFailed, JobRefused
from documents.services.sandbox.folders import Folder, sweep
from documents.services.sandbox.room import made_in
from documents.services.storage.blobs import disk_errors

SPEECH = "speech.ogg"


@dataclass(frozen=True)
class Spoken:
    """Opus in Ogg; the piece of how many it is."""

    speech: bytes
    piece: int
    pieces: int


def speak(text: str, piece: int = 0) -> Spoken:
    """Read one piece of the text (from 0) aloud. Raises SpeechRefused, and Refused (storage_full)."""
    if not settings.TTS_COMMAND:
        raise SpeechRefused("speech_not_set_up")
    pieces = pieces_of(text)
    if piece >= len(pieces):
        raise SpeechRefused("speech_no_piece", pieces=len(pieces))
    with disk_errors():
        place = cache.place_of(pieces[piece])
        speech = cache.get(place)
        return Spoken(_made(pieces[piece], place) if speech is None else speech, piece, len(pieces))


def _made(text: str, place: Path) -> bytes:
    sweep(settings.SCRATCH_FOLDER)
    work = Folder(settings.SCRATCH_FOLDER)
    try:
        draft = _encoded(engine.synthesise(text, work.path), work)
        speech = draft.read_bytes()
        cache.put(draft, place)
    finally:
        work.remove()
    return speech


def _encoded(wav: Path, work: Folder) -> Path:
    """In a child: what reads sound is in no process that serves pages."""
    try:
        pool.run({"do": "opus", "wav": wav, "target": SPEECH}, check=lambda: None, progress=lambda done, of: None, folder=work)
        return made_in(work.path, SPEECH)
    except (JobRefused, JobFailed) as error:
        raise SpeechRefused("speech_garbage") from error
