"""Sums over what was heard and written down: who talks how long, which sounds are heard how long, what each step cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from audio.models import NoiseDetection, ProcessingMetric, TranscriptSegment

UNSURE_WORD = 0.5
"""Probability below which a word is one to be looked at."""


@dataclass(frozen=True)
class Talk:
    """What one speaker says, without words that were probably never said; `name` is "" where nobody is told. A turn is what he says
    until another speaks, from its first word to its last."""

    name: str
    seconds: float
    turns: int
    longest_turn_s: float
    words: int


@dataclass(frozen=True)
class Sound:
    """All spans of a kind of sound. Level (dB of full scale) is that of their mean power, confidence (0 to 1) their mean, both by
    length."""

    label: str
    seconds: float
    number: int
    longest_s: float
    level_db: float
    confidence: float


@dataclass(frozen=True)
class Step:
    """Work of a step, `audio_s` seconds of the recording in `seconds`; the most memory that any piece of it took."""

    name: str
    seconds: float
    audio_s: float
    peak_memory_mb: float | None

    @property
    def factor(self) -> float | None:
        """Seconds of recording in a second of work."""
        return self.audio_s / self.seconds if self.seconds else None


def talk_of(segments: Sequence[TranscriptSegment]) -> list[Talk]:
    """By speaker, who talks longest first."""
    said = [segment for segment in segments if not segment.doubtful]
    turns: list[tuple[str, list[TranscriptSegment]]] = []
    for segment in said:
        name = str(segment.speaker) if segment.speaker else ""
        if not turns or turns[-1][0] != name:
            turns.append((name, []))
        turns[-1][1].append(segment)
    return sorted((_talk(name, own) for name, own in _grouped(turns).items()), key=lambda talk: -talk.seconds)


def _talk(name: str, turns: list[list[TranscriptSegment]]) -> Talk:
    said = [segment for turn in turns for segment in turn]
    return Talk(
        name,
        sum(segment.end_s - segment.start_s for segment in said),
        len(turns),
        max(turn[-1].end_s - turn[0].start_s for turn in turns),
        sum(len(segment.words) or len(segment.text.split()) for segment in said),
    )


def sounds_of(detections: Iterable[NoiseDetection]) -> list[Sound]:
    """By kind, what is heard longest first."""
    kinds = _grouped((detection.label, detection) for detection in detections)
    return sorted((_sound(label, spans) for label, spans in kinds.items()), key=lambda sound: -sound.seconds)


def _sound(label: str, spans: list[NoiseDetection]) -> Sound:
    lengths = np.array([max(span.end_s - span.start_s, 0.0) for span in spans])
    weights = lengths if lengths.any() else np.ones(len(spans))
    power = np.average(np.power(10.0, np.array([span.level_db for span in spans]) / 10), weights=weights)
    confidence = np.average([span.confidence for span in spans], weights=weights)
    return Sound(label, float(lengths.sum()), len(spans), float(lengths.max()), 10 * float(np.log10(max(power, 1e-12))), float(confidence))


def steps_of(metrics: Iterable[ProcessingMetric]) -> list[Step]:
    """In the order in which they were first done."""
    return [
        Step(
            name,
            sum(metric.seconds for metric in own),
            sum(metric.audio_s for metric in own),
            max((metric.peak_memory_mb for metric in own if metric.peak_memory_mb is not None), default=None),
        )
        for name, own in _grouped((metric.step, metric) for metric in metrics).items()
    ]


Kept = TypeVar("Kept")


def _grouped(pairs: Iterable[tuple[str, Kept]]) -> dict[str, list[Kept]]:
    groups: defaultdict[str, list[Kept]] = defaultdict(list)
    for name, one in pairs:
        groups[name].append(one)
    return groups
