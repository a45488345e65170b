"""What an answer is worth, and when a run of answers has become worse."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from documents.services.chat.evaluation import comparing, reporting
from documents.services.chat.evaluation.measures import Answer, Measured, Quotation, Sentence, measure
from documents.services.chat.evaluation.questions import QUESTIONS, LabelledQuestion, Span
from documents.services.chat.evaluation.running import Run

COMPLAINT, REPORT = UUID(int=1), UUID(int=2)
ROUNDING, SWAPPED = Span(COMPLAINT, "a rounding mistake", 1), Span(REPORT, "two digits were exchanged", 2)
WHY = LabelledQuestion("why-1", 1, "disagree", "How did the value come about?", (ROUNDING, SWAPPED), whole=True)
DENIED = Span(COMPLAINT, "denies that it copied")
ADMITTED = LabelledQuestion("premise-1", 2, "false_premise", "When did it admit the copying?", refuse=True, says=(DENIED,))


def said(*quoted: tuple[UUID, str], text: str = "", stands: bool = True) -> Sentence:
    quotations = tuple(Quotation(document, quote, stands) for document, quote in quoted)
    return Sentence(text or quoted[0][1], quotations)


FIRST, SECOND = said((COMPLAINT, "It is a Rounding\nmistake.")), said((REPORT, "In it two digits were exchanged."))


def test_an_answer_is_right_where_the_words_of_every_side_are_shown() -> None:
    assert measure(WHY, Answer((FIRST, SECOND))).score == 1
    assert measure(WHY, Answer((FIRST,))).score == 0.5
    assert measure(replace(WHY, whole=False), Answer((FIRST,))).score == 1
    assert measure(WHY, Answer((said((REPORT, "It is a rounding mistake.")),))).score == 0, "the words are another document's"
    assert measure(WHY, Answer(refused=True)).score == 0
    assert measure(LabelledQuestion("count-1", 1, "counted", "How many?", count=3), Answer(count=3)).right
    assert not measure(LabelledQuestion("count-1", 1, "counted", "How many?", count=3), Answer((FIRST,))).right


def test_where_nothing_answers_only_what_speaks_of_the_premise_may_be_shown() -> None:
    assert measure(ADMITTED, Answer(refused=True)).right
    assert measure(ADMITTED, Answer((said((COMPLAINT, "It denies that it copied anything.")),))).right
    assert measure(ADMITTED, Answer((FIRST,))).wrong == (FIRST.text,)
    assert measure(ADMITTED, Answer(count=4)).wrong == ("4",)
    assert measure(replace(WHY, must_not=("ROUNDING",)), Answer((FIRST,))).wrong
    assert measure(WHY, Answer((Sentence("From nowhere.", ()),))).wrong


def test_a_quotation_that_does_not_stand_in_its_source_always_fails_a_run() -> None:
    for bad in (said((COMPLAINT, "a rounding mistake"), stands=False), said((COMPLAINT, "a rounding mistake"), text="a rounding error")):
        run = Run("extractive", (measure(replace(WHY, whole=False), Answer((bad,))),))
        assert [one for one in comparing.broken(run) if "does not stand in its source" in one]
        assert reporting.summary(run)["fidelity"] == 0
    assert not list(comparing.broken(Run("extractive", (measure(WHY, Answer((FIRST, SECOND))),))))


def many(*, found: int, of: int = 20, refused: int = 10) -> Run:
    answerable = [measure(replace(WHY, key=f"why-{n}"), Answer((FIRST, SECOND) if n < found else ())) for n in range(of)]
    without = [measure(replace(ADMITTED, key=f"premise-{n}"), Answer(refused=True)) for n in range(refused)]
    return Run("extractive", tuple(answerable + without))


def test_a_run_is_worse_where_more_falls_than_chance_would_have_it(tmp_path: Path) -> None:
    kept = tmp_path / "accepted.json"
    comparing.accept(many(found=16), kept)
    comparing.accept(replace(many(found=3), name="llm"), kept)
    scores = comparing.accepted("extractive", kept)
    assert len(json.loads(kept.read_text())) == 2
    assert [one.worse for one in comparing.compare(many(found=16), scores)] == [False, False]
    assert [one.worse for one in comparing.compare(many(found=14), scores)] == [False, False], "two may fall by chance"
    found = comparing.compare(many(found=11), scores)
    assert [one.worse for one in found] == [True, True]
    assert [row[0] for row in found[0].fell] == [f"why-{n}: {WHY.text}" for n in range(11, 16)]
    told = "\n".join(reporting.changes(found))
    assert "WORSE    all questions" in told
    assert "fell 1.00 -> 0.00  why-11" in told
    assert comparing.compare(many(found=16), comparing.accepted("somebody else", kept)) == []


def test_answers_that_must_not_be_given_always_fail_a_run() -> None:
    wrong: Measured = measure(ADMITTED, Answer((FIRST,)))
    (sentence,) = comparing.broken(Run("extractive", (wrong,)))
    assert sentence.startswith("premise-1: nothing in the case answers it, but it is answered: 'It is a Rounding")
    assert "nothing answers: 1, of which 0 were refused" in "\n".join(reporting.totals(Run("extractive", (wrong,))))


def test_there_are_questions_of_every_kind_in_both_halves() -> None:
    rows = json.loads(QUESTIONS.read_text("utf-8"))
    assert len({row["id"] for row in rows}) == len(rows) >= 96
    assert sum(row["refuse"] for row in rows) * 4 >= len(rows)
    for style in ("negative", "figure", "reference", "disagree", "false_premise", "unanswerable", "follow_up"):
        halves = [row["half"] for row in rows if row["style"] == style]
        assert len(halves) >= 8
        assert min(halves.count(1), halves.count(2)) >= 3
