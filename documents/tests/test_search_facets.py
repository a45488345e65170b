"""Facets: what the hits are of, counted for who may see them; on the page they narrow the search and chips take that back."""

from __future__ import annotations

import datetime
import html
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case, Ruling
from cases.services import matters
from documents.models import Document, DocumentFact
from documents.services.organising import tags
from documents.services.search.request import Filter
from documents.tests.searching import anything, ask, document
from lexintel.models import User

pytestmark = pytest.mark.django_db

TEXAS = "United States District Court for the Northern District of Texas"


def paper(case: Case | None, title: str, *passages: str, court: str = "", author: str = "", **more: Any) -> Document:
    made = document(case, title, *(passages or ("An unsafe crane.",)), vectors=False, **more)
    for field, value in (("court", court), ("author", author)):
        if value:
            DocumentFact.objects.create(document=made, field=field, value=value)
    return made


def counts(user: User, field: str, **narrowed: Any) -> dict[str, int]:
    return {facet.label: facet.count for facet in ask(user, "crane", **narrowed).facets[field]}


@pytest.fixture
def page(client: Client) -> Callable[..., str]:
    """`page(user, q="crane", tag=["Lab"])` is the search page's HTML, of the case's own where a case is given."""

    def show(user: User, case: Case | None = None, **asked: Any) -> str:
        client.force_login(user)
        address = reverse("documents:case-search", args=[case.pk]) if case else reverse("documents:search")
        answer = client.get(f"{address}?{urlencode({'mode': 'text', **asked}, doseq=True)}")
        assert answer.status_code == 200
        return answer.content.decode()

    return show


def _text_of(inside: str) -> str:
    return " ".join(html.unescape(re.sub("<[^>]*>", "", inside)).split())


def links(page: str, text: str) -> list[dict[str, list[str]]]:
    """The addresses of links that show this text, as their parameters."""
    found = re.findall(r'<a\b[^>]*href="\?([^"]*)"[^>]*>(.*?)</a>', page, re.DOTALL)
    return [parse_qs(html.unescape(query)) for query, inside in found if text in _text_of(inside)]


def test_passages_are_counted_by_kind_case_court_year_author_and_tag(case: Case, owner: User) -> None:
    first = paper(case, "First", "A crane.", "Another crane.", court=TEXAS, author="Jane Roe", date=datetime.date(2025, 1, 1))
    paper(case, "Second", court="Superior Court of Elsewhere", author="JANE ROE", kind="letter", date=datetime.date(2024, 1, 1))
    paper(None, "Smith v. Jones", kind="ruling")
    ruling = Ruling.objects.create(name="Smith v. Jones", court="District Court, N.D. Texas", court_id="txnd")
    Document.objects.filter(title="Smith v. Jones").update(ruling=ruling)
    tags.put_on(case, [first.pk], ["Lab", "Key"], owner)
    assert counts(owner, "kind") == {"Filing": 2, "Letter": 1, "Ruling": 1}
    assert counts(owner, "case") == {case.title: 3, "Public library": 1}
    assert counts(owner, "court") == {"District Court, N.D. Texas": 3, "Superior Court of Elsewhere": 1}
    assert counts(owner, "year") == {"2025": 2, "2024": 1}
    assert counts(owner, "author") == {"Jane Roe": 3}
    assert counts(owner, "tag") == {"Lab": 2, "Key": 2}


def test_a_count_is_what_the_filter_leaves(case: Case, owner: User) -> None:
    """Of every value of every facet, as it goes into the address: a short name is also in a longer one."""
    for number, author in enumerate(["Roe", "Jane Roe", "Roe, Jane", "J. Roe (counsel)", "É. Müller"]):
        paper(case, f"Memo {number}", court=[TEXAS, "txnd", "N.D. Tex.", "Kent County Court", ""][number], author=author,
              kind="motion" if number == 2 else "filing", date=datetime.date(2020 + number // 2, 1, 1))  # fmt: skip
    tags.put_on(case, list(Document.objects.filter(title__in=["Memo 1", "Memo 2"]).values_list("pk", flat=True)), ["a, b", "100%"], owner)
    seen = 0
    for field, values in ask(owner, "crane").facets.items():
        for facet in values if field != "case" else ():
            assert ask(owner, "crane", filters=(Filter(field, (facet.value,)),)).count == facet.count, (field, facet)
            seen += 1
    assert seen == 2 + 2 + 3 + 5 + 2
    assert counts(owner, "author")["Roe"] == 4


def test_most_come_first(case: Case, owner: User) -> None:
    for number, author in enumerate(["Ann", "Bob", "Bob", "Carol", "Carol", "Carol"]):
        paper(case, f"Memo {number}", author=author)
    assert list(counts(owner, "author")) == ["Carol", "Bob", "Ann"]


def test_nothing_of_other_cases_is_counted_or_named(case: Case, owner: User, stranger: User) -> None:
    theirs = matters.create_case("Theirs", user=stranger)
    hidden = paper(theirs, "Theirs", court="Supreme Court of the United States", author="Their Author", date=datetime.date(1999, 1, 1))
    tags.put_on(theirs, [hidden.pk], ["Their tag", "Lab"], stranger)
    own = paper(case, "Ours", author="Our Author")
    tags.put_on(case, [own.pk], ["Lab"], owner)
    before = ask(owner, "crane").facets
    assert [(facet.value, facet.count) for facet in before["tag"]] == [("Lab", 1)]
    assert not {"Theirs", "Their Author", "Their tag", "1999"} & {facet.label for values in before.values() for facet in values}
    for field, value in (
        ("author", "Their Author"),
        ("tag", "Their tag"),
        ("year", "1999"),
        ("court", "scotus"),
        ("document", str(hidden.pk)),
    ):
        assert ask(owner, "crane", filters=(Filter(field, (value,)),)).facets == {name: [] for name in before}
        assert ask(owner, "crane", filters=(Filter(field, (value,), excluded=True),)).facets == before


def test_a_search_and_its_facets_are_a_constant_number_of_queries(case: Case, owner: User) -> None:
    def queries(**narrowed: Any) -> int:
        with CaptureQueriesContext(connection) as captured:
            ask(owner, "crane", **narrowed)
        return len(captured)

    narrow = {"filters": (Filter("tag", ("lab",)), Filter("court", ("txnd",)), Filter("docket", ("24-cv-123",)))}
    tags.put_on(case, [paper(case, "Memo", court=TEXAS, author="A").pk], ["Lab"], owner)
    for number in range(5):  # of fewer hits other spellings are looked for
        tags.put_on(case, [paper(case, f"First {number}", court=TEXAS, author="A").pk], ["Lab"], owner)
    queries()
    few, few_narrowed = queries(), queries(**narrow)
    for number in range(9):
        made = paper(case, f"Memo {number}", court=f"Court {number}", author=f"Author {number}", date=datetime.date(2000 + number, 1, 1))
        tags.put_on(case, [made.pk], ["Lab", f"Tag {number}"], owner)
    paper(case, "Another", court=TEXAS)
    assert (queries(), queries(**narrow)) == (few, few_narrowed)
    assert few_narrowed <= few + 2


def test_a_facet_narrows_and_its_chip_widens_again(page: Callable[..., str], case: Case, owner: User) -> None:
    made = [paper(case, f"Memo {n}", author=name) for n, name in enumerate(["Jane Roe", "Ann Lee"])]
    tags.put_on(case, [one.pk for one in made], ["Lab"], owner)
    tags.put_on(case, [made[0].pk], ["Key"], owner)
    (by_lab,) = links(page(owner, q="crane", page="1"), "Lab 2")
    assert by_lab == {"mode": ["text"], "q": ["crane"], "tag": ["Lab"]}
    narrowed = page(owner, q="crane", tag=["Lab"])
    (both,) = links(narrowed, "Key 1")
    assert both["tag"] == ["Lab", "Key"], "any of several values"
    assert links(narrowed, "Tag: Lab") == [{"mode": ["text"], "q": ["crane"]}]
    assert 'aria-current="true"' in narrowed
    two = page(owner, q="crane", tag=["Lab", "key"])
    assert links(two, "Tag: key") == [{"mode": ["text"], "q": ["crane"], "tag": ["Lab"]}]
    assert two.count('name="tag"') == 2, "a search in the form keeps them"


def test_many_values_are_folded_and_long_names_stay_text(page: Callable[..., str], case: Case, owner: User) -> None:
    evil = "<script>alert(1)</script> " + "Wolfeschlegelsteinhausenbergerdorff " * 9
    for number in range(13):
        paper(case, f"Memo {number}", author=f"Author number {number}")
    paper(case, "Evil", author=evil.strip())
    tags.put_on(case, [paper(case, "Marked").pk], ['"><img src=x>'], owner)
    shown = page(owner, q="crane")
    assert "4 more" in shown
    assert "<script>alert" not in shown
    assert "<img src=x>" not in shown
    (asked,) = links(shown, "alert(1)")
    assert "Evil" in page(owner, **asked)
    (marked,) = links(shown, "img src=x")
    assert "Marked" in page(owner, **marked)
    assert "Evil" not in page(owner, **marked)


def test_what_is_counted_is_said(page: Callable[..., str], case: Case, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    paper(case, "Memo", *["An unsafe crane."] * 4)
    assert "Counted in passages." in page(owner, q="crane")
    monkeypatch.setattr("documents.services.search.lexical.BEST", 3)
    assert "Counted among the best 3 passages." in page(owner, q="crane")
    assert "The best 3 passages by the dates of their documents" in page(owner, q="crane", sort="newest")


def test_the_place_is_chosen_in_the_form(client: Client, page: Callable[..., str], case: Case, owner: User) -> None:
    client.force_login(owner)
    inside, everywhere = f"/cases/{case.pk}/search/", "/search/"
    for asked, leads in [
        (f"{inside}?q=crane&place=all", f"{everywhere}?q=crane"),
        (f"{inside}?q=crane&place=library&tag=Lab&page=2", f"{everywhere}?q=crane&tag=Lab&library=1"),
        (f"{inside}?q=crane&place=hearings", f"{inside}?q=crane&hearings=1"),
        (f"{inside}?q=crane&hearings=1&place=case", f"{inside}?q=crane"),
        (f"{everywhere}?q=crane&place=hearings", f"{everywhere}?q=crane&hearings=1"),
        (f"{everywhere}?q=crane&library=1&place=all", f"{everywhere}?q=crane"),
        (f"{everywhere}?q=crane&library=1&place=", f"{everywhere}?q=crane&library=1"),
        (f"{everywhere}?q=crane&place=magic", f"{everywhere}?q=crane"),
    ]:
        answer = client.get(asked)
        assert (answer.status_code, answer["Location"]) == (302, leads), asked
    for case_page, first in ((None, "All my cases and the library"), (case, "This case")):
        assert f'name="place"><option value="">{first}</option>' in page(owner, case_page, q="crane")
    assert 'name="place"><option value="">Hearings of this case</option>' in page(owner, case, q="crane", hearings="1")


def test_one_document_is_searched_from_its_page(client: Client, page: Callable[..., str], case: Case, owner: User, stranger: User) -> None:
    made, other = paper(case, "The <b>deed</b>"), paper(case, "Another deed")
    client.force_login(owner)
    assert f'href="/cases/{case.pk}/search/?document={made.pk}"' in client.get(made.get_absolute_url()).content.decode()
    inside = page(owner, case, q="crane", document=str(made.pk))
    assert "in “The &lt;b&gt;deed&lt;/b&gt;”" in inside
    assert other.title not in inside
    assert "in “The &lt;b&gt;" in page(owner, case, document=str(made.pk)), "before anything is asked"
    unseen, absent = (page(stranger, q="crane", document=str(pk)) for pk in (made.pk, anything()))
    assert "in a document that is not there" in unseen
    assert "Nothing found" in unseen
    own = re.compile(r"[0-9a-f-]{36}|\d+ ms|csrfmiddlewaretoken\" value=\"\w+")
    assert own.sub("", unseen) == own.sub("", absent)


def test_the_library_is_a_value_of_the_case(page: Callable[..., str], case: Case, owner: User) -> None:
    paper(case, "Crane memo")
    paper(None, "Smith v. Jones", kind="ruling")
    assert {"mode": ["text"], "q": ["crane"], "library": ["1"]} in links(page(owner, q="crane"), "Public library 1")
    only = page(owner, q="crane", library="1")
    assert "Crane memo" not in only
    assert {"mode": ["text"], "q": ["crane"]} in links(only, "Public library")


@pytest.mark.parametrize(
    "odd",
    [
        "tag=" + "x" * 3000,
        "year=%00",
        "court=%27%22%3E",
        "document=x",
        "sort=magic",
        "author=%25",
        "tag=" + "&tag=".join(map(str, range(50))),
    ],
)
def test_odd_filters_leave_a_whole_page(client: Client, case: Case, owner: User, odd: str) -> None:
    paper(case, "Memo")
    client.force_login(owner)
    assert client.get(f"/search/?q=crane&mode=text&{odd}").status_code == 200
