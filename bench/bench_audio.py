"""How fast recordings become sound, spans and words, each against the bare library on the same file in the same run.

With a corpus the recordings are real speech. Without one they are noises made here, in which there is nothing to transcribe.
"""

from __future__ import annotations

import base64
import logging
import os
import re
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
from faster_whisper import BatchedInferencePipeline, WhisperModel
from numpy.typing import NDArray

from audio.services.hearing.sampling import RATE, chunk_samples
from audio.services.transcription import engine, weights
from audio.services.transcription.client import Transcriber
from audio.services.transcription.clips import clips_of, pieces_of
from audio.services.work import pool
from bench.figures import Figures, Plan

ROUNDS = 3
PART_S = 300
READ = re.compile(r"^\| (\S+\.(?:wav|flac)) \|[^|]*\| ([a-z' ]{20,}) \|$", re.MULTILINE)
Sound = NDArray[np.int16]


def run(out: Callable[[str], object], plan: Plan) -> Figures:
    """Ratios: decoding to bare PyAV (goal 0.7), everything but the transcript to the recording's length (goal 60), the transcript to bare
    faster-whisper (goal 0.8), word errors to its own (within half a point); megabytes by which three hours take more than ten minutes."""
    logging.getLogger("faster_whisper").setLevel(logging.WARNING)
    figures = Figures()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        minute = _minute(plan)
        file = _wav(folder / "ten.wav", minute, plan.size(10, 1))
        _decoding(figures, file, folder, plan)
        _hearing(figures, file, folder, plan)
        if plan.corpus and weights.available():
            _transcribing(figures, _wav(folder / "speech.wav", minute, plan.size(5, 1)), folder, plan)
            _word_errors(figures, plan.corpus, folder)
        if not plan.quick:
            figures.ratios["memory of three hours over that of ten minutes, MB"] = _growth(minute, folder)
    return figures


def _minute(plan: Plan) -> Sound:
    """A minute of real speech, or of noise that comes and goes."""
    if plan.corpus and (recorded := plan.corpus / "audio" / "doctor_1.mp3").exists():
        return _bare(recorded)[: 60 * RATE]
    rng = np.random.default_rng(4)
    loud = np.repeat(rng.uniform(0.0, 0.3, 60), RATE)
    noise: Sound = (32767 * loud * rng.standard_normal(60 * RATE)).clip(-32767, 32767).astype(np.int16)
    return noise


def _wav(path: Path, minute: Sound, minutes: int) -> Path:
    """The minute again and again, each time a little later, so that no two are the same."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=RATE, layout="mono")
        for n in range(minutes):
            frame = av.AudioFrame.from_ndarray(np.roll(minute, n * 997)[None, :], format="s16", layout="mono")
            frame.sample_rate = RATE
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def _bare(path: Path) -> Sound:
    """PyAV's own loop."""
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        parts = [part.to_ndarray()[0] for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    return np.concatenate(parts)


def _ask(job: dict[str, Any]) -> dict[str, Any]:
    return pool.run(job, check=lambda: None, progress=lambda done, of: None)


def _decode(file: Path, folder: Path) -> tuple[Path, int, float]:
    """The decoded sound, its samples, and the child's memory in MB."""
    pcm = folder / f"{file.stem}.pcm"
    found = _ask({"do": "decode", "source": str(file), "target": str(pcm)})
    return pcm, found["samples"], found["peak_memory_mb"]


def _hear(pcm: Path, samples: int) -> tuple[NDArray[np.uint8], float]:
    chunk = chunk_samples(samples)
    step = PART_S * RATE // chunk * chunk
    heard = [
        _ask({"do": "hear", "pcm": str(pcm), "first": first, "samples": min(step, samples - first), "chunk": chunk})
        for first in range(0, samples, step)
    ]
    return np.frombuffer(b"".join(base64.b64decode(each["speech"]) for each in heard), np.uint8), max(
        each["peak_memory_mb"] for each in heard
    )


def _decoding(figures: Figures, file: Path, folder: Path, plan: Plan) -> None:
    _decode(file, folder)
    theirs = min(_seconds(lambda: _bare(file)) for _ in range(plan.size(ROUNDS, 1)))
    ours = min(_seconds(lambda: _decode(file, folder)) for _ in range(plan.size(ROUNDS, 1)))
    figures.ratios["decoding to bare PyAV"] = theirs / ours


def _hearing(figures: Figures, file: Path, folder: Path, plan: Plan) -> None:
    pcm, samples, _memory = _decode(file, folder)
    _hear(pcm, samples)
    seconds = min(_seconds(lambda: _hear(*_decode(file, folder)[:2])) for _ in range(plan.size(ROUNDS, 1)))
    figures.ratios["decoding and hearing to the recording's length"] = samples / RATE / seconds


def _transcribing(figures: Figures, file: Path, folder: Path, plan: Plan) -> None:
    model = weights.speech_model()
    service = Transcriber()
    bare = BatchedInferencePipeline(WhisperModel(model.source, device="cpu", compute_type="int8", cpu_threads=os.cpu_count() or 1))
    ours, theirs = [], []
    try:
        _words(service, *_decode(file, folder)[:2])
        for _ in range(plan.size(ROUNDS - 1, 1)):
            theirs.append(_seconds(lambda: _bare_words(bare, file)))
            ours.append(_seconds(lambda: _words(service, *_decode(file, folder)[:2])))
    finally:
        service.close()
    figures.ratios["transcript to bare faster-whisper"] = min(theirs) / min(ours)
    figures.absolute["transcript, times real time"] = plan.size(5, 1) * 60 / min(ours)


def _words(service: Transcriber, pcm: Path, samples: int) -> str:
    speech, _memory = _hear(pcm, samples)
    said: list[str] = []
    for piece in pieces_of(clips_of(speech, samples / RATE)):
        service.transcribe(
            pcm, piece, check=lambda: None, on_heard=lambda heard: said.extend(word.text for word in heard.words), language="en"
        )
    return " ".join(said)


def _bare_words(bare: BatchedInferencePipeline, file: Path) -> str:
    segments, _info = bare.transcribe(str(file), language="en", beam_size=engine.BEAM, batch_size=engine.BATCH, word_timestamps=True)
    return " ".join(segment.text for segment in segments)


def _word_errors(figures: Figures, corpus: Path, folder: Path) -> None:
    """Of read speech whose words the corpus states."""
    said = [(corpus / "audio" / _file(corpus, name), text) for name, text in READ.findall((corpus / "MANIFEST.md").read_text())]
    model = weights.speech_model()
    bare = BatchedInferencePipeline(WhisperModel(model.source, device="cpu", compute_type="int8"))
    service = Transcriber()
    try:
        ours = [(text, _words(service, *_decode(path, folder)[:2])) for path, text in said]
        theirs = [(text, _bare_words(bare, path)) for path, text in said]
    finally:
        service.close()
    figures.ratios["word error rate on read speech, %"] = _error_rate(ours)
    figures.ratios["word error rate of bare faster-whisper, %"] = _error_rate(theirs)


def _file(corpus: Path, name: str) -> str:
    """The manifest shortens names of series."""
    known = sorted(path.name for path in (corpus / "audio").iterdir())
    begin, _dots, end = name.partition("..")
    return next((each for each in known if each.startswith(begin) and each.endswith(end)), name)


def _error_rate(pairs: Sequence[tuple[str, str]]) -> float:
    """Percent: words to be changed, added or dropped (Levenshtein) over words that were said."""
    wrong = sum(_distance(_plain(said), _plain(heard)) for said, heard in pairs)
    return 100 * wrong / sum(len(_plain(said)) for said, _heard in pairs)


def _plain(text: str) -> list[str]:
    text = re.sub(r"\bmr\b\.?", "mister", text.lower()).replace("-", " ")
    return re.findall(r"[a-z']+", text)


def _distance(said: Sequence[str], heard: Sequence[str]) -> int:
    row = list(range(len(heard) + 1))
    for place, word in enumerate(said, 1):
        before, row[0] = row[0], place
        for other, found in enumerate(heard, 1):
            before, row[other] = row[other], min(row[other] + 1, row[other - 1] + 1, before + (word != found))
    return row[-1]


def _growth(minute: Sound, folder: Path) -> float:
    memory = {}
    for minutes in (10, 180):
        pool.close()
        pcm, samples, decoding = _decode(_wav(folder / f"{minutes}.wav", minute, minutes), folder)
        memory[minutes] = max(decoding, _hear(pcm, samples)[1])
        pcm.unlink()
    return memory[180] - memory[10]


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
