"""Tells the noises of a stretch of PCM. Runs in a sandboxed child, no Django here."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audio.services.hearing.sampling import WINDOW
from audio.services.noise import bundle
from audio.services.noise.features import features
from audio.services.noise.labels import LABELS


def noises_of(pcm: Path, first: int, samples: int, speech: NDArray[np.uint8], file: str, sha256: str) -> NDArray[np.uint8]:
    """(steps, LABELS): the probability of each, 0 to 255, in `samples` samples from sample `first` on. Labels that the classifier does not
    know are 0. Raises JobRefused where the classifier's file cannot be trusted."""
    classifier = _opened(file, sha256)
    sound = np.zeros(len(speech) * WINDOW, np.float32)
    raw = np.fromfile(pcm, dtype="<i2", count=samples, offset=first * 2)
    sound[: len(raw)] = raw.astype(np.float32) / 32768.0
    rows = features(sound, speech)
    found = np.zeros((len(rows), len(LABELS)), np.uint8)
    found[:, [LABELS.index(label) for label in classifier.labels]] = (classifier.probabilities(rows) * 255).round().astype(np.uint8)
    return found


@lru_cache(maxsize=1)
def _opened(file: str, sha256: str) -> bundle.Classifier:
    return bundle.opened(file, sha256)
