"""From the WAV of an engine to Opus in Ogg, which every browser plays and which is a tenth of the size. Runs in the sandboxed child."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import av.error

from audio.services.hearing.decoding import RATES
from documents.services.sandbox import JobRefused

RATE = 48_000
BIT_RATE = 32_000


def encode(wav: Path, target: Path) -> float:
    """Write the sound to `target`, mono; returns its seconds. Raises JobRefused (speech_garbage) for what is none, or empty."""
    try:
        with wav.open("rb") as file, av.open(file, mode="r", format="wav", options={"protocol_whitelist": ""}) as source:
            stream = next(iter(source.streams.audio), None)
            if stream is None or stream.rate not in RATES:
                raise JobRefused("speech_garbage")
            with av.open(str(target), "w", format="ogg") as ogg:
                samples = _written(ogg, _resampled(source.decode(stream)))
    except (av.error.FFmpegError, ValueError) as error:
        raise JobRefused("speech_garbage") from error
    if not samples:
        raise JobRefused("speech_garbage")
    return samples / RATE


def _resampled(frames: Iterator[Any]) -> Iterator[Any]:
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    for frame in frames:
        yield from resampler.resample(frame)
    yield from resampler.resample(None)


def _written(ogg: Any, frames: Iterator[Any]) -> int:
    stream = ogg.add_stream("libopus", rate=RATE, layout="mono")
    stream.bit_rate = BIT_RATE
    samples = 0
    for frame in frames:
        frame.pts = samples
        samples += frame.samples
        ogg.mux(stream.encode(frame))
    ogg.mux(stream.encode(None))
    return samples
