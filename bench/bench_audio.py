"""How fast recordings become sound, spans and words, each against the bare library on the same file in the same run.

With a corpus the recordings are real speech. Without one they are noises made here, in which there is nothing to transcribe.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import logging
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
from faster_whisper import BatchedInferencePipeline, WhisperModel
from numpy.typing import NDArray

from audio.services.hearing.sampling import RATE, WINDOW, chunk_samples
from audio.services.noise import bundle, learning, versions
from audio.services.noise.features import features
from audio.services.transcription import engine, weights
from audio.services.transcription.client import Transcriber
from audio.services.transcription.clips import clips_of, pieces_of
from audio.services.work import pool
from bench.figures import Figures, Plan
from documents.services.sandbox.folders import Folder

ROUNDS = 3
PART_S = 300
READ = re.compile(r"^\| (\S+\.(?:wav|flac)) \|[^|]*\| ([a-z' ]{20,}) \|$", re.MULTILINE)
Sound = NDArray[np.int16]


def run(out: Callable[[str], object], plan: Plan) -> Figures:
    """Ratios: decoding to bare PyAV (goal 0.7), everything but the transcript to the recording's length (goal 60), the noises to those of
    librosa's features (goal 5; where librosa is installed), the transcript to bare faster-whisper (goal 0.8), word errors to its own
    (within half a point); megabytes by which three hours take more than ten minutes."""
    logging.getLogger("faster_whisper").setLevel(logging.WARNING)
    figures = Figures()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        minute = _minute(plan)
        file = _wav(folder / "ten.wav", minute, plan.size(10, 1))
        _decoding(figures, file, folder, plan)
        _hearing(figures, file, folder, plan)
        _noises(figures, minute, plan)
        _training(figures, folder, plan)
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


def _ask(job: dict[str, Any], folder: Folder | None = None) -> dict[str, Any]:
    return pool.run(job, check=lambda: None, progress=lambda done, of: None, folder=folder)


def _decode(file: Path, folder: Path) -> tuple[Path, int, float]:
    """The decoded sound, its samples, and the child's memory in MB."""
    pcm, work = folder / f"{file.stem}.pcm", pool.folder()
    try:
        found = _ask({"do": "decode", "source": file, "target": pcm.name}, work)
        shutil.move(work.path / pcm.name, pcm)
    finally:
        work.remove()
    return pcm, found["samples"], found["peak_memory_mb"]


def _hear(pcm: Path, samples: int, *, noises: bool = True) -> tuple[NDArray[np.uint8], float]:
    chunk = chunk_samples(samples)
    step = PART_S * RATE // chunk * chunk
    job = {"do": "hear", "pcm": pcm, "chunk": chunk, "classifier": _classifier() if noises else None}
    heard = [_ask({**job, "first": first, "samples": min(step, samples - first)}) for first in range(0, samples, step)]
    return np.frombuffer(b"".join(base64.b64decode(each["speech"]) for each in heard), np.uint8), max(
        each["peak_memory_mb"] for each in heard
    )


def _classifier() -> dict[str, Any]:
    """The one that comes with LexIntel."""
    file = versions.DEFAULT / "forest.skops"
    return {"file": str(file), "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}


def _noises(figures: Figures, minute: Sound, plan: Plan) -> None:
    """The kinds of noise of some minutes, with our features and with librosa's (where it is installed), by the same forest."""
    sound = np.concatenate([minute] * plan.size(5, 1)).astype(np.float32) / 32768
    speech = np.zeros(-(-len(sound) // WINDOW), np.uint8)
    ours = min(_seconds(lambda: _told(features(sound, speech))) for _ in range(plan.size(ROUNDS, 2)))
    figures.absolute["noises alone, times real time"] = len(sound) / RATE / ours
    if importlib.util.find_spec("librosa") is None:
        return
    theirs = min(_seconds(lambda: _told(_librosa(sound))) for _ in range(plan.size(ROUNDS, 2)))
    figures.ratios["noises to those of librosa's features"] = theirs / ours


def _told(rows: NDArray[np.float32]) -> None:
    """The forest's opinion; rows of other figures are filled up, so that it has the same work."""
    classifier = bundle.opened(*_classifier().values())
    full = np.zeros((len(rows), classifier.forest.n_features_in_), np.float32)
    full[:, : rows.shape[1]] = rows[:, : full.shape[1]]
    classifier.probabilities(full)


def _librosa(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same kinds of figures: bands, shape of the spectrum, pitch, modulation (tempogram), lines (chroma), crossings and loudness; mean
    and spread of each half second."""
    import librosa

    mel = librosa.feature.mfcc(y=sound, sr=RATE, n_mfcc=20, hop_length=256, n_fft=512)
    tracks = [
        mel, librosa.feature.delta(mel), librosa.feature.spectral_centroid(y=sound, sr=RATE, hop_length=256, n_fft=512),
        librosa.feature.spectral_bandwidth(y=sound, sr=RATE, hop_length=256, n_fft=512),
        librosa.feature.spectral_rolloff(y=sound, sr=RATE, hop_length=256, n_fft=512),
        librosa.feature.spectral_flatness(y=sound, hop_length=256, n_fft=512),
        librosa.feature.spectral_contrast(y=sound, sr=RATE, hop_length=256, n_fft=512),
        librosa.yin(sound, fmin=70, fmax=400, sr=RATE, frame_length=512, hop_length=256)[None],
        librosa.feature.tempogram(y=sound, sr=RATE, hop_length=256, win_length=128)[::8],
        librosa.feature.chroma_stft(y=sound, sr=RATE, hop_length=256, n_fft=4096),
        librosa.feature.zero_crossing_rate(sound, hop_length=256), librosa.feature.rms(y=sound, hop_length=256),
    ]  # fmt: skip
    whole = np.concatenate(tracks)
    steps = whole.shape[1] // 32
    halves = whole[:, : steps * 32].reshape(len(whole), steps, 32)
    return np.concatenate([halves.mean(axis=2), halves.std(axis=2)]).T.astype(np.float32)


def _training(figures: Figures, folder: Path, plan: Plan) -> None:
    """From computed sounds to a classifier with its figures."""
    minutes = plan.size(30, 10)
    job = {"do": "generate", "hearing": str(learning.HEARING), "count": minutes * 6, "seed": 3, "target": "t.npz"}
    train = {"do": "train", "materials": [["t.npz", "generated"]], "target": "t.skops"}
    work = learning.pool.folder()
    try:
        took = _seconds(lambda: [_ask_noise(job, work), _ask_noise(train, work)])
    finally:
        work.remove()
    figures.absolute[f"seconds of training on {minutes} minutes"] = took


def _ask_noise(job: dict[str, Any], folder: Folder) -> dict[str, Any]:
    return learning.pool.run(job, check=lambda: None, progress=lambda done, of: None, folder=folder)


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
    speech, _memory = _hear(pcm, samples, noises=False)
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
