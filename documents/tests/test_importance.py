"""Importance: PageRank within the library, of texts of the library only."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cases.models import Importance, Ruling
from documents.models import Citation, Document
from documents.services.authorities.graph import importance
from documents.tests.law import bring, lines, ruling
from tasks.models import TaskRecord

LIBRARY = [
    ruling("Adler v. Bell", citations=["401 U.S. 1"], text="Nobody is cited here."),
    ruling("Cole v. Dean", citations=["402 U.S. 2"], text="See Adler v. Bell, 401 U.S. 1 (1971). And again, 401 U.S. 1."),
    ruling("Ely v. Fox", citations=["403 U.S. 3"], text="See 401 U.S. 1 and Cole v. Dean, 402 U.S. 2. As we said in 403 U.S. 3."),
]


def links(*pairs: tuple[int, int], count: int):
    sources, targets = (np.array(side, dtype=np.int32) for side in zip(*pairs, strict=True))
    return importance.links(sources, targets, count)


def test_scores_are_those_of_the_published_formula() -> None:
    matrix = links((0, 1), (0, 1), (1, 2), (2, 0), (2, 1), (3, 2), (3, 3), count=5)
    scores = importance.pagerank(matrix)
    # The same written out: each passes its score on in equal shares, the two that cite nobody (4) to all.
    dense = np.array([[0, 1, 0, 0, 0], [0, 0, 1, 0, 0], [0.5, 0.5, 0, 0, 0], [0, 0, 1, 0, 0], [0.2] * 5]).T
    expected = np.linalg.solve(np.eye(5) - 0.85 * dense, np.full(5, 0.15 / 5))
    assert np.allclose(scores, expected, atol=1e-9)
    assert np.isclose(scores.sum(), 1)


def test_percentiles_tell_how_many_are_lower_and_equals_are_equal() -> None:
    assert importance.percentiles(np.array([0.1, 0.4, 0.1, 0.4])).tolist() == [0, 50, 0, 50]
    assert importance.percentiles(np.empty(0)).tolist() == []
    assert importance.pagerank(links((0, 0), count=1)).tolist() == [1.0]


@pytest.mark.django_db(transaction=True)
def test_the_task_counts_texts_of_the_library_only(tmp_path: Path, accept, work_off) -> None:
    bring("rulings", lines(tmp_path / "r.jsonl", LIBRARY))
    assert TaskRecord.objects.filter(name=importance.TASK, run_after__isnull=False).count() == 1
    work_off()
    assert importance.rank() == {"rulings": 3, "links": 3}
    before = list(Importance.objects.order_by("ruling__name").values_list("ruling__name", "percentile", "cited_by", "counted"))
    assert [(name, cited, of) for name, _, cited, of in before] == [("Adler v. Bell", 2, 3), ("Cole v. Dean", 1, 3), ("Ely v. Fox", 0, 3)]
    assert [round(percent) for _, percent, _, _ in before] == [67, 33, 0]
    accept("See Ely v. Fox, 403 U.S. 3; 403 U.S. 3.")
    work_off()
    assert Citation.objects.filter(ruling__name="Ely v. Fox", text_version__document__case__isnull=False).exists()
    importance.rank()
    assert list(Importance.objects.order_by("ruling__name").values_list("ruling__name", "percentile", "cited_by", "counted")) == before


@pytest.mark.django_db(transaction=True)
def test_a_mention_that_is_no_authority_is_no_link(tmp_path: Path, work_off) -> None:
    bring("rulings", lines(tmp_path / "r.jsonl", LIBRARY))
    work_off()
    Citation.objects.filter(ruling__name="Adler v. Bell").update(role=Citation.Role.HISTORY)
    assert importance.rank() == {"rulings": 3, "links": 1}
    Document.objects.filter(ruling__name="Ely v. Fox").delete()
    Ruling.objects.filter(name="Ely v. Fox").delete()
    assert importance.rank() == {"rulings": 2, "links": 0}
