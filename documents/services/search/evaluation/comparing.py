"""Whether search has become worse: a run against the last accepted one, query by query, and against the promises that hold for any run.

The comparison is paired. Under the hypothesis that nothing changed, each query's difference might as well have the other sign; the share of
all such flips whose sum is as low as what was seen is the probability of seeing it by chance (a randomisation test: Smucker, Allan and
Carterette, A comparison of statistical significance tests for information retrieval evaluation, CIKM 2007). It is exact for up to
EXACT_UP_TO differences and drawn with a fixed seed beyond, so that the same two runs always get the same verdict.

Vectors of the int8 model differ a little from processor to processor, and with them the order of passages that are all but equally near.
Differences of less than SAME in a query's nDCG count as none: that forgives a swap below the fourth place and nothing above it. A swap
further up that a processor makes is one of few, and no five queries fall together by it: one-sided, with all changes downward, five are
the fewest that are beyond chance (2^-5 = .03).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from documents.services.search.evaluation.running import Run
from documents.services.search.evaluation.ways import RECIPROCAL, USUAL
from documents.services.search.request import MODES

ACCEPTED = Path(__file__).with_name("accepted.json")
ALL = "all modes"
CHANCE = 0.05
SAME = 0.05
EXACT_UP_TO, DRAWS, SEED = 16, 100_000, 14
LOST = 0.01
"""Of the mean reciprocal rank of a style: where the fused way is behind by more, it has lost what one of its ways knew."""
LEAST = {USUAL: 0.05, RECIPROCAL: 0.1}
"""By how much the fused way must be better, in nDCG@10 over all searches."""


@dataclass(frozen=True)
class Accepted:
    """What is kept of an accepted run: {key of the search: {mode: nDCG@10}}, and the styles in which its fused way was behind one of its
    two. The goal is none; that there are some is said at each run, and only others make it fail."""

    searches: dict[str, dict[str, float]] = field(default_factory=dict)
    behind: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """One mode now and in the accepted run. `p`: how likely such a fall, or a deeper one, is by chance; `fell`: (query, before, now)."""

    mode: str
    before: float
    now: float
    p: float
    compared: int
    fell: tuple[tuple[str, float, float], ...]

    @property
    def worse(self) -> bool:
        return self.p < CHANCE


@dataclass(frozen=True)
class Lost:
    """In this style the fused way is behind the better of its two."""

    style: str
    way: str
    fused: float
    better: float


def chance(differences: Sequence[float]) -> float:
    """The probability that flipped signs sum up to as little as these differences do, or to less."""
    changed = np.array([one for one in differences if abs(one) >= SAME])
    if not changed.size:
        return 1.0
    if changed.size <= EXACT_UP_TO:
        flips = 1 - 2 * ((np.arange(2**changed.size)[:, None] >> np.arange(changed.size)) & 1)
        return float(np.mean(flips @ np.abs(changed) <= changed.sum() + 1e-9))
    flips = np.random.default_rng(SEED).choice((-1, 1), (DRAWS, changed.size))
    return float((np.sum(flips @ np.abs(changed) <= changed.sum() + 1e-9) + 1) / (DRAWS + 1))


def compare(run: Run, kept: Accepted) -> list[Comparison]:
    """Each mode, and the three together (a query's mean over them). Searches that only one of the two runs has are left out; there may be
    none that both have, and then there is nothing to compare."""
    both = [one for one in run.measured if one.search.key in kept.searches]
    if not both:
        return []
    now = {mode: [one.scores[mode].ndcg for one in both] for mode in MODES}
    before = {mode: [kept.searches[one.search.key][mode] for one in both] for mode in MODES}
    for found in (now, before):
        found[ALL] = [fmean(scores) for scores in zip(*(found[mode] for mode in MODES), strict=True)]  # type: ignore[index]
    queries = [one.search.q for one in both]
    return [_comparison(mode, queries, before[mode], now[mode]) for mode in (*MODES, ALL)]  # type: ignore[index]


def _comparison(mode: str, queries: Sequence[str], before: Sequence[float], now: Sequence[float]) -> Comparison:
    differences = [after - was for was, after in zip(before, now, strict=True)]
    fell = [row for row in zip(queries, before, now, strict=True) if row[1] - row[2] >= SAME]
    fell.sort(key=lambda row: row[2] - row[1])
    return Comparison(mode, fmean(before), fmean(now), chance(differences), len(queries), tuple(fell))


def lost(run: Run) -> list[Lost]:
    """The styles in which the fused way is behind words alone or meaning alone, by the reciprocal rank of the first right place."""
    found = []
    for style in run.styles():
        part = run.of(style=style)
        better, way = max((part.mean(mode, "mrr"), mode) for mode in MODES if mode != "hybrid")
        fused = part.mean("hybrid", "mrr")
        if fused < better - LOST:
            found.append(Lost(style, way, fused, better))
    return found


def margins(run: Run, measure: str = "ndcg") -> dict[str, float]:
    """By how much the fused way is better than what anybody would think of first."""
    return {way: run.mean("hybrid", measure) - run.mean(way, measure) for way in (USUAL, RECIPROCAL)}


def short_of(run: Run) -> list[str]:
    """The margins that a run does not reach, as sentences."""
    found = margins(run)
    return [
        f"hybrid is {found[way]:+.3f} over the {way} (nDCG), and should be {least:+.2f}."
        for way, least in LEAST.items()
        if found[way] < least
    ]


def accepted(name: str, path: Path = ACCEPTED) -> Accepted:
    """The last accepted run of this name; an empty one where there is none."""
    return all_accepted(path).get(name, Accepted())


def all_accepted(path: Path = ACCEPTED) -> dict[str, Accepted]:
    """The last accepted run of each name."""
    return {name: Accepted(kept["searches"], tuple(kept["behind"])) for name, kept in _read(path).items()}


def accept(run: Run, path: Path = ACCEPTED) -> None:
    """Let this run be the one that later ones of its name are compared with; those of other names stay."""
    searches = {one.search.key: {mode: round(one.scores[mode].ndcg, 4) for mode in MODES} for one in run.measured}
    runs = _read(path) | {run.name: {"behind": [one.style for one in lost(run)], "searches": searches}}
    path.write_text("{\n" + ",\n".join(_written(name, runs[name]) for name in sorted(runs)) + "\n}\n", "utf-8")


def _read(path: Path) -> dict[str, Any]:
    runs: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return runs


def _written(name: str, kept: dict[str, Any]) -> str:
    """A line for each search, so that it is seen what changed."""
    rows = ",\n".join(f"  {json.dumps(key, ensure_ascii=False)}: {json.dumps(row)}" for key, row in kept["searches"].items())
    return f' {json.dumps(name)}: {{"behind": {json.dumps(kept["behind"])}, "searches": {{\n{rows}\n }}}}'
