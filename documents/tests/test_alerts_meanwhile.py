"""What people and the pipeline do while alerts are checked, or before they are: nothing is lost, told wrongly, or stops another's work."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from cases.models import Case
from documents.models import AlertHit, AlertNotice, Document, SavedSearch, SearchAlert
from documents.services.alerts import arrivals, managing
from documents.services.pipeline import lifecycle
from documents.services.search import indexing
from documents.services.searches import saved
from documents.tests.alerting import Run, again, alert, check, ready, told
from documents.tests.searching import document
from tasks.models import TaskRecord


class Meanwhile(Run):
    """Something happens once, when the first documents are about to be looked at."""

    def __init__(self, act: Callable[[], Any]) -> None:
        super().__init__()
        self.acts = [act]

    def progress(self, *_told: Any) -> None:
        while self.acts:
            self.acts.pop()()


def later() -> None:
    SearchAlert.objects.update(due="2020-01-01T00:00Z")


@pytest.mark.django_db
@pytest.mark.parametrize("narrowed", [{}, {"kind": "filing"}])
def test_what_comes_while_its_alert_is_looked_at_is_looked_at_too(case, owner, narrowed):
    """It asks for no check of its own. The documents that a filter leaves are written down when the search is made ready."""
    managing.make(SavedSearch.objects.create(user=owner, case=case, name="x", words={"q": "crane", "mode": "text", **narrowed}), owner)
    ready(case, "First", "The crane.", vectors=False)
    check(Meanwhile(lambda: ready(case, "Second", "The crane.", vectors=False)))
    assert told(owner) == [["First"]]
    assert AlertHit.objects.exclude(found=None).count() == 2
    later()
    check()
    assert told(owner) == [["First"], ["Second"]]


@pytest.mark.django_db
def test_new_words_are_those_of_the_next_notice(case, owner):
    made = alert(owner, "crane", case, when="daily")
    for title, text in (("Letter", "The crane."), ("Both", "The crane and the lease.")):
        ready(case, title, text, vectors=False)
    check()
    assert AlertHit.objects.exclude(found=None).count() == 2
    saved.change(made.search, owner, words={"q": "lease", "mode": "text"})
    later()
    check()
    assert told(owner) == [["Both"]]
    assert AlertNotice.objects.get().words["q"] == "lease"


@pytest.mark.django_db
def test_words_that_change_while_they_are_looked_for_find_nothing(case, owner):
    made = alert(owner, "crane", case)
    ready(case, "Letter", "The crane.", vectors=False)
    ready(case, "Lease", "The lease.", vectors=False)
    check(Meanwhile(lambda: saved.change(made.search, owner, words={"q": "lease", "mode": "text"})))
    assert told(owner) == []
    check()
    assert told(owner) == [["Lease"]]


@pytest.mark.django_db
def test_a_search_that_was_mended_is_tried_at_once(case, owner):
    made = alert(owner, "crane", case)
    SavedSearch.objects.filter(pk=made.search_id).update(words={"q": "crane AND (", "mode": "text"})
    ready(case, "Letter", "The crane.", vectors=False)
    check()
    made.refresh_from_db()
    assert made.failures == 1
    saved.change(made.search, owner, words={"q": "crane", "mode": "text"})
    check()
    assert told(owner) == [["Letter"]]


@pytest.mark.django_db
def test_what_is_deleted_when_the_check_comes_is_told_of_when_it_is_back(case, owner, editor):
    alert(owner, "crane", case)
    letter = ready(case, "Letter", "The crane.", vectors=False)
    lifecycle.delete(letter, editor)
    check()
    assert told(owner) == []
    letter.refresh_from_db()
    letter.deleted_at = None
    letter.save()
    indexing.index_words(letter.text_version)
    again(letter)
    check()
    assert told(owner) == [["Letter"]]


@pytest.mark.django_db
def test_who_wants_to_know_at_once_is_told_before_the_next_alert_is_looked_at(case, owner, viewer):
    alert(owner, "crane", case)
    alert(viewer, "crane", case)
    ready(case, "Letter", "The crane.", vectors=False)
    seen = []

    class Watched(Run):
        def progress(self, *_told: Any) -> None:
            seen.append((told(owner), told(viewer)))

    check(Watched())
    assert seen == [([], []), ([["Letter"]], [])]
    assert told(viewer) == [["Letter"]]


def beside(work: Callable[[], Any]) -> tuple[threading.Thread, list[BaseException]]:
    """In another connection; and what went wrong there."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001
            errors.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, errors


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["alert", "search"])
def test_an_alert_may_be_deleted_while_a_document_becomes_ready(case, owner, what):
    made = alert(owner, "crane", case)
    letter = document(case, "Letter", "The crane.", vectors=False)
    delete = (lambda: managing.delete(made, owner)) if what == "alert" else (lambda: saved.delete(made.search, owner))
    with transaction.atomic():
        lifecycle.settle(letter, Document.Status.READY)
        thread, errors = beside(delete)
        thread.join(0.4)
    thread.join(5)
    assert errors == []
    assert not SearchAlert.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["alert", "search"])
def test_a_document_may_become_ready_while_its_alert_is_deleted(case, owner, what):
    made = alert(owner, "crane", case)
    letter = document(case, "Letter", "The crane.", vectors=False)
    with transaction.atomic():
        managing.delete(made, owner) if what == "alert" else saved.delete(made.search, owner)
        thread, errors = beside(lambda: again(letter))
        thread.join(0.4)
    thread.join(5)
    letter.refresh_from_db()
    assert errors == []
    assert letter.status == "ready"
    assert not AlertHit.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_move_and_the_end_of_a_reading_do_not_wait_for_each_other(case, owner):
    alert(owner, "crane", case)
    letter, moved = (document(case, title, "The crane.", vectors=False) for title in ("Letter", "Moved"))
    held, go = threading.Event(), threading.Event()

    def move() -> None:
        with transaction.atomic():
            list(Case.objects.select_for_update().filter(pk=case.pk))
            held.set()
            go.wait(5)
            arrivals.note([moved.pk])

    thread, errors = beside(move)
    held.wait(5)
    with transaction.atomic():
        lifecycle.settle(letter, Document.Status.READY)
        go.set()
        thread.join(0.4)
    thread.join(5)
    assert errors == []
    assert AlertHit.objects.count() == 2
    assert TaskRecord.objects.filter(name=arrivals.CHECK).count() == 1
