"""What a sandboxed child does for a recording: `run` is the entry of its pool."""

from __future__ import annotations

import base64
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio.services.hearing import opus
from audio.services.hearing.decoding import decode
from audio.services.hearing.listening import Heard, hear
from documents.services.sandbox.worker import Surroundings


def run(job: dict[str, Any], surroundings: Surroundings) -> dict[str, Any]:
    """{do: "decode", source, target}, {do: "hear", pcm, first, samples, chunk, classifier}, {do: "speakers", pcm, spans, speech, count} or
    {do: "opus", wav, target}.

    `classifier` of noises: {file, sha256} or none."""
    if job["do"] == "decode":
        found = decode(Path(job["source"]), Path(job["target"]), surroundings)
        return {**asdict(found), "missing_s": found.missing_s, "peak_memory_mb": _peak_memory_mb()}
    if job["do"] == "opus":
        return {"seconds": opus.encode(Path(job["wav"]), Path(job["target"]))}
    if job["do"] == "speakers":
        return _speakers(job, surroundings)
    heard = hear(Path(job["pcm"]), job["first"], job["samples"], job["chunk"])
    columns = {name: _packed(getattr(heard, name)) for name in ("levels", "speech", "clipped")}
    return {**columns, "noises": _packed(_noises(job, heard)), "bad": heard.bad, "peak_memory_mb": _peak_memory_mb()}


def _speakers(job: dict[str, Any], surroundings: Surroundings) -> dict[str, Any]:
    from audio.services.speakers.voices import speakers_of  # only who asks needs what it needs

    speech = np.frombuffer(base64.b64decode(job["speech"]), np.uint8)
    found = speakers_of(Path(job["pcm"]), job["spans"], speech, job["count"], surroundings.progress)
    return {"speakers": found, "peak_memory_mb": _peak_memory_mb()}


def _noises(job: dict[str, Any], heard: Heard) -> NDArray[Any]:
    """Nothing without a classifier: then nothing that a forest needs is loaded, either."""
    if job.get("classifier") is None:
        return np.zeros(0, np.uint8)
    from audio.services.noise.classifying import noises_of

    return noises_of(Path(job["pcm"]), job["first"], job["samples"], heard.speech, **job["classifier"])


def _packed(values: NDArray[Any]) -> str:
    return base64.b64encode(values.tobytes()).decode()


def _peak_memory_mb() -> float:
    """The kernel's high-water mark of this program (that of getrusage counts what its parent had when it was started, too)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0
