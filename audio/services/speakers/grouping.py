"""Which sentences are of one voice. No Django here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage

from audio.services.speakers import MOST_SPEAKERS

ALIKE = 0.70
"""Cosine from which on two groups are one voice, on average. Real meetings and computed hearings are told equally well from 0.68 to 0.72; a
lower one makes one of two, a higher one two of who speaks from near and from afar (docs/AUDIO.md)."""
LONG_S = 1.0
"""Seconds of speech from which on a sentence says enough of its voice to found a group; shorter ones join the nearest."""
LEAST_S, LEAST_SHARE = 5.0, 0.05
"""Who is heard for less than both of these is not somebody of his own: voices that are too few to be told."""
MOST_FOUNDERS = 3000
"""Sentences that are compared each with each; the longest of a longer recording."""
FINER = 12
"""By how many more groups a tree is cut at most to find as many people as there are said to be."""
Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]


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
    """(groups, 256): the mean voice of each group that talks enough, of length one."""
    tree = linkage(voices, "average", metric="cosine") if len(voices) > 1 else None
    groups, kept = _cut(tree, lengths, count)
    sums = np.zeros((int(groups.max()) + 1, voices.shape[1]), np.float32)
    np.add.at(sums, groups, voices * lengths[:, np.newaxis])
    centres: Floats = sums[kept] / np.linalg.norm(sums[kept], axis=1, keepdims=True)
    return centres


def _cut(tree: NDArray[np.float64] | None, lengths: Floats, count: int | None) -> tuple[Numbers, Numbers]:
    """(the group of each sentence, those groups that are somebody). With a `count` the tree is cut ever finer until so many are."""
    if tree is None:
        return np.zeros(1, np.int64), np.zeros(1, np.int64)
    if count is None:
        groups = fcluster(tree, 1 - ALIKE, "distance") - 1
        return groups, _somebody(groups, lengths)
    cuts = [fcluster(tree, number, "maxclust") - 1 for number in range(count, min(len(lengths), count + FINER) + 1)]
    for groups in cuts:
        kept = _somebody(groups, lengths)
        if len(kept) >= count:
            return groups, kept
    groups = cuts[0] if cuts else np.arange(len(lengths))
    return groups, np.unique(groups)


def _somebody(groups: Numbers, lengths: Floats) -> Numbers:
    """The groups that talk enough; where none does, all of them. At most MOST_SPEAKERS, those that talk most."""
    talk = np.bincount(groups, lengths)
    enough = np.flatnonzero(talk >= min(LEAST_S, LEAST_SHARE * float(talk.sum())))
    kept = enough if len(enough) else np.unique(groups)
    return kept[np.argsort(-talk[kept], kind="stable")[:MOST_SPEAKERS]]


def _in_order(groups: list[int | None]) -> list[int | None]:
    numbers: dict[int, int] = {}
    return [None if group is None else numbers.setdefault(group, len(numbers)) for group in groups]
