"""Who somebody is, and what something is: told by how a sentence says it."""

from __future__ import annotations

import pytest

from documents.services.chat.extractive.describing import described, describes

CAPTAIN = "Joan Ferrer"
SAYS = [
    (CAPTAIN, "The log was kept by Joan Ferrer, the master of the Gull, until June."),
    (CAPTAIN, "Joan Ferrer was the first mate at the time."),
    (CAPTAIN, "Ms. Ferrer is an employee of Tern Inc."),
    (CAPTAIN, "Tern's chief engineer Joan Ferrer signed for the oil."),
    (CAPTAIN, "Joan Ferrer (then Joan Pell) served as harbour surveyor for nine years."),
    ("Gull Method", "The parties agreed on a way of sounding the tanks (the “Gull Method”)."),
    ("Gull Method", "The Gull Method consists of eleven soundings."),
]
SAYS_NOT = [
    (CAPTAIN, "Joan Ferrer wrote to the owner on 3 May."),
    (CAPTAIN, "On 3 May the owner wrote to Joan Ferrer."),
    (CAPTAIN, "Joan Ferrer, on 3 May, left the ship."),
    (CAPTAIN, "Anna Quill is an employee of Tern Inc."),
    ("Gull Method", "Nobody used the Gull Method before May."),
]


@pytest.mark.parametrize(("name", "line"), SAYS)
def test_what_says_who_or_what_it_is(name: str, line: str) -> None:
    assert describes(line, name)


@pytest.mark.parametrize(("name", "line"), SAYS_NOT)
def test_what_only_mentions_it(name: str, line: str) -> None:
    assert not describes(line, name)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Who is Joan Ferrer?", CAPTAIN),
        ("Who was Ms. Ferrer?", "Ferrer"),
        ("What is the “Gull Method”?", "Gull Method"),
        ("Who is the master of the Gull?", ""),
        ("What is the rent?", ""),
        ("Who is Joan Ferrer working for?", ""),
        ("When is Joan Ferrer coming?", ""),
    ],
)
def test_a_question_for_a_description(question: str, name: str) -> None:
    assert described(question) == name
