"""Nobody finds, counts or infers what he may not see; what is gone is not found."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import Http404
from django.utils import timezone
from rest_framework.test import APIClient

from cases.models import Case, Membership
from cases.services import matters
from documents.models import Document
from documents.services.search import indexing
from documents.services.search.showing.facets import COUNTED
from documents.tests.searching import anything, ask, document, publish, titles
from lexintel.models import User

pytestmark = pytest.mark.django_db

SECRET = "The whistleblower met the auditor at the harbour."


@pytest.mark.parametrize("mode", ["text", "semantic", "hybrid"])
def test_members_find_and_strangers_find_nothing(case: Case, owner: User, viewer: User, stranger: User, mode: str) -> None:
    document(case, "Secret", SECRET)
    assert titles(owner, "whistleblower auditor", mode=mode) == titles(viewer, "whistleblower auditor", mode=mode) == ["Secret"]
    answer = ask(stranger, "whistleblower auditor", mode=mode)
    assert (answer.count, answer.results, answer.facets, answer.at_least) == (0, [], {field: [] for field in COUNTED}, False)
    assert answer.partial == answer.notices == []


def test_a_superuser_is_a_stranger_too(case: Case) -> None:
    document(case, "Secret", SECRET, vectors=False)
    assert titles(User.objects.create_superuser("root"), "whistleblower") == []


def test_two_cases_do_not_mix(case: Case, owner: User, stranger: User) -> None:
    other = matters.create_case("Other", user=stranger)
    document(case, "Ours", "A letter about the merger.")
    document(other, "Theirs", "A letter about the merger.")
    for mode in ("text", "semantic", "hybrid"):
        answer = ask(owner, "merger letter", mode=mode)
        assert [hit.title for hit in answer.results] == ["Ours"]
        assert [(facet.value, facet.count) for facet in answer.facets["case"]] == [(str(case.pk), 1)]


def test_the_library_is_for_everyone_and_outside_of_cases(case: Case, stranger: User, owner: User) -> None:
    document(None, "Marbury v. Madison", "It is emphatically the province of the courts.", kind=Document.Kind.RULING)
    assert titles(stranger, "province courts") == titles(owner, "province courts") == ["Marbury v. Madison"]
    assert titles(owner, "province courts", case=case.pk) == []


def test_a_case_that_is_invisible_or_absent_is_not_found_alike(case: Case, stranger: User, api: Callable[..., APIClient]) -> None:
    document(case, "Secret", SECRET, vectors=False)
    for pk in (case.pk, anything()):
        with pytest.raises(Http404):
            ask(stranger, "whistleblower", case=pk)
        assert api(stranger).get("/api/search/", {"q": "whistleblower", "case": pk}).status_code == 404


def test_who_leaves_a_case_finds_it_no_more(case: Case, viewer: User) -> None:
    document(case, "Secret", SECRET, vectors=False)
    Membership.objects.filter(user=viewer).delete()
    assert titles(viewer, "whistleblower") == []


def test_a_deleted_document_is_gone_even_before_it_is_unindexed(case: Case, owner: User) -> None:
    made = document(case, "Secret", SECRET)
    Document.objects.filter(pk=made.pk).update(deleted_at=timezone.now())
    assert ask(owner, "whistleblower", mode="hybrid").count == 0
    indexing.unindex(made)
    assert ask(owner, "whistleblower", mode="hybrid").count == 0


def test_documents_of_a_deleted_case_are_gone(case: Case, owner: User) -> None:
    document(case, "Secret", SECRET)
    Case.objects.filter(pk=case.pk).update(deleted_at=timezone.now())
    assert ask(owner, "whistleblower", mode="hybrid").count == 0


def test_only_the_published_reading_is_found(case: Case, owner: User) -> None:
    made = document(case, "Letter", "The old wording about oranges.")
    publish(made, "The new wording about lemons.")
    assert titles(owner, "oranges") == []
    assert titles(owner, "lemons") == titles(owner, "wording", mode="hybrid") == ["Letter"]


def test_the_api_asks_who_is_there(api: Callable[..., APIClient]) -> None:
    assert api().get("/api/search/", {"q": "x"}).status_code in (401, 403)
