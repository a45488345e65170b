"""A hit in its page: for who may see it, with what was found and what was looked for; a clear sentence where it is gone meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from audio.models import AudioSession
from cases.models import Case, Ruling
from documents.models import Chunk, Document, Page
from documents.services.reading.previews.passage import preview
from documents.services.reading.previews.pieces import AROUND
from documents.services.reading.text_view import Place
from documents.services.search import engine
from documents.services.search.fusion import Ranked
from documents.tests.searching import ask, document, publish
from lexintel.models import User

pytestmark = pytest.mark.django_db

TEXT = "The dock was quiet. The crane was found to be unsafe. Nobody had inspected the crane."


@pytest.fixture
def look(client: Client) -> Callable[..., Any]:
    """`look(user, chunk, q="crane")` is the answer of the preview's address."""

    def ask_for(user: User, chunk: Any, **words: Any) -> Any:
        client.force_login(user)
        return client.get("/search/preview/", {"chunk": chunk, "q": "crane", **words})

    return ask_for


def passage(made: Document, index: int = 0) -> Chunk:
    return Chunk.objects.get(text_version__document=made, text_version__number=1, index=index)


def test_the_passage_stands_in_its_page_with_its_sentence_and_words(look: Callable[..., Any], case: Case, viewer: User) -> None:
    made = document(case, "Report", "Before.", TEXT, "After.", vectors=False)
    chunk = passage(made, 1)
    answer = look(viewer, chunk.pk, page=2, at=TEXT.index("crane"), q="unsafe crane").content.decode()
    assert '<mark class="in-passage">The dock was quiet. </mark>' in answer
    assert (
        '<mark class="in-passage in-sentence is-sought">crane</mark><mark class="in-passage in-sentence"> was found to be </mark>' in answer
    )
    assert '<mark class="in-passage is-sought">crane</mark>' in answer, "also beside the sentence"
    assert 'data-preview-quote="The crane was found to be unsafe."' in answer
    assert 'data-citation="Report, p. 2"' in answer
    assert f'href="/documents/{made.pk}/?page=2&amp;chunk={chunk.pk}&amp;at=24"' in answer
    for said in ("Page 2 of 3", "Filing", case.title):
        assert said in answer


def test_one_leafs_through_the_document(look: Callable[..., Any], case: Case, owner: User) -> None:
    made = document(case, "Report", "A page before with a crane.", TEXT, vectors=False)
    answer = look(owner, passage(made, 1).pk, page=1, at=3).content.decode()
    assert "in-passage" not in answer
    assert '<mark class=" is-sought">crane</mark>' in answer or '<mark class="is-sought">crane</mark>' in answer
    assert 'data-preview-page="2"' in answer


def test_who_may_not_see_it_and_what_was_never_there_are_alike(
    look: Callable[..., Any], client: Client, case: Case, owner: User, stranger: User
) -> None:
    chunk = passage(document(case, "Secret", TEXT, vectors=False)).pk
    assert look(owner, chunk).status_code == 200
    hidden, absent = look(stranger, chunk), look(stranger, 2**60)
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert hidden.content == absent.content
    assert "Secret" not in hidden.content.decode()
    for odd in ("", "x", "-1", "9" * 30):
        assert look(owner, odd).status_code == 404
    client.logout()
    assert client.get("/search/preview/", {"chunk": chunk}).status_code == 302


def test_a_document_that_was_deleted_meanwhile_says_so(look: Callable[..., Any], case: Case, owner: User) -> None:
    made = document(case, "Report", TEXT, vectors=False)
    Document.objects.filter(pk=made.pk).update(deleted_at=timezone.now())
    answer = look(owner, passage(made).pk)
    assert answer.status_code == 404
    assert "This passage is no longer there" in answer.content.decode()


def test_an_earlier_reading_is_shown_as_such(look: Callable[..., Any], case: Case, owner: User) -> None:
    made = document(case, "Report", TEXT, vectors=False)
    old = passage(made)
    publish(made, "A new reading of the crane.", vectors=False)
    answer = look(owner, old.pk).content.decode()
    assert "a newer one has been published since the search" in answer
    assert "Nobody had inspected" in answer


def test_nothing_of_the_text_becomes_markup_and_odd_queries_mark_nothing(look: Callable[..., Any], case: Case, owner: User) -> None:
    evil = '<script>alert(1)</script> "crane" \u202eabc'
    chunk = passage(document(case, evil, evil, vectors=False)).pk
    for q in ("crane", '"crane', "(((", "the", "", "x\x00y", "crane " * 500):
        answer = look(owner, chunk, q=q)
        assert answer.status_code == 200
        assert "<script>" not in answer.content.decode()


def test_of_a_long_page_only_what_is_around_the_passage(case: Case, owner: User) -> None:
    long = "filler words " * 4_000
    made = document(case, "Long", f"{long}The crane fell. {long}", vectors=False)
    chunk = passage(made)
    at = chunk.text.index("crane")
    Chunk.objects.filter(pk=chunk.pk).update(start=at - 4, end=at + 11, text="The crane fell.")
    shown = preview(owner, chunk.pk, Place(1), "crane")
    assert shown is not None
    text = "".join(piece.text for piece in shown.pieces)
    assert "The crane fell." in text
    assert len(text) <= 2 * AROUND + 20
    assert (shown.begins, shown.ends, shown.quote) == (False, False, "The crane fell.")


def test_a_citation_that_was_looked_for_is_marked_and_a_ruling_is_cited_by_its_reporter(case: Case, owner: User) -> None:
    ruling = Ruling.objects.create(name="Doe v. Roe", court_id="scotus", citations=["420 U.S. 5"], keys=["us:420:5"])
    made = document(None, "Doe v. Roe", "We follow Roe v. Wade, 410 U.S. 113 (1973).", kind=Document.Kind.RULING, vectors=False)
    Document.objects.filter(pk=made.pk).update(ruling=ruling)
    Page.objects.filter(text_version=made.text_version).update(label="5")
    shown = preview(owner, passage(made).pk, Place(1), "410 U. S. 113")
    assert shown is not None
    assert "410 U.S. 113" in "".join(piece.text for piece in shown.pieces if piece.sought)
    assert shown.citation == "Doe v. Roe, 420 U.S. 5, 5"


def test_a_transcript_shows_the_moment_and_leads_to_the_player(look: Callable[..., Any], case: Case, owner: User) -> None:
    made = document(case, "Hearing", TEXT, kind=Document.Kind.TRANSCRIPT, vectors=False)
    Page.objects.filter(text_version=made.text_version).update(times=[[0, 60.0], [20, 75.5], [54, 90.0]])
    session = AudioSession.objects.create(case=case, document=made, title="Hearing")
    answer = look(owner, passage(made).pk, q="unsafe").content.decode()
    assert f'href="{session.get_absolute_url()}#t=75.50"' in answer
    assert "Play at 00:01:15" in answer
    assert 'data-citation="Hearing, 00:01:15"' in answer


def test_what_goes_between_finding_and_showing_is_neither_shown_nor_counted(
    client: Client, case: Case, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = document(case, "Kept", TEXT, vectors=False)
    gone = document(case, "Gone", TEXT, vectors=False)
    again = document(case, "Again", TEXT, vectors=False)
    really = engine.permitted

    def and_then(ranked: list[Ranked], user: User) -> Any:
        found = really(ranked, user)
        Document.objects.filter(pk=gone.pk).update(deleted_at=timezone.now())
        publish(again, "Something else entirely.", vectors=False)
        return found

    monkeypatch.setattr(engine, "permitted", and_then)
    client.force_login(owner)
    page = client.get("/search/", {"q": "unsafe crane", "mode": "text"})
    assert page.status_code == 200
    assert "<strong>1 passage</strong>" in page.content.decode()
    assert "Gone" not in page.content.decode()
    Document.objects.filter(pk=gone.pk).update(deleted_at=None)
    publish(again, TEXT, vectors=False)
    file = client.get("/search/export/", {"q": "unsafe crane", "mode": "text", "format": "csv"}).content.decode()
    assert (len(file.splitlines()), "Kept" in file, "Gone" in file) == (2, True, False)
    assert kept.deleted_at is None
    Document.objects.filter(pk=gone.pk).update(deleted_at=None)
    answer = ask(owner, "unsafe crane")
    assert (answer.count, len(answer.results), answer.facets["kind"][0].count) == (1, 1, 1)
