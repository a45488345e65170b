"""A run as tables for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from documents.services.search.evaluation.comparing import Comparison, Lost, margins
from documents.services.search.evaluation.labels import HALVES
from documents.services.search.evaluation.measures import DEPTH
from documents.services.search.evaluation.running import Run
from documents.services.search.evaluation.ways import WAYS

MEASURES = {"mrr": f"MRR@{DEPTH}", "ndcg": f"nDCG@{DEPTH}", "recall": f"recall@{DEPTH}"}
SHOWN = 12
"""Queries that fell, of each mode."""


def tables(run: Run) -> Iterator[str]:
    """One table for each measure: a row for each style, each half and all."""
    yield f"{run.name}: {len(run.measured)} searches"
    for measure, title in MEASURES.items():
        yield ""
        yield f"{title:<20} {'n':>4}" + "".join(f"{way:>17}" for way in WAYS)
        for label, part in _parts(run):
            yield f"{label:<20} {len(part.measured):>4}" + "".join(f"{part.mean(way, measure):>17.3f}" for way in WAYS)


def _parts(run: Run) -> Iterator[tuple[str, Run]]:
    styles = run.styles()
    if len(styles) > 1:
        yield from ((style, run.of(style=style)) for style in styles)
    yield from ((half, part) for half in HALVES if (part := run.of(half=half)).measured)
    yield "all", run


def ahead(run: Run) -> Iterator[str]:
    """The margins of the fused way."""
    for measure, title in MEASURES.items():
        said = ", ".join(f"{by:+.3f} over the {way}" for way, by in margins(run, measure).items())
        yield f"hybrid {title}: {said}"


def losses(run: Run, found: list[Lost]) -> Iterator[str]:
    """For every style, whether the fused way is at least as good as the better of its two."""
    behind = {one.style: one for one in found}
    for style in run.styles():
        if one := behind.get(style):
            yield f"LOST  {style}: hybrid {one.fused:.3f}, {one.way} {one.better:.3f} (MRR)"
        else:
            yield f"kept  {style}: hybrid is at least as good as the better of its two ways"


def changes(found: list[Comparison]) -> Iterator[str]:
    for one in found:
        verdict = "WORSE" if one.worse else "as good"
        yield f"{verdict:<8} {one.mode:<10} nDCG {one.before:.3f} -> {one.now:.3f} over {one.compared} searches, p {one.p:.3f}"
        if one.worse:
            yield from (f"    {before:.2f} -> {now:.2f}  {query[:110]}" for query, before, now in one.fell[:SHOWN])


def as_json(run: Run) -> dict[str, Any]:
    """{name, means: {style or half or "all": {way: {measure: value}}}, searches: [{q, style, half, scores}]}."""
    means = {label: {way: {one: round(part.mean(way, one), 4) for one in MEASURES} for way in WAYS} for label, part in _parts(run)}
    searches = [
        {"q": one.search.q, "style": one.search.style, "half": one.search.half, "scores": {way: asdict(s) for way, s in one.scores.items()}}
        for one in run.measured
    ]
    return {"name": run.name, "means": means, "searches": searches}
