"""A comparison as a page shows it: what differs with a little around it, long equal stretches folded, and of many differences a part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from documents.services.reading.comparison import Block, Blocks, Comparison

AROUND = 1  # equal blocks shown before and after one that differs
CHANGED_AT_ONCE = 200  # blocks that differ in a part
CHARACTERS_AT_ONCE = 300_000
CHARACTERS_IN_FOLD = 40_000  # of both documents


@dataclass(frozen=True)
class Fold:
    """Equal blocks of which the page shows only how many they are, until it is asked; of very many the first."""

    blocks: list[Block]
    count: int

    @property
    def first(self) -> Block:
        return self.blocks[0]

    @property
    def more(self) -> int:
        return self.count - len(self.blocks)


@dataclass(frozen=True)
class Part:
    """One part of a comparison, from 1 of `parts`; its differences are numbered `first` to `last`, 0 where it has none."""

    rows: list[Block | Fold]
    number: int
    parts: int
    first: int
    last: int


def part_of(comparison: Comparison, number: int) -> Part:
    """A part; the nearest there is where `number` is none."""
    blocks = comparison.blocks
    parts = list(_divided(blocks, _folded(blocks)))
    number = min(max(number, 1), max(len(parts), 1))
    rows = [_row(blocks, run) for run in (parts[number - 1] if parts else [])]
    numbers = [segment.number for row in rows if isinstance(row, Block) for side in (row.left, row.right) for segment in side.segments]
    found = [one for one in numbers if one]
    return Part(rows, number, max(len(parts), 1), min(found, default=0), max(found, default=0))


def _folded(blocks: Blocks) -> Iterator[range]:
    """The places of the blocks in runs: what is shown alone, what is folded together."""
    near = [not all(blocks.equal[max(0, place - AROUND) : place + AROUND + 1]) for place in range(len(blocks))]
    for shown, run in groupby(range(len(blocks)), near.__getitem__):
        places = list(run)
        if shown:
            yield from (range(place, place + 1) for place in places)
        else:
            yield range(places[0], places[-1] + 1)


def _divided(blocks: Blocks, runs: Iterator[range]) -> Iterator[list[range]]:
    part: list[range] = []
    changed = characters = 0
    for run in runs:
        size = sum(blocks.characters(place) for place in _kept(blocks, run))
        if part and (changed >= CHANGED_AT_ONCE or characters + size > CHARACTERS_AT_ONCE):
            yield part
            part, changed, characters = [], 0, 0
        part.append(run)
        characters += size
        changed += not blocks.equal[run.start]
    if part:
        yield part


def _kept(blocks: Blocks, run: range) -> range:
    """What of a run the page carries: of a long one the beginning."""
    characters = 0
    for place in run:
        characters += blocks.characters(place)
        if characters > CHARACTERS_IN_FOLD:
            return range(run.start, place + 1)
    return run


def _row(blocks: Blocks, run: range) -> Block | Fold:
    if len(run) == 1:
        return blocks[run.start]
    return Fold([blocks[place] for place in _kept(blocks, run)], len(run))
