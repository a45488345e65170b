"""Why a search answered so: what is said is true, whichever way was searched, and tells nothing of what one may not see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from cases.models import Case
from cases.services import matters
from documents.models import ChunkEmbedding
from documents.services.search.diagnosis import understood
from documents.services.search.explained import Diagnosis
from documents.services.search.query.parser import parse
from documents.tests.searching import ask, document
from lexintel.models import User
from tasks.errors import PermanentError

pytestmark = pytest.mark.django_db

DRIFT = "The calibration drift of the sensor was recorded by the laboratory."
DELIVERY = "The supplier delivered the sensors to the laboratory in March."


def explained(user: User, q: str, **asked: Any) -> Diagnosis:
    told = ask(user, q, explain=True, **asked).explain
    assert told is not None
    return told


@pytest.fixture
def sensors(case: Case) -> Case:
    document(case, "Drift", DRIFT)
    document(case, "Delivery", DELIVERY)
    document(case, "Bread", "Knead the dough and bake the bread with olives.")
    return case


@pytest.mark.parametrize(
    ("mode", "ways", "steps"),
    [
        ("text", ["words"], ["parse", "scope", "words", "fusion", "door", "display"]),
        ("semantic", ["meaning"], ["parse", "scope", "embedding", "meaning", "fusion", "door", "display"]),
        ("hybrid", ["words", "meaning"], ["parse", "scope", "embedding", "words", "meaning", "fusion", "door", "display"]),
    ],
)
def test_each_mode_tells_its_ways_and_steps(sensors: Case, owner: User, mode: str, ways: list[str], steps: list[str]) -> None:
    told = explained(owner, "calibration drift", mode=mode)
    assert [way.name for way in told.ways] == ways
    assert [step.name for step in told.times] == steps
    assert all(step.took_ms >= 0 for step in told.times)
    assert told.total_ms >= max(step.took_ms for step in told.times if step.name != "embedding")
    assert (told.passages, told.vectors) == (3, None if mode == "text" else 3)


def test_ranks_and_scores_are_those_of_the_results(sensors: Case, owner: User) -> None:
    answer = ask(owner, "calibration of the sensor at the laboratory", mode="hybrid", explain=True)
    told = answer.explain
    assert told is not None
    assert [(one.chunk, one.score) for one in told.scores] == [(hit.chunk, hit.score) for hit in answer.results]
    first = told.scores[0]
    assert (answer.results[0].title, first.words_rank, first.meaning_rank, first.words_score) == ("Drift", 1, 1, 1.0)
    assert first.cosine is not None
    assert 0.2 < first.cosine <= 1
    words = {way.name: way for way in told.ways}
    assert words["words"].found == sum(one.words_rank is not None for one in told.scores) == 2
    assert words["meaning"].alone == sum(one.words_rank is None for one in told.scores)


def test_nothing_is_explained_unless_asked(sensors: Case, owner: User, api: Callable[..., APIClient]) -> None:
    assert ask(owner, "drift").explain is None
    answer = api(owner).get("/api/search/", {"q": "drift", "mode": "text"}).json()
    assert (answer["explain"], answer["weights"]) == (None, None)
    answer = api(owner).get("/api/search/", {"q": "drift", "mode": "hybrid", "explain": "1"}).json()
    assert answer["explain"].keys() == {"understood", "passages", "vectors", "times", "total_ms", "ways", "scores"}
    assert 0 <= answer["weights"]["words"] <= 1
    assert api(owner).get("/api/search/", {"q": "drift", "explain": "perhaps"}).status_code == 400


@pytest.mark.parametrize(
    ("query", "lines"),
    [
        ("sensors drift", ["any of, the more the better:", "  “sensors” (by its stem sensor)", "  “drift”"]),
        ('"calibration drift"', ["the phrase “calibration drift” (by its stem calibr)"]),
        ("calibrat* AND NOT bread", ["all of:", "  words that begin with “calibrat”", "  without:", "    “bread”"]),
        ("sensor /5 drift", ["within 5 words of each other:", "  “sensor”", "  “drift”"]),
        ("the drift", ["any of, the more the better:", "  “the” (too common to be looked for)", "  “drift”"]),
        ("title:drift", ["“drift” in the title or heading"]),
        ('"breach" kind:memo', ["only documents of kind: memo"]),
        ('"calibration drift" sensor', ["  not needed, but counted where it stands:", "      “sensor”"]),
    ],
)
def test_the_query_is_told_as_it_was_understood(query: str, lines: list[str]) -> None:
    told = ["  " * line.depth + line.text for line in understood(parse(query), ("english",))]
    assert [line for line in told if line in lines] == lines, told


def test_citations_are_told_by_what_they_mean() -> None:
    told = [line.text for line in understood(parse("410 U.S. 113 standing"), ("english",))]
    assert "the authority us:410:113, however it is written" in told


def test_it_says_why_an_answer_is_partial(sensors: Case, owner: User, monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    ChunkEmbedding.objects.filter(document__title="Delivery").delete()
    told = explained(owner, "calibration drift", mode="hybrid")
    assert (told.passages, told.vectors) == (3, 2)

    def unavailable() -> None:
        raise PermanentError("The model is missing.")

    monkeypatch.setattr("documents.services.embedding.active_model", unavailable)
    answer = ask(owner, "calibration drift", mode="hybrid", explain=True)
    assert [way.name for way in answer.explain.ways] == ["words"]  # type: ignore[union-attr]
    assert [notice.code for notice in answer.partial] == ["meaning_unavailable"]
    client.force_login(owner)
    page = client.get("/search/", {"q": "calibration drift", "explain": "1"}).content.decode()
    assert page.count("The model is missing.") == 2  # above the results, and beside the ways


def test_the_page_links_to_it_and_back_and_keeps_the_search(sensors: Case, owner: User, client: Client) -> None:
    client.force_login(owner)
    asked = {"q": "calibration drift", "kind": "filing"}
    page = client.get(f"/cases/{sensors.pk}/search/", asked).content.decode()
    assert 'href="?q=calibration+drift&amp;kind=filing&amp;explain=1"' in page
    assert "data-why" not in page
    page = client.get(f"/cases/{sensors.pk}/search/", asked | {"explain": "1"}).content.decode()
    assert "data-why" in page
    assert 'href="?q=calibration+drift&amp;kind=filing"' in page
    assert "Drift" in page


def _told(answer: Any) -> Any:
    """All of it but the times."""
    told = answer.explain
    return (
        told.understood,
        told.passages,
        told.vectors,
        [(way.name, way.route, way.found, way.alone) for way in told.ways],
        told.scores,
        answer.weights,
        [(leg.name, leg.route, leg.candidates) for leg in answer.legs],
        (answer.count, answer.at_least, answer.partial, answer.notices, answer.facets),
        [(hit.title, hit.score, hit.why) for hit in answer.results],
    )


@pytest.mark.parametrize("mode", ["text", "semantic", "hybrid"])
def test_what_others_have_changes_nothing_of_it(sensors: Case, owner: User, stranger: User, mode: str) -> None:
    queries = ["calibration drift of the sensors", '"calibration drift"', "calibrat* laboratory", "sensor delivery"]
    before = [_told(ask(owner, query, mode=mode, explain=True)) for query in queries]
    others = matters.create_case("Others", user=stranger)
    document(others, "Theirs", *[f"{DRIFT} Calibration drift number {n}." for n in range(100)])
    german = "Die Eichung des Gerätes und der Sensor wurden von der Firma nicht in der Werkstatt geprüft, und das war ein Mangel."
    document(others, "German", german)
    assert [_told(ask(owner, query, mode=mode, explain=True)) for query in queries] == before
