"""What a table shows: its rows in an order, narrowed, a page of them, each cell with its value and its place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from cases.models import Case
from documents.models import Document, ReviewCell, ReviewQuestion, ReviewRow, ReviewTable
from documents.services.chat.places import address
from documents.services.classification.dates import dates_in
from documents.services.review import tables
from documents.services.review.filling import STALE

ROWS_PER_PAGE = 50
State = ReviewCell.State
NARROWINGS: dict[str, Q] = {
    "empty": Q(corrected_at=None) & ~Q(state=State.FOUND),
    "corrected": Q(corrected_at__isnull=False),
    "failed": Q(corrected_at=None, state=State.FAILED),
    "stale": STALE,
}
_AMOUNT = re.compile(r"\d[\d,. ]*\d|\d")


@dataclass(frozen=True)
class Asked:
    """What the address of a table asks for: rows with a cell of one of NARROWINGS, ordered by "title", the id of a question, or (as they
    were added) nothing; "-" in front is the other way round."""

    only: str = ""
    order: str = ""

    @classmethod
    def of(cls, given: Any) -> Asked:
        only, order = str(given.get("only") or ""), str(given.get("order") or "")
        known = order.removeprefix("-") == "title" or order.removeprefix("-").isdecimal()
        return cls(only if only in NARROWINGS else "", order[:20] if known else "")


@dataclass(frozen=True)
class ShownCell:
    """`text` is what stands there: what a person wrote, or else what was found. `stale`: the document was read anew since."""

    cell: ReviewCell
    question: ReviewQuestion
    text: str
    url: str
    stale: bool

    @property
    def corrected(self) -> bool:
        return self.cell.corrected_at is not None


@dataclass(frozen=True)
class ShownRow:
    row: ReviewRow
    document: Document
    cells: tuple[ShownCell, ...]
    version: str
    """Another where anything of the row has changed."""


@dataclass(frozen=True)
class Counts:
    rows: int = 0
    cells: int = 0
    waiting: int = 0
    found: int = 0
    nothing: int = 0
    failed: int = 0
    corrected: int = 0
    stale: int = 0


def of_case(case: Case, user: Any) -> QuerySet[ReviewTable]:
    """The case's tables with `row_count` and `question_count`, last changed first."""
    rows = ReviewRow.objects.filter(table=OuterRef("pk"), document__deleted_at=None, document__case=OuterRef("case")).order_by()
    questions = ReviewQuestion.objects.filter(table=OuterRef("pk")).order_by()
    found = ReviewTable.objects.visible_to(user).filter(case=case).select_related("created_by", "batch", "case")
    return found.annotate(row_count=_counted(rows), question_count=_counted(questions))


def _counted(of_table: QuerySet[Any]) -> Any:
    return of_table.values("table").annotate(n=Count("pk")).values("n")


def counts(table: ReviewTable) -> Counts:
    """Of all cells of living documents, in one query (and one for the rows)."""
    cells = ReviewCell.objects.filter(row__in=tables.living_rows(table))
    wanted = {state: Count("pk", filter=Q(state=state)) for state in ("waiting", "found", "nothing", "failed")}
    found = cells.aggregate(
        cells=Count("pk"), corrected=Count("pk", filter=NARROWINGS["corrected"]), stale=Count("pk", filter=STALE), **wanted
    )
    return Counts(rows=tables.living_rows(table).count(), **found)


def page_of(table: ReviewTable, questions: Sequence[ReviewQuestion], asked: Asked, number: Any = 1) -> Page[Any]:
    """A page whose `object_list` is of ShownRow. The right to see the table has been checked."""
    page: Page[Any] = Paginator(ordered(table, asked), ROWS_PER_PAGE).get_page(number)
    page.object_list = shown(list(page.object_list), questions)
    return page


def changed_since(table: ReviewTable, questions: Sequence[ReviewQuestion], rows: Sequence[int], since: datetime) -> list[ShownRow]:
    """Those of these rows of which a cell has changed since then."""
    newer = ReviewCell.objects.filter(row=OuterRef("pk"), updated__gte=since)
    found = tables.living_rows(table).filter(Exists(newer), pk__in=rows)
    return shown(list(found.values_list("pk", flat=True)), questions)


def ordered(table: ReviewTable, asked: Asked) -> list[int]:
    """The ids of its rows."""
    rows = tables.living_rows(table)
    if asked.only:
        rows = rows.filter(Exists(ReviewCell.objects.filter(NARROWINGS[asked.only], row=OuterRef("pk"))))
    key, backwards = asked.order.removeprefix("-"), asked.order.startswith("-")
    if key == "title":
        return list(rows.order_by("-document__title" if backwards else "document__title", "number").values_list("pk", flat=True))
    if not key:
        return list(rows.order_by("number", "pk").values_list("pk", flat=True))
    return _by_values(rows.order_by("number", "pk"), int(key), backwards)


def _by_values(rows: QuerySet[ReviewRow], question: int, backwards: bool) -> list[int]:
    """By what the cells of a column say: dates and amounts by their values; what is empty comes last either way."""
    cells = ReviewCell.objects.filter(question=question, row__in=rows.order_by())
    values = {
        row: (text if when is None else corrected)
        for row, text, corrected, when in cells.values_list("row", "text", "corrected", "corrected_at")
    }
    ids = list(rows.values_list("pk", flat=True))
    full = sorted((pk for pk in ids if values.get(pk)), key=lambda pk: _key(values[pk]), reverse=backwards)
    return full + [pk for pk in ids if not values.get(pk)]


def _key(text: str) -> tuple[int, float, str]:
    """A date where a short value is or begins with one, an amount where it is one, else its words."""
    short = text[:60]
    if (found := next(iter(dates_in(short)), None)) is not None and len(text) <= 60:
        return (0, float(found.day.toordinal()), text.casefold())
    amount = _AMOUNT.search(short)
    if amount is not None and len(text) <= 40:
        return (1, _number(amount.group()), text.casefold())
    return (2, 0.0, text.casefold())


def _number(text: str) -> float:
    whole, _point, rest = text.replace(" ", "").replace(",", "").rstrip(".").rpartition(".")
    try:
        return float(f"{whole.replace('.', '')}.{rest}" if whole else rest)
    except ValueError:
        return 0.0


def shown(rows: Sequence[int], questions: Sequence[ReviewQuestion]) -> list[ShownRow]:
    """In the order of the ids; two queries."""
    found = {row.pk: row for row in ReviewRow.objects.filter(pk__in=rows).select_related("document")}
    cells: dict[int, dict[int, ReviewCell]] = {}
    for cell in ReviewCell.objects.filter(row__in=rows).select_related("corrected_by"):
        cells.setdefault(cell.row_id, {})[cell.question_id] = cell
    return [_row(found[pk], cells.get(pk, {}), questions) for pk in rows if pk in found]


def _row(row: ReviewRow, cells: dict[int, ReviewCell], questions: Sequence[ReviewQuestion]) -> ShownRow:
    there = [(cells[question.pk], question) for question in questions if question.pk in cells]
    newest = max((cell.updated for cell, _question in there), default=None)
    version = (
        f"{newest.timestamp() if newest else 0}:{len(there)}:{row.document.text_version_id}:{row.document.status}:{row.document.title}"
    )
    return ShownRow(row, row.document, tuple(_cell(cell, question, row.document) for cell, question in there), version)


def _cell(cell: ReviewCell, question: ReviewQuestion, document: Document) -> ShownCell:
    text = cell.corrected if cell.corrected_at is not None else cell.text
    there = cell.page is not None
    url = address(document.pk, cell.page, cell.chunk_id, cell.at, cell.to) if there else ""
    looked = cell.state in (State.FOUND, State.NOTHING)
    return ShownCell(cell, question, text, url, stale=looked and cell.text_version_id != document.text_version_id)
