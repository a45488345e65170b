"""A quotation against a text: exact, altered (with every difference), or not found.

No measure of likeness decides that a quotation is exact: its words must all stand in the text, in this order, with nothing between them but
what an ellipsis or a bracket of the quotation marks. Likeness only finds the nearest place, so that a difference can be shown.

What an ellipsis leaves out is shown. One that takes a negation out of the sentence that it shortens is an alteration, and so is a bracket
that takes one out or puts one in.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from documents.services.authorities.checking.fragments import (
    ALTERED,
    EXACT,
    LONGEST_SHOWN,
    NOT_FOUND,
    Comparison,
    Fragment,
    Gap,
    Hit,
    Segment,
    fragment_segments,
    fragments_of,
    negates_what_stays,
    occurrences,
    shortened,
)
from documents.services.authorities.checking.nearest import nearest
from documents.services.authorities.checking.words import Words

__all__ = ["ALTERED", "EXACT", "NOT_FOUND", "Comparison", "compare"]

BRACKET_STANDS_FOR = 15
"""Words of the text that one bracket may stand for."""
LONGEST_QUOTE = 20_000


def compare(quoted: str, source: Words) -> Comparison:
    """`quoted` without its outer quotation marks."""
    fragments, trailing = fragments_of(quoted[:LONGEST_QUOTE])
    if not fragments or not source.words:
        return Comparison(NOT_FOUND)
    chain = _chain(fragments, source)
    return _judged(_in_order(fragments, chain, trailing, source) if chain else nearest(fragments, source))


def _chain(fragments: Sequence[Fragment], source: Words) -> list[Hit] | None:
    """A place for each fragment, one behind the other: those with the fewest differences of form, of these the closest together."""
    best: list[tuple[tuple[int, int], list[Hit]]] = []
    for number, fragment in enumerate(fragments):
        hits = occurrences(fragment, source)
        if not hits:
            return None
        best = _linked(best, hits, fragment, first=number == 0)
        if not best:
            return None
    return min(best, key=lambda one: (one[0][0], one[1][-1].end - one[1][0].start))[1]


def _linked(
    best: list[tuple[tuple[int, int], list[Hit]]], hits: list[Hit], fragment: Fragment, *, first: bool
) -> list[tuple[tuple[int, int], list[Hit]]]:
    if first:
        return [((hit.differs, -hit.start), [hit]) for hit in hits]
    kinds = {gap.kind for gap in fragment.gaps}
    reach = None if "ellipsis" in kinds else BRACKET_STANDS_FOR * len(fragment.gaps)
    ends = [chain[-1].end for _cost, chain in best]  # they rise, as the places do
    minima: list[int] = []
    for place, (cost, _hits) in enumerate(best):
        minima.append(place if not minima or cost <= best[minima[-1]][0] else minima[-1])
    linked = []
    for hit in hits:
        upto = bisect_right(ends, hit.start)
        if not upto:
            continue
        if reach is None:
            before = minima[upto - 1]
        else:
            low = bisect_left(ends, hit.start - reach)
            if low >= upto:
                continue
            before = min(range(low, upto), key=lambda place: best[place][0])
        (differs, start), chain = best[before]
        linked.append(((differs + hit.differs, start), [*chain, hit]))
    return linked


def _in_order(fragments: Sequence[Fragment], chain: Sequence[Hit], trailing: Sequence[Gap], source: Words) -> Comparison:
    segments: list[Segment] = []
    before: Hit | None = None
    for fragment, hit in zip(fragments, chain, strict=True):
        segments += _gap_segments(fragment.gaps, before, hit, source)
        segments += fragment_segments(fragment, hit.start, source)
        before = hit
    segments += [Segment("bracket", gap.text) for gap in trailing if gap.kind == "bracket"]
    return Comparison(EXACT, segments=segments, first=chain[0].start, last=chain[-1].end, found_text=_shown(source, chain))


def _shown(source: Words, chain: Sequence[Hit]) -> str:
    text = source.slice(chain[0].start, chain[-1].end)
    if len(text) <= LONGEST_SHOWN:
        return text
    return " […] ".join(source.slice(hit.start, hit.end)[:LONGEST_SHOWN] for hit in chain)


def _gap_segments(gaps: Sequence[Gap], before: Hit | None, hit: Hit, source: Words) -> Iterator[Segment]:
    brackets = [gap for gap in gaps if gap.kind == "bracket"]
    if before is None:
        yield from (Segment("bracket", gap.text) for gap in brackets)
        return
    low, high = before.end, hit.start
    words = source.words[low:high]
    text = source.slice(low, high)
    if any(gap.kind == "ellipsis" for gap in gaps):
        yield from (Segment("bracket", gap.text) for gap in brackets)
        if words:
            kept = any(word.negates for gap in brackets for word in gap.words)
            yield Segment("left_out", shortened(text), negation=not kept and negates_what_stays(source, low, high))
    elif brackets:
        given = [word for gap in brackets for word in gap.words]
        changed = sum(word.negates for word in given) != sum(word.negates for word in words)
        yield Segment("bracket", " ".join(gap.text for gap in brackets), text, negation=changed)


def _judged(found: Comparison) -> Comparison:
    """What differs decides: anything but marked changes is an alteration."""
    if found.status == NOT_FOUND:
        return found
    real = [one for one in found.segments if one.kind in ("added", "dropped") or (one.negation and one.kind != "same")]
    form = [one for one in found.segments if one.kind == "form"]
    found.status = ALTERED if real or form or found.reordered else EXACT
    found.minor = bool(form) and not real and not found.reordered
    return found
