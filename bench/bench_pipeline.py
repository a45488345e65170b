"""How fast files become searchable end to end: over HTTP, through a real web process and a worker with one child per core.

The model is what takes most of the time, and what varies most from hour to hour, so the whole is measured against it: passages a second
against those of processes that embed and do nothing else, one per core, right before and after in the same run.
"""

from __future__ import annotations

import os
import tempfile
import time
import urllib.parse
from collections.abc import Callable, Sequence
from pathlib import Path

from django.core.management.base import CommandError

from bench import alone, materials
from bench.figures import Figures, Plan
from bench.installation import Installation, installation
from bench.materials import Filing

PHRASE = "In re Harbor Crane Litigation"
FILING_PAGES = 17
ROUNDS = 3
COPIES = 6  # of every file in a batch, told apart by a comment at their end: a batch long enough that its last file does not decide
ALONE_S = 5.0
LIMIT_S = 900


def run(out: Callable[[str], object], plan: Plan) -> Figures:
    """Ratios: the batch to embedding alone (goal 0.6); the time until a 17-page filing is found to that of embedding it on one core."""
    figures = Figures()
    cores = plan.size(os.cpu_count() or 1, 1)
    with tempfile.TemporaryDirectory() as folder, installation(children=cores) as place:
        files = materials.filings(Path(folder), materials.PAGES[: plan.size(len(materials.PAGES), 2)])
        (filing,) = materials.filings(Path(folder), (plan.size(FILING_PAGES, 2),))
        alone_rate = alone.rate(plan.size(int(ALONE_S), 1), place.env, cores)
        _found(figures, place, filing, alone_rate / cores, plan)
        _batches(figures, "", place, files, plan, alone_rate, cores)
        if plan.corpus:
            _batches(figures, "corpus: ", place, materials.corpus_filings(plan.corpus), plan, alone_rate, cores)
    return figures


def _found(figures: Figures, place: Installation, filing: Filing, alone_per_core: float, plan: Plan) -> None:
    _until_found(place, filing, 0)
    before = place.passages()
    times = [_until_found(place, filing, n) for n in range(1, 1 + plan.size(ROUNDS, 1))]
    embedding = (place.passages() - before) / len(times) / alone_per_core
    figures.ratios[f"a {filing.pages}-page filing until it is found, to embedding it"] = min(times) / embedding
    figures.absolute[f"a {filing.pages}-page filing until it is found, s"] = min(times)


def _batches(
    figures: Figures, source: str, place: Installation, files: Sequence[Filing], plan: Plan, alone_rate: float, cores: int
) -> None:
    """Each round beside embedding alone; the best ratio counts, for both sides of it have the same minute. A quick run embeds alone once,
    before all of it."""
    ratios, rates = [], []
    before = alone_rate
    if not plan.quick:
        _batch(place, files, f"{source}warm", 1)
        before = alone.rate(int(ALONE_S), place.env, cores)
    for n in range(plan.size(ROUNDS, 1)):
        passages, seconds = _batch(place, files, f"{source}{n}", plan.size(COPIES, 1))
        after = before if plan.quick else alone.rate(int(ALONE_S), place.env, cores)
        ratios.append(passages / seconds / ((before + after) / 2))
        rates.append(plan.size(COPIES, 1) * sum(filing.pages for filing in files) / seconds)
        before = after
    figures.ratios[f"{source}batch to embedding alone"] = max(ratios)
    figures.absolute[f"{source}batch, pages/s"] = max(rates)
    figures.absolute[f"{source}embedding alone, passages/s"] = before


def _until_found(place: Installation, filing: Filing, n: int) -> float:
    """From the end of the upload's answer to the first search that has it."""
    (row,) = place.upload(filing.path, salt=f"\n%filing {n}".encode())
    started = time.monotonic()
    query = urllib.parse.urlencode({"q": f'"{PHRASE}"', "case": place.case})
    while time.monotonic() - started < LIMIT_S:
        ready = place.call("GET", f"/api/documents/{row['id']}/")["status"] == "ready"
        if ready and any(hit["document"] == row["id"] for hit in place.call("GET", f"/api/search/?{query}")["results"]):
            return time.monotonic() - started
        time.sleep(0.05)
    raise CommandError(f"{filing.path.name} was not found after {LIMIT_S} s.")


def _batch(place: Installation, files: Sequence[Filing], salt: str, copies: int) -> tuple[int, float]:
    """Passages, and seconds from the first byte sent until all are ready."""
    before = place.passages()
    started = time.monotonic()
    for copy in range(copies):
        place.upload(*(filing.path for filing in files), salt=f"\n%{salt} {copy}".encode())
    place.wait_for_all(LIMIT_S, pause=0.5)  # asking costs the web process, too
    seconds = time.monotonic() - started
    return place.passages() - before, seconds
