"""The authorities of a case with very many mentions: the list as the page counts it, and one authority's passages."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

from django.db import connection

from bench.figures import Figures, Plan
from bench.installation import own_database
from documents.services.authorities import of_case
from documents.services.authorities.of_case import Narrowed

MENTIONS, AUTHORITIES, DOCUMENTS, RULINGS = 20_000, 3_000, 200, 1_000
GOAL_MS = 200.0


def run(out: Callable[[str], object], plan: Plan, template: str) -> Figures:
    """In a database of its own on the configured server. Ratio: the goal of 200 ms to the list; the best of five."""
    with own_database("lexintel_bench_authorities", template):
        return _figures(plan.size(MENTIONS, 400))


def _figures(mentions: int) -> Figures:
    figures = Figures()
    case = _made(mentions)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    found = of_case.authorities_of(case)
    most = max(found, key=lambda one: one.mentions)
    if sum(one.mentions for one in found) != mentions:
        raise RuntimeError("The list does not count every mention.")
    listed = _best(lambda: Narrowed().apply(of_case.authorities_of(case)))
    figures.ratios["goal of 200 ms to the authorities of a case"] = GOAL_MS / listed
    figures.absolute["authorities of a case, ms"] = listed
    figures.absolute["passages of one of them, ms"] = _best(lambda: of_case.passages_of(case, most.id))
    figures.absolute["mentions in the case"] = float(mentions)
    return figures


def _made(mentions: int) -> Any:
    from cases.models import Case, Ruling
    from documents.models import Citation, Document, TextVersion

    pick = random.Random(7)  # noqa: S311
    case = Case.objects.create(title="A large case")
    rulings = Ruling.objects.bulk_create(
        [Ruling(name=f"A{n} v. B{n}", keys=[f"us:{n}:1"], citations=[f"{n} U.S. 1"]) for n in range(RULINGS)]
    )
    documents = Document.objects.bulk_create([Document(case=case, title=f"Paper {n}", status="ready") for n in range(DOCUMENTS)])
    versions = TextVersion.objects.bulk_create([TextVersion(document=document, number=1) for document in documents])
    for document, version in zip(documents, versions, strict=True):
        document.text_version = version
    Document.objects.bulk_update(documents, ["text_version"])
    rows = []
    for place in range(mentions):
        n = min(int(pick.paretovariate(0.6)) - 1, AUTHORITIES - 1)
        kind, words = pick.choice([("case", f"{n} U.S. 1"), ("case", f"{n} U.S. 1"), ("short", f"{n} U.S. at 5"), ("id", "Id. at 5")])
        rows.append(
            Citation(
                text_version=versions[place % DOCUMENTS],
                page=1 + place // DOCUMENTS,
                start=10,
                end=20,
                text=words,
                key=f"us:{n}:1",
                cluster=f"us:{n}:1",
                kind=kind,
                method="us/full",
                name=f"A{n} v. B{n}" if kind == "case" else "",
                confidence=pick.choice([0.98, 0.98, 0.9, 0.6]),
                year=1900 + n % 120,
                ruling=rulings[n] if n < RULINGS else None,
            )
        )
    Citation.objects.bulk_create(rows, batch_size=1000)
    return case


def _best(work: Callable[[], object]) -> float:
    times = []
    for _turn in range(5):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times) * 1000
