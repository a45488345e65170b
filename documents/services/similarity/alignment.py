"""Which words of two texts stand for each other, in order.

What is long, equal and stands once in each text is found first and holds the rest in place (the idea of patience diff, Bram Cohen; here for
passages of words); what lies between is aligned by shorter passages, and the small gaps that are left by the longest common subsequence
(D. Hirschberg, "A linear space algorithm for computing maximal common subsequences", 1975, whose rows are computed at once here).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.int64]

PASSAGES = (16, 5, 2, 1)
"""Words of the passages that hold texts in place, one look after the other."""
LARGEST_GAP = 4_000_000
"""Pairs of words of a gap that is aligned word by word; a larger one is a change as a whole."""
LONGEST_GAP = 20_000  # words of one text
MOST_PAIRS = 100_000_000
"""Of all gaps together: about a second."""
ISLAND = 3  # words
LONGEST_SLIDE = 200  # words
SMALL_GAP = 2_500
"""Pairs of words of a gap that needs nothing to hold it in place."""


class Match(NamedTuple):
    """Words that are equal: `size` from `left` on and from `right` on."""

    left: int
    right: int
    size: int


class Alignment(NamedTuple):
    """Matches in order, none touching the next in both texts. Of the changes between them `coarse` were too large to look into."""

    matches: list[Match]
    coarse: int


def align(left: Words, right: Words) -> Alignment:
    """Align two texts whose words are numbers, equal ones for equal words."""
    matches = _anchored(left, right, 0)
    budget = MOST_PAIRS
    found: list[Match] = []
    coarse = 0
    for gap in gaps(matches, len(left), len(right)):
        pairs = (gap[1] - gap[0]) * (gap[3] - gap[2])
        if not pairs:
            continue
        if pairs > min(LARGEST_GAP, budget) or max(gap[1] - gap[0], gap[3] - gap[2]) > LONGEST_GAP:
            coarse += 1
            continue
        budget -= pairs
        found += (Match(gap[0] + one.left, gap[2] + one.right, one.size) for one in _common(left[gap[0] : gap[1]], right[gap[2] : gap[3]]))
    return Alignment(_without_islands(_joined(sorted([*matches, *found])), len(left), len(right)), coarse)


def slid(matches: list[Match], left: Words, right: Words, begins: tuple[Collection[int], Collection[int]]) -> list[Match]:
    """The same with what one text alone has moved, where its words allow two places for it, to where it begins a paragraph: `begins` are
    the words of each text that do."""
    moved = list(matches)
    for place in range(len(moved) - 1):
        before, after = moved[place], moved[place + 1]
        ends = before.left + before.size, before.right + before.size
        if ends[0] != after.left and ends[1] != after.right:
            continue
        words, starts, first, end = (
            (right, begins[1], ends[1], after.right) if ends[0] == after.left else (left, begins[0], ends[0], after.left)
        )
        by = _way_to_a_start(words, starts, first, end, before.size, after.size)
        moved[place] = before._replace(size=before.size + by)
        moved[place + 1] = Match(after.left + by, after.right + by, after.size - by)
    return moved


def _way_to_a_start(words: Words, starts: Collection[int], first: int, end: int, before: int, after: int) -> int:
    """By how many words a stretch can move so that it begins at a start: the shortest way, 0 where there is none."""
    if first in starts:
        return 0
    for by in range(1, min(before, LONGEST_SLIDE)):
        if words[first - by] != words[end - by]:
            break
        if first - by in starts:
            return -by
    for by in range(1, min(after, LONGEST_SLIDE)):
        if words[first + by - 1] != words[end + by - 1]:
            break
        if first + by in starts:
            return by
    return 0


def gaps(matches: list[Match], left: int, right: int) -> Iterator[tuple[int, int, int, int]]:
    """What lies before, between and after matches, as (left from, to, right from, to)."""
    before = Match(0, 0, 0)
    for match in [*matches, Match(left, right, 0)]:
        yield before.left + before.size, match.left, before.right + before.size, match.right
        before = match


def _anchored(left: Words, right: Words, look: int) -> list[Match]:
    """Matches around passages that stand once in each text, and, with shorter ones, between them."""
    if look == len(PASSAGES) or not len(left) * len(right) or (look and len(left) * len(right) < SMALL_GAP):
        return []
    head = _equal_at_start(left, right)
    tail = _equal_at_start(left[head:][::-1], right[head:][::-1])
    inner_left, inner_right = left[head : len(left) - tail], right[head : len(right) - tail]
    inner = _grown(_increasing(_unique_in_both(inner_left, inner_right, PASSAGES[look])), inner_left, inner_right)
    found = [Match(0, 0, head)] if head else []
    found += (Match(head + one.left, head + one.right, one.size) for one in inner)
    for a, b, c, d in gaps(inner, len(inner_left), len(inner_right)):
        found += (
            Match(head + a + one.left, head + c + one.right, one.size) for one in _anchored(inner_left[a:b], inner_right[c:d], look + 1)
        )
    if tail:
        found.append(Match(len(left) - tail, len(right) - tail, tail))
    return _joined(sorted(found))


def _equal_at_start(left: Words, right: Words) -> int:
    size = min(len(left), len(right))
    other = np.flatnonzero(left[:size] != right[:size])
    return int(other[0]) if len(other) else size


def _unique_in_both(left: Words, right: Words, length: int) -> list[Match]:
    """Passages that stand once in each, as matches in the order of the left; those that follow each other are one."""
    if len(left) < length or len(right) < length:
        return []
    (mine, mine_at), (other, other_at) = _once(_passages(left, length)), _once(_passages(right, length))
    _both, at, other_place = np.intersect1d(mine, other, assume_unique=True, return_indices=True)
    pairs = np.stack([mine_at[at], other_at[other_place]], axis=1)
    pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
    if not len(pairs):
        return []
    breaks = np.flatnonzero((np.diff(pairs, axis=0) != 1).any(axis=1)) + 1
    starts, ends = np.concatenate([[0], breaks]), np.concatenate([breaks, [len(pairs)]])
    return [Match(int(pairs[a, 0]), int(pairs[a, 1]), int(b - a + length - 1)) for a, b in zip(starts, ends, strict=True)]


def _passages(words: Words, length: int) -> npt.NDArray[np.uint64]:
    """A number for each passage; unequal passages share one by accident only, which `_grown` finds out."""
    numbers = np.zeros(len(words) - length + 1, np.uint64)
    for place in range(length):
        numbers = numbers * np.uint64(0x9E3779B97F4A7C15) + words[place : place + len(numbers)].astype(np.uint64) + np.uint64(1)
        numbers ^= numbers >> np.uint64(29)
    return numbers


def _once(numbers: npt.NDArray[np.uint64]) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.intp]]:
    """The numbers that occur once, and where."""
    values, at, counts = np.unique(numbers, return_index=True, return_counts=True)
    return values[counts == 1], at[counts == 1]


def _increasing(matches: list[Match]) -> list[Match]:
    """As many of them as follow each other in both texts: the longest increasing subsequence, by patience sorting."""
    tops: list[int] = []
    piles: list[int] = []
    before = [-1] * len(matches)
    for index, match in enumerate(matches):
        pile = bisect_left(tops, match.right)
        before[index] = piles[pile - 1] if pile else -1
        if pile == len(piles):
            tops.append(match.right)
            piles.append(index)
        else:
            tops[pile], piles[pile] = match.right, index
    chain, index = [], piles[-1] if piles else -1
    while index >= 0:
        chain.append(matches[index])
        index = before[index]
    return chain[::-1]


def _grown(matches: list[Match], left: Words, right: Words) -> list[Match]:
    """Each as far as the texts are equal around it, not into another."""
    grown: list[Match] = []
    a = b = 0  # where what has been taken ends
    for place, match in enumerate(matches):
        cut = max(a - match.left, b - match.right, 0)
        start, other = match.left + cut, match.right + cut
        follows = matches[place + 1] if place + 1 < len(matches) else Match(len(left), len(right), 0)
        back = _equal_at_start(left[a:start][::-1], right[b:other][::-1]) if start > a and other > b else 0
        forth = _equal_at_start(left[start : max(follows.left, start)], right[other : max(follows.right, other)])
        if back + forth:
            grown.append(Match(start - back, other - back, back + forth))
            a, b = start + forth, other + forth
    return grown


def _without_islands(matches: list[Match], left: int, right: int) -> list[Match]:
    """Without the few words that are equal by accident in the middle of long changes."""
    kept: list[Match] = []
    a = b = 0
    for place, match in enumerate(matches):
        follows = matches[place + 1] if place + 1 < len(matches) else Match(left, right, 0)
        end, other_end = match.left + match.size, match.right + match.size
        around = max(match.left - a, match.right - b) + max(follows.left - end, follows.right - other_end)
        if match.size > ISLAND or around <= ISLAND * 2 * match.size:
            kept.append(match)
            a, b = end, other_end
    return kept


def _joined(matches: list[Match]) -> list[Match]:
    joined: list[Match] = []
    for match in matches:
        last = joined[-1] if joined else None
        if last and (last.left + last.size, last.right + last.size) == (match.left, match.right):
            joined[-1] = last._replace(size=last.size + match.size)
        else:
            joined.append(match)
    return joined


def _common(left: Words, right: Words) -> list[Match]:
    """The longest common subsequence of a small gap, row by row of the shorter text."""
    if len(left) > len(right):
        return [Match(one.right, one.left, one.size) for one in _common(right, left)]
    if len(left) == len(right) == 1:
        return [Match(0, 0, 1)] if left[0] == right[0] else []
    lengths = np.zeros((len(left) + 1, len(right) + 1), np.uint16)
    for row, word in enumerate(left, 1):
        taken = lengths[row - 1, :-1] + (right == word)
        np.maximum.accumulate(np.maximum(lengths[row - 1, 1:], taken), out=lengths[row, 1:])
    found = []
    row, column = len(left), len(right)
    while row and column:
        if lengths[row, column] == lengths[row - 1, column]:
            row -= 1
        elif lengths[row, column] == lengths[row, column - 1]:
            column -= 1
        else:
            row, column = row - 1, column - 1
            found.append(Match(row, column, 1))
    return _joined(found[::-1])
