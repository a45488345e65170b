"""Which sentences are of one voice. No Django here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage

ALIKE = 0.70
"""Cosine from which on two groups are one voice, on average. Real meetings and computed hearings are told equally well from 0.68 to 0.72; a
lower one makes one of two, a higher one two of who speaks from near and from afar (docs/AUDIO.md)."""
LONG_S = 1.0
"""Seconds of speech from which on a sentence says enough of its voice to found a group; shorter ones join the nearest."""
LEAST_S, LEAST_SHARE = 5.0, 0.05
"""Who is heard for less than both of these is not somebody of his own: voices that are too few to be told."""
MOST_FOUNDERS = 3000
"""Sentences that are compared each with each; the longest of a longer recording."""
Floats = NDArray[np.float32]


def groups_of(voices: Floats, seconds: Sequence[float], count: int | None = None) -> list[int | None]:
    """The group of each sentence, from 0 in the order in which they are first heard; None for those without a voice.

    `voices`: (sentences, 256), each of length one, or zero where too little was said; `seconds` of speech in each. `count`: how many
    people speak, where that is known. Average linkage (Sokal and Michener 1958) over cosine distances.
    """
    lengths = np.asarray(seconds, np.float32)
    told: NDArray[np.bool_] = np.abs(voices).sum(axis=1) > 0
    founders = np.flatnonzero(told & (lengths >= LONG_S))
    if not len(founders):
        founders = np.flatnonzero(told)
    if not len(founders):
        return [None] * len(voices)
    founders = np.sort(founders[np.argsort(-lengths[founders], kind="stable")[:MOST_FOUNDERS]])
    centres = _centres(voices[founders], lengths[founders], count)
    nearest = np.argmax(voices @ centres.T, axis=1)
    return _in_order([group if known else None for group, known in zip(nearest.tolist(), told.tolist(), strict=True)])


def _centres(voices: Floats, lengths: Floats, count: int | None) -> Floats:
    """(groups, 256): the mean voice of each group, of length one."""
    groups = _linked(voices, count)
    talk = np.bincount(groups, lengths)
    kept = np.arange(len(talk)) if count else np.flatnonzero(talk >= min(LEAST_S, LEAST_SHARE * float(talk.sum())))
    sums = np.zeros((len(talk), voices.shape[1]), np.float32)
    np.add.at(sums, groups, voices * lengths[:, np.newaxis])
    centres: Floats = sums[kept] / np.linalg.norm(sums[kept], axis=1, keepdims=True)
    return centres


def _linked(voices: Floats, count: int | None) -> NDArray[np.int64]:
    if len(voices) == 1:
        return np.zeros(1, np.int64)
    tree = linkage(voices, "average", metric="cosine")
    found = fcluster(tree, min(count, len(voices)), "maxclust") if count else fcluster(tree, 1 - ALIKE, "distance")
    return np.unique(found, return_inverse=True)[1].astype(np.int64)


def _in_order(groups: list[int | None]) -> list[int | None]:
    numbers: dict[int, int] = {}
    return [None if group is None else numbers.setdefault(group, len(numbers)) for group in groups]
