"""What may be typed: plain words, operators, phrases, distances, citations, and anything else without an error of the server."""

from __future__ import annotations

import random

import pytest

from cases.models import Case
from documents.services.search import SearchError
from documents.services.search.parser import parse
from documents.tests.searching import ask, document, titles
from lexintel.models import User

pytestmark = pytest.mark.django_db

BREACH = "The seller committed a breach of the supply contract when it delivered late."
FRAUD = "Fraud in the inducement makes a contract voidable, and no breach is needed for that."
LEASE = "The tenant's lease ends in May; the landlord keeps the deposit."


@pytest.fixture
def library(case: Case) -> Case:
    document(case, "Breach", BREACH, vectors=False)
    document(case, "Fraud", FRAUD, vectors=False)
    document(case, "Lease", LEASE, vectors=False)
    return case


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("what happens to the deposit of tenants", {"Lease"}),
        ("breach deposit", {"Breach", "Fraud", "Lease"}),
        ("breach AND voidable", {"Fraud"}),
        ("breach NOT fraud", {"Breach"}),
        ("breach -fraud", {"Breach"}),
        ('contract -"supply contract"', {"Fraud"}),
        ("(landlord OR voidable) AND (contract OR lease)", {"Fraud", "Lease"}),
        ('"breach of the supply contract"', {"Breach"}),
        ('"breach supply"', set()),
        ('"supply contract" lease', {"Breach"}),
        ("breach w/4 contract", {"Breach", "Fraud"}),
        ("breach w/3 contract", set()),
        ("fraud w/6 contract", {"Fraud"}),
        ("contract /s delivered", {"Breach"}),
        ('"contract breach"~4', {"Breach", "Fraud"}),
        ('("supply contract" OR inducement) w/9 (late OR voidable)', {"Breach", "Fraud"}),
        ("void*", {"Fraud"}),
        ("delivere*", {"Breach"}),
        ("title:lease contract", {"Lease"}),
        ("kind:filing landlord", {"Lease"}),
        ("kind:email landlord", set()),
        ("LANDLORDS", {"Lease"}),
        ("tenant’s", {"Lease"}),
        (" - IX ZR lease", {"Lease"}),
        ("'; DROP TABLE documents_chunkwords; -- lease", {"Lease"}),
        ("lease:* & !(landlord | 'x\\", {"Lease"}),
    ],
)
def test_a_query_finds_what_it_says(library: Case, owner: User, query: str, expected: set[str]) -> None:
    assert set(titles(owner, query)) == expected


@pytest.mark.parametrize(
    ("query", "code", "position"),
    [
        ("", "empty", 0),
        (" § ... ", "empty", 0),
        ('lease "of land', "unclosed_quote", 6),
        ("(lease OR land", "unclosed_bracket", 0),
        ("lease) land", "unopened_bracket", 5),
        ("lease AND", "lonely_operator", 6),
        ("OR lease", "lonely_operator", 0),
        ("lease w/3", "lonely_operator", 6),
        ("w/3 lease", "lonely_operator", 0),
        ("lease NOT", "lonely_operator", 6),
        ("-lease", "only_negative", 0),
        ("lease OR -land", "only_negative", 0),
        ("lease w/500 land", "bad_distance", 6),
        ("a1 w/3 b1 w/3 c1", "chained_distance", 10),
        ("a1 w/3 (b1 AND c1)", "bad_distance_side", 3),
        ("le*", "short_prefix", 0),
        ("title:", "empty_field", 0),
        ("kind:poem lease", "unknown_kind", 5),
        ("lease OR (kind:email land)", "nested_kind", 15),
        ("cite:nothing", "unknown_citation", 5),
        ("(" * 40 + "a" + ")" * 40, "too_deep", 20),
        ("x" * 10_000, "too_long", 2000),
        ("the of and", "only_common_words", 0),
    ],
)
def test_a_query_that_cannot_be_understood_says_where(owner: User, query: str, code: str, position: int) -> None:
    with pytest.raises(SearchError) as raised:
        ask(owner, query)
    assert (raised.value.code, raised.value.position) == (code, position)
    assert raised.value.message.endswith(".")


def test_accents_case_ligatures_and_forms_of_a_word_do_not_matter(case: Case, owner: User) -> None:
    document(case, "Café", "Le Café Müller ﬁled its re\u0301sume\u0301 in the O’Brien matter on Straße 5.", vectors=False)
    for query in ("cafe muller", "CAFÉ", "filing", "resume", "O'Brien", "obrien", "strasse", '"cafe mu\u0308ller"'):
        assert titles(owner, query) == ["Café"], query


def test_scripts_without_spaces_are_found(case: Case, owner: User) -> None:
    document(case, "合同", "本合同自双方签字之日起生效。", vectors=False)
    assert titles(owner, "签字") == ["合同"]
    assert titles(owner, "字签") == []


@pytest.mark.parametrize(
    "query", ["925 F. 3d 1339", "925 F.3d 1339", "925 f3d 1339", '"925 F. 3d"', 'cite:"925 F.3d 1339"', "cite:f3d:925:1339"]
)
def test_a_citation_is_found_however_it_is_written(case: Case, owner: User, query: str) -> None:
    document(case, "Brief", "As held in Oracle v. Google, 925 F.3d 1339 (Fed. Cir. 2019), it follows.", vectors=False)
    document(case, "Other", "The number 1339 and 925 stand here for nothing.", vectors=False)
    assert titles(owner, query)[0] == "Brief"


def test_a_recognised_citation_is_told_and_shown(case: Case, owner: User) -> None:
    document(case, "Brief", "Section 42 U. S. C. §1983 gives a remedy. Much else is said about 1983, a year.", vectors=False)
    answer = ask(owner, "42 USC 1983")
    assert answer.citations == [{"key": "usc:42:1983", "text": "42 USC 1983"}]
    assert answer.results[0].why[0] == "citation 42 USC 1983"
    assert "<mark>42 U. S. C. §1983</mark>" in answer.results[0].snippet


def test_any_string_is_a_query_or_a_kind_error(library: Case, owner: User) -> None:
    pieces = [
        '"',
        "(",
        ")",
        "-",
        "*",
        "~5",
        "AND",
        "OR",
        "NOT",
        "w/3",
        "/s",
        "title:",
        "kind:",
        "cite:",
        "lease",
        "§ 12(b)(6)",
        "410 U.S. 113",
    ]
    pieces += [
        "\\",
        "'",
        "\x00",
        "\ud800",
        "&",
        "|",
        "!",
        "<->",
        ":*",
        "<mark>",
        "%s",
        "{}",
        "日本",
        "é",
        "\u202e",
        "\n",
        "the",
        ",",
        "'s",
        "...",
    ]
    chance = random.Random(7)
    for _ in range(400):
        query = "".join(chance.choice(pieces) + chance.choice(["", " "]) for _ in range(chance.randint(1, 14)))
        position = 0
        try:
            ask(owner, query)
        except SearchError as error:
            position = error.position
        assert 0 <= position <= len(query), query


def test_many_words_are_cut_and_said(owner: User) -> None:
    assert parse(" ".join(f"word{n}" for n in range(100))).cut
    assert [notice.code for notice in ask(owner, "lease " * 100).notices] == ["words_cut"]
