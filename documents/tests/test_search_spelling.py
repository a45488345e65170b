"""Did you mean ...? Only where little is found, only words that the reader may see, and never silently."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import Case
from cases.services import matters
from documents.services.search import statistics
from documents.tests.searching import ask, document, titles
from lexintel.models import User

pytestmark = pytest.mark.django_db

SUPPLY = "The seller must indemnify the buyer; the indemnification survives, and arbitration follows. Mr. Kowalczyk received notice."


@pytest.fixture
def library(case: Case) -> Case:
    document(case, "Supply", SUPPLY, vectors=False)
    document(case, "Lease", "The tenant’s lease ends in May; the landlord keeps the deposit, and the café pays.", vectors=False)
    document(
        case, "Lettre", "Nous savons que le cœur de la haie est dans les plans, et que la porte est de la cour pour tous.", vectors=False
    )
    return case


@pytest.mark.parametrize(
    ("query", "suggested"),
    [
        ("indemnifcation", ["indemnification"]),
        ("arbitartion", ["arbitration"]),
        ("recieved AND notice", ["received AND notice"]),
        ('"the landlrod keeps"', ['"the landlord keeps"']),
        ("kowalzcyk kind:filing", ["kowalczyk kind:filing"]),
        ("Landlrod", ["Landlord"]),
        ("LANDLRODS", ["LANDLORD"]),
        ("recieved landlrod", ["received landlord"]),
        ("who recieved what from the seller under the arbitration", ["who received what from the seller under the arbitration"]),
        ("letre", ["lettre"]),
        ("abritraiton", ["arbitration"]),
        ("indmenifcation", ["indemnification"]),
        ("nadlrod", []),
        ("landlord", []),
        ("have", []),
        ("landlords", []),
        ("zzyzxqv", []),
        ("may", []),
        ("landlrod*", []),
        ("NOT landlrod AND lease", []),
        ("410 U.S. 113", []),
    ],
)
def test_a_word_that_stands_nowhere_is_suggested_otherwise(library: Case, owner: User, query: str, suggested: list[str]) -> None:
    assert ask(owner, query).suggestions == suggested


def test_it_works_before_and_after_the_vocabulary_is_folded(library: Case, owner: User) -> None:
    assert ask(owner, "landlrod").suggestions == ["landlord"]
    assert statistics.fold()
    assert ask(owner, "landlrod").suggestions == ["landlord"]


def test_nothing_is_searched_for_that_was_not_typed(library: Case, owner: User) -> None:
    assert titles(owner, "landlrod") == []
    assert titles(owner, ask(owner, "landlrod").suggestions[0]) == ["Lease"]


def test_a_word_of_others_is_never_suggested_nor_keeps_one_back(library: Case, owner: User, stranger: User) -> None:
    """In both ways a stranger would learn what stands in documents that he may not see."""
    own = matters.create_case("Poe v. Doe", user=stranger)
    document(own, "Receipt", "A receipt was given for the barge.", vectors=False)
    asked = ("kowalzcyk", "landlrod", "indemnifcation", "recipt")
    answers = [ask(stranger, query) for query in asked]
    assert [answer.suggestions for answer in answers] == [[], [], [], ["receipt"]]
    document(library, "Typo", "recipt " * 30, vectors=False)
    statistics.fold()
    assert ask(stranger, "recipt").suggestions == ["receipt"], "another's spelling of it changes nothing"
    assert ask(owner, "recipt").suggestions == []


def test_what_is_filtered_out_is_not_suggested(library: Case, owner: User) -> None:
    assert ask(owner, "landlrod", kind="email").suggestions == []
    assert ask(owner, "landlrod", library=True).suggestions == []


def test_a_deleted_document_s_words_are_not_suggested(case: Case, owner: User) -> None:
    gone = document(case, "Lease", "The landlord keeps the deposit.", vectors=False)
    type(gone).objects.filter(pk=gone.pk).update(text_version=None)
    assert ask(owner, "landlrod").suggestions == []


def test_a_search_that_finds_its_words_asks_nothing_more(case: Case, owner: User) -> None:
    for number in range(5):
        document(case, f"Lease {number}", "The landlord keeps the deposit.", vectors=False)
    ask(owner, "landlord")
    with CaptureQueriesContext(connection) as queries:
        assert ask(owner, "landlord").suggestions == []
    assert not any("documents_vocabulary WHERE" in query["sql"] for query in queries)


def test_the_page_and_the_api_offer_it_as_a_link(client: Client, library: Case, owner: User) -> None:
    client.force_login(owner)
    page = client.get(f"/cases/{library.pk}/search/?q=landlrod&kind=filing&mode=text").content.decode()
    assert "Did you mean" in page
    assert 'href="?kind=filing&amp;mode=text&amp;q=landlord"' in page
    answer: Any = client.get("/api/search/?q=landlrod&mode=text").json()
    assert answer["suggestions"] == [{"text": "landlord", "url": "/search/?q=landlord&mode=text"}]
