"""Searches are narrowed by every field of `request.Filter`; a filter on what one may not see is one on what does not exist."""

from __future__ import annotations

import datetime
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from cases.models import Case, Ruling
from cases.services import dockets, matters
from documents.models import Document, DocumentFact, DocumentTag, Tag
from documents.services.organising import tags
from documents.services.search import SearchRequest, named
from documents.services.search.asked import of_address
from documents.services.search.narrowing import courts
from documents.services.search.request import FIELDS, Filter
from documents.tests.searching import ask, document, titles
from lexintel.models import User

pytestmark = pytest.mark.django_db

WORDS = "The crane was found to be unsafe."
EVERYTHING = {"Complaint", "Letter", "Mail", "Hearing", "Ruling"}


def say(made: Document, field: str, value: str) -> None:
    DocumentFact.objects.create(document=made, field=field, value=value)


@pytest.fixture
def papers(case: Case, owner: User) -> dict[str, Document]:
    """One document of each sort in the case of docket number 1:24-cv-00123, and a ruling in the library."""
    day = datetime.date
    made = {
        "Complaint": document(case, "Complaint", WORDS, kind="complaint", date=day(2024, 3, 1), vectors=False),
        "Letter": document(case, "Letter", WORDS, kind="letter", date=day(2025, 12, 31), vectors=False),
        "Mail": document(case, "Mail", WORDS, kind="email", vectors=False),
        "Hearing": document(case, "Hearing", WORDS, kind="transcript", date=day(2025, 1, 1), vectors=False),
        "Ruling": document(None, "Ruling", WORDS, kind="ruling", date=day(1973, 1, 22), vectors=False),
    }
    say(made["Complaint"], "court", "United States District Court for the Northern District of Texas")
    say(made["Complaint"], "author", "Jane A. O'Hara")
    say(made["Complaint"], "docket_number", "1:20-cv-00044-ABC")
    say(made["Letter"], "court", "Superior Court of Elsewhere, Kent County")
    say(made["Letter"], "author", "É. Müller")
    tags.put_on(case, [made["Letter"].pk, made["Hearing"].pk], ["Lab", "100%_sure"], owner)
    ruling = Ruling.objects.create(
        name="Smith v. Jones", court="Court of Appeals for the First Circuit", court_id="ca1", docket_number="Nos. 21-1234, 21-1240",
        judges="Selya, Breyer, and Lynch",
    )  # fmt: skip
    Document.objects.filter(pk=made["Ruling"].pk).update(ruling=ruling)
    Document.objects.filter(pk=made["Mail"].pk).update(
        metadata={"from": "Ann Lee <ann.lee@acme.example>", "to": "bob@roe.example", "cc": '"Carol, Dr." <carol@roe.example>'}
    )
    return made


def left(user: User, field: str, *values: str, excluded: bool = False, **more: Any) -> set[str]:
    return set(titles(user, "crane", filters=(Filter(field, values, excluded),), **more))


FOUND = [
    ("court", "txnd", {"Complaint"}),
    ("court", "N.D. Tex.", {"Complaint"}),
    ("court", "ND TEX", {"Complaint"}),
    ("court", "Northern District of Texas", {"Complaint"}),
    ("court", "united states district court for the northern district of texas", {"Complaint"}),
    ("court", "texas", {"Complaint"}),
    ("court", "1st Cir.", {"Ruling"}),
    ("court", "CA1", {"Ruling"}),
    ("court", "United States Court of Appeals for the First Circuit", {"Ruling"}),
    ("court", "kent county", {"Letter"}),
    ("court", "S.D. Tex.", set()),
    ("judge", "breyer", {"Ruling"}),
    ("judge", "Lynch Selya", {"Ruling"}),
    ("judge", "Brey", set()),
    ("author", "o'hara", {"Complaint"}),
    ("author", "O'Hara, Jane A.", {"Complaint"}),
    ("author", "é. MÜLLER", {"Letter"}),
    ("author", "E. Muller", {"Letter"}),
    ("author", "Jane Roe", set()),
    ("sender", "ann lee", {"Mail"}),
    ("sender", "ann.lee@acme.example", {"Mail"}),
    ("sender", "acme.example", {"Mail"}),
    ("sender", "bob", set()),
    ("recipient", "bob@roe.example", {"Mail"}),
    ("recipient", "dr carol", {"Mail"}),
    ("recipient", "ann", set()),
    ("tag", "LAB", {"Letter", "Hearing"}),
    ("tag", "100%_sure", {"Letter", "Hearing"}),
    ("tag", "100%", set()),
    ("tag", "La", set()),
    ("docket", "1:20-cv-44", {"Complaint"}),
    ("docket", "20-cv-00044", {"Complaint"}),
    ("docket", "2:20-cv-44", set()),
    ("docket", "20-cr-44", set()),
    ("docket", "1:24-cv-00123-XYZ", {"Complaint", "Letter", "Mail", "Hearing"}),
    ("docket", "No. 21-1240", {"Ruling"}),
    ("docket", "21-124", set()),
    ("docket", "44", {"Complaint"}),
    ("docket", "0123", {"Complaint", "Letter", "Mail", "Hearing"}),
    ("docket", "12", set()),
    ("year", "2025", {"Letter", "Hearing"}),
    ("year", "1973", {"Ruling"}),
    ("year", "2023", set()),
    ("year", "0", set()),
    ("year", "20251", set()),
    ("year", "²", set()),
    ("year", "MMXXV", set()),
    ("kind", "filing", {"Complaint"}),
    ("kind", "EMAIL", {"Mail"}),
    ("kind", "magic", set()),
]


@pytest.mark.parametrize("field", ["kind", *(field for field in FIELDS if field != "document")])
def test_a_value_keeps_what_has_it_and_excluded_leaves_the_rest(papers: dict[str, Document], viewer: User, field: str) -> None:
    for value, found in [(value, found) for of, value, found in FOUND if of == field]:
        assert left(viewer, field, value) == found, value
        assert left(viewer, field, value, excluded=True) == EVERYTHING - found, value


def test_one_document_can_be_searched(papers: dict[str, Document], viewer: User, case: Case) -> None:
    one = str(papers["Letter"].pk)
    assert left(viewer, "document", one) == {"Letter"}
    assert left(viewer, "document", one.upper().replace("-", "")) == {"Letter"}
    assert left(viewer, "document", one, str(papers["Ruling"].pk), "nonsense") == {"Letter", "Ruling"}
    assert left(viewer, "document", one, excluded=True) == EVERYTHING - {"Letter"}
    assert left(viewer, "document", "nonsense") == set()
    assert left(viewer, "document", str(papers["Ruling"].pk), case=case.pk) == set()
    repeated = Document.objects.create(case=case, title="The letter again", duplicate_of=papers["Letter"])
    assert left(viewer, "document", str(repeated.pk)) == {"Letter"}


def test_any_value_of_a_field_and_all_of_several_filters(papers: dict[str, Document], viewer: User) -> None:
    assert left(viewer, "court", "txnd", "Kent County", "nowhere at all") == {"Complaint", "Letter"}
    assert left(viewer, "year", "2024", "2025") == {"Complaint", "Letter", "Hearing"}
    tagged, not_spoken = Filter("tag", ("lab",)), Filter("kind", ("transcript",), excluded=True)
    assert titles(viewer, "crane", filters=(tagged, not_spoken)) == ["Letter"]
    assert titles(viewer, "crane", filters=(tagged, Filter("tag", ("lab",), excluded=True))) == []
    assert titles(viewer, "crane", filters=(tagged,), date_from=datetime.date(2025, 6, 1)) == ["Letter"]


def test_hearings_are_transcripts_only(papers: dict[str, Document], viewer: User, case: Case) -> None:
    assert titles(viewer, "crane", hearings=True) == ["Hearing"]
    assert titles(viewer, "crane", hearings=True, case=case.pk) == ["Hearing"]
    assert titles(viewer, "crane", hearings=True, kind="complaint") == []


@pytest.mark.parametrize("mode", ["semantic", "hybrid"])
def test_the_meaning_is_narrowed_too(case: Case, owner: User, mode: str) -> None:
    wanted = document(case, "Wanted", "The lifting gear was dangerous.", date=datetime.date(2025, 1, 1))
    document(case, "Other", WORDS, "A crane that is unsafe.", date=datetime.date(2024, 1, 1))
    for one in (Filter("year", ("2025",)), Filter("document", (str(wanted.pk),)), Filter("year", ("2024",), excluded=True)):
        answer = ask(owner, "an unsafe crane", mode=mode, filters=(one,))
        assert [hit.title for hit in answer.results] == ["Wanted"]
        assert [leg.route for leg in answer.legs if leg.name == "meaning"] == ["exact"]
        assert answer.partial == []


@pytest.mark.parametrize("field", FIELDS)
def test_a_filter_on_what_is_invisible_is_one_on_what_is_not_there(field: str, papers: dict[str, Document], stranger: User) -> None:
    """The stranger has a case and a document that says the same; what only the other case has narrows his search to nothing."""
    own = matters.create_case("Own", user=stranger)
    document(own, "Own", WORDS, vectors=False)
    Ruling.objects.update(judges="", docket_number="")
    known = {
        "court": "txnd", "judge": "Nobody Such", "author": "O'Hara", "sender": "ann.lee@acme.example", "recipient": "bob@roe.example",
        "tag": "Lab", "docket": "1:20-cv-00044", "year": "2025", "document": str(papers["Letter"].pk),
    }  # fmt: skip
    absent = dict.fromkeys(FIELDS, "zzzz") | {"court": "nhd", "docket": "9:99-cv-99", "year": "1803", "document": str(uuid.uuid4())}
    for excluded in (False, True):
        for mode in ("text", "hybrid"):
            seen, unseen = (
                ask(stranger, "crane", mode=mode, filters=(Filter(field, (value,), excluded),)) for value in (known[field], absent[field])
            )
            assert [hit.title for hit in seen.results] == [hit.title for hit in unseen.results]
            assert (seen.count, seen.facets, seen.partial, seen.notices) == (unseen.count, unseen.facets, unseen.partial, unseen.notices)
            assert {hit.title for hit in seen.results} == ({"Own", "Ruling"} if excluded else set())


def test_tags_of_another_case_do_not_mark_a_document(papers: dict[str, Document], owner: User, stranger: User) -> None:
    """Not even where a row says so, as a document that was moved might have left it."""
    foreign = Tag.objects.create(case=matters.create_case("Theirs", user=stranger), name="Theirs only")
    DocumentTag.objects.create(document=papers["Letter"], tag=foreign)
    assert left(owner, "tag", "Theirs only") == set()


def test_what_is_deleted_is_in_no_filter(papers: dict[str, Document], viewer: User) -> None:
    Document.objects.filter(pk=papers["Letter"].pk).update(deleted_at=timezone.now())
    assert left(viewer, "document", str(papers["Letter"].pk)) == set()
    assert left(viewer, "tag", "lab") == {"Hearing"}


ODD = ["x" * 10_000, "%", "_", "%%s", "%(cases)s", "' OR 1=1 --", '"', "\x00", "a\x00b", "\ud800", "*", "(?", "\\", "\u202e", " ", ""]


@pytest.mark.parametrize("field", FIELDS)
def test_odd_values_are_only_values(field: str, papers: dict[str, Document], viewer: User) -> None:
    for value in ODD:
        assert left(viewer, field, value) == set(), ascii(value[:20])
    assert left(viewer, field, *ODD, excluded=True) == EVERYTHING


def test_many_documents_are_narrowed_like_few(papers: dict[str, Document], viewer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where they are not named one by one, every leg asks the filters itself."""
    monkeypatch.setattr("documents.services.search.scope.MOST_LISTED", 1)
    for value in ("100%_sure", "LAB"):
        assert left(viewer, "tag", value) == {"Letter", "Hearing"}
        assert left(viewer, "tag", value, excluded=True) == EVERYTHING - {"Letter", "Hearing"}
    assert left(viewer, "year", "2025", mode="hybrid") == {"Letter", "Hearing"}
    assert left(viewer, "court", "txnd", "Kent County") == {"Complaint", "Letter"}
    assert left(viewer, "docket", "24-cv-123") == {"Complaint", "Letter", "Mail", "Hearing"}


def test_narrow_filters_find_what_has_only_common_words(case: Case, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one document every passage is looked at, however common its words are elsewhere."""
    monkeypatch.setattr("documents.services.search.lexical.CANDIDATES", 5)
    for number in range(8):
        document(case, f"Memo {number}", "The crane was inspected.", vectors=False)
    document(case, "Rare", "Zebras.", vectors=False)
    one = document(case, "One", "The crane stood still.", vectors=False)
    answer = ask(owner, "zebras crane", filters=(Filter("document", (str(one.pk),)),))
    assert [hit.title for hit in answer.results] == ["One"]
    assert not answer.at_least


def test_documents_found_by_their_names_obey_the_same_filters(papers: dict[str, Document], viewer: User, case: Case, owner: User) -> None:
    plan = Document.objects.create(case=case, title="Plan of the pier", kind="exhibit", date=datetime.date(2025, 5, 5), status="ready")
    tags.put_on(case, [plan.pk], ["Plans"], owner)

    def by_name(**narrowed: Any) -> list[str]:
        return [one.title for one in named(SearchRequest("plan", viewer, mode="text", **narrowed))]

    assert by_name() == by_name(filters=(Filter("tag", ("plans",)),)) == by_name(filters=(Filter("year", ("2025",)),)) == [plan.title]
    assert by_name(filters=(Filter("tag", ("lab",)),)) == by_name(filters=(Filter("year", ("2025",), excluded=True),)) == []
    assert by_name(hearings=True) == by_name(library=True) == []


@pytest.mark.parametrize("mode", ["text", "hybrid"])
def test_dates_order_the_whole_not_one_page(case: Case, owner: User, mode: str) -> None:
    """Twenty-five documents on two pages; the best by relevance is of the middle, and what has no date comes last in both orders."""
    for number in range(24):
        document(case, f"Memo {number:02}", "A crane.", date=datetime.date(2025, 1, 1 + (number * 7) % 24), vectors=mode == "hybrid")
    document(case, "Undated", "Crane, crane, crane.", vectors=mode == "hybrid")

    def pages(sort: str) -> list[Any]:
        return [hit for page in (1, 2) for hit in ask(owner, "crane", mode=mode, sort=sort, page=page).results]

    newest, oldest = pages("newest"), pages("oldest")
    assert [hit.date for hit in newest[:24]] == [datetime.date(2025, 1, day) for day in range(24, 0, -1)]
    assert [hit.date for hit in oldest[:24]] == [datetime.date(2025, 1, day) for day in range(1, 25)]
    assert newest[24].title == oldest[24].title == "Undated"
    assert pages("relevance")[0].title == "Undated"


def test_many_passages_of_one_document_keep_their_place_in_time(case: Case, owner: User) -> None:
    document(case, "Newest", *["A crane."] * 6, date=datetime.date(2025, 2, 2), vectors=False)
    document(case, "Older", "A crane.", date=datetime.date(2024, 2, 2), vectors=False)
    assert titles(owner, "crane", sort="newest") == ["Newest"] * 6 + ["Older"]
    assert titles(owner, "crane", sort="oldest") == ["Older"] + ["Newest"] * 6
    assert titles(owner, "crane")[:4] != ["Newest"] * 4, "by relevance one document does not hide another"


def test_the_api_takes_every_word_of_the_address(papers: dict[str, Document], viewer: User, api: Callable[..., APIClient]) -> None:
    def got(**asked: Any) -> list[str]:
        answer = api(viewer).get("/api/search/", {"q": "crane", "mode": "text", **asked})
        assert answer.status_code == 200, answer.content
        return [one["title"] for one in answer.json()["results"]]

    assert got(court="txnd") == ["Complaint"]
    assert set(got(court=["txnd", "1st Cir."])) == {"Complaint", "Ruling"}
    assert got(sender="ann", recipient="carol") == ["Mail"]
    assert got(hearings="true") == ["Hearing"]
    assert got(library="true") == ["Ruling"]
    assert got(tag="lab", year="2025", sort="oldest") == ["Hearing", "Letter"]
    assert got(tag="lab", sort="newest") == ["Letter", "Hearing"]
    assert got(document=[str(papers["Mail"].pk)]) == ["Mail"]
    assert set(got(tag="", court="", hearings="", sort="")) == EVERYTHING
    for wrong in ({"sort": "magic"}, {"mode": "magic"}, {"kind": "magic"}, {"page": "0"}, {"from": "soon"}, {"year": ["1"] * 21}):
        assert api(viewer).get("/api/search/", {"q": "crane", **wrong}).status_code == 400, wrong


def test_addresses_and_filters_say_the_same(viewer: User) -> None:
    asked = of_address({"q": "crane", "court": ["txnd", "ca1"], "tag": "Lab", "hearings": "1", "sort": "oldest"}, viewer)
    assert asked.filters == (Filter("court", ("txnd", "ca1")), Filter("tag", ("Lab",)))
    assert (asked.hearings, asked.sort) == (True, "oldest")


@pytest.mark.parametrize(
    "name", ["D. Mass.", "mad", "District of Massachusetts", "United States District Court for the District of Massachusetts"]
)
def test_a_court_has_one_id_in_all_spellings(name: str) -> None:
    assert courts.ids_of(name) == ("mad",)


NUMBERS = [
    "1:20-cv-00044", "20-cv-44", "20-44", "2:20-cv-44", "20-cr-44", "1:20-civ-44", "1:2020-cv-00044-ABC-DE", "20 Civ. 44", "1:20cv44",
    "20-cv-440", "3:20-mc-00044", "No. 20-44",
]  # fmt: skip


@pytest.mark.parametrize("asked", NUMBERS)
def test_patterns_of_docket_numbers_find_what_the_keys_find(asked: str) -> None:
    (wanted,) = dockets.dockets_in(asked, alone=True)
    for written in NUMBERS:
        (there,) = dockets.dockets_in(written, alone=True)
        same = bool(set(dockets.looked_for(wanted)) & set(dockets.written_forms(there)))
        assert bool(re.search(dockets.pattern(wanted), written, re.IGNORECASE)) == same, (asked, written)
    assert not re.search(dockets.pattern(wanted), "120-cv-44 and 20-cv-445", re.IGNORECASE)
