"""Search and answers are as good as they were accepted to be, on the demonstration matter among made-up papers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from bench import evaluated
from documents.services.embedding.service import embedding_service
from documents.services.search.evaluation.labels import STYLES
from lexintel.models import User


@pytest.fixture
def filled(owner: User, work_off: Callable[..., int], monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands evaluate in this test's database, filled with what they would fill their own with."""

    @contextmanager
    def here(corpus: Path | None) -> Iterator[Any]:
        assert corpus is None
        yield owner

    evaluated.fill(owner, None)
    evaluated.work_off()
    monkeypatch.setattr(evaluated, "evaluated", here)


def test_search_and_answers_are_as_good_as_accepted(filled: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One test, because it takes a while to read the matter."""
    search_is_as_good_as_accepted(tmp_path / "figures.json")
    answers_are_as_good_as_accepted(tmp_path / "answers.json")
    a_broken_way_is_noticed(monkeypatch)


def answers_are_as_good_as_accepted(figures: Path) -> None:
    """Raises CommandError also where nothing answers a question and yet something is shown as supported."""
    call_command("eval_answers", "--json", str(figures), stdout=(out := StringIO()))
    run = json.loads(figures.read_text())
    assert "as good  all questions" in out.getvalue()
    assert (run["summary"]["answered_wrongly"], run["summary"]["fidelity"]) == (0, 1.0)
    assert len(run["questions"]) >= 96
    assert run["summary"]["unanswerable"] * 4 >= len(run["questions"])


def search_is_as_good_as_accepted(figures: Path) -> None:
    out = StringIO()
    call_command("eval_search", "--made-up", "--json", str(figures), stdout=out)
    [run] = json.loads(figures.read_text())
    assert set(STYLES) < set(run["means"])
    assert "as good  hybrid" in out.getvalue()
    assert "Skipped: citing sentences" in out.getvalue()


def a_broken_way_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every query is taken for the same one."""
    service = embedding_service()
    same = service.embed_query("the harbor master")
    monkeypatch.setattr(service, "embed_query", lambda _text: same)
    with pytest.raises(CommandError) as failed:
        call_command("eval_search", "--made-up", "--half", "development", stdout=(out := StringIO()))
    assert failed.value.returncode == 1
    assert "worse beyond chance, semantic" in str(failed.value)
    assert re.search(r"WORSE    semantic .*\n    1\.00 -> 0\.\d\d  \w", out.getvalue()), "with the queries that fell"


@pytest.mark.parametrize(
    "words",
    [
        ["eval_search", "--accept", "--half", "development"],
        ["eval_search", "--made-up", "--corpus", "somewhere"],
        ["eval_answers", "--accept", "--half", "1"],
    ],
)
def test_what_contradicts_itself_is_refused(words: list[str]) -> None:
    with pytest.raises(CommandError, match=r"half|both"):
        call_command(*words)
