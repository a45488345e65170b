"""Search is as good as it was accepted to be, on the labelled searches of the demonstration matter among made-up papers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from bench import evaluated
from documents.services.embedding.service import embedding_service
from documents.services.search.evaluation.labels import STYLES


@pytest.fixture
def filled(owner, work_off, monkeypatch) -> None:
    """The command evaluates in this test's database, filled with what it would fill its own with."""

    @contextmanager
    def here(corpus: Path | None) -> Iterator[Any]:
        assert corpus is None
        yield owner

    evaluated.fill(owner, None)
    evaluated.work_off()
    monkeypatch.setattr(evaluated, "evaluated", here)


def test_search_is_as_good_as_accepted_and_a_broken_way_is_noticed(filled, monkeypatch, tmp_path):
    out, figures = StringIO(), tmp_path / "figures.json"
    call_command("eval_search", "--made-up", "--json", str(figures), stdout=out)
    [run] = json.loads(figures.read_text())
    assert set(STYLES) < set(run["means"])
    assert "as good  hybrid" in out.getvalue()
    assert "Skipped: citing sentences" in out.getvalue()
    a_broken_way_is_noticed(monkeypatch)


def a_broken_way_is_noticed(monkeypatch):
    """Every query is taken for the same one."""
    service = embedding_service()
    same = service.embed_query("the harbor master")
    monkeypatch.setattr(service, "embed_query", lambda _text: same)
    with pytest.raises(CommandError) as failed:
        call_command("eval_search", "--made-up", "--half", "development", stdout=(out := StringIO()))
    assert failed.value.returncode == 1
    assert "worse beyond chance, semantic" in str(failed.value)
    assert re.search(r"WORSE    semantic .*\n    1\.00 -> 0\.\d\d  \w", out.getvalue()), "with the queries that fell"


@pytest.mark.parametrize("words", [["--accept", "--half", "development"], ["--made-up", "--corpus", "somewhere"]])
def test_what_contradicts_itself_is_refused(words):
    with pytest.raises(CommandError, match=r"half|both"):
        call_command("eval_search", *words)
