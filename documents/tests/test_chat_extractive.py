"""Answers without a language model: the sentences that answer, and nothing where none does."""

from __future__ import annotations

import pytest

from cases.models import Case
from documents.models import Page
from documents.services.chat.contracts import Draft, Question, QuestionType, Refusal
from documents.services.chat.evidence import gather
from documents.services.chat.extractive import Extractive, best, value_in
from documents.services.embedding.errors import EmbeddingUnavailable
from documents.tests.searching import document
from lexintel.models import User
from tasks import service_registry

REPORT = """ACCIDENT REPORT

On March 7, 2024 at 6:15 a.m. the hook of the gantry crane broke and a container fell onto the quay. The crane operator, Samuel \
Achterberg, suffered a broken wrist. The hook had last been inspected on November 2, 2023 by Veritas Lifting. The crane was out of service \
for seventeen days. The damage to the container is estimated at $312,400.

Who was the foreman on that day?"""
LETTER = """Veritas Lifting GmbH

Our records show that the hook was inspected on October 2, 2023, not in November. We do not accept any liability for the accident.

Sincerely yours,
Henrike Vossberg"""
LEASE = """4. Assignment

The Tenant may not assign this Lease or sublet the hall without the prior written consent of the Landlord.

5. Rent

The rent is set out in Schedule 2.

SCHEDULE 2

The rent of the hall is $18,500 a month."""
MAIL = """From: Tomas Lindgren <lindgren@brightwater.example>

We have never admitted any breach of the Lease, and we do not admit one now."""
MINUTES = "The crane was out of service for seventeen days, as the board was told. The board met in Rotterdam."

ANSWERS = (
    ("When did the hook break?", "March 7, 2024", "On March 7, 2024 at 6:15 a.m."),
    ("Who operated the crane?", "Samuel Achterberg", "The crane operator, Samuel Achterberg"),
    ("How much was the damage to the container?", "$312,400", "The damage to the container"),
    ("How long was the crane out of service?", "seventeen days", "The crane was out of service"),
    ("May the Tenant sublet the hall?", "No", "The Tenant may not assign"),
    ("Does Veritas accept liability for the accident?", "", "We do not accept any liability"),
    ("What does Section 4 of the Lease say?", "", "The Tenant may not assign"),
    ("What does the letter say about the accident?", "", "We do not accept any liability"),
    ("What is the rent of the hall?", "$18,500", "The rent of the hall is $18,500"),
)
NO_ANSWERS = (
    "Who is the foreman?",
    "Who was the foreman on that day?",
    "When was Veritas Lifting founded?",
    "What is the rent of Hall 5?",
    "How much did Veritas pay for the accident?",
    "When was Henrike Vossberg dismissed?",
    "What is the name of the insurer?",
    "Where does Samuel Achterberg live?",
    "When did Samuel Achterberg inspect the hook?",
    "Who paid for the repair of the hook?",
    "Did Veritas Lifting replace the hook?",
    "When was the crane sold?",
    "How long was Samuel Achterberg in hospital?",
    "How much did Veritas charge for the inspection?",
    "What does the Lease say about the deposit?",
    "What does Schedule 7 of the Lease say about the rent?",
    "When did Brightwater assign the Lease?",
    "What is the capital of Australia?",
    "How do I bake bread?",
)


@pytest.mark.django_db(transaction=True)
def test_what_is_answered_is_quoted_and_what_is_not_there_is_refused(case: Case, owner: User) -> None:
    for title, text in (("Report", REPORT), ("Letter of Veritas", LETTER), ("Lease", LEASE), ("Mail", MAIL), ("Minutes", MINUTES)):
        document(case, title, text)

    def asked(question: str) -> list[Draft | Refusal]:
        one = Question(question, owner, case.pk)
        return [piece for piece in Extractive().answer(one, gather(one), lambda: None) if isinstance(piece, Draft | Refusal)]

    for question, value, beginning in ANSWERS:
        one = Question(question, owner, case.pk)
        found = best(one, gather(one), lambda: None)
        assert found is not None, question
        assert (found[0], found[1].quote[: len(beginning)]) == (value, beginning)
    for question in NO_ANSWERS:
        assert [type(piece) for piece in asked(question)] == [Refusal], (question, asked(question))
    the_same_said_twice_is_one_sentence_with_two_sources(asked("How long was the crane out of service?"))
    documents_that_disagree_are_both_shown(asked("When was the hook last inspected?"))
    a_premise_that_is_denied_is_answered_with_the_denial(asked("When did Brightwater admit the breach of the Lease?"))
    without_vectors_the_words_answer_and_that_is_said(owner, case)


def the_same_said_twice_is_one_sentence_with_two_sources(pieces: list[Draft | Refusal]) -> None:
    (only,) = pieces
    assert isinstance(only, Draft)
    assert [source.title for source in only.sources] == ["Report", "Minutes"]
    assert only.verbatim
    assert only.text == only.sources[0].quote
    for source in only.sources:
        page = Page.objects.get(text_version=source.text_version, number=source.page)
        assert page.text[source.start : source.end] == source.quote


def documents_that_disagree_are_both_shown(pieces: list[Draft | Refusal]) -> None:
    aside, one, other = pieces
    assert isinstance(aside, Draft)
    assert (aside.text, aside.aside, aside.sources) == ("The documents do not agree on this:", True, ())
    assert sorted(found for found in ("November 2, 2023", "October 2, 2023") if found in f"{one.text} {other.text}") == [
        "November 2, 2023", "October 2, 2023",
    ]  # fmt: skip


def a_premise_that_is_denied_is_answered_with_the_denial(pieces: list[Draft | Refusal]) -> None:
    assert [piece.text for piece in pieces] == [
        "The documents do not say that; about it they say:",
        "We have never admitted any breach of the Lease, and we do not admit one now.",
    ]


def without_vectors_the_words_answer_and_that_is_said(owner: User, case: Case) -> None:
    one = Question("How long was the crane out of service?", owner, case.pk)
    evidence = gather(one)
    real = service_registry.get("embedding")

    def unavailable(text: str) -> None:
        raise EmbeddingUnavailable("It is away.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(real), "embed_query", lambda self, text: unavailable(text))
        notice, *answer = list(Extractive().answer(one, evidence, lambda: None))
    assert getattr(notice, "code", "") == "meaning_unavailable"
    assert "seventeen days" in getattr(answer[0], "text", "")


@pytest.mark.parametrize(
    ("question", "sentence", "value"),
    [
        ("When did Okonkwo leave Marlowe?", "From March 2016 until October 18, 2024 he was Marlowe's director.", "October 18, 2024"),
        (
            "How many sensors were ordered in the second year?",
            "Castellan ordered 1,200 sensors in the first year and 640 in the second.",
            "640",
        ),
        ("What is the hourly rate of the expert?", "I am paid 410 dollars an hour.", "410 dollars an hour"),
        ("How long is the notice?", "Either party may end it by ninety (90) days' written notice.", "ninety (90) days"),
        ("Who is the expert?", "Dr. Ingrid Solheim was retained as the expert on March 3, 2024.", "Dr. Ingrid Solheim"),
        (
            "Where is the buyer's place of business?",
            "Its principal place of business is in Nashua, New Hampshire.",
            "Nashua, New Hampshire",
        ),
        ("What is the serial number of the drive?", "A drive with the serial number 4C530001 was attached for thirty minutes.", "4C530001"),
        ("At what time did the door open?", "On October 15, 2024 the door opened at 9:47 p.m.", "9:47 p.m."),
        ("Did the buyer pay the price?", "The buyer paid the price.", "Yes"),
        ("Did the buyer pay the price?", "The buyer has not paid the price.", "No"),
        ("Did the buyer pay the price?", "The buyer paid the deposit.", ""),
        ("When was it signed on May 6, 2022?", "It was signed on May 6, 2022.", ""),
        ("Who wrote to Okonkwo?", "Castellan admits that Ms. Raman wrote to Mr. Okonkwo.", "Ms. Raman"),
        ("Why did it fail?", "It failed because of the cold.", ""),
    ],
)
def test_the_short_form_of_an_answer(question: str, sentence: str, value: str) -> None:
    assert value_in(QuestionType.OTHER, sentence, question) == value
