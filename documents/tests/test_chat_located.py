"""Questions for what stands in a place, and sentences that say it of another."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import pytest

from documents.services.chat.contracts import Passage
from documents.services.chat.evidence import Statement, statements_of
from documents.services.chat.extractive.doers import done_by_another, of_another_paper
from documents.services.chat.extractive.located import located
from documents.services.chat.words import stems_in

CHARTER = """7. Demurrage

7.1 The Charterer shall pay demurrage of 900 dollars a day.

7.2 Demurrage falls due within ten days. It bears interest.

8. Notices

Notices shall be given in writing."""
PLEADING = """Second defense: notice

Gull relies on Section 8 of the Charter because no notice was given.

Third defense: payment

The claim of Tern rests on Section 7.2 of the Charter and was paid in full."""


def statements() -> list[Statement]:
    texts = (("Charter of the Aurora", "contract", CHARTER), ("Answer of Gull", "filing", PLEADING))
    passages = [Passage(n, uuid.UUID(int=n), title, kind, None, n, n, text, 1, 1, 0) for n, (title, kind, text) in enumerate(texts, 1)]
    return [statement for passage in passages for statement in statements_of(passage)]


def likely(words: str, among: Sequence[Statement]) -> Statement | None:
    """The sentence with most of the words, with what stands above it."""
    return max(among, key=lambda one: len(stems_in(words) & stems_in(f"{one.heading} {one.line}")), default=None)


@pytest.mark.parametrize(
    ("question", "first", "count", "topic"),
    [
        ("What does Section 7.1 of the Charter say?", "The Charterer shall pay", 1, ""),
        ("What does Section 7 say about interest?", "The Charterer shall pay", 3, "interest"),
        ("What does the section provide that the second defense invokes?", "Notices shall be given", 1, ""),
        ("The third defense cites Section 7.2. When is that due?", "Demurrage falls due", 2, "due"),
        ("What does the clause on which the claim of Tern rests say of interest?", "Demurrage falls due", 2, ""),
        ("What does the answer of Gull say about payment?", "Gull relies on", 2, "payment"),
    ],
)
def test_a_place_that_a_question_names_decides_which_sentences_may_answer(question: str, first: str, count: int, topic: str) -> None:
    place = located(question, statements(), likely)
    assert place is not None
    assert (place.statements[0].line[: len(first)], len(place.statements)) == (first, count)
    assert topic in place.topic
    assert bool(place.topic) == bool(topic)


def test_a_place_that_is_not_there_has_no_sentences() -> None:
    assert located("When was demurrage paid?", statements(), likely) is None
    assert located("Are claims under Section 8 subject to notice?", statements(), likely) is None
    place = located("What does Exhibit Q to the answer say?", statements(), likely)
    assert place is not None
    assert place.statements == ()


@pytest.mark.parametrize(
    ("question", "sentence", "another"),
    [
        ("How many barrels did Gull order from Tern?", "Tern ordered 40 barrels in May.", True),
        ("How many barrels did Tern order?", "Tern ordered 40 barrels in May.", False),
        ("When did Gull pay the freight?", "The freight was paid by Tern on May 3.", True),
        ("When did Gull pay the freight?", "Mr. Holt of Gull said that it had paid the freight on May 3.", False),
        ("What did Ms. Okoye sign?", "Ms. Brandt signed the charter.", True),
    ],
)
def test_what_another_did_is_no_answer(question: str, sentence: str, another: bool) -> None:
    assert done_by_another(question, sentence) is another


def test_a_paper_of_another_name_is_another_paper() -> None:
    assert of_another_paper("When was the supply agreement signed?", "He signed an Employee Confidentiality Agreement on May 3.")
    assert not of_another_paper("When was the supply agreement signed?", "The Supply and Storage Agreement was signed on May 3.")
    assert not of_another_paper("When was the agreement signed?", "He signed an Employee Confidentiality Agreement on May 3.")
