"""Where a speaker pauses: what is written down while it goes on, and what is final. No Django here."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from audio.services.hearing.listening import VoiceActivity
from audio.services.hearing.sampling import RATE, WINDOW, WINDOW_S

BEGINS, GOES_ON = 128, 90
"""Probability of speech, of 255 (spans.BEGINS, spans.GOES_ON)."""
PAUSE_S = 0.7
LONGEST_S = 25.0
PAD_S = 0.25
SHORTEST_S = 0.2
QUIET_DB, CLIPPED_DB = -45.0, -1.0
NOISY_DB = 10.0


class Utterance(NamedTuple):
    """Seconds of the dictation."""

    start_s: float
    end_s: float


class Level(NamedTuple):
    """Of the last half second, in dB of full scale; a hint: "", quiet, loud, noisy."""

    decibels: float
    hint: str


class Utterances:
    """Fed with the sound as it comes, from second `since` on. Keeps the sound from the beginning of what is being said."""

    def __init__(self, since: float = 0.0) -> None:
        self._voice = VoiceActivity()
        self._rest = np.empty(0, np.float32)
        self._kept: list[NDArray[np.float32]] = []
        self._kept_since = since
        self._now = since
        self._began: float | None = None
        self._voiced = since
        self._floor = -60.0

    def feed(self, pcm: bytes) -> list[Utterance]:
        """Take more sound; the utterances that have ended with it."""
        sound = np.concatenate([self._rest, np.frombuffer(pcm, "<i2").astype(np.float32) / 32768.0])
        whole = len(sound) // WINDOW * WINDOW
        self._rest = sound[whole:]
        if not whole:
            return []
        piece = sound[:whole]
        self._kept.append(piece)
        ended = [found for probability in self._voice.probabilities(piece) if (found := self._step(int(probability)))]
        self._forget()
        return ended

    def finish(self) -> list[Utterance]:
        """What was being said when the dictation ended."""
        ended = self._end(self._now)
        return [ended] if ended else []

    @property
    def current(self) -> Utterance | None:
        """What is being said."""
        return None if self._began is None else Utterance(max(self._began - PAD_S, self._kept_since), self._now)

    def sound(self, utterance: Utterance) -> bytes:
        """Its PCM, as far as it is kept."""
        kept = np.concatenate(self._kept) if self._kept else np.empty(0, np.float32)
        first = max(0, round((utterance.start_s - self._kept_since) * RATE))
        last = max(first, round((utterance.end_s - self._kept_since) * RATE))
        return (kept[first:last] * 32767).astype("<i2").tobytes()

    def level(self) -> Level:
        kept = self._kept[-1] if self._kept else np.zeros(1, np.float32)
        recent = kept[-RATE // 2 :]
        decibels = float(10 * np.log10(max(float(np.square(recent).mean()), 1e-10)))
        peak = float(20 * np.log10(max(float(np.abs(recent).max(initial=0.0)), 1e-5)))
        if self._began is None:
            self._floor = 0.9 * self._floor + 0.1 * decibels
        hint = ""
        if peak >= CLIPPED_DB:
            hint = "loud"
        elif self._began is not None and decibels < QUIET_DB:
            hint = "quiet"
        elif self._began is not None and decibels - self._floor < NOISY_DB and self._floor > QUIET_DB:
            hint = "noisy"
        return Level(round(decibels, 1), hint)

    def _step(self, probability: int) -> Utterance | None:
        self._now = round(self._now + WINDOW_S, 4)
        if probability >= (GOES_ON if self._began is not None else BEGINS):
            if self._began is None:
                self._began = self._now - WINDOW_S
            self._voiced = self._now
        if self._began is None:
            return None
        if self._now - self._voiced >= PAUSE_S:
            return self._end(self._voiced)
        return self._end(self._now) if self._now - self._began >= LONGEST_S else None

    def _end(self, at: float) -> Utterance | None:
        began, self._began = self._began, None
        if began is None or at - began < SHORTEST_S:
            return None
        return Utterance(max(began - PAD_S, self._kept_since), min(at + PAD_S, self._now))

    def _forget(self) -> None:
        """What was said long ago is in the file."""
        since = self._began if self._began is not None else self._now
        while len(self._kept) > 1 and self._kept_since + len(self._kept[0]) / RATE < since - LONGEST_S - 5:
            self._kept_since += len(self._kept.pop(0)) / RATE
