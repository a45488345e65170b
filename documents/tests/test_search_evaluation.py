"""The measuring of search: labels, measures, comparison. (That search itself is as good as accepted: test_quality.py.)"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from typing import Any

import pytest

from documents.services.search.evaluation import comparing, labels, ways
from documents.services.search.evaluation.citing import citing_searches
from documents.services.search.evaluation.comparing import Accepted, chance
from documents.services.search.evaluation.labels import HALVES, STYLES, Answer, LabelError, LabelledSearch
from documents.services.search.evaluation.measures import Place, Score, score
from documents.services.search.evaluation.running import Measured, Run
from documents.services.search.text.words import stems, words_in
from documents.tests.law import bring
from documents.tests.searching import document

A, B, C = (uuid.UUID(int=number) for number in (1, 2, 3))


def one(*answers: Answer, **fields: Any) -> LabelledSearch:
    return LabelledSearch(**{"key": "k", "style": "phrase", "half": "development", "q": "q", **fields}, answers=answers)


def page_of(document: uuid.UUID, *pages: int) -> Answer:
    return Answer(frozenset([document]), frozenset(pages))


def test_the_first_right_page_and_all_right_pages_are_measured():
    search = one(page_of(A, 2), page_of(B, 1))
    hits = [Place(A, 1, 1), Place(A, 2, 2), Place(C, 1, 1), Place(B, 1, 1)]
    found = score(search, hits)
    assert (found.mrr, found.recall) == (1 / 2, 1.0)
    assert found.ndcg == pytest.approx((1 / 1.584963 + 1 / 2.321928) / (1 + 1 / 1.584963), abs=1e-5)


def test_a_page_counts_once_and_ten_pages_are_looked_at():
    assert score(one(page_of(A, 2)), [Place(A, 1, 1), Place(A, 1, 1), Place(A, 2, 2)]).mrr == 1 / 2
    nine, ten = ([Place(B, page, page) for page in range(1, many + 1)] for many in (9, 10))
    assert score(one(page_of(A, 2)), [*nine, Place(A, 2, 2)]).mrr == 1 / 10
    assert score(one(page_of(A, 2)), [*ten, Place(A, 2, 2)]) == Score()


def test_a_passage_over_two_pages_leads_to_both_but_to_no_other_document():
    assert score(one(page_of(A, 3)), [Place(A, 2, 3)]).mrr == 1
    assert score(one(page_of(A, 3)), [Place(B, 3, 3), Place(A, 4, 5)]) == Score()


def test_where_whole_documents_are_right_the_one_that_was_quoted_from_is_passed_over():
    search = one(Answer(frozenset([B, C])), without=A)
    assert score(search, [Place(A, 1, 1), Place(A, 7, 7), Place(B, 9, 9), Place(C, 1, 1)]) == Score(1, 1, 1)


def test_five_queries_that_fall_are_beyond_chance_and_four_are_not():
    assert chance([-0.5] * 5) == pytest.approx(1 / 32)
    assert chance([-0.5] * 4) == pytest.approx(1 / 16)
    assert chance([-0.5] * 5 + [0.5] * 3) > 0.05


def test_what_a_processor_changes_is_no_change():
    assert chance([-0.04] * 90) == 1.0
    assert chance([]) == 1.0


def test_many_differences_are_drawn_and_always_with_the_same_verdict():
    fallen, mixed = [-0.3] * 30 + [0.3] * 10, [-0.3] * 20 + [0.3] * 20
    assert chance(fallen) == chance(fallen) < 0.01
    assert 0.4 < chance(mixed) < 0.7
    assert chance([0.3] * 40) == 1.0


def made_run(*scores: tuple[str, float, float, float], name: str = "made") -> Run:
    """Of (style, hybrid, text, semantic)."""
    rows = []
    for number, (style, *values) in enumerate(scores):
        given = dict(zip(ways.MODES, (Score(value, value, value) for value in values), strict=True))
        rest = {way: Score() for way in (ways.RECIPROCAL, ways.USUAL)}
        rows.append(Measured(one(key=f"q{number}", q=f"q{number}", style=style), {**given, **rest}))
    return Run(name, tuple(rows))


def test_a_run_is_compared_with_the_accepted_one_of_its_name_query_by_query(tmp_path):
    path = tmp_path / "accepted.json"
    assert comparing.accepted("made", path) == Accepted()
    comparing.accept(made_run(*[("phrase", 1, 1, 0.5)] * 8), path)
    comparing.accept(made_run(("phrase", 0, 0, 0), name="other"), path)
    kept = comparing.accepted("made", path)
    assert (len(kept.searches), kept.behind) == (8, ())
    assert len(comparing.accepted("other", path).searches) == 1
    again = comparing.compare(made_run(*[("phrase", 1, 1, 0.5)] * 8), kept)
    assert [(found.mode, found.worse, found.compared) for found in again] == [
        ("hybrid", False, 8), ("text", False, 8), ("semantic", False, 8), (comparing.ALL, False, 8),
    ]  # fmt: skip
    now = made_run(*[("phrase", 0.5, 1, 0.5)] * 6, *[("phrase", 1, 1, 0.5)] * 4)
    worse = {found.mode: found for found in comparing.compare(now, kept)}
    assert (worse["hybrid"].worse, worse["text"].worse, worse[comparing.ALL].worse) == (True, False, True)
    assert [query for query, _before, _now in worse["hybrid"].fell] == [f"q{number}" for number in range(6)]
    assert worse["hybrid"].compared == 8, "two searches are new"


def test_runs_without_a_common_search_are_not_compared():
    assert comparing.compare(made_run(("phrase", 1, 1, 1)), Accepted({"another": {"hybrid": 0, "text": 0, "semantic": 0}})) == []


def test_a_style_in_which_the_fused_way_is_behind_is_named_and_kept(tmp_path):
    run = made_run(("phrase", 0.9, 1, 0), ("paraphrase", 0.5, 0, 0.5), ("typo", 0.7, 0.2, 0.4))
    assert [(lost.style, lost.way) for lost in comparing.lost(run)] == [("phrase", "text")]
    comparing.accept(run, path := tmp_path / "accepted.json")
    assert comparing.accepted("made", path).behind == ("phrase",)


def test_a_margin_that_is_missed_is_said():
    assert comparing.short_of(made_run(("phrase", 1, 1, 1))) == []
    assert len(comparing.short_of(made_run(("phrase", 0.01, 1, 1)))) == 2


def test_there_are_twelve_searches_of_each_style_and_half_are_held_out():
    rows = json.loads(labels.DEMO.read_text())["searches"]
    assert Counter((row["style"], row["half"]) for row in rows) == {(style, half): 6 for style in STYLES for half in HALVES}
    assert len({row["q"] for row in rows}) == len(rows)


def test_a_paraphrase_has_no_word_of_its_answer(db):
    for row in json.loads(labels.DEMO.read_text())["searches"]:
        if row["style"] == "paraphrase":
            asked = _stems(row["q"])
            assert not [answer["says"] for answer in row["answers"] if asked & _stems(answer["says"])], row["q"]


def _stems(text: str) -> set[str]:
    return set(stems(word.folded for word in words_in(text)).values()) - {""}


def test_a_label_that_leads_nowhere_or_to_two_documents_is_refused(case, owner, monkeypatch, tmp_path):
    document(case, "Lease", "The tenant pays.", "The landlord heats the house.", vectors=False).save()
    document(case, "Letter", "The landlord heats the house.", vectors=False)
    path = tmp_path / "labels.json"
    monkeypatch.setattr(labels, "DEMO", path)

    def labelled(says: str) -> list[LabelledSearch]:
        row = {"style": "phrase", "half": "development", "q": "q", "answers": [{"in": "lease", "says": says}]}
        path.write_text(json.dumps({"documents": {"lease": "Lease", "letter": "Letter"}, "searches": [row]}))
        return labels.demo_searches(owner)

    assert labelled("the TENANT  pays")[0].answers[0].pages == {1}
    assert labelled("pays. The landlord")[0].answers[0].pages == {1, 2}
    for says, why in (("no such words", "not in lease"), ("landlord heats", "also in letter")):
        with pytest.raises(LabelError, match=why):
            labelled(says)
    path.write_text(json.dumps({"documents": {"will": "Last will"}, "searches": []}))
    with pytest.raises(LabelError, match="0 documents"):
        labels.demo_searches(owner)


CITING = (
    "The harbor master must keep a log of each crane that lifts cargo over a public road. "
    "Gale v. Crane Lines, 607 F.3d 255, 260 (1st Cir. 2010). "
    'The "duty" of the harbor master to keep such a log cannot be delegated, as Gale held, 607 F.3d at 261, to a carrier.'
)


def test_the_sentence_around_a_citation_leads_to_what_it_cites_and_names_neither(owner, work_off, tmp_path):
    path = tmp_path / "rulings.jsonl"
    rulings = [
        {"name": "Gale v. Crane Lines", "source_id": "1", "court_id": "ca1", "date": "2010-06-02", "citations": ["607 F.3d 255"],
         "text": "Gale v. Crane Lines\n\nA log of cranes must be kept by the harbor master."},
        {"name": "Roe v. Pier Co.", "source_id": "2", "court_id": "ca1", "date": "2012-06-02", "citations": ["680 F.3d 10"],
         "text": CITING},
    ]  # fmt: skip
    path.write_text("\n".join(map(json.dumps, rulings)))
    bring("rulings", path)
    work_off()
    made = citing_searches(owner, 10)
    assert len(made) == 2
    said = " / ".join(sorted(search.q for search in made))
    assert "cannot be delegated" in said
    assert "The harbor master must keep log of each that lifts cargo over public road" in said  # crane is of the name
    assert not [word for word in ("Gale", "Lines", "F.3d", "607", '"') if word in said]
    cited, citing = (next(iter(search.answers[0].documents)) for search in made), {search.without for search in made}
    assert len(set(cited)) == len(citing) == 1
    assert made == citing_searches(owner, 10)
    assert len(citing_searches(owner, 1)) == 1
