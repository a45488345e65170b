"""What lies in others' cases changes nothing of a search: no score, no suggestion, no answer to a filter; and no log has its words."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from rest_framework.test import APIClient

from cases.models import Case
from cases.services import matters
from documents.services.search import statistics
from documents.tests.searching import ask, document, titles
from lexintel.models import User

pytestmark = pytest.mark.django_db
LETTERS = "bcdfghjklmnpqrtvwx"


def words(count: int) -> str:
    return " ".join(f"zzqx{a}{b}{c}" for a, b, c in itertools.islice(itertools.product(LETTERS, LETTERS, LETTERS), count))


@pytest.mark.parametrize("folded", [False, True])
def test_the_words_that_a_beginning_stands_for_are_ones_own(case: Case, stranger: User, folded: bool) -> None:
    own = matters.create_case("Poe", user=stranger)
    document(own, "Mine", "zzqxmine stands here alone", vectors=False)
    document(own, "Rest", "stands here alone again and again", vectors=False)
    document(own, "More", "stands here with zzqxmine and zzqxyours twice zzqxmine", vectors=False)

    def answer() -> list[tuple[str, float]]:
        if folded:
            statistics.fold()
        return [(hit.title, hit.score) for hit in ask(stranger, "zzqx* alone", mode="text").results]

    before = answer()
    assert before[0][0] in ("Mine", "More")
    document(case, "Secret", *[words(410)] * 4, vectors=False)
    assert answer() == before


def test_a_word_of_others_keeps_no_suggestion_back(case: Case, stranger: User) -> None:
    own = matters.create_case("Poe", user=stranger)
    typed = "zzbarkolo"
    near = sorted({typed[:at] + letter + typed[at + 1 :] for at in range(4, 9) for letter in LETTERS if letter != typed[at]})
    secret, *others = near[:62]
    document(own, "Mine", " ".join(others[:-1]), vectors=False)
    document(own, "Typed", f"{typed} alpha beta gamma", vectors=False)
    for number in range(2):
        document(own, f"Last {number}", *[f"{others[-1]} number {n}" for n in range(12)], vectors=False)
    before = ask(stranger, typed, mode="text").suggestions
    document(case, "Secret", f"The {secret} was there.", vectors=False)
    assert ask(stranger, typed, mode="text").suggestions == before


@pytest.mark.parametrize("address", ["/api/searches/", "/api/filters/", "/api/tags/", "/api/downloads/"])
def test_a_case_of_others_is_filtered_by_like_one_that_does_not_exist(
    case: Case, stranger: User, api: Callable[..., APIClient], address: str
) -> None:
    answers = [api(stranger).get(address, {"case": str(one)}) for one in (case.pk, uuid.uuid4())]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()


def test_what_somebody_looks_for_is_not_in_the_log_of_the_database() -> None:
    """PostgreSQL would write the whole statement that fails, with the words in it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('log_min_error_statement'), current_setting('log_error_verbosity')")
        assert cursor.fetchone() == ("panic", "terse")


@pytest.mark.parametrize("asked", ["FRCP 26", "Fed. R. Civ. P. 26", "Fed. R. Civ. P. 26(b)", "Fed. R. Civ. P. 26(b)(1)"])
def test_a_rule_is_found_by_its_subdivisions(case: Case, owner: User, asked: str) -> None:
    document(case, "Motion", "The scope of discovery is in Fed. R. Civ. P. 26(b)(1), as amended.")
    document(case, "Letter", "Rule 26 of the club says that members pay.")
    document(case, "Other", "See Fed. R. Civ. P. 12(b)(6).")
    found = ask(owner, asked)
    assert found.results[0].title == "Motion"
    assert "citation" in found.results[0].why[0]
    assert "<mark>Fed. R. Civ. P. 26(b)(1)</mark>" in found.results[0].snippet


def test_what_is_asked_for_as_a_part_is_not_found_in_another(case: Case, owner: User) -> None:
    document(case, "Motion", "The scope of discovery is in Fed. R. Civ. P. 26(b)(1), as amended.")
    assert titles(owner, 'cite:"Fed. R. Civ. P. 26(c)"', mode="text") == []
    assert titles(owner, 'cite:"Fed. R. Civ. P. 2"', mode="text") == []
