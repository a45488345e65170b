"""From a file that anybody may have made to 16 kHz mono PCM. Runs in a sandboxed child: no Django here.

A container is only ever read from the open file that was handed in: playlists and scripts that name other files are no format that is
allowed, and no protocol is. What the header claims is bounded before anything is decoded by it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import av
import av.container
import av.error
import numpy as np
from numpy.typing import NDArray

from audio.services.hearing.channels import ChannelLevels, channels_beside
from audio.services.hearing.sampling import RATE
from documents.services.sandbox import JobRefused
from documents.services.sandbox.worker import Surroundings

DEMUXERS = "wav,w64,aiff,mp3,mov,mp4,m4a,3gp,3g2,mj2,ogg,flac,matroska,webm,asf,aac,caf,amr"
RATES = range(4_000, 384_001)
MOST_CHANNELS = 16
MOST_SECONDS = 24 * 3600
GAP = 0.05
"""Seconds by which a frame may be late before the time between is filled with silence, so that times stay those of the recording."""
MISSING = 1.0, 0.01
"""A recording is called cut off where so many seconds, and such a share of what it claims, are not there."""
MOST_BROKEN = 1000
MOST_CHUNKS = 100
STREAMED = 0x7FFFF000
BLOCK = 4 * RATE
"""Samples that are written at once."""

Samples = NDArray[np.float32]


@dataclass
class Decoded:
    """What was found in a file. Times are in seconds; `broken` are (from, to) of what could not be read."""

    container: str
    codec: str
    sample_rate: int
    channels: int
    claimed_s: float
    samples: int = 0
    broken: list[tuple[float, float]] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return self.samples / RATE

    @property
    def missing_s(self) -> float:
        """How much of what the file claims to hold is not there; 0 where that is next to nothing."""
        missing = self.claimed_s - self.seconds
        return missing if missing > MISSING[0] and missing > self.claimed_s * MISSING[1] else 0.0


def decode(source: Path, target: Path, surroundings: Surroundings) -> Decoded:
    """Write the file's sound to `target` as 16-bit PCM, mono, 16 kHz. Raises JobRefused: unreadable, no_sound, no_samples, bad_rate,
    too_many_channels, too_long."""
    with source.open("rb") as file, _opened(file) as container, target.open("wb") as pcm:
        stream = _stream_of(container)
        found = _described(container, stream, _claimed_by_riff(source))
        levels = ChannelLevels(found.channels) if found.channels > 1 else None
        for samples in _whole_blocks(_written(_blocks(container, stream, found, levels), found), found):
            pcm.write(samples)
            surroundings.progress(round(found.seconds * 10), max(round(found.seconds * 10), round(found.claimed_s * 10), 1))
    if not found.samples:
        raise JobRefused("no_samples")
    if levels is not None:
        levels.save(channels_beside(target))
    return found


def _opened(file: IO[bytes]) -> Any:
    try:
        return av.open(file, mode="r", options={"format_whitelist": DEMUXERS, "protocol_whitelist": ""}, metadata_errors="ignore")
    except (av.error.FFmpegError, ValueError, OSError) as error:
        raise JobRefused("unreadable") from error


def _stream_of(container: Any) -> Any:
    stream = next(iter(container.streams.audio), None)
    if stream is None:
        raise JobRefused("no_sound")
    if stream.codec_context is None or stream.rate is None or stream.rate not in RATES:
        raise JobRefused("bad_rate", rate=str(getattr(stream, "rate", None) or 0))
    if not 1 <= (stream.channels or 0) <= MOST_CHANNELS:
        raise JobRefused("too_many_channels", channels=str(stream.channels), most=str(MOST_CHANNELS))
    stream.thread_type = "NONE"
    return stream


def _described(container: Any, stream: Any, by_riff: float) -> Decoded:
    duration = float(stream.duration * stream.time_base) if stream.duration else float(container.duration or 0) / av.time_base
    claimed = max(by_riff, duration if 0 < duration < 1e7 else 0.0)
    if claimed > MOST_SECONDS:
        raise JobRefused("too_long", hours=str(MOST_SECONDS // 3600))
    return Decoded(container.format.name, stream.codec_context.name, int(stream.rate), int(stream.channels), claimed)


def _claimed_by_riff(source: Path) -> float:
    """Seconds that the header of a WAV file claims, which FFmpeg cuts to the size of the file; 0 where it claims nothing (recorders that
    stream write the largest number) or is no WAV file."""
    with source.open("rb") as file:
        if struct.unpack("<4sI4s", file.read(12).ljust(12, b"\0"))[::2] != (b"RIFF", b"WAVE"):
            return 0.0
        bytes_a_second = 0
        for _chunk in range(MOST_CHUNKS):
            name, size = struct.unpack("<4sI", file.read(8).ljust(8, b"\0"))
            if name == b"data":
                return size / bytes_a_second if bytes_a_second and size < STREAMED else 0.0
            if name == b"fmt ":
                bytes_a_second = struct.unpack("<8xI", file.read(12).ljust(12, b"\0"))[0]
                size -= 12
            file.seek(size + size % 2, 1)
    return 0.0


def _blocks(container: Any, stream: Any, found: Decoded, levels: ChannelLevels | None) -> Iterator[tuple[float | None, Samples]]:
    """(the time at which it belongs, if the file says so; samples at 16 kHz) for all that can be decoded. What cannot is left out here."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    apart = av.AudioResampler(format="fltp", layout=stream.codec_context.layout.name, rate=RATE) if levels is not None else None
    start = None
    for packet in _packets(container, stream):
        try:
            frames = packet.decode()
        except av.error.FFmpegError:
            continue  # the gap that it leaves is filled and told by who writes
        for frame in frames:
            time: float | None = frame.time
            start = time if start is None else start
            if levels is not None:
                _add_channels(levels, apart, frame, found)
            for part in _resampled(resampler, frame):
                yield None if time is None or start is None else time - start, part
                time = None
    for part in _resampled(resampler, None):
        yield None, part


def _add_channels(levels: ChannelLevels, apart: Any, frame: Any, found: Decoded) -> None:
    try:
        parts = apart.resample(frame)
    except (av.error.FFmpegError, ValueError):
        return  # a frame whose shape changed in the middle of the stream
    for part in parts:
        levels.add(part.to_ndarray().astype(np.float32, copy=False), found.samples)


def _packets(container: Any, stream: Any) -> Iterator[Any]:
    packets = container.demux(stream)
    while True:
        try:
            yield next(packets)
        except StopIteration:
            return
        except av.error.FFmpegError:
            return  # the container itself is broken from here on: what it claimed says how much is missing


def _resampled(resampler: Any, frame: Any) -> Iterator[Samples]:
    try:
        parts = resampler.resample(frame)
    except (av.error.FFmpegError, ValueError):
        return  # a frame whose shape changed in the middle of the stream
    for part in parts:
        yield part.to_ndarray().reshape(-1).astype(np.float32, copy=False)


def _written(blocks: Iterator[tuple[float | None, Samples]], found: Decoded) -> Iterator[Samples]:
    """The blocks with silence where something is missing between them, up to the longest that is taken; keeps `found` up to date."""
    for time, samples in blocks:
        late = 0.0 if time is None else time - found.seconds
        if late > GAP and (found.claimed_s == 0 or time is None or time <= found.claimed_s + GAP) and late < MOST_SECONDS:
            yield from _silence(round(late * RATE), found)
        found.samples += len(samples)
        if found.samples > MOST_SECONDS * RATE:
            raise JobRefused("too_long", hours=str(MOST_SECONDS // 3600))
        yield samples


def _whole_blocks(parts: Iterator[Samples], found: Decoded) -> Iterator[bytes]:
    """Some seconds at a time as 16-bit PCM, for frames are small and every step has its price. What is no number becomes silence."""
    waiting: list[Samples] = []
    count = done = 0
    for samples in parts:
        waiting.append(samples)
        count += len(samples)
        if count >= BLOCK:
            yield _pcm(waiting, done, found)
            done, count, waiting = done + count, 0, []
    if waiting:
        yield _pcm(waiting, done, found)


def _pcm(waiting: list[Samples], done: int, found: Decoded) -> bytes:
    samples = np.concatenate(waiting)
    finite = np.isfinite(samples)
    if not finite.all():
        for first, last in _runs(~finite):
            _mark(found, (done + first) / RATE, (done + last) / RATE)
        samples = np.where(finite, samples, 0.0).astype(np.float32)
    np.clip(samples, -1.0, 1.0, out=samples)
    samples *= 32767
    return samples.astype("<i2").tobytes()


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """(first, one after the last) of each run of true values; those closer than GAP are one."""
    places = np.flatnonzero(mask)
    breaks = np.flatnonzero(np.diff(places) > GAP * RATE)
    starts = [int(places[0]), *(int(places[index + 1]) for index in breaks)]
    ends = [*(int(places[index]) + 1 for index in breaks), int(places[-1]) + 1]
    return list(zip(starts, ends, strict=True))


def _silence(count: int, found: Decoded) -> Iterator[Samples]:
    _mark(found, found.seconds, found.seconds + count / RATE)
    for first in range(0, count, RATE):
        some = np.zeros(min(RATE, count - first), np.float32)
        found.samples += len(some)
        yield some


def _mark(found: Decoded, start: float, end: float) -> None:
    """One more stretch that could not be read; those that touch are one."""
    if found.broken and start - found.broken[-1][1] < GAP:
        found.broken[-1] = (found.broken[-1][0], end)
    elif len(found.broken) < MOST_BROKEN:
        found.broken.append((start, end))
