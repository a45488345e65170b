"""faster-whisper (MIT) as LexIntel uses it: clips of at most half a minute in batches, with the time and the probability of each word.

Runs in the transcriber's process: no Django here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from faster_whisper import BatchedInferencePipeline, WhisperModel
from numpy.typing import NDArray

from audio.services.hearing.sampling import RATE
from audio.services.transcription.words import WITHOUT_SPACES, Clip, Heard, Word

BATCH = 8
BEAM, BEAM_AGAIN = 1, 5
LANGUAGE_CLIPS = 4
Floats = NDArray[np.float32]


class Engine:
    """A loaded model. Used by one thread at a time."""

    def __init__(self, source: str, cache: str, threads: int) -> None:
        self._model = WhisperModel(source, device="cpu", compute_type="int8", cpu_threads=threads, download_root=cache)
        self._pipeline = BatchedInferencePipeline(self._model)

    def language_of(self, sound: Floats) -> tuple[str, float]:
        """(code of the language that is spoken, its probability)."""
        language, probability, _all = self._model.detect_language(sound, language_detection_segments=LANGUAGE_CLIPS)
        return language, float(probability)

    def words(self, heard: Packed, language: str, hotwords: str = "", *, again: bool = False) -> Iterator[Heard]:
        """The words of each clip, in their order.

        `again` searches wider: for clips whose first answer was no speech of people.
        """
        segments, _info = self._pipeline.transcribe(
            heard.sound,
            language=language,
            beam_size=BEAM_AGAIN if again else BEAM,
            batch_size=BATCH,
            clip_timestamps=[{"start": start, "end": end} for start, end in heard.spans],
            vad_filter=False,
            word_timestamps=True,
            without_timestamps=True,
            hotwords=hotwords or None,
        )
        for clip, (start, _end), segment in zip(heard.clips, heard.spans, segments, strict=True):  # each clip is one segment
            yield Heard(clip, _words(segment.words or (), _Times(clip, start), language))


class Packed(NamedTuple):
    """What is heard of all clips, one after the other, and from where to where each of them is in it, in seconds."""

    sound: Floats
    clips: Sequence[Clip]
    spans: list[tuple[float, float]]


def packed(read: Callable[[int, int], Floats], clips: Sequence[Clip]) -> Packed:
    """`read(first, count)` gives samples of the recording; only what is heard is asked for, however far apart it is."""
    pieces: list[Floats] = []
    spans, at = [], 0
    for clip in clips:
        first = at
        for start_s, end_s in clip.heard():
            start = round(start_s * RATE)
            pieces.append(read(start, round(end_s * RATE) - start))
            at += len(pieces[-1])
        spans.append((first / RATE, at / RATE))
    return Packed(np.concatenate(pieces) if pieces else np.zeros(0, np.float32), clips, spans)


class _Times:
    """From seconds of what was heard to seconds of the recording."""

    def __init__(self, clip: Clip, first_s: float) -> None:
        self._stretches: list[tuple[float, float, float]] = []
        for start_s, end_s in clip.heard():
            self._stretches.append((first_s, start_s, end_s))
            first_s += end_s - start_s

    def of(self, begins: float, ends: float) -> tuple[float, float]:
        """Of a word; one that seems to go on behind a pause ends before it."""
        place = max((n for n, (first, _start, _end) in enumerate(self._stretches) if first <= begins + 0.005), default=0)
        first, start, end = self._stretches[place]
        since = min(max(start + begins - first, start), end)
        return round(since, 2), round(min(max(start + ends - first, since), end), 2)


def _words(found: Iterable[Any], times: _Times, language: str) -> list[Word]:
    """Words as people write them: what follows without a space (the end of "ill-disposed") belongs to the word before."""
    words: list[Word] = []
    for each in found:
        text = each.word.strip()
        if not text:
            continue
        start, end = times.of(float(each.start), float(each.end))
        probability = round(float(each.probability), 3)
        if words and not each.word.startswith(" ") and language not in WITHOUT_SPACES:
            before = words[-1]
            words[-1] = Word(before.start_s, end, before.text + text, min(before.probability, probability))
        else:
            words.append(Word(start, end, text, probability))
    return words


def samples_of(pcm: NDArray[np.int16]) -> Floats:
    """16-bit PCM as the model takes it."""
    return pcm.astype(np.float32) / 32768.0
