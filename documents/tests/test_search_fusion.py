"""How two ways are made one: what either knows well is not lost to the other."""

from __future__ import annotations

import math
import random

import pytest

from cases.models import Case
from documents.services.search.fusion import LEAST, MOST, PER_DOCUMENT, Ranked, Signals, fuse, lead_of, spread, weight_of_words
from documents.tests.searching import ask, document, titles
from lexintel.models import User


def order(passages: dict[int, Signals], **ways: bool) -> list[int]:
    return [passage.chunk for passage in fuse(passages, **ways).ranked]


def test_the_weight_of_the_words_follows_the_query() -> None:
    alone = {1: Signals("a", 9.0, 0.3, 1.0), 2: Signals("b", 1.0, 0.7, 0.1)}
    assert fuse(alone).weights.words == MOST
    assert order(alone) == [1, 2]
    vague = {n: Signals("a", 1.0, 0.3 + n / 100, 0.1) for n in range(1, 21)}
    assert fuse(vague).weights.words == pytest.approx(LEAST)
    assert order(vague)[0] == 20
    assert weight_of_words(0.5, 0.25) == pytest.approx(0.05 + 0.25 + 0.1)
    assert fuse(vague, common=0.0).weights.words == MOST, "keywords are meant as words"
    assert fuse(vague, common=0.2).weights.words == LEAST, "a sentence is not"


def test_the_lead_is_told_by_the_tenth() -> None:
    assert lead_of([]) == lead_of([0.0, 0.0]) == 0.0
    assert lead_of([4.0, 1.0]) == 1.0, "there is no tenth"
    assert lead_of([4.0, *[2.0] * 8, 1.0, 0.5]) == 0.75


def test_what_is_exact_is_before_everything_else_and_the_text_itself_before_that() -> None:
    passages = {
        1: Signals("a", 9.0, 0.9, 1.0),
        2: Signals("b", 0.1, 0.0, 0.1, exact=1.0),
        3: Signals("c", 0.0, 0.0, 0.0, exact=2.0),
        4: Signals("d", 0.2, 0.0, 0.1, exact=0.5),
    }
    assert order(passages) == [3, 2, 1, 4] or order(passages) == [3, 2, 4, 1]
    assert order(passages, meaning=False)[:2] == [3, 1], "the words alone know only the text itself"
    assert fuse(passages).weights.exact == 3


def test_more_of_anything_never_ranks_lower() -> None:
    chance = random.Random(7)
    for _ in range(50):
        passages = {n: Signals("d", chance.random() * 9, chance.random(), chance.random(), float(chance.random() > 0.8)) for n in range(30)}
        best, worst = 100, 101
        passages[best] = Signals("d", 9.0, 1.0, 1.0, 1.0)
        passages[worst] = Signals("d")
        ranked = order(passages)
        assert ranked[0] == best
        assert passages[ranked[-1]].exact == 0


@pytest.mark.parametrize("ways", [{}, {"words": False}, {"meaning": False}])
def test_scores_are_between_nothing_and_one_best_first_and_ties_in_order(ways: dict[str, bool]) -> None:
    assert fuse({}, **ways).ranked == []
    equal = {n: Signals("a", 2.0, 0.5, 0.5) for n in (5, 3, 9)}
    assert fuse(equal, **ways).ranked == [Ranked(3, "a", 1.0), Ranked(5, "a", 1.0), Ranked(9, "a", 1.0)]
    mixed = {n: Signals("a", n % 4, n / 20, 0.5, float(n == 7)) for n in range(1, 15)}
    scores = [passage.score for passage in fuse(mixed, **ways).ranked]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == 1.0
    assert min(scores) >= 0


def test_one_way_alone_keeps_its_order() -> None:
    passages = {1: Signals("a", 1.0, 0.9), 2: Signals("a", 3.0, 0.1), 3: Signals("a", 2.0, 0.5)}
    assert order(passages, meaning=False) == [2, 3, 1]
    assert order(passages, words=False) == [1, 3, 2]
    assert order({n: one._replace(cosine=0.0) for n, one in passages.items()}) == [2, 3, 1]
    assert order({n: one._replace(bm25=0.0) for n, one in passages.items()}) == [1, 3, 2]


def test_a_score_that_is_no_number_counts_for_nothing() -> None:
    passages = {1: Signals("a", 2.0, math.nan, 0.5), 2: Signals("a", 1.0, 0.6, 0.5), 3: Signals("a", math.inf, 0.1)}
    ranked = fuse(passages).ranked
    assert all(0 <= passage.score <= 1 for passage in ranked)
    assert {passage.chunk for passage in ranked[:2]} == {1, 2}


def test_no_document_hides_the_others() -> None:
    ranked = [Ranked(n, "loud" if n < 9 else "quiet", 1.0) for n in range(10)]
    assert [passage.document for passage in spread(ranked)][PER_DOCUMENT] == "quiet"


def distractors(case: Case) -> None:
    """Passages that say the same in other words, and more often."""
    document(
        case, "Near", "A motion to dismiss. The motion to dismiss a complaint; motions that dismiss complaints for failing to state claims."
    )
    document(
        case, "Nearer", "Dismissal for failure to state a claim. A claim was not stated, and so the complaint was dismissed on motion."
    )


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["failed to state any claim upon which relief", "Failed to state any claim upon which relief"])
def test_the_exact_phrase_comes_first_without_quotation_marks(case: Case, owner: User, query: str) -> None:
    distractors(case)
    document(
        case, "Exact", "It has been said, in a long text about many other things, that he failed to state any claim upon which relief"
        " can be given, and much else about the weather, the harbour, the cranes and the ships that lie there."
    )  # fmt: skip
    assert titles(owner, query, mode="hybrid")[0] == "Exact"


@pytest.mark.django_db
def test_what_cites_comes_before_what_is_only_about_it(case: Case, owner: User) -> None:
    document(case, "About", "Abortion, privacy and Roe: what the Court of 1973 held in Roe about 113 things. The U.S. and Roe.")
    document(case, "Cites", "The weather was fine. See 410 U.S. 113. The harbour was calm and nobody thought about it.")
    answer = ask(owner, "Roe, 410 U.S. 113", mode="hybrid")
    assert answer.results[0].title == "Cites"
    assert answer.results[0].why[0] == "citation 410 U.S. 113"
    assert "<mark>410 U.S. 113</mark>" in answer.results[0].snippet
    assert answer.weights is not None
    assert answer.weights.exact == 1


@pytest.mark.django_db
def test_the_docket_number_comes_first(case: Case, owner: User) -> None:
    document(case, "Other", "Case No. 2:19-cv-01234 and No. 2:20-cv-98765 were consolidated in 2020, and 1234 was the number.")
    document(case, "Meant", "Filed in No. 2:20-cv-01234 by the clerk, who also wrote about the weather and the harbour.")
    assert titles(owner, "2:20-cv-01234", mode="hybrid")[0] == "Meant"


@pytest.mark.django_db
def test_operators_decide_what_is_a_hit_and_meaning_only_its_place(case: Case, owner: User) -> None:
    document(case, "Physician", "The physician treated the ill patient.")
    document(case, "Both", "A doctor saw the patient at the clinic.")
    document(case, "Far", "The doctor of laws drew up a lease; no patient was there, and patience ended.")
    assert titles(owner, '"doctor" AND patient', mode="hybrid") == ["Both", "Far"]


@pytest.mark.django_db
def test_weights_are_told(case: Case, owner: User) -> None:
    document(case, "Escrow", "The escrow agent released the funds.")
    weights = ask(owner, "escrow agent", mode="hybrid").weights
    assert weights is not None
    assert (weights.words, weights.meaning, weights.coverage, weights.lead, weights.exact) == (MOST, 0.15, 1.0, 1.0, 1)
    alone = ask(owner, "escrow agent", mode="text").weights
    assert alone is not None
    assert (alone.words, alone.meaning) == (1.0, 0.0)
