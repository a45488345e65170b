"""Finding authorities in opinions: ours (every grammar, references resolved) against eyecite's own way over the same texts."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import eyecite

from bench import materials
from bench.figures import Figures, Plan
from cases.services import citations


def run(out: Callable[[str], object], plan: Plan) -> Figures:
    """Ratio: ours to eyecite's, by the time of one core."""
    figures = Figures()
    _measure(figures, "", materials.opinions(plan.size(12, 1), paragraphs=plan.size(60, 10)))
    if plan.corpus:
        _measure(figures, "corpus: ", materials.corpus_opinions(plan.corpus)[: plan.size(12, 1)])
    return figures


def _measure(figures: Figures, source: str, texts: Sequence[str]) -> None:
    citations.extract(texts[0][:2000])
    eyecite.get_citations(texts[0][:2000])
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    ours, theirs = megabytes / _seconds(citations.extract, texts), megabytes / _seconds(eyecite.get_citations, texts)
    figures.ratios[f"{source}citations to eyecite's own way"] = ours / theirs
    figures.absolute[f"{source}citations, MB/s a core"] = ours
    figures.absolute[f"{source}eyecite, MB/s a core"] = theirs


def _seconds(find: Callable[[str], object], texts: Sequence[str]) -> float:
    began = time.process_time()
    for text in texts:
        find(text)
    return time.process_time() - began
