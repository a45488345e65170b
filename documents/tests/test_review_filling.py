"""Review tables are filled by tasks: paused, killed, cancelled and tried again without loss; what people wrote stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from cases.models import Case
from documents.errors import Refused
from documents.models import Document, Page, ReviewCell, ReviewTable
from documents.services.review import filling, showing, tables
from documents.services.review.showing import Asked
from documents.services.search import SearchError
from documents.tests.searching import document, publish
from lexintel.models import User
from tasks.batches import control
from tasks.engine.attempts import claim_next, execute
from tasks.models import Batch, TaskAttempt, TaskRecord

State = ReviewCell.State
ENDS = "When does the lease of the crane end?"
SIGNED = "Who signed the lease for the harbour?"
LEASE = "The lease of the crane ends on {day} May 2024. Rent of $4,200 is payable in advance. Ms. Okonkwo signed the lease for the harbour."

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def leases(case: Case) -> list[Document]:
    return [document(case, f"Lease {n}", "Schedule of rent.", LEASE.format(day=n)) for n in (3, 4, 5)]


@pytest.fixture
def table(case: Case, owner: User, leases: list[Document]) -> ReviewTable:
    return tables.make(case, owner, "Leases", [ENDS, SIGNED], [one.pk for one in leases])


def texts(table: ReviewTable) -> list[list[str]]:
    page = showing.page_of(table, list(table.questions.all()), Asked())
    return [[cell.text for cell in row.cells] for row in page.object_list]


def found(day: int) -> list[str]:
    return [f"{day} May 2024", "Ms. Okonkwo"]


def states(table: ReviewTable) -> set[str]:
    return set(ReviewCell.objects.filter(row__table=table).values_list("state", flat=True))


def test_every_cell_is_answered_by_its_own_document_with_its_words(
    table: ReviewTable, owner: User, case: Case, work_off: Callable[..., int]
) -> None:
    document(case, "Another lease", LEASE.format(day=9))
    begun = filling.fill(table, owner)
    assert (begun.tasks, begun.batch.expected, begun.batch.title) == (3, 0, "Filling 3 rows of a review table")
    work_off()
    assert texts(table) == [found(3), found(4), found(5)]
    for cell in ReviewCell.objects.filter(row__table=table).select_related("row__document"):
        page = Page.objects.get(text_version=cell.text_version_id, number=cell.page or 0)
        assert page.text[cell.start : cell.end] == cell.quote
        assert cell.text_version_id == cell.row.document.text_version_id
    control.close(begun.batch.pk)
    with pytest.raises(Refused, match="looked for already"):
        filling.fill(table, owner)


def test_a_correction_is_never_overwritten_and_can_be_taken_back(table: ReviewTable, owner: User, work_off: Callable[..., int]) -> None:
    cells = list(ReviewCell.objects.filter(row__table=table).order_by("row__number", "question__number"))
    tables.correct(cells[0], owner, "31 December 2024")
    tables.correct(cells[1], owner, "")
    filling.fill(table, owner)
    work_off()
    assert texts(table)[0] == ["31 December 2024", ""]
    cells[0].refresh_from_db()
    assert (cells[0].text, cells[0].corrected_by) == (found(3)[0], owner)  # seen beside it

    tables.correct(cells[0], owner, None)
    assert texts(table)[0] == [found(3)[0], ""]
    ids = [row.row.pk for row in showing.page_of(table, list(table.questions.all()), Asked(only="corrected")).object_list]
    assert ids == [cells[1].row_id]


def test_a_new_question_fills_only_its_column_and_a_changed_one_empties_it(
    table: ReviewTable, owner: User, work_off: Callable[..., int]
) -> None:
    filling.fill(table, owner)
    work_off()
    before = dict(ReviewCell.objects.values_list("pk", "updated"))
    rent = tables.add_question(table, owner, "How much rent is payable in advance?")
    assert filling.fill(table, owner).tasks == 3
    work_off()
    assert [row[2] for row in texts(table)] == ["$4,200"] * 3
    assert dict(ReviewCell.objects.filter(pk__in=before).values_list("pk", "updated")) == before
    first = ReviewCell.objects.filter(question=rent).order_by("row__number")[0]
    tables.correct(first, owner, "monthly")
    tables.change_question(rent, owner, "Who drives the submarine to Jupiter?")
    assert [row[2] for row in texts(table)] == ["monthly", "", ""]
    filling.fill(table, owner)
    work_off()
    assert set(ReviewCell.objects.filter(question=rent).values_list("state", flat=True)) == {State.NOTHING}


def test_a_document_read_anew_marks_its_cells_and_is_filled_again(
    table: ReviewTable, leases: list[Document], owner: User, work_off: Callable[..., int]
) -> None:
    filling.fill(table, owner)
    work_off()
    publish(leases[0], LEASE.format(day=8))
    assert showing.counts(table).stale == 2
    row = showing.page_of(table, list(table.questions.all()), Asked(only="stale")).object_list[0]
    assert [cell.stale for cell in row.cells] == [True, True]
    assert filling.fill(table, owner, anew=["stale"]).tasks == 1
    work_off()
    assert (texts(table)[0], showing.counts(table).stale) == (found(8), 0)


def test_a_pause_holds_and_a_killed_worker_loses_and_doubles_nothing(
    table: ReviewTable, owner: User, work_off: Callable[..., int], monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.TASK_EXECUTOR = "background"
    monkeypatch.setattr(filling, "KEPT_EVERY", 0.0)  # each answer by itself
    batch = filling.fill(table, owner).batch
    control.pause(batch.pk, owner)
    assert work_off() == 0
    assert filling.fill(table, owner).batch == batch  # what is added waits with it
    control.resume(batch.pk, owner)
    run = claim_next("background")
    assert run is not None
    answered = filling.answer_cell
    asked: list[str] = []

    def killed(question: Any, evidence: Any, check: Callable[[], None]) -> Any:
        asked.append(question.text)
        if len(asked) == 2:
            TaskRecord.objects.filter(pk=run.id).update(lease_until=timezone.now(), attempt=F("attempt") + 1, status="queued", turn=0)
        return answered(question, evidence, check)

    monkeypatch.setattr(filling, "answer_cell", killed)
    execute(run)
    assert ReviewCell.objects.filter(state=State.FOUND).count() == 1  # what was kept before it was lost, and nothing after
    kept = ReviewCell.objects.get(state=State.FOUND)
    work_off()
    assert texts(table) == [found(3), found(4), found(5)]
    assert len(asked) == 7  # the kept answer was not looked for again
    assert ReviewCell.objects.get(pk=kept.pk).updated == kept.updated


def test_columns_added_while_a_row_is_filled_are_filled_too(
    table: ReviewTable, owner: User, work_off: Callable[..., int], settings: Any
) -> None:
    settings.TASK_EXECUTOR = "background"
    filling.fill(table, owner)
    run = claim_next("background")
    assert run is not None
    job = filling.ReviewJob.model_validate(run.record.payload)
    result = filling.fill_row(job, run)
    tables.add_question(table, owner, "How much rent is payable in advance?")
    with transaction.atomic():
        filling.fill(table, owner)
    with run.publish(result):
        pass
    work_off()
    assert states(table) == {State.FOUND}


def test_what_fails_says_why_and_can_be_tried_again(
    table: ReviewTable, leases: list[Document], owner: User, work_off: Callable[..., int]
) -> None:
    Document.objects.filter(pk=leases[0].pk).update(text_version=None, status=Document.Status.FAILED)
    Document.objects.filter(pk=leases[1].pk).update(text_version=None, status=Document.Status.EXTRACTING)
    batch = filling.fill(table, owner).batch
    work_off()
    counted = showing.counts(table)
    assert (counted.failed, counted.waiting, counted.found) == (2, 2, 2)
    assert "could not be read" in ReviewCell.objects.filter(state=State.FAILED)[0].error
    publish(leases[0], LEASE.format(day=3))
    control.retry_failed(batch.pk, owner)
    assert showing.counts(table).failed == 0
    work_off()
    assert texts(table)[0] == found(3)
    publish(leases[1], LEASE.format(day=4))
    filling.fill(table, owner)
    control.cancel(Batch.objects.latest("created").pk, owner)
    work_off()
    assert showing.counts(table).waiting == 2  # empty, as before


def test_what_fails_tells_nothing_of_the_case_to_tasks_and_logs(
    table: ReviewTable, owner: User, work_off: Callable[..., int], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "the secret of the crane"

    def failing(question: Any, evidence: Any, check: Callable[[], None]) -> Any:
        raise SearchError(secret, "bad") if question.text == ENDS else RuntimeError(secret)

    monkeypatch.setattr(filling, "answer_cell", failing)
    filling.fill(table, owner)
    work_off()
    tables.delete_question(table.questions.get(text=SIGNED), owner)
    filling.fill(table, owner, anew=["failed"])
    work_off()
    assert {cell.error for cell in ReviewCell.objects.filter(row__table=table)} == {secret}
    assert set(TaskRecord.objects.values_list("error_code", flat=True)) == {"row_failed", "cells_failed"}
    told = [*TaskRecord.objects.values_list("error", flat=True), *TaskAttempt.objects.values_list("traceback", flat=True), caplog.text]
    assert not [text for text in told if secret in text]


def test_the_rights_of_who_had_it_filled_count_when_it_is_filled(
    table: ReviewTable, leases: list[Document], editor: User, owner: User, case: Case, work_off: Callable[..., int]
) -> None:
    filling.fill(table, editor)
    leases[2].deleted_at = timezone.now()
    leases[2].save()
    case.memberships.filter(user=editor).delete()
    work_off()
    counted = showing.counts(table)
    assert (counted.rows, counted.failed, counted.found) == (2, 4, 0)
    assert "may not change its case any more" in ReviewCell.objects.filter(state=State.FAILED)[0].error
    assert not TaskRecord.objects.filter(status="queued").exists()
