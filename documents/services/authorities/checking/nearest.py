"""The nearest place of a quotation that does not stand in a text as it is, so that what differs can be shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from documents.services.authorities.checking.fragments import (
    ALTERED,
    LONGEST_SHOWN,
    NOT_FOUND,
    Comparison,
    Fragment,
    Segment,
    fits,
    fragment_segments,
    negates_what_stays,
    occurrences,
    shortened,
)
from documents.services.authorities.checking.words import Words

_OFTEN = 400
"""A word that stands more often in a text says little about where a passage is."""


def nearest(fragments: Sequence[Fragment], source: Words) -> Comparison:
    """Each fragment at its nearest place. Too little of them in the text: not found."""
    total = sum(map(len, fragments))
    placed: list[tuple[Fragment, list[tuple[int, int]]]] = []
    cursor, met, longest, reordered = 0, 0, 0, False
    for fragment in fragments:
        pairs = _placed(fragment, source, cursor)
        if pairs:
            if pairs[0][1] < cursor:
                reordered = True
            cursor = pairs[-1][1] + 1
            met += len(pairs)
            longest = max(longest, _longest_run(pairs))
        placed.append((fragment, pairs))
    near = longest >= 3 or (longest >= 2 and met >= total - 1)
    if met * 2 < total or total < 3 or not near:
        return Comparison(NOT_FOUND)
    covered = [pair[1] for _fragment, pairs in placed for pair in pairs]
    segments = list(_aligned_segments(placed, source, reordered=reordered))
    first, last = min(covered), max(covered) + 1
    text = source.slice(first, last)
    if reordered or len(text) > LONGEST_SHOWN:
        text = " […] ".join(source.slice(pairs[0][1], pairs[-1][1] + 1)[:LONGEST_SHOWN] for _fragment, pairs in placed if pairs)
    return Comparison(ALTERED, text, segments, first, last, reordered=reordered)


def _longest_run(pairs: Sequence[tuple[int, int]]) -> int:
    longest = run = 1
    for (one, other), (next_one, next_other) in pairwise(pairs):
        run = run + 1 if (next_one, next_other) == (one + 1, other + 1) else 1
        longest = max(longest, run)
    return longest


def _placed(fragment: Fragment, source: Words, cursor: int) -> list[tuple[int, int]]:
    """Pairs (word of the fragment, word of the text) that fit, at the best place; one behind `cursor` where the words stand there."""
    hits = occurrences(fragment, source)
    if hits:
        behind = [hit for hit in hits if hit.start >= cursor]
        hit = min(behind or hits, key=lambda one: (one.differs, one.start if behind else -one.start))
        return [(index, hit.start + index) for index in range(len(fragment))]
    window = _window(fragment, source, cursor)
    return _aligned(fragment, source, *window) if window else []


def _window(fragment: Fragment, source: Words, cursor: int) -> tuple[int, int] | None:
    """The stretch of the text where the most of the fragment's rare words stand near each other, in about its order."""
    votes: Counter[int] = Counter()
    width = max(8, len(fragment) // 2)
    for index, word in enumerate(fragment.words):
        places = source.places.get(word.loose, [])
        if not places or (len(places) > _OFTEN and len(fragment) > 4):
            continue
        weight = 1000 // (len(places) + 4) + 1
        for bucket in {(place - index) // width for place in places}:
            votes[bucket] += weight
            votes[bucket + 1] += weight
    if not votes:
        return None
    bucket = max(votes, key=lambda one: (votes[one], one * width >= cursor - width, -one))
    middle = bucket * width
    return max(0, middle - width - len(fragment) - 12), min(len(source.words), middle + width + 2 * len(fragment) + 12)


def _aligned(fragment: Fragment, source: Words, low: int, high: int) -> list[tuple[int, int]]:
    """The alignment of least edits of the whole fragment within words `low` to `high` of the text, whose ends are free
    (Sellers 1980). A word that only the quotation has costs thrice one that only the text has, so that "is an insurer" is shown as "is not
    an insurer" without "not", and not as "an insurer" with an "is" too many."""
    words = source.words[low:high]
    width = len(words)
    row = [0] * (width + 1)
    steps: list[bytearray] = []
    for index in range(len(fragment)):
        fitting = [fits(fragment, index, word) for word in words]
        step, new = bytearray(width + 1), [row[0] + 6]
        for place in range(1, width + 1):
            over, up, left = row[place - 1] + (0 if fitting[place - 1] else 6), row[place] + 6, new[place - 1] + 2
            if over <= up and over <= left:
                new.append(over)
            elif up <= left:
                new.append(up)
                step[place] = 1
            else:
                new.append(left)
                step[place] = 2
        steps.append(step)
        row = new
    place = min(range(width + 1), key=row.__getitem__)
    pairs = []
    index = len(fragment) - 1
    while index >= 0 and place > 0:
        taken = steps[index][place]
        if taken == 0:
            if fits(fragment, index, words[place - 1]):
                pairs.append((index, low + place - 1))
            index, place = index - 1, place - 1
        elif taken == 1:
            index -= 1
        else:
            place -= 1
    return pairs[::-1]


def _aligned_segments(placed: Sequence[tuple[Fragment, list[tuple[int, int]]]], source: Words, *, reordered: bool) -> Iterator[Segment]:
    behind: int | None = None
    for fragment, pairs in placed:
        if behind is not None and pairs and pairs[0][1] > behind and not reordered:
            gap = fragment.gaps
            if any(one.kind == "ellipsis" for one in gap):
                text = source.slice(behind, pairs[0][1])
                yield Segment("left_out", shortened(text), negation=negates_what_stays(source, behind, pairs[0][1]))
            elif gap:
                words = source.words[behind : pairs[0][1]]
                given = [word for one in gap for word in one.words]
                changed = sum(word.negates for word in given) != sum(word.negates for word in words)
                yield Segment("bracket", " ".join(one.text for one in gap), source.slice(behind, pairs[0][1]), negation=changed)
            else:
                yield _dropped(source, behind, pairs[0][1])
        elif fragment.gaps:
            yield from (Segment("bracket", gap.text) for gap in fragment.gaps if gap.kind == "bracket")
        yield from _pair_segments(fragment, pairs, source)
        if pairs:
            behind = pairs[-1][1] + 1


def _pair_segments(fragment: Fragment, pairs: Sequence[tuple[int, int]], source: Words) -> Iterator[Segment]:
    if not pairs:
        yield _added(fragment, 0, len(fragment))
        return
    run: list[tuple[int, int]] = []
    at, place = 0, pairs[0][1]
    for pair in [*pairs, (len(fragment), -1)]:
        index, found = pair
        if run and (index != at or (found != place and found >= 0) or found < 0):
            yield from _run_segments(fragment, run, source)
            run = []
        if found >= 0 and found > place:
            yield _dropped(source, place, found)
        if index > at:
            yield _added(fragment, at, index)
        if found >= 0:
            run.append(pair)
            at, place = index + 1, found + 1
    if run:
        yield from _run_segments(fragment, run, source)


def _run_segments(fragment: Fragment, run: Sequence[tuple[int, int]], source: Words) -> Iterator[Segment]:
    first, last = run[0][0], run[-1][0] + 1
    part = Fragment(fragment.words[first:last], fragment.patterns[first:last], [])
    yield from fragment_segments(part, run[0][1], source)


def _added(fragment: Fragment, first: int, last: int) -> Segment:
    words = fragment.words[first:last]
    return Segment("added", " ".join(word.form + word.after for word in words), negation=any(word.negates for word in words))


def _dropped(source: Words, first: int, last: int) -> Segment:
    return Segment("dropped", shortened(source.slice(first, last)), negation=any(word.negates for word in source.words[first:last]))
