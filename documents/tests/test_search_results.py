"""What an answer looks like: order, filters, snippets, pages, reasons, notices, and the JSON of it."""

from __future__ import annotations

import datetime
import html
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from cases.models import Case
from cases.services import matters
from documents.models import Chunk, Document, Page
from documents.services import embedding
from documents.services.search import SearchError, SearchRequest, engine, indexing, lexical, meaning
from documents.services.search.scope import scope_of
from documents.services.search.showing import passages
from documents.tests.searching import ask, document, found, publish, titles
from lexintel.models import User
from tasks import service_registry
from tasks.errors import PermanentError

pytestmark = pytest.mark.django_db


def test_rare_words_and_more_of_them_rank_first(case: Case, owner: User) -> None:
    document(case, "Common", *["The court heard the motion."] * 12, vectors=False)
    document(case, "Both", "The court heard the motion for sequestration.", vectors=False)
    document(case, "Rare", "The clerk said that the sequestration was lifted.", vectors=False)
    assert found(owner, "motion sequestration")[0][0] == "Both"
    assert titles(owner, "court sequestration")[:2] == ["Both", "Rare"]


def test_the_title_counts(case: Case, owner: User) -> None:
    document(case, "Indemnity agreement", "The parties agree as follows.", vectors=False)
    document(case, "Letter", "Our indemnity, as you know, ends.", vectors=False)
    answer = ask(owner, "indemnity agreement")
    assert [hit.title for hit in answer.results] == ["Indemnity agreement", "Letter"]
    assert answer.results[0].why == ["title or heading"]


def test_meaning_finds_what_no_word_says(case: Case, owner: User) -> None:
    document(case, "Dog", "The physician prescribed medication for the patient's illness.")
    document(case, "Roof", "The roof of the warehouse leaks when it rains.")
    answer = ask(owner, "doctor treating a sick person", mode="semantic")
    assert answer.results[0].title == "Dog"
    assert answer.results[0].why == ["meaning"]
    assert "<mark>" not in answer.results[0].snippet
    assert ask(owner, "doctor treating a sick person", mode="hybrid").results[0].title == "Dog"


def test_operators_bind_the_meaning_too(case: Case, owner: User) -> None:
    document(case, "Doctor", "The physician prescribed medication for the patient.")
    document(case, "Nurse", "The doctor and the nurse treated the patient.")
    assert titles(owner, "doctor AND nurse", mode="hybrid") == ["Nurse"]
    assert ask(owner, "doctor AND nurse", mode="semantic").notices[0].code == "operators_ignored"


@pytest.mark.django_db(transaction=True)
def test_both_legs_beside_each_other_find_what_they_find_one_after_the_other(case: Case, owner: User, stranger: User) -> None:
    document(case, "Lease", "The tenant shall keep the roof in good repair.", "Rent is due on the first of the month.")
    document(None, "Library", "A landlord must mend the roof of a house that is let.")
    for user, count in ((owner, 3), (stranger, 1)):
        beside = ask(user, "who repairs the roof of the tenant", mode="hybrid")
        with transaction.atomic():
            alone = ask(user, "who repairs the roof of the tenant", mode="hybrid")
        assert [(hit.chunk, hit.score) for hit in beside.results] == [(hit.chunk, hit.score) for hit in alone.results]
        assert {leg.name for leg in beside.legs} >= {"words", "meaning"}
        assert beside.count <= count
    engine._beside.submit(lambda: connection.close()).result()  # or the test's database could not be dropped


def test_filters_narrow_and_facets_count(case: Case, owner: User) -> None:
    document(case, "A", "Notice of appeal.", kind=Document.Kind.FILING, date=datetime.date(2024, 1, 5))
    document(case, "B", "Notice of appeal.", kind=Document.Kind.EMAIL, date=datetime.date(2024, 2, 5))
    document(None, "C", "Notice of appeal.", kind=Document.Kind.RULING)
    for mode in ("text", "semantic", "hybrid"):
        assert sorted(titles(owner, "notice appeal", mode=mode)) == ["A", "B", "C"]
        assert titles(owner, "notice appeal", mode=mode, kind="email") == ["B"]
        assert titles(owner, "kind:email notice appeal", mode=mode) == ["B"]
        assert sorted(titles(owner, "notice appeal", mode=mode, case=case.pk)) == ["A", "B"]
        assert titles(owner, "notice appeal", mode=mode, date_from=datetime.date(2024, 2, 1)) == ["B"]
        assert titles(owner, "notice appeal", mode=mode, date_to=datetime.date(2024, 1, 5)) == ["A"]
    facets = ask(owner, "notice appeal").facets
    assert {facet.value: facet.count for facet in facets["kind"]} == {"filing": 1, "email": 1, "ruling": 1}
    assert {facet.label: facet.count for facet in facets["case"]} == {case.title: 2, "Public library": 1}


def test_snippets_are_safe_html_with_only_marks(case: Case, owner: User) -> None:
    document(case, "<b>T</b>", "Say <script>alert(\"damages\")</script> & <mark>damages</mark> 'for' DAMAGED goods.", vectors=False)
    snippet = ask(owner, "damages").results[0].snippet
    assert "<script" not in snippet
    assert "&lt;script&gt;" in snippet
    assert snippet.count("<mark>") == snippet.count("</mark>") == 3
    assert "&lt;mark&gt;<mark>damages</mark>" in snippet
    assert "<mark>DAMAGED</mark>" in snippet


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ("sky", "Under open skies, b/c of rain.", "skies"),
        ("dies", "A dying declaration, at 12 noon.", "dying"),
        ("use", "By using the 78j rule (b).", "using"),
        ("ice", "Icing of the road, a hazard.", "Icing"),
        ("12500", "He paid 12 and then $12,500 in all.", "12,500"),
        ("1250000", "He owed 1,250,000 dollars.", "1,250,000"),
        ("12", "He paid 12,500 on 12 May.", "12"),
        ("usc", "See 42 U.S.C. 1983.", "U.S.C."),
        ("b", "Clause (b), not U.S.B. law.", "b"),
        ("2d", "So 925 F.2d 1339 says.", "2d"),
        ("obrien", "Then O’Brien left.", "O’Brien"),
        ("d'etat", "Un coup d'\u00c9tat.", "d'\u00c9tat"),
    ],
)
def test_a_word_is_marked_in_each_of_its_forms(case: Case, owner: User, query: str, text: str, marked: str) -> None:
    """Most words of a passage are not even looked at; none that was asked for may be among those."""
    document(case, "Forms", text, vectors=False)
    results = ask(owner, query).results
    assert [hit.snippet.count("<mark>") for hit in results] == [1]
    assert f"<mark>{html.escape(marked)}</mark>" in results[0].snippet


def test_a_snippet_is_cut_around_the_densest_place(case: Case, owner: User) -> None:
    document(
        case, "Long", "lien. " + "filler word here " * 40 + "the lien was released by the bank " + "more filler now " * 40, vectors=False
    )
    snippet = ask(owner, "lien released bank").results[0].snippet
    assert "<mark>lien</mark> was <mark>released</mark> by the <mark>bank</mark>" in snippet
    assert snippet.startswith("… ")
    assert snippet.endswith(" …")
    assert len(snippet) < 500


def test_a_hit_names_the_page_of_its_best_match_and_links_there(case: Case, owner: User) -> None:
    made = document(case, "Complaint", "x", vectors=False)
    version = made.text_version
    assert version is not None
    Page.objects.filter(text_version=version).delete()
    texts = ["First page ends with a tail", "Second page speaks of estoppel", "Third page"]
    Page.objects.bulk_create([Page(text_version=version, number=n, text=text) for n, text in enumerate(texts, 8)])
    text = "\n".join([texts[0][11:], *texts[1:]])
    Chunk.objects.filter(text_version=version).update(text=text, page_from=8, page_to=10, start=11, end=10)
    Document.objects.filter(pk=made.pk).update(page_count=12)
    indexing.index_words(version)
    hit = ask(owner, "estoppel").results[0]
    assert (hit.page, hit.page_to, hit.citation) == (9, 10, "Complaint, p. 9")
    assert hit.url == f"/documents/{made.pk}/?page=9&chunk={hit.chunk}&at={text.index('estoppel')}"
    assert [ask(owner, word).results[0].page for word in ("tail", "second", "third")] == [8, 9, 10]


def test_a_document_that_is_read_again_meanwhile_is_left_out(case: Case, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    changing = document(case, "Changing", "An estoppel.", vectors=False)
    document(case, "Settled", "Another estoppel.", vectors=False)

    def and_then_it_is_read_again(ranked: Any, user: User) -> Any:
        found = passages.permitted(ranked, user)
        publish(changing, "An estoppel.", vectors=False)
        return found

    monkeypatch.setattr(engine, "permitted", and_then_it_is_read_again)
    assert titles(owner, "estoppel") == ["Settled"]


def test_one_document_does_not_hide_the_others(case: Case, owner: User) -> None:
    document(case, "Loud", *["Novation, novation and novation."] * 10, vectors=False)
    document(case, "Quiet", "A long text that speaks of many things and of novation once among all of them.", vectors=False)
    assert titles(owner, "novation") == ["Loud"] * 3 + ["Quiet"] + ["Loud"] * 7


def test_pages_follow_each_other_without_gaps_or_repeats(case: Case, owner: User) -> None:
    for n in range(45):
        document(case, f"D{n:02}", "Estoppel bars the claim.", vectors=False)
    pages = [found(owner, "estoppel", page=page) for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [20, 20, 5, 0]
    assert len({hit for page in pages for hit in page}) == 45
    assert ask(owner, "estoppel", page=2).count == 45
    assert ask(owner, "estoppel").pages == 3


def test_a_count_that_was_cut_says_so(case: Case, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexical, "CANDIDATES", 5)
    monkeypatch.setattr(lexical, "MOST_CANDIDATES", 5)
    document(case, "Many", *["Laches."] * 9, vectors=False)
    answer = ask(owner, "laches")
    assert (answer.count, answer.at_least, [notice.code for notice in answer.partial]) == (5, True, ["common_words"])


def test_the_whole_query_is_first_however_many_have_its_words(case: Case, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CANDIDATES", "MOST_CANDIDATES"):
        monkeypatch.setattr(lexical, name, 4)
    monkeypatch.setattr(lexical, "BEST", 3)
    document(case, "Many", *["granted motion court, motion granted court court"] * 9, vectors=False)
    document(
        case, "Order", "In the end the court granted the motion, with costs that nobody had asked for in so many words.", vectors=False
    )
    answer = ask(owner, "the court granted the motion", mode="hybrid")
    assert answer.results[0].title == "Order"
    assert answer.at_least


def test_documents_without_vectors_are_found_by_words_and_told(case: Case, owner: User, stranger: User) -> None:
    document(case, "With", "The escrow agent released the funds.")
    document(case, "Without", "The escrow agent kept the funds.", vectors=False)
    answer = ask(owner, "escrow", mode="hybrid")
    assert {hit.title for hit in answer.results} == {"With", "Without"}
    assert [(notice.code, notice.text) for notice in answer.partial] == [
        ("vectors_pending", "The meaning of 1 document is still being indexed; it is found by its words only.")
    ]
    assert ask(stranger, "escrow", mode="hybrid").partial == []


def test_without_a_model_words_still_find_and_the_answer_says_so(case: Case, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    document(case, "Escrow", "The escrow agent released the funds.")

    def broken(_name: str) -> None:
        raise PermanentError("The model is broken.")

    monkeypatch.setattr(service_registry, "get", broken)
    answer = ask(owner, "escrow", mode="hybrid")
    assert [hit.title for hit in answer.results] == ["Escrow"]
    assert answer.partial[0].code == "meaning_unavailable"
    with pytest.raises(SearchError) as raised:
        ask(owner, "escrow", mode="semantic")
    assert raised.value.code == "meaning_unavailable"


@pytest.mark.parametrize("mode", ["text", "semantic", "hybrid"])
def test_the_number_of_queries_does_not_grow(case: Case, owner: User, mode: str) -> None:
    counts = []
    for n in range(3):
        for m in range(6):
            document(case, f"D{n}{m}", "The bailee returned the goods, as 410 U.S. 113 says.", kind=list(Document.Kind)[m])
        ask(owner, "bailee goods 410 U.S. 113", mode=mode)
        with CaptureQueriesContext(connection) as queries:
            ask(owner, "bailee goods 410 U.S. 113", mode=mode)
        counts.append(len(queries))
    assert len(set(counts)) == 1
    assert counts[0] <= 18


def test_each_leg_tells_its_route(case: Case, owner: User) -> None:
    document(case, "Escrow", "The escrow agent released the funds.")
    assert [(leg.name, leg.route) for leg in ask(owner, "escrow", mode="hybrid").legs] == [("words", "index"), ("meaning", "exact")]


def test_the_api_answers_in_the_documented_shape(case: Case, owner: User, api: Callable[..., APIClient]) -> None:
    document(case, "Escrow", "The escrow agent released the funds.")
    answer = api(owner).get(
        "/api/search/", {"q": "escrow agent", "case": case.pk, "kind": "", "from": "", "to": "2030-01-01", "mode": "text"}
    )
    assert answer.status_code == 200
    assert answer.json()["count"] == 0  # a document without a date is not before any
    data = api(owner).get("/api/search/", {"q": "escrow agent"}).json()
    assert {"count", "mode", "took_ms", "results", "facets", "partial", "citations"} <= data.keys()
    assert {"document", "title", "case", "kind", "page", "snippet", "score", "citation", "url", "why", "chunk"} <= data["results"][0].keys()
    assert data["results"][0]["snippet"] == "The <mark>escrow</mark> <mark>agent</mark> released the funds."
    assert data["results"][0]["score"] == 1.0


@pytest.mark.parametrize(
    ("parameters", "code"),
    [({"q": '"lease'}, "unclosed_quote"), ({}, "empty"), ({"q": "x" * 10_000}, "too_long")],
)
def test_the_api_says_where_a_query_goes_wrong(owner: User, api: Callable[..., APIClient], parameters: dict[str, str], code: str) -> None:
    answer = api(owner).get("/api/search/", parameters)
    assert answer.status_code == 400
    assert answer.json().keys() == {"detail", "code", "position", "end"}
    assert answer.json()["code"] == code


@pytest.mark.parametrize("wrong", [{"case": "7"}, {"kind": "poem"}, {"from": "yesterday"}, {"mode": "magic"}, {"page": "0"}, {"page": "x"}])
def test_the_api_refuses_wrong_filters_by_name(owner: User, api: Callable[..., APIClient], wrong: dict[str, str]) -> None:
    answer = api(owner).get("/api/search/", {"q": "lease", **wrong})
    assert answer.status_code == 400
    assert answer.json().keys() == wrong.keys()


def test_someone_without_cases_searches_the_library(stranger: User, api: Callable[..., APIClient]) -> None:
    assert api(stranger).get("/api/search/", {"q": "lease"}).json()["count"] == 0


def test_the_router_agrees_with_the_exact_answer_however_much_is_visible(
    case: Case, owner: User, stranger: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the reader may see is far from the query and most of the index is near to it: where plain filtered search finds nothing."""
    chance = np.random.default_rng(3)
    centres = np.eye(384, dtype=np.float32)[:2]
    other = matters.create_case("Other", user=stranger)
    for where, centre, count in ((other, centres[0], 1500), (case, centres[1], 60)):
        made = document(where, "Vectors", *["x"] * count, vectors=False)
        near = centre + 0.05 * chance.normal(size=(count, 384)).astype(np.float32)
        chunks = list(Chunk.objects.filter(text_version=made.text_version).order_by("index"))
        indexing.index_vectors(chunks, near / np.linalg.norm(near, axis=1, keepdims=True))
    model = embedding.active_model()
    scope = scope_of(SearchRequest("", owner), "", model.pk)
    exact = meaning.search_meaning(centres[0], model, scope)
    monkeypatch.setattr(meaning, "EXACT_UP_TO", 10)
    routed = meaning.search_meaning(centres[0], model, scope)
    assert (exact.route, routed.route) == ("exact", "exact, without an index")
    assert len(exact.passages) == 60
    assert routed.passages == exact.passages
