"""The table of authorities of a brief of 60 pages, from its stored mentions to the finished file (goals: Word 2 s, PDF 3 s)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from bench.figures import Figures, Plan
from bench.installation import own_database
from cases.models import Case, Membership
from cases.services import citations as law
from documents.models import Citation, Document, Page, TextVersion
from documents.services.papers import laying_out
from documents.services.papers.kinds import KINDS, Making
from documents.services.papers.making import described
from lexintel.models import User

PAGES = 60
A_PAGE = 12
"""Citations on a page, some five authorities new on each: a brief that cites a lot."""


def run(out: Callable[[str], object], plan: Plan, template: str) -> Figures:
    """In a database of its own on the configured server. The ratio is to reading the brief's citations anew."""
    with own_database("lexintel_bench_papers", template):
        return _figures(plan)


def _figures(plan: Plan) -> Figures:
    figures = Figures()
    pages = [(number, _page(number)) for number in range(1, plan.size(PAGES, 6) + 1)]
    began = time.perf_counter()
    found = law.extract_pages(pages)
    extraction = time.perf_counter() - began
    making = _made_up(pages, found)
    for form in ("docx", "pdf"):
        _make(making, form)  # the child is warm from here on
        seconds = min(_seconds(lambda form=form: _make(making, form)) for _time in range(3))
        figures.absolute[f"s for the table of authorities of {len(pages)} pages as {form}"] = seconds
        figures.ratios[f"table of authorities as {form} to extracting its citations"] = seconds / extraction
    return figures


def _page(number: int) -> str:
    cited = []
    for place in range(A_PAGE):
        volume = (number * 5 + place) % 300 + 100 if place < 5 else (number + place) % 40 + 100
        cited.append(f"The court said so in Harbour {volume} Co. v. Crane, {volume} F.3d {volume + 7}, {volume + 9} (1st Cir. 2001).")
    return " ".join(
        [*cited, f"See 42 U.S.C. § {1980 + number % 9}. Fed. R. Civ. P. {number % 60 + 1}. " + "It was argued at length. " * 40]
    )


def _made_up(pages: list[tuple[int, str]], found: list[law.PageMention]) -> Making:
    user = User.objects.create_user("bench-papers")
    case = Case.objects.create(title="Harbour v. Crane", docket_number="1:25-cv-1", court="District of Massachusetts")
    Membership.objects.create(case=case, user=user, role="owner")
    document = Document.objects.create(case=case, title="Brief", status="ready")
    document.text_version = TextVersion.objects.create(document=document, number=1)
    document.save()
    Page.objects.bulk_create(Page(text_version=document.text_version, number=number, text=text) for number, text in pages)
    Citation.objects.bulk_create(_row(document.text_version, one) for one in found)
    return Making(case, user, {"document": str(document.pk)}, "https://law.example")


def _row(version: TextVersion, one: law.PageMention) -> Citation:
    said = one.mention
    return Citation(
        text_version=version, page=one.page, start=said.start, end=said.end, text=said.text, key=said.key, pin=said.pin, kind=said.kind,
        method=said.method, name=said.name, year=said.year, role=said.role, cluster=said.cluster, court=said.court,
    )  # fmt: skip


def _make(making: Making, form: str) -> None:
    draft = KINDS["table_of_authorities"].built(making)
    folder = laying_out.pool.folder()
    try:
        laying_out.lay_out(form, described(making.case, making.user, draft, "table_of_authorities"), None, folder, lambda: None)
    finally:
        folder.remove()


def _seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
