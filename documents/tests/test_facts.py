"""What a document is: proposed when it is read, decided by people, never taken from them, and taught to the rest of the case."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import AuditEvent
from cases.services import matters
from documents.models import Document, DocumentFact, FactDecision
from documents.services.pipeline import corrections, lifecycle
from documents.tests import made_up_papers as papers
from tasks.models import TaskRecord

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def read(accept, work_off):
    """Put a paper into the case and have it read to its end."""

    def put(content: str, name: str = "scan0001.txt", **options: Any) -> Document:
        document = accept(content, name, **options)
        work_off()
        document.refresh_from_db()
        assert document.status == "ready", document.error
        return document

    return put


def fact(document: Document, field: str) -> DocumentFact:
    return document.facts.get(field=field)


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(document: Document) -> str:
    return f"/api/documents/{document.pk}/facts/"


def patch(user: Any, document: Document, **json: Any) -> Any:
    return client_of(user).patch(address(document), json, content_type="application/json")


def exhibit(number: int, words: str = "A photograph of the crane.") -> str:
    return f"EXHIBIT {number}\n\n{words} Number {number}.\n"


# Proposed when it is read


def test_a_document_is_proposed_and_filled_in_when_it_is_read(read):
    document = read(papers.A_COMPLAINT_IN_NEW_YORK)
    assert (document.kind, document.title, document.date, document.language) == (
        "complaint", "Verified Complaint", datetime.date(2022, 3, 4), "en",
    )  # fmt: skip
    assert document.name == "scan0001.txt"
    court = fact(document, "court")
    assert (court.value, court.state, court.page) == ("Supreme Court of the State of New York, County of Kings", "proposed", 1)
    page = document.text_version.pages.get(number=1).text
    assert page[court.start : court.end].split() == ["SUPREME", "COURT", "OF", "THE", "STATE", "OF", "NEW", "YORK", "COUNTY", "OF", "KINGS"]
    assert [one["role"] for one in fact(document, "parties").value] == ["plaintiff", "defendant"]


def test_a_title_from_the_text_stands_with_the_passages_from_the_start(read):
    document = read(papers.A_COMPLAINT_IN_NEW_YORK)
    assert document.text_version.chunks.first().context.startswith("Verified Complaint")


def test_a_guess_is_shown_and_not_filled_in(read):
    document = read("A few notes about the crane, written by hand on 5 May 2021 and never sent.\n", "paper.txt")
    assert document.date is None
    assert fact(document, "date").confidence < 0.7


def test_a_kind_given_with_the_file_is_a_persons_word(read, editor):
    document = read(papers.A_COMPLAINT_IN_NEW_YORK, kind="evidence")
    assert document.kind == "evidence"
    assert (fact(document, "kind").state, fact(document, "kind").decided_by) == ("confirmed", editor)


def test_a_broad_kind_finds_its_finer_ones(read, editor, case):
    document = read(papers.A_COMPLAINT_IN_NEW_YORK)
    found = client_of(editor).get("/api/documents/", {"case": str(case.pk), "kind": "filing"}).json()["results"]
    assert [one["id"] for one in found] == [str(document.pk)]
    assert client_of(editor).get("/api/documents/", {"case": str(case.pk), "kind": "ruling"}).json()["count"] == 0
    hits = client_of(editor).get("/api/search/", {"q": "Kings", "mode": "text", "kind": "filing"}).json()
    assert [one["kind"] for one in hits["results"]] == ["complaint"]
    page = client_of(editor).get(f"/cases/{case.pk}/documents/", {"kind": "filing"}).content.decode()
    assert "Verified Complaint" in page
    assert ">Complaint</td>" in page


# A person's word


def test_a_correction_stays_when_the_document_is_read_anew(read, editor, work_off):
    document = read(papers.A_COMPLAINT_IN_NEW_YORK)
    answer = patch(
        editor, document, kind="petition", title="Petition of Lopez", date=None, court="Kings County", parties=[{"name": "Lopez"}]
    )
    assert answer.status_code == 200
    document.refresh_from_db()
    lifecycle.reprocess(document, editor)
    work_off()
    document.refresh_from_db()
    assert (document.kind, document.title, document.date, document.text_version.number) == ("petition", "Petition of Lopez", None, 2)
    assert (fact(document, "court").value, fact(document, "court").state) == ("Kings County", "corrected")
    assert fact(document, "parties").value == [{"name": "Lopez", "role": ""}]
    assert fact(document, "docket_number").state == "proposed"


def test_todays_corrections_of_title_kind_and_date_are_a_persons_word_too(read, editor, work_off):
    document = read(papers.A_COMPLAINT_IN_NEW_YORK)
    answer = client_of(editor).patch(
        f"/api/documents/{document.pk}/", {"title": "Lopez sues", "kind": "memo"}, content_type="application/json"
    )
    assert answer.status_code == 200
    assert fact(document, "kind").state == fact(document, "title").state == "corrected"


def test_what_was_corrected_before_facts_were_kept_is_found_in_the_record(read, editor, work_off):
    document = read(papers.A_COMPLAINT_IN_NEW_YORK)
    document.facts.all().delete()
    document.fact_decisions.all().delete()
    Document.objects.filter(pk=document.pk).update(kind="memo")
    AuditEvent.write("document.updated", case=document.case, actor=editor, target=document, changes={"kind": ["filing", "memo"]})
    call_command("reindex", "--facts", verbosity=0)
    document.refresh_from_db()
    assert document.kind == "memo"
    assert (fact(document, "kind").state, fact(document, "kind").decided_by) == ("corrected", editor)
    assert fact(document, "court").state == "proposed"


def test_confirming_makes_a_guess_the_documents_own(read, editor):
    document = read("A few notes about the crane, written by hand on 5 May 2021 and never sent.\n", "paper.txt")
    answer = patch(editor, document, confirm=["date"])
    assert next(one for one in answer.json() if one["field"] == "date")["state"] == "confirmed"
    document.refresh_from_db()
    assert document.date == datetime.date(2021, 5, 5)
    assert list(FactDecision.objects.values_list("field", "verb", "by")) == [("date", "confirmed", editor.pk)]
    assert AuditEvent.objects.filter(verb="document.confirmed", target_id=str(document.pk)).count() == 1


def test_correcting_to_what_is_proposed_confirms_it(read, editor):
    document = read(papers.A_COMPLAINT_IN_NEW_YORK)
    patch(editor, document, court=fact(document, "court").value)
    assert fact(document, "court").state == "confirmed"
    assert not TaskRecord.objects.filter(name="documents.teach_facts").exists()


def test_taking_back_asks_the_rules_again_and_the_history_is_kept(read, editor):
    document = read(papers.A_COMPLAINT_IN_NEW_YORK)
    patch(editor, document, kind="memo", title="Wrong", date="1999-01-01", author="Nobody")
    patch(editor, document, take_back=["kind", "title", "date", "author"])
    document.refresh_from_db()
    assert (document.kind, document.title, document.date) == ("complaint", "Verified Complaint", datetime.date(2022, 3, 4))
    assert not document.facts.exclude(state="proposed").exists()
    assert [one.verb for one in document.fact_decisions.filter(field="kind")] == ["taken_back", "corrected"]
    assert document.fact_decisions.filter(field="kind").last().before == "complaint"


# Teaching


def test_a_correction_teaches_undecided_documents_that_are_alike_and_later_ones(read, editor, work_off):
    first, second, third = (read(exhibit(n), f"scan{n}.txt") for n in (1, 2, 3))
    assert second.kind == "exhibit"
    patch(editor, third, confirm=["kind"])
    patch(editor, first, kind="report")
    work_off()
    later = read(exhibit(4), "scan4.txt")
    for document in (second, later):
        document.refresh_from_db()
        assert document.kind == "report"
        assert (fact(document, "kind").learned_from, fact(document, "kind").reason) == (first, "taught_heading")
    third.refresh_from_db()
    assert third.kind == "exhibit"
    told = client_of(editor).get(address(second)).json()[0]
    assert told["reason"] == f"as was said of “{first.title}”, which has the same heading"


def test_one_bad_correction_can_be_taken_back_from_all_that_learned_it(read, editor, work_off):
    first, second = read(exhibit(1), "scan1.txt"), read(exhibit(2), "scan2.txt")
    patch(editor, first, kind="statute")
    work_off()
    second.refresh_from_db()
    assert second.kind == "statute"
    patch(editor, first, take_back=["kind"])
    work_off()
    second.refresh_from_db()
    assert (second.kind, fact(second, "kind").learned_from) == ("exhibit", None)


def test_what_was_learned_and_taken_back_leaves_nothing_where_rules_say_nothing(read, editor, work_off):
    first, second = (read(f"The quay, the crane, the rope, number {n}.\n", f"img_{n}.txt") for n in (1, 2))
    assert second.kind == "other"
    patch(editor, first, kind="evidence")
    work_off()
    second.refresh_from_db()
    assert second.kind == "evidence"
    patch(editor, first, take_back=["kind"])
    work_off()
    second.refresh_from_db()
    assert (second.kind, second.facts.filter(field="kind").exists()) == ("other", False)


def test_the_court_goes_over_by_docket_number_and_a_wrong_author_by_itself(read, editor, work_off):
    letter = "Re: the crane\nCase No. 21STCV12345\n\nDear Ms. Roe,\n\nplease {}.\n\nSincerely,\n\nAnna Grene\n"
    motion = read(papers.A_MOTION_IN_CALIFORNIA, "scan1.txt")
    letters = [read(letter.format(what), f"scan{n}.txt") for n, what in ((2, "call me"), (3, "write"))]
    patch(editor, motion, court="Los Angeles Superior Court, Department 5")
    patch(editor, letters[0], author="Anna Green")
    work_off()
    assert fact(letters[1], "court").value == "Los Angeles Superior Court, Department 5"
    assert fact(letters[1], "author").value == "Anna Green"


def test_other_cases_learn_nothing(read, editor, owner, work_off):
    first = read(exhibit(1), "scan1.txt")
    other = read(exhibit(2), "scan2.txt")
    Document.objects.filter(pk=other.pk).update(case=matters.create_case("Another", user=owner))
    patch(editor, first, kind="report")
    work_off()
    other.refresh_from_db()
    assert other.kind == "exhibit"


# Who may, and what is refused


def test_viewers_see_and_editors_decide(read, viewer, editor, stranger):
    document = read(papers.A_COMPLAINT_IN_NEW_YORK)
    seen = client_of(viewer).get(address(document)).json()
    assert [one["field"] for one in seen] == ["kind", "title", "date", "author", "court", "docket_number", "language", "parties"]
    assert seen[0]["value"] == "complaint"
    assert patch(viewer, document, kind="memo").status_code == 403
    assert client_of(stranger).get(address(document)).status_code == 404
    page = client_of(viewer).get(f"/documents/{document.pk}/?tab=details").content.decode()
    assert "What it is" in page
    assert "data-fact-confirm" not in page
    assert "data-fact-form" not in page


@pytest.mark.parametrize(
    "json",
    [{"kind": "poem"}, {"title": ""}, {"title": "x" * 301}, {"date": "soon"}, {"language": "English"}, {"confirm": ["mood"]},
     {"mood": "sad"},
     {"parties": [{"role": "plaintiff"}]}, {"parties": "Roe"}, {"court": "a\x00b"}],
)  # fmt: skip
def test_what_is_no_value_is_refused_and_changes_nothing(read, editor, json):
    document = read(papers.A_COMPLAINT_IN_NEW_YORK)
    assert patch(editor, document, **json).status_code == 400
    assert not FactDecision.objects.exists()


def test_the_details_say_how_sure_and_why(read, editor):
    document = read(papers.A_COMPLAINT_IN_NEW_YORK)
    page = client_of(editor).get(f"/documents/{document.pk}/?tab=details").content.decode()
    assert "Quite sure: stands in the caption" in page
    assert 'data-fact-confirm="kind title date court docket_number language parties"' in page


def test_the_list_asks_no_more_for_more_documents(read, editor, case):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/cases/{case.pk}/documents/")
        return len(queries)

    client = client_of(editor)
    read(exhibit(1), "scan1.txt")
    client.get(f"/cases/{case.pk}/documents/")
    few = asked()
    read(exhibit(2), "scan2.txt")
    read(exhibit(3), "scan3.txt")
    assert asked() == few


def test_a_duplicate_is_what_its_original_is(read, accept, editor):
    document = read(papers.A_COMPLAINT_IN_NEW_YORK)
    again = accept(papers.A_COMPLAINT_IN_NEW_YORK, "again.txt")
    assert again.duplicate_of == document
    assert client_of(editor).get(address(again)).json()[4]["value"] == fact(document, "court").value


def test_unknown_fields_are_a_mistake_of_the_caller(read, editor):
    with pytest.raises(TypeError, match="mood"):
        corrections.update(read("words\n"), editor, mood="sad")
