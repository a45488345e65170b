"""How the voice of each sentence sounds, and which of them sound alike. Runs in a sandboxed child, no Django here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from audio.services.hearing.sampling import RATE, WINDOW
from audio.services.speakers import weights
from audio.services.speakers.encoder import Encoder
from audio.services.speakers.grouping import groups_of
from audio.services.speakers.mel import HOP, mel_of
from documents.services.sandbox import JobRefused

PIECE, STEP = 160 * HOP, 80 * HOP
"""Samples that the encoder is given at once (it was trained on 1.6 s), and from one to the next."""
LEAST = int(0.3 * RATE)
"""Samples of speech below which a voice cannot be told at all."""
SPOKEN = 128
LEVEL, MOST_GAIN = 10 ** (-30 / 20), 30.0
"""Mean level of what the encoder was trained on, and how much a quiet voice is raised at most."""
AT_ONCE = 32
Floats = NDArray[np.float32]
Speech = NDArray[np.uint8]
Span = Sequence[float]


def speakers_of(
    pcm: Path, spans: Sequence[Span], speech: Speech, count: int | None, progress: Callable[[int, int], None]
) -> list[int | None]:
    """The speaker of each span ((start, end) in seconds of the recording), from 0; None where too little is said to tell.

    `speech`: the probability of speech, 0 to 255, for each window of 32 ms; empty where it is not known. Raises JobRefused where the
    encoder's file is not the one that is expected.
    """
    encoder = _encoder()
    sums = np.zeros((len(spans), 256), np.float32)
    seconds = np.zeros(len(spans), np.float32)
    pieces = _pieces(pcm, spans, speech, seconds)
    with threadpool_limits(1, "blas"):  # more of them wait for each other longer than they work
        while some := list(islice(pieces, AT_ONCE)):
            np.add.at(sums, [number for number, _mels in some], encoder.embed(np.stack([mels for _number, mels in some])))
            progress(some[-1][0] + 1, len(spans))
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    return groups_of(np.divide(sums, lengths, out=sums, where=lengths > 0), seconds.tolist(), count)


def _pieces(pcm: Path, spans: Sequence[Span], speech: Speech, seconds: Floats) -> Iterator[tuple[int, Floats]]:
    """(number of the span, mel features of 1.6 s); writes into `seconds` how much speech each span holds."""
    for number, (start, end) in enumerate(spans):
        sound = _spoken(pcm, start, end, speech)
        seconds[number] = len(sound) / RATE
        if len(sound) < LEAST:
            continue
        level = float(np.sqrt(np.mean(np.square(sound))))
        if not level:
            continue
        sound = sound * np.float32(min(MOST_GAIN, LEVEL / level))
        if len(sound) < PIECE:
            sound = np.resize(sound, PIECE)  # said again until it is long enough
        last = len(sound) - PIECE
        places = [*range(0, last + 1, STEP)]
        if last - places[-1] > STEP // 2:
            places.append(last)
        for place in places:
            yield number, mel_of(sound[place : place + PIECE])[: PIECE // HOP]


def _spoken(pcm: Path, start_s: float, end_s: float, speech: Speech) -> Floats:
    """The samples of a span in which somebody speaks, between -1 and 1."""
    first, last = int(start_s * RATE) // WINDOW, int(end_s * RATE) // WINDOW + 1
    raw = np.fromfile(pcm, "<i2", (last - first) * WINDOW, offset=first * WINDOW * 2).astype(np.float32) / np.float32(32768)
    here = np.repeat(speech[first:last] >= SPOKEN, WINDOW)[: len(raw)]
    return raw[: len(here)][here] if len(speech) else raw


@lru_cache(maxsize=1)
def _encoder() -> Encoder:
    path = weights.encoder_file()
    if path is None:
        raise JobRefused("voices_missing")
    try:
        return Encoder(weights.read(path))
    except weights.DamagedWeights as error:
        raise JobRefused("voices_damaged", file=str(error)) from error
