"""A run as a table for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from documents.services.chat.evaluation.comparing import Comparison
from documents.services.chat.evaluation.measures import Measured
from documents.services.chat.evaluation.questions import HALVES
from documents.services.chat.evaluation.running import Run

COLUMNS = ("n", "score", "refused", "sentences", "that answer", "wrong")


def table(run: Run) -> Iterator[str]:
    """A row for each style, for those with an answer by their wording, for each half and all."""
    yield f"{run.name}: {len(run.measured)} questions"
    yield f"{'':<16}" + "".join(f"{title:>13}" for title in COLUMNS)
    for label, part in _parts(run):
        row = _figures(part)
        yield f"{label:<16}" + "".join(f"{row[title]:>13.3f}" if title == "score" else f"{row[title]:>13g}" for title in COLUMNS)


def totals(run: Run) -> Iterator[str]:
    """The figures that the promises are about."""
    figures = summary(run)
    yield f"answers found: {figures['found']} of {figures['answerable']}; refused anyway: {figures['refused_wrongly']}"
    yield (
        f"nothing answers: {figures['unanswerable']}, of which {figures['refused_rightly']} were refused, {figures['premise_told']} "
        f"answered with what the sources say of it, {figures['answered_wrongly']} answered wrongly"
    )
    yield f"quotations: {figures['quotations']}, word for word in their source: {figures['fidelity']:.3f}"
    yield f"sentences that the gate took out: {figures['removed']}, and marked as not supported: {figures['marked']}"


def summary(run: Run) -> dict[str, float]:
    answerable, without = run.of(refuse=False).measured, run.of(refuse=True).measured
    quotations, unfaithful = sum(one.quotations for one in run.measured), sum(len(one.unfaithful) for one in run.measured)
    return {
        "answerable": len(answerable),
        "found": sum(one.right for one in answerable),
        "refused_wrongly": sum(one.answer.refused for one in answerable),
        "unanswerable": len(without),
        "refused_rightly": sum(not one.answer.sentences and not one.wrong for one in without),
        "premise_told": sum(bool(one.answer.sentences) and not one.wrong for one in without),
        "answered_wrongly": sum(bool(one.wrong) for one in without),
        "quotations": quotations,
        "fidelity": 1 - unfaithful / quotations if quotations else 1.0,
        "removed": sum(one.answer.removed for one in run.measured),
        "marked": sum(one.answer.marked for one in run.measured),
    }


def changes(found: list[Comparison]) -> Iterator[str]:
    """What became worse and better since the accepted run, question by question."""
    for one in found:
        verdict = "WORSE" if one.worse else "as good"
        yield f"{verdict:<8} {one.name}: {one.before:.3f} -> {one.now:.3f} over {one.compared}, p {one.p:.3f}"
    if found:
        for title, rows in (("fell", found[0].fell), ("rose", found[0].rose)):
            yield from (f"    {title} {before:.2f} -> {now:.2f}  {question[:110]}" for question, before, now in rows)


def not_right(run: Run) -> Iterator[str]:
    """Each question that was not answered rightly, with what was shown instead."""
    for one in run.measured:
        if not one.right:
            yield f"{one.score:.2f} {one.question.key} (half {one.question.half}): {one.question.text}"
            yield from (f"       {' '.join(sentence.text.split())[:150]}" for sentence in one.answer.sentences)
            if one.answer.refused:
                yield "       refused"


def as_json(run: Run) -> dict[str, Any]:
    """{name, summary, parts: {style or half or "all": figures}, questions: [...]}."""
    return {
        "name": run.name,
        "summary": summary(run),
        "parts": {label: _figures(part) for label, part in _parts(run)},
        "questions": [_question(one) for one in run.measured],
    }


def _question(one: Measured) -> dict[str, Any]:
    asked = one.question
    return {
        "id": asked.key, "style": asked.style, "half": asked.half, "question": asked.text, "score": one.score,
        "refused": one.answer.refused, "shown": [sentence.text for sentence in one.answer.sentences],
        "count": one.answer.count, "wrong": one.wrong, "unfaithful": one.unfaithful,
    }  # fmt: skip


def _parts(run: Run) -> Iterator[tuple[str, Run]]:
    yield from ((style, run.of(style=style)) for style in run.styles())
    for label, near in (("in its words", True), ("in other words", False)):
        if (part := run.of(refuse=False, near=near)).measured:
            yield label, part
    yield from ((f"half {half}", part) for half in HALVES if (part := run.of(half=half)).measured)
    yield "all", run


def _figures(run: Run) -> dict[str, float]:
    values = (
        len(run.measured),
        run.score,
        sum(one.answer.refused for one in run.measured),
        sum(len(one.answer.sentences) for one in run.measured),
        sum(one.holding for one in run.measured),
        sum(len(one.wrong) for one in run.measured),
    )
    return dict(zip(COLUMNS, values, strict=True))
