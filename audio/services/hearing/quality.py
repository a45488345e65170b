"""How good a recording is, where it is bad, and who speaks how long: figures of what was heard and written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from audio.models import AudioPart, AudioSession, TranscriptSegment
from audio.services.hearing import spans
from audio.services.hearing.measures import sounds_of, steps_of, talk_of
from audio.services.hearing.sampling import WINDOW_S

MOST_POINTS = 120
SHORTEST_STEP_S = 5.0
LOW_CONFIDENCE = 0.4
NEAR_S = 1.0
UNSAID, UNSURE = "doubtful", "unsure"


@dataclass(frozen=True)
class Stretch:
    """From where to where words cannot be relied on; `why` is doubtful (probably never said; `signs` tell by what) or unsure (heard
    badly)."""

    start_s: float
    end_s: float
    why: str
    signs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Share:
    """Seconds of something: a speaker, a kind of sound, a step of the processing (then of work, with its real-time factor)."""

    name: str
    seconds: float
    factor: float | None = None


@dataclass(frozen=True)
class Quality:
    """`snr` are [second in the middle of a step, dB], None where nobody speaks in it."""

    speech_share: float
    snr: list[tuple[float, float | None]] = field(default_factory=list)
    unintelligible: list[Stretch] = field(default_factory=list)
    talk: list[Share] = field(default_factory=list)
    sounds: list[Share] = field(default_factory=list)
    steps: list[Share] = field(default_factory=list)


def quality_of(session: AudioSession, segments: Sequence[TranscriptSegment]) -> Quality:
    """Of what is published, with the segments of its transcript; three queries, however long the recording is."""
    parts = AudioPart.objects.filter(session=session, version=session.version).order_by("index").values_list("levels", "speech")
    rows = [(bytes(levels), bytes(speech)) for levels, speech in parts]
    levels = np.frombuffer(b"".join(levels for levels, _speech in rows), np.int8)
    speech = np.frombuffer(b"".join(speech for _levels, speech in rows), np.uint8)
    whole = session.duration_s or 0.0
    return Quality(
        speech_share=round((session.speech_s or 0.0) / whole, 3) if whole else 0.0,
        snr=snr_curve(levels, speech),
        unintelligible=unintelligible(segments),
        talk=[Share(talk.name, round(talk.seconds, 1)) for talk in talk_of(segments)],
        sounds=[Share(sound.label, round(sound.seconds, 1)) for sound in sounds_of(session.detections.all())],
        steps=[
            Share(step.name, round(step.seconds, 2), round(step.factor, 1) if step.factor is not None else None)
            for step in steps_of(session.metrics.filter(version=session.version))
        ],
    )


def step_windows(windows: int, most: int = MOST_POINTS) -> int:
    """Windows of a step where so many are divided into at most `most` steps, none shorter than SHORTEST_STEP_S."""
    return max(round(SHORTEST_STEP_S / WINDOW_S), -(-windows // most))


def snr_curve(levels: NDArray[np.int8], speech: NDArray[np.uint8], most: int = MOST_POINTS) -> list[tuple[float, float | None]]:
    """Speech over noise (as `spans.snr_db`) in at most `most` steps; noise is what is heard between the speech of three."""
    if not len(levels):
        return []
    voiced = spans.speech_mask(speech)
    power = np.power(10.0, levels.astype(np.float64) / 10)
    step = step_windows(len(levels), most)
    curve: list[tuple[float, float | None]] = []
    for first in range(0, len(levels), step):
        here = slice(first, first + step)
        around = slice(max(0, first - step), first + 2 * step)
        said, between = power[here][voiced[here]], power[around][~voiced[around]]
        decibels = spans.over_noise(said, between) if len(said) and len(between) else None
        curve.append((round((first + min(step, len(levels) - first) / 2) * WINDOW_S, 1), decibels))
    return curve


def unintelligible(segments: Sequence[TranscriptSegment]) -> list[Stretch]:
    """Where words were probably never said or were heard badly, unless a person has corrected them; neighbours are one."""
    found: list[Stretch] = []
    for segment in segments:
        why = UNSAID if segment.doubtful else UNSURE if segment.confidence < LOW_CONFIDENCE and segment.edited_at is None else ""
        if not why:
            continue
        if found and found[-1].why == why and segment.start_s - found[-1].end_s < NEAR_S:
            signs = tuple(sorted({*found[-1].signs, *segment.doubts}))
            found[-1] = Stretch(found[-1].start_s, segment.end_s, why, signs)
        else:
            found.append(Stretch(segment.start_s, segment.end_s, why, tuple(segment.doubts)))
    return found
