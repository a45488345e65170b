"""Record citations lead to the documents of their own case that can be told, and to no other."""

from __future__ import annotations

from typing import Any

import pytest

from cases.models import Case
from cases.services import matters
from documents.models import Citation, Document
from documents.services.authorities.record.labels import labels_of
from documents.services.authorities.record.listing import record_in
from documents.services.bulk import moving
from documents.services.bulk.selection import Selection
from documents.services.pipeline import corrections, lifecycle

pytestmark = pytest.mark.django_db(transaction=True)
BRIEF = (
    "The lease ended. See Ex. 4 at 1; ECF No. 45-2; Compl. ¶ 12; Smith Dep. 12:4; ABC000123. Roe v. Wade, 410 U.S. 113 (1973), cert."
    " denied, 409 U.S. 900 (1973). But see Exhibit B."
)


def targets(document: Document) -> dict[str, str]:
    """{the record citation as written: title of what it means}"""
    document.refresh_from_db()
    found = Citation.objects.filter(text_version=document.text_version_id, role="record").select_related("target").order_by("start")
    return {mention.text: mention.target.title if mention.target else "" for mention in found}


@pytest.fixture
def brief(accept: Any, work_off: Any) -> Document:
    document: Document = accept(BRIEF, name="brief.txt")
    work_off()
    return document


def test_what_comes_later_is_found_and_two_that_answer_are_none(brief: Document, accept: Any, work_off: Any) -> None:
    assert set(targets(brief).values()) == {""}
    accept("The lease.", name="Exhibit 4 - Lease.txt")
    accept("Q. And then?", name="Deposition of Anna Smith.txt")
    accept("Filed.", name="ECF 45-2.txt")
    work_off()
    assert targets(brief) == {
        "Ex. 4 at 1": "Exhibit 4 - Lease", "ECF No. 45-2": "ECF 45-2", "Compl. ¶ 12": "", "Smith Dep. 12:4": "Deposition of Anna Smith",
        "ABC000123": "", "Exhibit B": "",
    }  # fmt: skip
    accept("Another lease.", name="Exhibit 4 (amended).txt")
    work_off()
    assert targets(brief)["Ex. 4 at 1"] == ""


def test_a_new_title_a_new_kind_and_a_deletion_are_seen(brief: Document, accept: Any, work_off: Any, editor: Any) -> None:
    lease = accept("The lease.", name="lease.txt")
    complaint = accept("The plaintiff says.", name="first paper.txt")
    work_off()
    lease.refresh_from_db()
    corrections.update(lease, editor, title="Exhibit B")
    corrections.update(complaint, editor, kind="complaint")
    assert targets(brief)["Exhibit B"] == "Exhibit B"
    assert targets(brief)["Compl. ¶ 12"] == "first paper"
    lease.refresh_from_db()
    lifecycle.delete(lease, editor)
    assert targets(brief)["Exhibit B"] == ""


def test_numbers_of_a_production_lead_to_the_page(brief: Document, accept: Any, work_off: Any, viewer: Any) -> None:
    produced = accept("One", name="produced.txt")
    work_off()
    produced.refresh_from_db()
    produced.metadata |= {"bates_begin": "ABC000121", "bates_end": "ABC000130"}
    produced.page_count = 10
    produced.save(update_fields=["metadata", "page_count"])
    brief.refresh_from_db()
    (paper,) = [one for one in record_in(brief.text_version, viewer) if one.document is not None]
    assert (paper.text, paper.document, paper.page) == ("ABC000123", produced, 3)


def test_a_moved_document_leaves_no_trace_across_cases(brief: Document, accept: Any, work_off: Any, editor: Any, viewer: Any) -> None:
    exhibit = accept("The letter.", name="Exhibit B.txt")
    work_off()
    assert targets(brief)["Exhibit B"] == "Exhibit B"
    moving.move(Selection(brief.case, [exhibit.pk]), editor, matters.create_case("Doe v. Roe", user=editor))
    work_off()
    assert targets(brief)["Exhibit B"] == ""
    # Even a link that somebody left behind is not shown.
    Citation.objects.filter(text="Exhibit B").update(target=exhibit.pk)
    brief.refresh_from_db()
    assert [paper.document for paper in record_in(brief.text_version, viewer)] == [None] * 5


def test_the_record_and_the_history_are_no_authorities(brief: Document, api: Any, viewer: Any, client: Any) -> None:
    listed = api(viewer).get(f"/api/documents/{brief.pk}/citations/").json()["results"]
    assert [(mention["key"], mention["role"]) for mention in listed] == [("us:410:113", "authority")]
    client.force_login(viewer)
    page = client.get(f"/documents/{brief.pk}/?tab=citations").content.decode()
    assert "Record of the case" in page
    assert '<p class="authority-name">Smith Dep. 12:4</p>' in page
    # What only looks like a number of a production is not listed.
    assert '<p class="authority-name">ABC000123' not in page


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("Exhibit 4.pdf", {"record:ex:4"}),
        ("Pl's Exhibit 7-A.pdf", {"record:ex:7a", "record:ex:pl:7a"}),
        ("exhibit_b.pdf", {"record:ex:b"}),
        ("gov.uscourts.mad.12345.45.2.pdf", {"record:dkt:45-2"}),
        ("gov.uscourts.mad.12345.45.0.pdf", {"record:dkt:45"}),
        ("Smith Declaration.pdf", {"record:decl:smith"}),
        ("exhibit to the motion.pdf", set()),
        ("doc12.pdf", set()),
        ("Ex parte Young.pdf", set()),
        ("Exhibits.pdf", set()),
    ],
)
def test_what_a_document_answers_to(name: str, labels: set[str], case: Case) -> None:
    found = set(labels_of(Document(case=case, title=name.rpartition(".")[0], name=name)))
    assert {
        label
        for label in found
        if not label.startswith(("record:ex:pl", "record:ex:def", "record:ex:gov", "record:ex:joint")) or label in labels
    } == labels
