"""The card of a citation as a reader gets it, in a matter that cites much and a library in which much is cited."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client, override_settings

from bench.figures import Figures, Plan
from bench.installation import UNHASHED, own_database
from cases.models import Ruling
from cases.services import matters
from documents.models import Citation, Document, Page, TextVersion

MENTIONS = 20_000
OPINION_PAGES = 60
GOAL_MS = 50.0


def run(out: Callable[[str], object], plan: Plan, template: str) -> Figures:
    """In a database of its own on the configured server. Ratio: the goal of 50 ms to the median card."""
    figures = Figures()
    with own_database("lexintel_bench_card", template):
        reader = get_user_model().objects.create_user("bench")
        mentions = _matter(reader, plan.size(MENTIONS, 200))
        client = Client(headers={"host": "localhost"})
        client.force_login(reader)
        with override_settings(STORAGES=UNHASHED):
            _milliseconds(client, mentions[0])  # the first in a process reads the tables of reporters and courts
            taken = sorted(_milliseconds(client, mention) for mention in mentions[: plan.size(60, 3)])
        median = taken[len(taken) // 2]
        figures.ratios["goal of 50 ms to a card"] = GOAL_MS / median
        figures.absolute["card, ms"] = median
        figures.absolute["card, ms, slowest of them"] = taken[-1]
    return figures


def _milliseconds(client: Client, mention: int) -> float:
    began = time.perf_counter()
    answer = client.get(f"/citations/{mention}/card/")
    taken = 1000 * (time.perf_counter() - began)
    if answer.status_code != 200:
        raise RuntimeError(f"The card of {mention} answered {answer.status_code}.")
    return taken


def _matter(reader: Any, count: int) -> list[int]:
    """A case whose documents have `count` mentions of a hundred rulings, each ruling with the pages of its reporter; ids of mentions."""
    case = matters.create_case("Benchmark", user=reader)
    rulings = [_ruling(number) for number in range(1, 101)]
    per_document = 200
    for start in range(0, count, per_document):
        version = _reading(Document(case=case, title=f"Brief {start}"), ["See it."])
        Citation.objects.bulk_create(
            _mention(version, rulings[number % 100], number) for number in range(start, min(count, start + per_document))
        )
    return list(Citation.objects.order_by("pk").values_list("pk", flat=True)[::97])


def _mention(version: TextVersion, ruling: Ruling, number: int) -> Citation:
    key = ruling.keys[0]
    pin = str(1 + number % OPINION_PAGES)
    return Citation(
        text_version=version, page=1, start=0, end=7, text=ruling.citations[0], key=key, cluster=key, pin=pin, kind="case", ruling=ruling,
        method="us/full",
    )  # fmt: skip


def _ruling(number: int) -> Ruling:
    ruling = Ruling.objects.create(
        name=f"A v. B{number}", court="Court of Appeals for the First Circuit", court_id="ca1", date=datetime.date(2010, 6, 2),
        citations=[f"{number} F.3d 1"], keys=[f"f3d:{number}:1"],
    )  # fmt: skip
    words = "The judgment of the court below is affirmed, for the reasons that follow. " * 40
    _reading(Document(title=ruling.name, kind="ruling", ruling=ruling), [words] * OPINION_PAGES)
    return ruling


def _reading(document: Document, pages: list[str]) -> TextVersion:
    document.status = Document.Status.READY
    document.save()
    version = TextVersion.objects.create(document=document, number=1)
    Page.objects.bulk_create(
        Page(text_version=version, number=number, label=str(number), text=text) for number, text in enumerate(pages, 1)
    )
    Document.objects.filter(pk=document.pk).update(text_version=version)
    return version
