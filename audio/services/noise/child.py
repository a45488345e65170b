"""What a sandboxed child does for the classifier of noises: `run` is the entry of its pool. No Django here."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from audio.services.hearing.listening import VoiceActivity
from audio.services.hearing.sampling import RATE, WINDOW
from audio.services.noise import bundle, labels, scenes, training
from audio.services.noise.features import SPOKEN_MEAN, STEP, STEP_S, features
from documents.services.sandbox import JobRefused
from documents.services.sandbox.worker import Surroundings

SPOKEN = 0.5
"""Mean probability of speech from which on speech is heard in a half second that a person labelled."""
PIECE_S, AROUND_S = 300.0, 5.0
"""A long stretch is looked at in pieces; what surrounds one decides, too."""
Wave = NDArray[np.float64]
Span = Sequence[Any]
"""[start, end, labels], times in seconds of the recording."""


def run(job: dict[str, Any], surroundings: Surroundings) -> dict[str, Any]:
    """{do: "generate", hearing, count, seed, target}, {do: "collect", pcm, spans: [[start, end, labels]], complete, target},
    {do: "train", materials, target} or {do: "judge", file, sha256, materials, other}."""
    do = {"generate": _generate, "collect": _collect, "train": _train, "judge": _judge}[job["do"]]
    return do(job, surroundings)


def _generate(job: dict[str, Any], surroundings: Surroundings) -> dict[str, Any]:
    speech = _sentences(Path(job["hearing"]))
    rows, heard, groups = [], [], []
    for done, scene in enumerate(scenes.scenes(job["count"], speech, job["seed"])):
        rows.append(_features(scene.sound))
        heard.append(scene.heard)
        groups.append(np.full(len(scene.heard), scene.group))
        surroundings.progress(done + 1, job["count"])
    return _saved(training.Material(np.concatenate(rows), np.concatenate(heard), np.concatenate(groups)), Path(job["target"]))


def _sentences(file: Path) -> list[Wave]:
    """What is said in the demonstration's hearing where no noise was mixed in, sentence by sentence (its script lies beside it)."""
    script = json.loads(file.with_suffix(".json").read_text())
    noisy = [(noise["start_s"], noise["end_s"]) for noise in script["noises"]]
    said = [(each["start_s"], each["end_s"]) for each in script["utterances"]]
    with av.open(str(file)) as container:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        parts = [part.to_ndarray()[0] for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    whole = np.concatenate(parts).astype(np.float64)
    clean = [(start, end) for start, end in said if not any(start < until and since < end for since, until in noisy)]
    return [whole[int(start * RATE) : int(end * RATE)] for start, end in clean]


def _features(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    whole = np.zeros(-(-max(len(sound), 1) // WINDOW) * WINDOW, np.float32)
    whole[: len(sound)] = sound
    return features(whole, VoiceActivity().probabilities(whole))


def _collect(job: dict[str, Any], surroundings: Surroundings) -> dict[str, Any]:
    """Rows of the labelled stretches of a recording, all of one group. What a stretch is not said to hold it does not hold; but where a
    recording's labels are not `complete` (they are of noises only), whether somebody speaks is heard."""
    regions = _regions(job["spans"], Path(job["pcm"]).stat().st_size // 2 / RATE)
    rows, heard = [], []
    for done, (first, last, spans) in enumerate(regions):
        raw = np.fromfile(job["pcm"], dtype="<i2", count=last - first, offset=first * 2)
        found = _features(raw.astype(np.float32) / 32768.0)
        told = _told(spans, first / RATE, len(raw), found, complete=job["complete"])
        kept = (told != -1).any(axis=1)
        rows.append(found[kept])
        heard.append(told[kept])
        surroundings.progress(done + 1, len(regions))
    if not rows:
        raise JobRefused("noise_too_little", rows="0", fewest=str(training.FEWEST_ROWS))
    whole = np.concatenate(rows)
    return _saved(training.Material(whole, np.concatenate(heard), np.zeros(len(whole), np.int64)), Path(job["target"]))


def _regions(spans: Sequence[Span], duration_s: float) -> list[tuple[int, int, list[Span]]]:
    """(first sample, one after the last, stretches) of the pieces to be looked at: no moment is in two, each with some seconds around."""
    regions: list[tuple[int, int, list[Span]]] = []
    for start, end in _covered(spans, duration_s):
        for number in range(math.ceil((end - start) / PIECE_S)):
            since = start + number * PIECE_S
            until = min(end, since + PIECE_S)
            first = max(0, int((since - AROUND_S) / STEP_S)) * STEP
            last = int(min(duration_s, until + AROUND_S) * RATE)
            here: list[Span] = [
                (max(begins, since), min(ends, until), names) for begins, ends, names in spans if begins < until and since < ends
            ]
            regions.append((first, last, here))
    return regions


def _covered(spans: Sequence[Span], duration_s: float) -> list[tuple[float, float]]:
    """The time of the recording in which something is said to be heard, in order."""
    covered: list[tuple[float, float]] = []
    for start, end in sorted((start, min(end, duration_s)) for start, end, _names in spans if start < duration_s):
        if covered and start <= covered[-1][1]:
            covered[-1] = (covered[-1][0], max(end, covered[-1][1]))
        else:
            covered.append((start, end))
    return covered


def _told(spans: Sequence[Span], from_s: float, samples: int, found: NDArray[np.float32], *, complete: bool) -> NDArray[np.int8]:
    """(steps, labels); -1 throughout for steps of which nobody said anything. A step counts where its middle is in a stretch."""
    told = np.full((len(found), len(labels.LABELS)), -1, np.int8)
    middles = from_s + (np.arange(len(found)) + 0.5) * STEP_S
    middles[-1] = from_s + ((len(found) - 1) * STEP + samples) / 2 / RATE  # the last may be short
    for start, end, names in spans:
        inside = (middles >= start) & (middles < end)
        told[inside] = np.maximum(told[inside], 0)
        for name in names:
            if name in labels.LABELS:
                told[inside, labels.LABELS.index(name)] = 1
    if not complete:
        said = (told != -1).any(axis=1)
        told[said, labels.LABELS.index(labels.SPEECH)] = (found[said, SPOKEN_MEAN] >= SPOKEN).astype(np.int8)
    return told


def _saved(material: training.Material, target: Path) -> dict[str, Any]:
    material.save(target)
    return {"rows": len(material.rows), "fingerprint": material.fingerprint()}


def _train(job: dict[str, Any], surroundings: Surroundings) -> dict[str, Any]:
    material = training.together(job["materials"])
    classifier, metrics = training.train(material, surroundings.progress)
    Path(job["target"]).write_bytes(bundle.dumped(classifier))
    thresholds = {label: each["threshold"] for label, each in metrics["labels"].items()}
    return {"labels": classifier.labels, "thresholds": thresholds, "metrics": metrics, "fingerprint": material.fingerprint()}


def _judge(job: dict[str, Any], surroundings: Surroundings) -> dict[str, Any]:
    """How good a classifier is on material that it was not trained on, and how far it differs from another one."""
    material = training.together(job["materials"])
    classifier = bundle.opened(job["file"], job["sha256"])
    columns = [labels.LABELS.index(label) for label in classifier.labels]
    probability = classifier.probabilities(material.rows)
    result = training.figures(probability, material.heard[:, columns], classifier.thresholds, classifier.labels, material.groups)
    if job.get("other"):
        result["drift"] = _drift(classifier, probability, bundle.opened(job["other"]["file"], job["other"]["sha256"]), material.rows)
    return {"metrics": result}


def _drift(mine: bundle.Classifier, probability: bundle.Floats, other: bundle.Classifier, rows: NDArray[np.float32]) -> dict[str, Any]:
    """Of the labels that both know: the share of half seconds in which one hears it and the other does not, and the mean difference."""
    theirs = other.probabilities(rows)
    drift = {}
    for column, label in enumerate(mine.labels):
        if label in other.labels:
            their = other.labels.index(label)
            differs = (probability[:, column] >= mine.thresholds[column]) != (theirs[:, their] >= other.thresholds[their])
            drift[label] = {
                "disagree": round(float(differs.mean()), 4),
                "shift": round(float((probability[:, column] - theirs[:, their]).mean()), 4),
            }
    return drift
