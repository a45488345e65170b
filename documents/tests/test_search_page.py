"""The search page: what is found and why, filters in the address, errors with their place, only what one may see."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case
from cases.services import matters
from documents.models import Chunk
from documents.tests.searching import document
from lexintel.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def find(client: Client) -> Callable[..., Any]:
    """`find(user, q="crane", case=case, kind="memo")` is the answer of the page, of the case's own where a case is given."""

    def ask(user: User, case: Case | None = None, **parameters: str) -> Any:
        client.force_login(user)
        address = reverse("documents:case-search", args=[case.pk]) if case else reverse("documents:search")
        return client.get(f"{address}?{urlencode(parameters)}")

    return ask


def test_a_hit_leads_to_its_page_and_passage(find: Callable[..., Any], case: Case, viewer: User) -> None:
    report = document(case, "Harbour report", "An empty page of words.", "The crane was found to be unsafe.", kind="evidence")
    passage = Chunk.objects.get(text_version=report.text_version, index=1)
    answer = find(viewer, q="unsafe crane", mode="text").content.decode()
    assert f'href="/documents/{report.pk}/?page=2&amp;chunk={passage.pk}&amp;at=4"' in answer
    assert "<mark>crane</mark>" in answer
    assert "p. 2" in answer
    assert "words: crane, unsafe" in answer
    assert "Evidence" in answer


def test_a_stranger_finds_nothing(find: Callable[..., Any], case: Case, stranger: User) -> None:
    document(case, "Harbour report", "The crane was found to be unsafe.")
    answer = find(stranger, q="unsafe crane").content.decode()
    assert "Nothing found" in answer
    assert "Harbour report" not in answer
    assert find(stranger, case, q="crane").status_code == 404


def test_the_anonymous_sign_in_and_come_back(client: Client) -> None:
    answer = client.get("/search/?q=crane")
    assert answer.status_code == 302
    assert answer["Location"] == "/login/?next=/search/%3Fq%3Dcrane"


def test_a_search_in_a_case_stays_there(find: Callable[..., Any], case: Case, owner: User) -> None:
    elsewhere = matters.create_case("Poe v. Doe", user=owner)
    document(case, "Here", "The crane was found to be unsafe.")
    document(elsewhere, "There", "The crane was found to be unsafe.")
    both = find(owner, q="crane", mode="text").content.decode()
    assert "Here" in both
    assert "There" in both
    assert f'href="/cases/{elsewhere.pk}/search/?q=crane&amp;mode=text"' in both
    one = find(owner, case, q="crane", mode="text").content.decode()
    assert "Here" in one
    assert "There" not in one


def test_the_frame_s_search_field_leads_into_the_case(client: Client, case: Case, owner: User, stranger: User) -> None:
    client.force_login(owner)
    answer = client.get(f"/search/?q=crane&case={case.pk}")
    assert answer.status_code == 302
    assert answer["Location"] == f"/cases/{case.pk}/search/?q=crane"
    client.force_login(stranger)
    assert client.get(f"/search/?q=crane&case={case.pk}").status_code == 200


def test_nothing_of_a_document_or_a_query_becomes_markup(find: Callable[..., Any], case: Case, owner: User) -> None:
    evil = "<script>alert(1)</script>"
    document(case, f"{evil} title", f"crane {evil} unsafe")
    for query in (f"crane {evil}", f'"{evil}', f"kind:{evil}"):
        answer = find(owner, q=query, mode="text").content.decode()
        assert "<script>alert" not in answer
    assert "&lt;script&gt;" in find(owner, q="crane", mode="text").content.decode()


def test_filters_are_kept_from_page_to_page(find: Callable[..., Any], case: Case, owner: User) -> None:
    for number in range(25):
        document(case, f"Memo {number}", "The crane is unsafe.", kind="memo", date=datetime.date(2025, 1, 1 + number), vectors=False)
    answer = find(owner, case, q="crane", mode="text", kind="memo", **{"from": "2025-01-01"}).content.decode()
    assert 'rel="next" href="?q=crane&amp;mode=text&amp;kind=memo&amp;from=2025-01-01&amp;page=2"' in answer
    second = find(owner, case, q="crane", mode="text", kind="memo", page="2").content.decode()
    assert 'start="21"' in second
    assert 'href="?q=crane&amp;mode=text"' in second, "the chip of the kind removes it, and the page with it"


def test_a_page_that_is_not_there_leads_to_the_first(find: Callable[..., Any], case: Case, owner: User) -> None:
    document(case, "Memo", "The crane is unsafe.", vectors=False)
    assert "Show the first page" in find(owner, q="crane", mode="text", page="9").content.decode()


@pytest.mark.parametrize(
    ("query", "before", "wrong"),
    [("crane AND (drift OR", "crane AND (drift ", "OR"), ('crane "unsafe', "crane ", "&quot;"), ("crane)", "crane", ")")],
)
def test_an_error_shows_where_it_is(find: Callable[..., Any], owner: User, query: str, before: str, wrong: str) -> None:
    answer = find(owner, q=query)
    assert answer.status_code == 400
    assert f"{before}<mark>{wrong}</mark>" in answer.content.decode()


def test_an_error_of_the_whole_has_no_place(find: Callable[..., Any], owner: User) -> None:
    answer = find(owner, q="crane", **{"from": "yesterday"})
    assert answer.status_code == 400
    assert "“yesterday” is not a date" in answer.content.decode()
    assert "search-where" not in answer.content.decode()


def test_without_a_query_the_page_teaches(find: Callable[..., Any], case: Case, owner: User) -> None:
    assert "Find any sentence of your cases" in find(owner).content.decode()
    assert "Find any sentence of this case" in find(owner, case).content.decode()


def test_when_nothing_is_found_there_are_ways_on(find: Callable[..., Any], case: Case, owner: User) -> None:
    document(case, "Memo", "The crane is unsafe.", vectors=False)
    answer = find(owner, case, q="zebra", mode="text", kind="filing").content.decode()
    for way in ("Search without the filters", "Search by words and by meaning", "Search in all your cases"):
        assert way in answer


def test_a_recognised_citation_is_shown(find: Callable[..., Any], case: Case, owner: User) -> None:
    document(case, "Brief", "We rely on Roe v. Wade, 410 U.S. 113 (1973).")
    answer = find(owner, q="410 U. S. 113", mode="text").content.decode()
    assert "Recognised as a citation" in answer
    assert "<mark>410 U.S. 113</mark>" in answer


@pytest.mark.parametrize("odd", ["page=x", "page=²", "mode=magic", "kind=magic", "case=magic"])
def test_odd_addresses_search_all_the_same(client: Client, case: Case, owner: User, odd: str) -> None:
    document(case, "Memo", "The crane is unsafe.", vectors=False)
    client.force_login(owner)
    answer = client.get(f"/search/?q=crane&{odd}")
    assert answer.status_code == 200
    assert "<mark>crane</mark>" in answer.content.decode()


def test_the_number_of_queries_does_not_grow_with_the_hits(find: Callable[..., Any], case: Case, owner: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert find(owner, q="crane", mode="text").status_code == 200
        return len(captured)

    for number in range(4):  # of fewer, other spellings are looked for
        document(case, f"First memo {number}", "The crane is unsafe.", vectors=False)
    queries()
    few = queries()
    for number in range(12):
        document(case, f"Memo {number}", "The crane is unsafe.", "Another crane.", vectors=False)
    assert queries() == few
