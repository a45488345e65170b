"""An alert tells of new documents: of each once, whatever happens to it later and whatever dies on the way."""

from __future__ import annotations

from io import BytesIO

import pytest

from cases.models import Membership, Role
from cases.services import matters
from documents.models import AlertDelivery, AlertHit, Document, DocumentArrival, SavedSearch, SearchAlert
from documents.services import ingest
from documents.services.alerts import arrivals
from documents.services.bulk import moving
from documents.services.bulk.selection import Selection
from documents.services.ingest.restoring import restore
from documents.services.pipeline import corrections, lifecycle
from documents.tests.alerting import Died, Run, again, alert, check, check_as_task, ready, told
from documents.tests.searching import document
from tasks.models import TaskRecord


@pytest.mark.django_db(transaction=True)
def test_a_document_is_told_of_once_whatever_happens_to_it(accept, work_off, editor, owner):
    before = accept("The harbour crane stood still before.", "before.txt")
    work_off()
    alert(owner, "crane", before.case)
    document = accept()
    work_off()
    assert TaskRecord.objects.filter(name="documents.check_alerts", status="pending").count() == 1  # on its way by itself
    check_as_task(work_off)
    assert len(told(owner)) == 1
    assert len(told(owner)[0]) == 1

    lifecycle.reprocess(document, editor)
    work_off()
    corrections.update(document, editor, title="The crane")
    work_off()
    lifecycle.delete(document, editor)
    restore(document, editor)
    work_off()
    lifecycle.reprocess(before, editor)
    accept(name="copy.txt")  # the same bytes again
    work_off()
    SearchAlert.objects.update(due="2020-01-01T00:00Z")
    check_as_task(work_off)
    assert told(owner) == [["The crane"]]


@pytest.mark.django_db(transaction=True)
def test_the_copy_that_takes_the_place_of_a_deleted_original_is_nothing_new(accept, work_off, case, editor, owner):
    original, copy = accept(), accept(name="copy.txt")
    work_off()
    alert(owner, "crane", case)
    lifecycle.delete(original, editor)
    work_off()
    copy.refresh_from_db()
    assert copy.duplicate_of is None
    assert copy.text_version is not None
    check()
    assert told(owner) == []
    assert not AlertHit.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_moves_into_a_case_is_new_there_but_not_to_who_saw_it_before(accept, work_off, case, editor, owner):
    document = accept()
    work_off()
    target = matters.create_case("Doe v. Roe", user=editor)
    Membership.objects.create(case=target, user=owner, role=Role.VIEWER)
    alert(editor, "crane", target)
    alert(owner, "crane")  # over everything: he saw it in the other case
    moving.move(Selection(case, [document.pk]), editor, target)
    work_off()
    check()
    assert told(editor) == [[document.title]]
    assert told(owner) == []
    moving.move(Selection(target, [document.pk]), editor, case)
    work_off()
    moving.move(Selection(case, [document.pk]), editor, target)
    work_off()
    SearchAlert.objects.update(due="2020-01-01T00:00Z")
    check()
    assert told(editor) == [[document.title]]


@pytest.mark.django_db(transaction=True)
def test_a_copy_that_moves_is_nothing_new_to_who_saw_its_bytes(accept, work_off, case, editor, owner):
    _original, copy = accept(), accept(name="copy.txt")
    work_off()
    target = matters.create_case("Doe v. Roe", user=editor)
    Membership.objects.create(case=target, user=owner, role=Role.VIEWER)
    alert(owner, "crane")
    alert(owner, "the crane", target)
    moving.move(Selection(case, [copy.pk]), editor, target)
    work_off()
    copy.refresh_from_db()
    assert (copy.duplicate_of, copy.case) == (None, target)
    check()
    assert told(owner) == [[copy.title]]
    assert AlertHit.objects.get().alert.search.case == target


@pytest.mark.django_db
@pytest.mark.parametrize("made", [{"kind": "generated"}, {"metadata": {"derived_from": "x", "made_by": "y"}}, {"metadata": {"paper": "x"}}])
def test_what_was_made_here_is_told_of_to_nobody(case, owner, made):
    alert(owner, "crane", case)
    paper = document(case, "Brief", "The crane.", vectors=False)
    Document.objects.filter(pk=paper.pk).update(**made)
    paper.refresh_from_db()
    again(paper)
    assert DocumentArrival.objects.filter(document=paper).exists()
    check()
    assert told(owner) == []
    assert not AlertHit.objects.exists()


@pytest.mark.django_db
def test_a_hundred_alerts_cost_a_document_no_more_than_one(case, owner, django_assert_max_num_queries):
    searches = [
        SavedSearch(user=owner, case=None if n % 2 else case, name=f"s{n}", words={"q": "crane", "mode": "text"}) for n in range(100)
    ]
    SavedSearch.objects.bulk_create(searches)
    SearchAlert.objects.bulk_create(SearchAlert(search=search) for search in searches)
    letter = document(case, "Letter", "The crane.", vectors=False)
    with django_assert_max_num_queries(3):
        arrivals.note([letter.pk])
    assert AlertHit.objects.count() == 100


@pytest.mark.django_db
@pytest.mark.parametrize("dies_at", [1, 2, 3])  # writes what was found, that it has run, the notice
@pytest.mark.parametrize("committed", [False, True])
def test_whatever_dies_there_is_one_notice_with_each_document_once(case, owner, dies_at, committed, settings):
    settings.EMAIL_URL = "smtp://localhost"
    made = alert(owner, "crane", case, email=True)
    ready(case, "Letter", "The crane stood still.", vectors=False)
    ready(case, "Reply", "The crane was repaired.", vectors=False)
    ready(case, "Lunch", "Lunch is at noon.", vectors=False)
    with pytest.raises(Died):
        check(Run(dies_at, committed=committed))
    check()
    check()
    assert told(owner) == [["Letter", "Reply"]]
    assert made.notices.get().number == 2
    assert AlertDelivery.objects.count() == 1
    assert AlertHit.objects.count() == 2  # what does not match is forgotten


@pytest.mark.django_db
def test_what_comes_one_after_the_other_is_told_of_together(case, owner):
    alert(owner, "crane", case)
    ready(case, "First", "The crane.", vectors=False)
    check()
    ready(case, "Second", "The crane.", vectors=False)
    ready(case, "Third", "The crane.", vectors=False)
    check()
    assert told(owner) == [["First"]]
    SearchAlert.objects.update(due="2020-01-01T00:00Z")  # the pause is over
    check()
    assert told(owner) == [["First"], ["Second", "Third"]]


@pytest.mark.django_db
def test_what_comes_while_an_alert_is_paused_is_not_told_of(case, owner, api):
    made = alert(owner, "crane", case)
    api(owner).patch(f"/api/alerts/{made.pk}/", {"active": False}, format="json")
    document = ready(case, "Letter", "The crane.", vectors=False)
    api(owner).patch(f"/api/alerts/{made.pk}/", {"active": True}, format="json")
    again(document)
    check()
    assert told(owner) == []
    ready(case, "Reply", "The crane.", vectors=False)
    check()
    assert told(owner) == [["Reply"]]


@pytest.mark.django_db
def test_a_document_that_could_not_be_read_yet_has_not_arrived(accept, case, owner):
    alert(owner, "crane", case)
    document = accept()
    again(document)  # as one that is kept: ready without a text
    assert not DocumentArrival.objects.filter(document=document).exists()


@pytest.mark.django_db
def test_new_rulings_of_the_library_are_told_of_by_alerts_over_everything(case, owner):
    alert(owner, "crane")
    alert(owner, "the crane", case)
    ready(None, "Crane v. Dock", "The crane fell.", vectors=False)
    check()
    assert told(owner) == [["Crane v. Dock"]]


@pytest.mark.django_db(transaction=True)
def test_the_same_file_added_again_after_a_deletion_is_nothing_new(accept, work_off, case, editor, owner):
    first = accept()
    work_off()
    alert(owner, "crane", case)
    lifecycle.delete(first, editor)
    ingest.accept(BytesIO(b"Nothing."), case=case, user=editor, name="x.txt")
    accept()
    work_off()
    check()
    assert told(owner) == []
