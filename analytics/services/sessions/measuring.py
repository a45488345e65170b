"""From what was heard and written down of a recording to its figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from analytics.services.sessions.contracts import BINS, PERCENTILES, Analysis, Levels, Part, Pauses, Sound, Step, Stretch, Talk, Words
from audio.models import AudioPart, AudioSession, NoiseDetection, TranscriptSegment
from audio.services.hearing import measures, spans
from audio.services.hearing.measures import UNSURE_WORD, sounds_of, steps_of, talk_of
from audio.services.hearing.quality import snr_curve, step_windows, unintelligible
from audio.services.hearing.sampling import WINDOW_S
from audio.services.noise.labels import NOISES
from audio.services.transcript.reading import transcript_of

MOST_PARTS = 60
UNREADABLE = "unreadable"
Interval = tuple[float, float]


def analysis_of(session: AudioSession, progress: Callable[[float, str], None] = lambda percent, step: None) -> Analysis:
    """Of a recording that is ready; its rows are read once. `progress(percent, step)` is told at each step, and may raise."""
    progress(5, "reading")
    heard = list(AudioPart.objects.filter(session=session, version=session.version).order_by("index"))
    detections = list(session.detections.filter(version=session.version).order_by("start_s", "pk"))
    progress(30, "reading")
    segments = transcript_of(session).segments if session.transcript_version else []
    progress(60, "measuring")
    whole = session.duration_s or 0.0
    levels = np.frombuffer(b"".join(bytes(part.levels) for part in heard), np.int8)
    speech = np.frombuffer(b"".join(bytes(part.speech) for part in heard), np.uint8)
    clipped = np.frombuffer(b"".join(bytes(part.clipped) for part in heard), np.uint8)
    stretches = _stretches(segments, heard)
    doubtful_s = covered([(stretch.start_s, stretch.end_s) for stretch in stretches])
    noise_s = covered([(each.start_s, each.end_s) for each in detections if each.label in NOISES])
    sounds = [_sound(one, whole) for one in sounds_of(detections)]
    seconds = {sound.label: sound.seconds for sound in sounds}
    steps = [_step(one) for one in steps_of(session.metrics.filter(version=session.version))]
    work_s = sum(step.seconds for step in steps)
    speech_s, silence_s = session.speech_s or 0.0, seconds.get(spans.SILENCE, 0.0)
    progress(80, "measuring")
    return Analysis(
        version=session.version, transcript_version=session.transcript_version, duration_s=round(whole, 2),
        speech_s=round(speech_s, 2), speech_share=share(speech_s, whole),
        silence_s=silence_s, silence_share=share(silence_s, whole),
        pauses=_pauses([(each.start_s, each.end_s) for each in detections if each.label == spans.SPEECH]),
        noise_s=round(noise_s, 2), noise_share=share(noise_s, whole), snr_db=session.snr_db,
        clipping_s=seconds.get(spans.CLIPPING, 0.0),
        clipped_share=round(float(clipped.mean()) / 255, 6) if len(clipped) else None,
        levels=_levels(levels), talk=_talk(segments), overlap_s=_overlap(segments), sounds=sounds,
        timeline=_timeline(levels, speech, detections, whole), stretches=stretches, doubtful_s=round(doubtful_s, 2),
        doubtful_share=share(doubtful_s, whole), words=_words(segments), segments=len(segments),
        edited=sum(segment.edited_at is not None for segment in segments), steps=steps, work_s=round(work_s, 2),
        factor=round(whole / work_s, 1) if work_s and whole else None, engine=session.engine if session.transcript_version else "",
        noise_model=str(session.noise_model.number) if session.noise_model else "", language=session.language,
        container=session.container, codec=session.codec, sample_rate=session.sample_rate, channels=session.channels,
    )  # fmt: skip


def share(part: float, whole: float) -> float | None:
    """None of a recording without length. At most 1: ends are rounded to windows."""
    return round(min(1.0, part / whole), 4) if whole else None


def covered(intervals: Iterable[Interval]) -> float:
    """Seconds that are in at least one of them."""
    total, until = 0.0, float("-inf")
    for start, end in sorted(intervals):
        total += max(0.0, end - max(start, until))
        until = max(until, end)
    return total


def _pauses(speech: Sequence[Interval]) -> Pauses:
    """Between spans of speech in the order of time."""
    pauses = [after[0] - before[1] for before, after in pairwise(speech) if after[0] > before[1]]
    return Pauses(
        number=len(pauses),
        seconds=round(sum(pauses), 2),
        longest_s=round(max(pauses), 2) if pauses else None,
        median_s=round(float(np.median(pauses)), 2) if pauses else None,
    )


def _levels(levels: NDArray[np.int8]) -> Levels | None:
    if not len(levels):
        return None
    percentiles = dict(zip(PERCENTILES, np.percentile(levels, PERCENTILES), strict=True))
    told = {f"p{percent}_db": round(float(value), 1) for percent, value in percentiles.items()}
    return Levels(mean_db=_mean_db(levels), loudest_db=float(levels.max()), **told)


def _mean_db(levels: NDArray[np.int8]) -> float:
    return round(10 * float(np.log10(max(np.power(10.0, levels.astype(np.float64) / 10).mean(), 1e-12))), 1)


def _talk(segments: Sequence[TranscriptSegment]) -> list[Talk]:
    found = talk_of(segments)
    whole = sum(talk.seconds for talk in found)
    return [
        Talk(
            name=talk.name, seconds=round(talk.seconds, 2), share=share(talk.seconds, whole) or 0.0, turns=talk.turns,
            longest_turn_s=round(talk.longest_turn_s, 2), words=talk.words,
            words_per_minute=round(60 * talk.words / talk.seconds, 1) if talk.seconds else None,
        )
        for talk in found
    ]  # fmt: skip


def _overlap(segments: Sequence[TranscriptSegment]) -> float | None:
    ordered = sorted((segment for segment in segments if segment.speaker_id is not None), key=lambda segment: segment.start_s)
    both, latest = [], None
    for segment in ordered:
        if latest is not None and segment.speaker_id != latest.speaker_id and segment.start_s < latest.end_s:
            both.append((segment.start_s, min(segment.end_s, latest.end_s)))
        latest = segment if latest is None or segment.end_s > latest.end_s else latest
    return round(covered(both), 2) if both else None


def _sound(sound: measures.Sound, whole: float) -> Sound:
    return Sound(
        label=sound.label, seconds=round(sound.seconds, 2), share=share(sound.seconds, whole), number=sound.number,
        longest_s=round(sound.longest_s, 2), level_db=round(sound.level_db, 1), confidence=round(sound.confidence, 3),
    )  # fmt: skip


def _step(step: measures.Step) -> Step:
    factor = None if step.factor is None else round(step.factor, 1)
    memory = None if step.peak_memory_mb is None else round(step.peak_memory_mb, 1)
    return Step(name=step.name, seconds=round(step.seconds, 2), audio_s=round(step.audio_s, 2), factor=factor, peak_memory_mb=memory)


def _timeline(levels: NDArray[np.int8], speech: NDArray[np.uint8], detections: Sequence[NoiseDetection], whole: float) -> list[Part]:
    if not len(levels):
        return []
    step = step_windows(len(levels), MOST_PARTS)
    curve = snr_curve(levels, speech, MOST_PARTS)
    bounds = [(first * WINDOW_S, min((first + step) * WINDOW_S, max(whole, first * WINDOW_S))) for first in range(0, len(levels), step)]
    seconds: list[dict[str, float]] = [{} for _bound in bounds]
    for each in detections:
        for place in range(int(each.start_s / (step * WINDOW_S)), len(bounds)):
            start, end = bounds[place]
            if start >= each.end_s:
                break
            inside = min(end, each.end_s) - max(start, each.start_s)
            if inside > 0:
                seconds[place][each.label] = seconds[place].get(each.label, 0.0) + inside
    return [
        Part(
            start_s=round(start, 2), end_s=round(end, 2), seconds={label: round(value, 2) for label, value in heard.items()},
            snr_db=decibels, level_db=_mean_db(levels[place * step : (place + 1) * step]),
        )
        for place, ((start, end), heard, (_middle, decibels)) in enumerate(zip(bounds, seconds, curve, strict=True))
    ]  # fmt: skip


def _stretches(segments: Sequence[TranscriptSegment], heard: Sequence[AudioPart]) -> list[Stretch]:
    found = [
        Stretch(start_s=round(each.start_s, 2), end_s=round(each.end_s, 2), reason=each.why, signs=list(each.signs))
        for each in unintelligible(segments)
    ]
    window = 0
    for part in heard:
        for first, windows, _reason in part.bad:
            start = (window + first) * WINDOW_S
            found.append(Stretch(start_s=round(start, 2), end_s=round(start + windows * WINDOW_S, 2), reason=UNREADABLE))
        window += len(part.levels)
    return sorted(found, key=lambda stretch: (stretch.start_s, stretch.end_s))


def _words(segments: Sequence[TranscriptSegment]) -> Words:
    sure = np.array([float(word[3]) for segment in segments for word in segment.words])
    unsure = int((sure < UNSURE_WORD).sum())
    places = np.clip((np.round(sure, 6) * BINS).astype(int), 0, BINS - 1)
    return Words(
        number=len(sure),
        mean=round(float(sure.mean()), 3) if len(sure) else None,
        unsure=unsure,
        unsure_share=share(unsure, len(sure)),
        bins=[int(count) for count in np.bincount(places, minlength=BINS)],
    )
