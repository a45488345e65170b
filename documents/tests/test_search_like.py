"""More like this: what is like a passage, a document or a ruling, by meaning, words and citations; and nothing of what one may not see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from cases.models import Case, Ruling
from cases.services import matters
from documents.models import Chunk, ChunkEmbedding, Document, TextVersion
from documents.services.authorities import resolution
from documents.services.search import SearchRequest, SearchResponse
from documents.services.search.alike import Like, alike_to, source_of
from documents.services.similarity import signatures
from documents.tests.likeness import misread, paragraphs
from documents.tests.searching import anything, document, publish
from lexintel.models import User

pytestmark = pytest.mark.django_db

CRANE = "The harbour crane was unsafe because its hoist cable had hairline cracks that the surveyor overlooked."
WINCH = "Hairline cracks in the hoist of the crane went unnoticed by the surveyor, so lifting at the harbour was dangerous."
RECIPE = "Knead the dough, add rosemary and olives, and bake the bread for forty minutes."


def like(user: Any, one: Document | Chunk | Ruling, **filters: Any) -> SearchResponse:
    what = {Document: "document", Chunk: "chunk", Ruling: "ruling"}[type(one)]
    return alike_to(SearchRequest(q="", user=user, **filters), source_of(Like(what, one.pk), user))


def titles(answer: SearchResponse) -> list[str]:
    return [hit.title for hit in answer.results]


def first_passage(made: Document) -> Chunk:
    return Chunk.objects.filter(text_version=made.text_version).earliest("index")


def reading_of(made: Document) -> TextVersion:
    assert made.text_version is not None
    return made.text_version


def told(answer: SearchResponse) -> Any:
    """All that an answer says but its times."""
    return (
        answer.count,
        [(hit.title, hit.chunk, hit.score, hit.why, hit.snippet) for hit in answer.results],
        answer.facets,
        answer.partial,
        answer.notices,
        [(leg.name, leg.route, leg.candidates) for leg in answer.legs],
    )


# -- what is like it ------------------------------------------------------------------------------------------------------------


def test_of_a_passage_others_are_found_with_the_reasons_and_never_itself(case: Case, owner: User) -> None:
    source = document(case, "Survey", CRANE)
    document(case, "Letter", WINCH)
    document(case, "Recipe", RECIPE)
    answer = like(owner, first_passage(source))
    assert titles(answer)[0] == "Letter"
    assert "Survey" not in titles(answer)
    why = answer.results[0].why
    assert "like in meaning" in why
    (words,) = [reason for reason in why if reason.startswith("shares: ")]
    assert {"hairline", "cracks"} & set(words.removeprefix("shares: ").split(", "))
    assert "<mark>" in answer.results[0].snippet


def test_other_passages_of_its_own_document_are_found_too(case: Case, owner: User) -> None:
    source = document(case, "Survey", CRANE, WINCH, RECIPE)
    answer = like(owner, first_passage(source))
    assert [hit.page for hit in answer.results][:1] == [2]


def test_of_a_document_each_other_document_is_there_once(case: Case, owner: User) -> None:
    source = document(case, "Survey", CRANE, "The surveyor was paid.")
    document(case, "Letter", WINCH, WINCH.replace("Hairline", "Fine"), "The crane at the harbour was lifted by a second crane.")
    document(case, "Recipe", RECIPE)
    answer = like(owner, source)
    assert titles(answer)[0] == "Letter"
    assert titles(answer).count("Letter") == 1
    assert answer.results[0].page in (1, 2)
    assert "Survey" not in titles(answer)


def test_a_long_document_of_two_subjects_is_like_texts_of_either(case: Case, owner: User) -> None:
    source = document(case, "Bundle", *[CRANE + f" Berth {n}." for n in range(8)], *[RECIPE + f" Oven {n}." for n in range(8)])
    document(case, "Letter", WINCH)
    document(case, "Kitchen", "Bread with olives and rosemary is baked after the dough was kneaded.")
    document(case, "Lease", "The tenant pays the rent on the first day of each month.")
    assert set(titles(like(owner, source))[:2]) == {"Letter", "Kitchen"}


def test_citing_the_same_authorities_counts_and_parallel_citations_are_one(case: Case, owner: User) -> None:
    source = document(case, "Brief", "See Roe v. Wade, 410 U.S. 113, 93 S. Ct. 705 (1973), and 42 U.S.C. § 1983.", vectors=False)
    document(case, "Reply", "Compare Roe v. Wade, 410 U.S. 113, 93 S. Ct. 705 (1973).", vectors=False)
    document(case, "Memo", "An action lies under 42 U.S.C. § 1983; see also 410 U.S. 113.", vectors=False)
    answer = like(owner, source)
    reasons = {hit.title: hit.why[0] for hit in answer.results}
    assert reasons["Memo"] == "cites the same: 2 authorities"
    assert reasons["Reply"].startswith("cites the same: 1 authority") or reasons["Reply"].startswith("cites the same: 2")


def _ruling(name: str, key: str, *passages: str) -> Ruling:
    ruling = Ruling.objects.create(name=name, keys=[key], citations=[key])
    made = document(None, name, *passages, kind=Document.Kind.RULING)
    Document.objects.filter(pk=made.pk).update(ruling=ruling)
    return ruling


def test_of_a_ruling_others_are_found_by_text_and_by_being_cited_together(case: Case, owner: User) -> None:
    source = _ruling("Crane Co. v. Harbour", "us:501:1", CRANE)
    other = _ruling("Winch Co. v. Port", "us:502:1", WINCH)
    far = _ruling("Baker v. Oven", "us:503:1", "The sale of loaves on holidays is regulated by the city.")
    citing = document(None, "Later v. Ruling", "See 501 U.S. 1 and 503 U.S. 1.", kind=Document.Kind.RULING)
    with transaction.atomic():
        resolution.resolve_reading(reading_of(citing))
    answer = like(owner, source)
    assert "Crane Co. v. Harbour" not in titles(answer)
    assert titles(answer)[0] in (other.name, far.name)
    reasons = {hit.title: hit.why for hit in answer.results}
    assert "like in meaning" in reasons[other.name]
    assert "cited together in 1 text" in reasons[far.name]


# -- what is left out -----------------------------------------------------------------------------------------------------------


def test_copies_are_left_out_and_near_copies_are_marked(case: Case, owner: User) -> None:
    text = paragraphs(4)
    source, copy = document(case, "Original", *text), document(case, "Second file", *text)
    near = document(case, "Scan", *[misread(paragraph, 0.03) for paragraph in text])
    document(case, "Other", *paragraphs(4, seed=9))
    for one in (source, copy, near):
        signatures.sign(reading_of(one))
    answer = like(owner, source)
    assert "Second file" not in titles(answer)
    assert "Original" not in titles(answer)
    assert titles(answer)[0] == "Scan"
    assert answer.results[0].why[0] == "nearly the same text"
    assert "nearly the same text" not in next(hit for hit in answer.results if hit.title == "Other").why
    of_passage = like(owner, first_passage(source))
    assert not {"Second file"} & set(titles(of_passage))


def test_short_copies_without_a_signature_and_the_same_file_are_left_out(case: Case, owner: User) -> None:
    source = document(case, "Letter", CRANE)
    document(case, "Same words", CRANE)
    document(case, "Longer", CRANE, WINCH)
    scanned = document(matters.create_case("Second", user=owner), "Same file", WINCH)
    Document.objects.filter(pk__in=[source.pk, scanned.pk]).update(sha256="ab" * 32)
    assert titles(like(owner, Document.objects.get(pk=source.pk))) == ["Longer"]
    assert {"Same words", "Same file"}.isdisjoint(titles(like(owner, first_passage(source))))


def test_a_duplicate_row_is_compared_by_the_document_that_was_read(case: Case, owner: User) -> None:
    source = document(case, "Survey", CRANE)
    document(case, "Letter", WINCH)
    row = Document.objects.create(case=case, title="Survey again", duplicate_of=source, status=Document.Status.READY)
    assert titles(like(owner, row)) == ["Letter"]


def test_an_earlier_reading_is_neither_found_nor_a_source(case: Case, owner: User) -> None:
    source = document(case, "Survey", CRANE)
    old = first_passage(source)
    publish(source, RECIPE)
    document(case, "Letter", WINCH)
    source.refresh_from_db()
    assert titles(like(owner, source)) != ["Letter"] or like(owner, source).results[0].score < 1
    with pytest.raises(Http404):
        like(owner, old)


# -- places ---------------------------------------------------------------------------------------------------------------------


def test_it_can_be_narrowed_to_a_case_the_library_and_a_kind(case: Case, owner: User) -> None:
    second = matters.create_case("Second", user=owner)
    source = document(case, "Survey", CRANE)
    document(case, "Here", WINCH, kind=Document.Kind.MEMO)
    document(second, "There", WINCH + " Twice.")
    document(None, "Ruling", WINCH + " Affirmed.", kind=Document.Kind.RULING)
    assert sorted(titles(like(owner, source))) == ["Here", "Ruling", "There"]
    assert titles(like(owner, source, case=case.pk)) == ["Here"]
    assert titles(like(owner, source, case=second.pk)) == ["There"]
    assert titles(like(owner, source, library=True)) == ["Ruling"]
    assert titles(like(owner, source, kind=Document.Kind.MEMO)) == ["Here"]
    assert {facet.label for facet in like(owner, source).facets["case"]} == {case.title, "Second", "Public library"}


def test_what_somebody_may_not_see_changes_nothing(case: Case, owner: User, stranger: User) -> None:
    source = document(case, "Survey", CRANE + " See 42 U.S.C. § 1983.")
    for title, text in (
        ("Letter", WINCH),
        ("Berth", "The surveyor went to the harbour."),
        ("Cable", "A cable and a hoist. 42 U.S.C. § 1983."),
    ):
        document(case, title, text)
    sources = (source, first_passage(source))
    before = [told(like(owner, one)) for one in sources]
    others = matters.create_case("Others", user=stranger)
    document(others, "Theirs", *[f"The surveyor of the harbour, number {n}. See 42 U.S.C. § 1983." for n in range(100)])
    document(others, "Copy", f"{CRANE} See 42 U.S.C. § 1983.", WINCH)
    assert before[0][0] == 3
    assert [told(like(owner, one)) for one in sources] == before


def test_a_source_that_is_invisible_deleted_or_absent_is_not_found_alike(
    case: Case, owner: User, stranger: User, api: Callable[..., APIClient]
) -> None:
    made = document(case, "Survey", CRANE)
    passage = first_passage(made)
    for one in (made, passage):
        with pytest.raises(Http404):
            like(stranger, one)
    with pytest.raises(Http404):
        like(owner, made, case=anything())
    absent: list[dict[str, Any]] = [{"document": anything()}, {"ruling": anything()}, {"chunk": 2**62}]
    for asked in [*absent, {"document": made.pk}, {"chunk": passage.pk}]:
        assert api(stranger).get("/api/search/like/", asked).status_code == 404
        assert api().get("/api/search/like/", asked).status_code == 401
    Document.objects.filter(pk=made.pk).update(deleted_at=timezone.now())
    for one in (made, passage):
        with pytest.raises(Http404):
            like(owner, one)


def test_what_is_deleted_is_not_found_even_before_it_is_unindexed(case: Case, owner: User) -> None:
    source = document(case, "Survey", CRANE)
    gone = document(case, "Letter", WINCH)
    Document.objects.filter(pk=gone.pk).update(deleted_at=timezone.now())
    assert (like(owner, source).count, like(owner, first_passage(source)).count) == (0, 0)


# -- when something is missing --------------------------------------------------------------------------------------------------


def test_without_vectors_words_remain_and_it_is_said(case: Case, owner: User) -> None:
    source = document(case, "Survey", CRANE)
    document(case, "Letter", WINCH)
    ChunkEmbedding.objects.filter(document=source).delete()
    answer = like(owner, source)
    assert titles(answer) == ["Letter"]
    assert [notice.code for notice in answer.partial] == ["vectors_pending"]


def test_nothing_is_embedded(case: Case, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    source = document(case, "Survey", CRANE)
    document(case, "Letter", WINCH)
    monkeypatch.setattr("tasks.service_registry.get", lambda name: pytest.fail(f"asked for {name}"))
    assert titles(like(owner, source)) == ["Letter"]


def test_without_text_a_sentence_says_so(case: Case, owner: User) -> None:
    empty = Document.objects.create(case=case, title="Scan", status=Document.Status.READY)
    bare = Ruling.objects.create(name="Bare v. Nothing", keys=["us:9:9"])
    document(case, "Letter", WINCH)
    for one, sentence in ((empty, "no text that has been read"), (bare, "does not have the text")):
        answer = like(owner, one)
        assert (answer.count, [notice.code for notice in answer.notices]) == (0, ["no_text"])
        assert sentence in answer.notices[0].text


@pytest.mark.parametrize("passages", ["§", "12 13 14", "the of and", "法" * 30])
def test_passages_of_next_to_nothing_do_no_harm(case: Case, owner: User, passages: str) -> None:
    source = document(case, "Odd", passages, vectors=False)
    document(case, "Letter", WINCH, vectors=False)
    assert like(owner, source).count == like(owner, first_passage(source)).count == 0


# -- addresses ------------------------------------------------------------------------------------------------------------------


def test_the_api_answers_like_a_search_and_says_what_it_is_like(case: Case, owner: User, api: Callable[..., APIClient]) -> None:
    source = document(case, "Survey", CRANE)
    document(case, "Letter", WINCH)
    answer = api(owner).get("/api/search/like/", {"document": str(source.pk)}).json()
    of_search = api(owner).get("/api/search/", {"q": "crane"}).json()
    assert answer.keys() - {"like"} == of_search.keys()
    assert answer["results"][0].keys() == of_search["results"][0].keys()
    assert answer["like"] == {"what": "document", "key": str(source.pk), "title": "Survey", "url": source.get_absolute_url()}
    assert [hit["title"] for hit in answer["results"]] == ["Letter"]


@pytest.mark.parametrize(
    "asked",
    [{}, {"chunk": "x"}, {"chunk": -1}, {"chunk": 2**70}, {"document": "x"}, {"chunk": 1, "document": anything()}, {"ruling": "\x00"}],
)
def test_bad_parameters_are_refused_by_the_api(owner: User, api: Callable[..., APIClient], asked: dict[str, Any]) -> None:
    assert api(owner).get("/api/search/like/", asked).status_code == 400


def test_the_page_shows_the_source_and_its_likes_and_links_lead_to_it(case: Case, owner: User, client: Client) -> None:
    source = document(case, "Survey", CRANE)
    document(case, "Letter <b>", WINCH)
    client.force_login(owner)
    page = client.get("/search/like/", {"document": str(source.pk)}).content.decode()
    assert "Letter &lt;b&gt;" in page
    assert f'href="{source.get_absolute_url()}"' in page
    assert f"case={case.pk}" in page
    found = client.get("/search/", {"q": "hairline"}).content.decode()
    assert f"/search/like/?chunk={first_passage(source).pk}" in found
    assert f"/search/like/?document={source.pk}" in client.get(source.get_absolute_url()).content.decode()
    of_passage = client.get("/search/like/", {"chunk": first_passage(source).pk}).content.decode()
    assert CRANE in of_passage
    assert "Letter &lt;b&gt;" in of_passage


@pytest.mark.parametrize(
    ("asked", "status"),
    [({}, 400), ({"chunk": "1", "document": "2"}, 400), ({"chunk": "x"}, 404), ({"chunk": "9" * 40}, 404), ({"document": "x"}, 404)],
)
def test_bad_parameters_of_the_page(owner: User, client: Client, asked: dict[str, str], status: int) -> None:
    client.force_login(owner)
    assert client.get("/search/like/", asked).status_code == status


def test_the_number_of_queries_does_not_depend_on_what_is_found(case: Case, owner: User) -> None:
    source = document(case, "Survey", CRANE)
    counted = []
    for n in (1, 6):
        for number in range(n):
            document(case, f"Letter {n} {number}", f"{WINCH} {number}")
        like(owner, source)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            like(owner, source)
        counted.append(len(queries))
    assert counted[0] == counted[1]
