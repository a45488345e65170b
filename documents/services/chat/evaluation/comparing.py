"""Whether answers have become worse: a run against the last accepted one, question by question, and against the promises of any run.

The comparison is that of searches (search.evaluation.comparing): paired, by randomisation. It is made for all questions and for those that
have an answer: these alone could become worse unnoticed where more is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from documents.services.chat.evaluation.running import Run
from documents.services.search.evaluation.comparing import CHANCE, chance

ACCEPTED = Path(__file__).with_name("accepted.json")
ALL, ANSWERABLE = "all questions", "questions with an answer"
Scores = dict[str, float]


@dataclass(frozen=True)
class Comparison:
    """`p`: how likely such a fall, or a deeper one, is by chance. `fell` and `rose`: (question, before, now)."""

    name: str
    before: float
    now: float
    p: float
    compared: int
    fell: tuple[tuple[str, float, float], ...]
    rose: tuple[tuple[str, float, float], ...]

    @property
    def worse(self) -> bool:
        return self.p < CHANCE


def compare(run: Run, kept: Scores) -> list[Comparison]:
    """Questions that only one of the two runs has are left out; nothing where there is none that both have."""
    parts = {ALL: run, ANSWERABLE: run.of(refuse=False)}
    return [found for name, part in parts.items() if (found := _comparison(name, part, kept)) is not None]


def _comparison(name: str, run: Run, kept: Scores) -> Comparison | None:
    rows = [
        (f"{one.question.key}: {one.question.text}", kept[one.question.key], one.score) for one in run.measured if one.question.key in kept
    ]
    if not rows:
        return None
    changes = [now - before for _question, before, now in rows]
    fell = tuple(row for row, change in zip(rows, changes, strict=True) if change < 0)
    rose = tuple(row for row, change in zip(rows, changes, strict=True) if change > 0)
    return Comparison(name, fmean(row[1] for row in rows), fmean(row[2] for row in rows), chance(changes), len(rows), fell, rose)


def broken(run: Run) -> Iterator[str]:
    """Promises that hold for any run, accepted or not, each as a sentence."""
    for one in run.measured:
        if one.unfaithful:
            yield f"{one.question.key}: what is quoted does not stand in its source: {one.unfaithful[0][:110]!r}."
        if one.wrong:
            why = (
                "nothing in the case answers it, but it is answered"
                if one.question.refuse
                else "it is answered with what does not answer it"
            )
            yield f"{one.question.key}: {why}: {one.wrong[0][:110]!r}."


def accepted(name: str, path: Path = ACCEPTED) -> Scores:
    """{key of the question: score} of the last accepted run of this name; empty where there is none."""
    return _read(path).get(name, {})


def accept(run: Run, path: Path = ACCEPTED) -> None:
    """Let this run be the one that later ones of its name are compared with; those of other names stay."""
    runs = _read(path) | {run.name: {one.question.key: round(one.score, 3) for one in run.measured}}
    path.write_text("{\n" + ",\n".join(_written(name, runs[name]) for name in sorted(runs)) + "\n}\n", "utf-8")


def _read(path: Path) -> dict[str, Scores]:
    runs: dict[str, Scores] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return runs


def _written(name: str, scores: Scores) -> str:
    """A line for each question, so that it is seen what changed."""
    rows = ",\n".join(f"  {json.dumps(key)}: {score:g}" for key, score in scores.items())
    return f" {json.dumps(name)}: {{\n{rows}\n }}"
