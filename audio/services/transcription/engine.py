"""faster-whisper (MIT) as LexIntel uses it: clips of at most half a minute in batches, with the time and the probability of each word.

Runs in the transcriber's process: no Django here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from faster_whisper import BatchedInferencePipeline, WhisperModel
from numpy.typing import NDArray

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

    def words(
        self, sound: Floats, offset_s: float, clips: Sequence[Clip], language: str, hotwords: str = "", *, again: bool = False
    ) -> Iterator[Heard]:
        """The words of each clip, in their order; `sound` begins at second `offset_s` of the recording.

        `again` searches wider: for clips whose first answer was no speech of people.
        """
        spans = [{"start": clip.start_s - offset_s, "end": clip.end_s - offset_s} for clip in clips]
        segments, _info = self._pipeline.transcribe(
            sound,
            language=language,
            beam_size=BEAM_AGAIN if again else BEAM,
            batch_size=BATCH,
            clip_timestamps=spans,
            vad_filter=False,
            word_timestamps=True,
            without_timestamps=True,
            hotwords=hotwords or None,
        )
        for clip, segment in zip(clips, segments, strict=True):  # without timestamps each clip is one segment
            yield Heard(clip, _words(segment.words or (), offset_s, clip, language))


def _words(found: Iterable[Any], offset_s: float, clip: Clip, language: str) -> list[Word]:
    """Words as people write them: what follows without a space (the end of "ill-disposed") belongs to the word before."""
    words: list[Word] = []
    for each in found:
        text = each.word.strip()
        if not text:
            continue
        start = round(min(max(float(each.start) + offset_s, clip.start_s), clip.end_s), 2)
        end = round(min(max(float(each.end) + offset_s, start), clip.end_s), 2)
        probability = round(float(each.probability), 3)
        if words and not each.word.startswith(" ") and language not in WITHOUT_SPACES:
            before = words[-1]
            words[-1] = Word(before.start_s, end, before.text + text, min(before.probability, probability))
        else:
            words.append(Word(start, end, text, probability))
    return words


def sound_of(pcm: Path, first: int, samples: int) -> Floats:
    """Samples of a 16-bit PCM file as the model takes them."""
    return np.fromfile(pcm, dtype="<i2", count=samples, offset=first * 2).astype(np.float32) / 32768.0
