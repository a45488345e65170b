"""Where the nodes of a neighbourhood stand in its picture: time from left to right, importance from below upward.

The picture does not jump: a place depends on a node's own date and importance, and on those of more mentions only where these have taken
it already. What is not in the library stands in a band below, documents of cases in one below that.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from documents.services.authorities.graph.neighbourhood import CENTRE, DOCUMENT, MISSING, Neighbourhood, Node

WIDTH, LEFT, RIGHT, TOP, AXIS = 900, 64, 36, 28, 34
CELL, ROW = 34, 30
RADIUS, CENTRE_RADIUS = 11, 15
ROWS = {"library": 9, MISSING: 1, DOCUMENT: 1}
"""The least rows of each band; one that is full grows downward."""
STEPS = (1, 2, 5, 10, 20, 25, 50, 100)
MOST_TICKS = 9


@dataclass
class Spot:
    """A node at its place."""

    node: Node
    x: int
    y: int

    @property
    def radius(self) -> int:
        return CENTRE_RADIUS if self.node.kind == CENTRE else RADIUS

    @property
    def left(self) -> int:
        return self.x - self.radius

    @property
    def top(self) -> int:
        return self.y - self.radius

    @property
    def size(self) -> int:
        return 2 * self.radius

    @property
    def baseline(self) -> int:
        return self.y + 4


@dataclass(frozen=True)
class Arrow:
    x1: float
    y1: float
    x2: float
    y2: float
    weight: int
    """1 to 3, by its mentions."""
    kind: str
    """cites, cited (of the centre) or between."""


@dataclass
class Band:
    name: str
    top: int
    bottom: int

    @property
    def middle(self) -> int:
        return (self.top + self.bottom) // 2


@dataclass
class Picture:
    width: int
    height: int
    spots: list[Spot]
    arrows: list[Arrow]
    ticks: list[tuple[int, int]]
    """(x, year)."""
    bands: dict[str, Band] = field(default_factory=dict)
    undated: int | None = None
    """x of the column of what has no date; None where all has one."""

    @property
    def axis(self) -> int:
        return self.height - AXIS + 6


def drawn(neighbourhood: Neighbourhood) -> Picture:
    """The picture of a neighbourhood."""
    nodes = [neighbourhood.centre, *neighbourhood.nodes]
    years = [node.year for node in nodes if node.year is not None]
    first, last, step = _years(years)
    columns = (WIDTH - LEFT - RIGHT) // CELL
    without_date = any(node.year is None for node in nodes)
    dated_columns = columns - 2 if without_date else columns
    spots: dict[int, Spot] = {}
    bands: dict[str, Band] = {}
    top = TOP
    for band in ("library", MISSING, DOCUMENT):
        inside = [node for node in nodes if _band(node) == band]
        if not inside:
            continue
        cells = _placed(inside, first, last, dated_columns, columns, ROWS[band], without_date)
        rows = max(ROWS[band], 1 + max(row for _, row in cells.values()))
        for node in inside:
            column, row = cells[node.number]
            spots[node.number] = Spot(node, LEFT + column * CELL + CELL // 2, top + row * ROW + ROW // 2)
        bands[band] = Band(band, top, top + rows * ROW)
        top += rows * ROW + 14
    ticks = [
        (LEFT + round(_share(year, first, last) * (dated_columns - 1) * CELL) + CELL // 2, year) for year in range(first, last + 1, step)
    ]
    undated = LEFT + (columns - 1) * CELL + CELL // 2 if without_date else None
    ordered = [spots[node.number] for node in nodes]
    return Picture(WIDTH, top + AXIS, ordered, list(_arrows(neighbourhood, spots)), ticks, bands, undated)


def _band(node: Node) -> str:
    return node.kind if node.kind in (MISSING, DOCUMENT) else "library"


def _years(years: Sequence[int]) -> tuple[int, int, int]:
    """First and last year of the axis, whole steps so that a new neighbour seldom moves the others, and the step of its ticks."""
    low, high = (min(years), max(years)) if years else (2000, 2000)
    low, high = low - low % 10, high + (10 - high % 10 if high % 10 or low == high else 0)
    step = next((step for step in STEPS if (high - low) / step < MOST_TICKS), 200)
    return low, max(high, low + 10), step


def _share(year: int, first: int, last: int) -> float:
    return (year - first) / (last - first)


def _placed(
    nodes: Sequence[Node], first: int, last: int, dated: int, columns: int, rows: int, without_date: bool
) -> dict[int, tuple[int, int]]:
    """For each node's number its cell (column, row): the free one nearest to where it belongs. The centre chooses first, then in order."""
    taken: set[tuple[int, int]] = set()
    places: dict[int, tuple[int, int]] = {}
    for node in nodes:
        column = columns - 1 if node.year is None else round(_share(node.year, first, last) * (dated - 1))
        row = round((1 - (node.percentile or 0) / 100) * (rows - 1)) if _band(node) == "library" else 0
        places[node.number] = next(cell for cell in _near(column, row, dated if node.year is not None else columns) if cell not in taken)
        taken.add(places[node.number])
    return places


def _near(column: int, row: int, columns: int) -> Iterator[tuple[int, int]]:
    """The cells around one, nearest first; up and down before left and right, and downward without an end."""
    for distance in range(10_000):
        around = [
            (column + dx, row + dy)
            for dx in range(-min(distance // 3, 2), min(distance // 3, 2) + 1)
            for dy in {distance - 3 * abs(dx), 3 * abs(dx) - distance}
            if 0 <= column + dx < columns and row + dy >= 0
        ]
        yield from sorted(around, key=lambda cell: (abs(cell[0] - column), cell[1] > row, cell))


def _arrows(neighbourhood: Neighbourhood, spots: dict[int, Spot]) -> Iterator[Arrow]:
    """From the rim of who cites to the rim of what is cited; those between neighbours first, so that the others lie above."""
    for link in sorted(neighbourhood.links, key=lambda link: 0 in (link.source, link.target)):
        source, target = spots[link.source], spots[link.target]
        dx, dy = target.x - source.x, target.y - source.y
        length = math.hypot(dx, dy) or 1.0
        ux, uy = dx / length, dy / length
        kind = "cites" if link.target == 0 else "cited" if link.source == 0 else "between"
        yield Arrow(
            round(source.x + ux * (source.radius + 1), 1), round(source.y + uy * (source.radius + 1), 1),
            round(target.x - ux * (target.radius + 5), 1), round(target.y - uy * (target.radius + 5), 1),
            1 if link.mentions < 3 else 2 if link.mentions < 8 else 3, kind,
        )  # fmt: skip
