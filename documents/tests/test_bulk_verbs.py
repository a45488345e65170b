"""One verb for many documents: picked ones, or all that fit a filter at the moment of the action."""

from __future__ import annotations

import pytest

from cases.models import AuditEvent
from documents.models import Document, DocumentTag, Tag
from documents.services.pipeline import lifecycle

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bulk(api, editor, case):
    """Ask for a verb as the case's editor; the answer."""

    def ask(verb: str, *, user=None, **more):
        if "filter" not in more and "task" not in more:
            more["documents"] = [str(document.pk) for document in more.get("documents", [])]
        return api(user or editor).post("/api/documents/bulk/", {"case": str(case.pk), "verb": verb, **more}, format="json")

    return ask


@pytest.fixture
def letters(accept, work_off):
    """Three letters and a memo, read."""
    found = [accept(f"Letter number {n}.", f"letter {n}.txt") for n in range(3)] + [accept("A memo.", "memo.txt")]
    work_off()
    return found


def many(case, count: int, **fields) -> None:
    Document.objects.bulk_create(
        Document(case=case, title=f"Paper {n}", name=f"paper {n}.txt", status="ready", **fields) for n in range(count)
    )


def test_tags_are_put_on_and_taken_off_in_few_queries(bulk, case, django_assert_max_num_queries):
    many(case, 2000)
    with django_assert_max_num_queries(40):
        answer = bulk("tag", filter={"q": "paper"}, count=2000, tags=["Exhibits", "To read"])
    assert answer.status_code == 200, answer.content
    assert (answer.json()["count"], answer.json()["changed"]) == (2000, False)
    assert DocumentTag.objects.count() == 4000
    with django_assert_max_num_queries(40):
        bulk("untag", filter={"tag": ["exhibits"]}, tags=["Exhibits"])
    assert set(DocumentTag.objects.values_list("tag__name", flat=True)) == {"To read"}
    assert AuditEvent.objects.get(verb="documents.tagged").detail["new"] == 4000


def test_the_kind_is_set_for_all_that_fit(bulk, letters, api, editor):
    answer = bulk("kind", filter={"q": "letter"}, kind="evidence")
    assert answer.json()["count"] == 3
    assert list(Document.objects.order_by("created").values_list("kind", flat=True)) == ["evidence"] * 3 + ["memo"]
    page = api(editor).get(f"/api/documents/{Document.objects.order_by('created')[0].pk}/facts/").json()
    assert [(one["value"], one["state"]) for one in page if one["field"] == "kind"] == [("evidence", "corrected")]
    assert AuditEvent.objects.get(verb="documents.kind_set").detail == {"kind": "Evidence", "count": 3}


def test_a_few_are_deleted_at_once_and_taken_back(bulk, letters, work_off):
    answer = bulk("delete", documents=letters[:2])
    assert answer.status_code == 200
    assert set(answer.json()["documents"]) == {str(one.pk) for one in letters[:2]}
    assert Document.objects.filter(deleted_at=None).count() == 2
    answer = bulk("restore", documents=letters[:2])
    assert answer.json()["count"] == 2
    work_off()
    assert Document.objects.filter(deleted_at=None, status="ready").count() == 4


def test_many_are_deleted_by_a_task_and_taken_back_by_it(bulk, case, letters, work_off):
    many(case, 30)
    gone_before = letters[3]
    bulk("delete", documents=[gone_before])
    answer = bulk("delete", filter={}, count=33)
    assert answer.status_code == 202
    assert answer.json()["count"] == 33
    task = answer.json()["task_id"]
    work_off()
    assert not Document.objects.filter(deleted_at=None).exists()
    assert bulk("restore", task=task).status_code == 202
    work_off()
    assert set(Document.objects.exclude(deleted_at=None).values_list("pk", flat=True)) == {gone_before.pk}
    assert Document.objects.filter(pk__in=[one.pk for one in letters[:3]], status="ready").count() == 3


def test_an_undo_that_is_faster_than_its_deletion_comes_after_it(bulk, case, work_off):
    many(case, 30)
    task = bulk("delete", filter={}).json()["task_id"]
    bulk("restore", task=task)
    work_off()
    assert Document.objects.filter(deleted_at=None).count() == 30


def test_where_the_number_has_changed_a_deletion_is_refused_and_tagging_says_so(bulk, letters, accept):
    accept("Letter number 4.", "letter 4.txt")
    answer = bulk("delete", filter={"q": "letter"}, count=3)
    assert answer.status_code == 409
    assert (answer.json()["code"], answer.json()["count"]) == ("number_changed", 4)
    assert not Document.objects.exclude(deleted_at=None).exists()
    answer = bulk("tag", filter={"q": "letter"}, count=3, tags=["Post"])
    assert (answer.json()["count"], answer.json()["changed"]) == (4, True)


def test_a_word_that_a_filter_does_not_have_is_refused_for_without_it_more_would_fit(bulk, letters):
    answer = bulk("delete", filter={"titel": "letter"})
    assert answer.status_code == 400
    assert bulk("delete", filter={"status": "nonsense"}).status_code == 400
    assert bulk("delete", filter={"q": "letter"}, documents=[str(letters[0].pk)]).status_code == 400
    assert Document.objects.filter(deleted_at=None).count() == 4


def test_the_words_are_those_of_the_lists_address(bulk, letters, case, editor):
    Tag.objects.create(case=case, name="Hot")
    bulk("tag", documents=letters[:2], tags=["hot"])
    Document.objects.filter(pk=letters[0].pk).update(status="failed", error_code="corrupt", error="Broken.")
    assert bulk("kind", filter={"tag": ["HOT"], "status": "ready"}, kind="other").json()["count"] == 1
    assert bulk("kind", filter={"status": "failed", "cause": "corrupt"}, kind="other").json()["count"] == 1
    assert bulk("kind", filter={"status": "failed", "cause": "encrypted"}, kind="other").json()["code"] == "nothing_to_do"


def test_a_verb_leaves_alone_what_it_is_not_for(bulk, letters):
    Document.objects.filter(pk=letters[0].pk).update(status="failed", error_code="storage_full", error="No room.")
    answer = bulk("retry", filter={})
    assert (answer.json()["count"], answer.json()["documents"]) == (1, [str(letters[0].pk)])
    assert bulk("keep", documents=letters[1:]).json()["code"] == "nothing_to_do"


def test_legal_hold_forbids_and_says_why(bulk, letters, case):
    case.legal_hold = True
    case.save()
    answer = bulk("delete", documents=letters)
    assert answer.json()["count"] == 0
    assert {one["code"] for one in answer.json()["refused"]} == {"legal_hold"}
    assert Document.objects.filter(deleted_at=None).count() == 4


def test_documents_of_other_cases_are_not_touched(bulk, letters, stranger, case):
    from cases.services import matters

    other = matters.create_case("Other", user=stranger)
    foreign = Document.objects.create(case=other, title="Letter from elsewhere", status="ready")
    assert bulk("delete", documents=[foreign]).json()["code"] == "nothing_to_do"
    assert bulk("tag", documents=[foreign, letters[0]], tags=["Mine"]).json()["count"] == 1
    assert not DocumentTag.objects.filter(document=foreign).exists()


def test_who_lost_his_role_meanwhile_changes_nothing(bulk, case, editor, work_off):
    many(case, 30)
    bulk("delete", filter={})
    case.memberships.filter(user=editor).update(role="viewer")
    work_off()
    assert Document.objects.filter(deleted_at=None).count() == 30


def test_reprocessing_takes_a_filter_too(api, editor, case, letters, work_off):
    answer = api(editor).post("/api/documents/reprocess/", {"case": str(case.pk), "filter": {"q": "letter"}}, format="json")
    assert answer.status_code == 202
    assert answer.json()["total"] == 3


def test_a_second_attempt_goes_on_where_the_first_was_killed(bulk, case, work_off, editor):
    many(case, 30)
    bulk("delete", filter={})
    for document in Document.objects.order_by("pk")[:7]:
        lifecycle.delete(document, editor)  # what the first attempt had done
    work_off()
    assert not Document.objects.filter(deleted_at=None).exists()
    assert AuditEvent.objects.filter(verb="document.deleted").count() == 30
