"""Two documents side by side: what is called a difference, on which page, how long it takes, and what a page makes of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from cases.models import Case
from documents.models import Document, Page, TextVersion
from documents.services.reading.comparison import Block, Change, Comparison, Side, compare
from documents.services.reading.folding import Fold, part_of
from documents.tests.likeness import form, misread, paragraphs, text
from lexintel.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper(case: Case) -> Callable[..., Document]:
    """A ready document with these pages."""

    def make(*pages: str, **fields: Any) -> Document:
        document = Document.objects.create(
            case=case, title=f"Paper {Document.objects.count()}", status="ready", page_count=len(pages), **fields
        )
        document.text_version = TextVersion.objects.create(document=document, number=1)
        document.save()
        Page.objects.bulk_create(Page(text_version=document.text_version, number=n, text=page) for n, page in enumerate(pages, 1))
        return document

    return make


def said(side: Side) -> str:
    return "".join(one.text for one in side.segments)


def changes(comparison: Comparison) -> list[tuple[str, str]]:
    """(old, new) of each difference."""
    found: dict[int, list[str]] = {}
    for block in comparison.blocks:
        for place, side in enumerate((block.left, block.right)):
            for one in side.segments:
                if one.number:
                    found.setdefault(one.number, ["", ""])[place] += one.text
    assert sorted(found) == list(range(1, comparison.differences + 1))
    return [(old, new) for old, new in found.values()]


def whole(comparison: Comparison, place: int) -> str:
    sides = [(block.left, block.right)[place] for block in comparison.blocks]
    return " ".join(" ".join(said(side) for side in sides if side.segments).split())


def test_changed_figures_are_told_word_for_word(paper: Callable[..., Document]) -> None:
    old = "The rent is $4,310.50 a month.\n\nIt is due on the first.\n\nNothing else was agreed."
    new = "The rent is $4,750.00 a month.\n\nIt is due on the first.\n\nNothing else was agreed."
    found = compare(paper(old), paper(new))
    assert changes(found) == [("4,310.50", "4,750.00")]
    assert [block.equal for block in found.blocks] == [False, True, True]
    assert {one.change for one in found.blocks[0].left.segments} == {Change.SAME, Change.REPLACED}


def test_only_the_names_differ_between_form_letters(paper: Callable[..., Document]) -> None:
    found = compare(paper(form("Ada Quill", "Boston", "March 3")), paper(form("Ben Oakes", "Salem", "April 14")))
    assert {change for pair in changes(found) for change in pair} == {"Ada Quill", "Boston", "March 3", "Ben Oakes", "Salem", "April 14"}


def test_paragraphs_that_come_or_go_stand_alone(paper: Callable[..., Document]) -> None:
    one = paragraphs(9)
    extra = paragraphs(2, seed=8)
    found = compare(paper("\n\n".join(one)), paper("\n\n".join([*one[:3], extra[0], *one[3:6], *one[7:]])))
    alone = [block for block in found.blocks if not block.equal]
    assert [(said(block.left), said(block.right)) for block in alone] == [("", extra[0]), (one[6], "")]
    assert [one.change for block in alone for side in (block.left, block.right) for one in side.segments] == [
        Change.INSERTED,
        Change.DELETED,
    ]


def test_how_lines_and_pages_are_broken_makes_no_difference(paper: Callable[..., Document]) -> None:
    words = text(12).split(" ")
    lines = [" ".join(words[at : at + 9]) for at in range(0, len(words), 9)]
    found = compare(paper(text(12)), paper("\n".join(lines[:20]), "\n".join(lines[20:]).replace("'", "’")))
    assert found.differences == 0
    assert all(block.equal for block in found.blocks)


def test_each_side_says_its_pages(paper: Callable[..., Document]) -> None:
    parts = ["\n\n".join(paragraphs(4, seed)) for seed in range(3)]
    found = compare(
        paper(*parts), paper("A page before all others, with a few words.", *parts[:2], parts[2].replace("On day", "At day", 1))
    )
    first, *_middle, last = [block for block in found.blocks if not block.equal]
    assert (first.left.page, first.right.page, first.right.page_to) == (None, 1, 1)
    assert (last.left.page, last.right.page) == (3, 4)


def test_nothing_of_either_text_is_lost(paper: Callable[..., Document]) -> None:
    one = text(20)
    for other in (misread(one, 0.1), text(20, seed=2), one[500:] + one[:500], "", one * 2, one.upper()):
        found = compare(paper(one), paper(other))
        assert whole(found, 0) == " ".join(one.split())
        assert whole(found, 1) == " ".join(other.split())
        changes(found)
        assert sum(one.first for block in found.blocks for side in (block.left, block.right) for one in side.segments) == found.differences


def test_texts_that_have_nothing_in_common_are_not_a_patchwork(paper: Callable[..., Document]) -> None:
    words = [f"left{n}" if n % 9 else "the" for n in range(400)], [f"right{n}" if n % 7 else "the" for n in range(400)]
    found = compare(paper(" ".join(words[0])), paper(" ".join(words[1])))
    assert found.differences <= 2


def test_two_texts_of_a_thousand_pages_take_seconds(paper: Callable[..., Document]) -> None:
    pages = [text(9, seed) for seed in range(1000)]
    assert sum(len(page.split()) for page in pages) > 400_000
    one = paper(*pages)
    for share in (0.0, 0.05):
        other = paper(*(misread(page, share, seed) for seed, page in enumerate(pages)))
        started = time.monotonic()
        found = compare(one, other)
        assert time.monotonic() - started < 20
        assert (found.differences > 10_000) == (share > 0)
        part_of(found, 3)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("a " * 50_000, "b " * 50_000),
        ("a " * 100_000, "a " * 90_000 + "b a " * 5_000),
        ("a b " * 50_000, "b a " * 50_000),
        (" ".join(str(n % 997) for n in range(90_000)), " ".join(str(n * 7 % 997) for n in range(90_000))),
        ("x" * 1_000_000, "x" * 999_999 + "y"),
        ("\n" * 500_000, " . " * 100_000),
    ],
)
def test_no_text_makes_it_slow(paper: Callable[..., Document], left: str, right: str) -> None:
    one, other = paper(left), paper(right)
    started = time.monotonic()
    found = compare(one, other)
    part_of(found, 1)
    assert time.monotonic() - started < 15


def test_what_is_too_large_is_said(paper: Callable[..., Document], client: Client, viewer: User) -> None:
    found = compare(
        one := paper(" ".join(f"a{n % 7000}" for n in range(30_000))), other := paper(" ".join(f"b{n % 7000}" for n in range(30_000)))
    )
    assert (found.differences, found.coarse) == (1, 1)
    client.force_login(viewer)
    assert "so large that its words were not compared" in client.get(f"/documents/{one.pk}/compare/{other.pk}/").content.decode()


def test_equal_stretches_are_folded_and_many_differences_divided(paper: Callable[..., Document]) -> None:
    one = paragraphs(900)
    found = compare(
        paper("\n\n".join(one)), paper("\n\n".join(part if n % 2 else part.replace("dollars", "euros", 1) for n, part in enumerate(one)))
    )
    parts = [part_of(found, number) for number in range(1, part_of(found, 1).parts + 1)]
    assert [parts[0].first, parts[-1].last, len(parts)] == [1, 450, 3]
    assert parts[1].first == parts[0].last + 1
    few = part_of(compare(paper("\n\n".join(one)), paper("\n\n".join([*one[:400], *one[401:]]))), 99)
    assert [type(row) for row in few.rows] == [Fold, Block, Block, Block, Fold]
    assert few.rows[0].count == 399
    assert len(few.rows[0].blocks) < 399


def test_the_page_marks_what_differs_and_makes_no_markup_of_it(paper: Callable[..., Document], client: Client, viewer: User) -> None:
    one = paper("The hook <b>was</b> sound.\n\nThe end.")
    other = paper("The hook <script>alert(1)</script> was bent.\n\nThe end.")
    client.force_login(viewer)
    page = client.get(f"/documents/{one.pk}/compare/{other.pk}/").content.decode()
    assert "<del" in page
    assert "<ins" in page
    assert "<script>alert(1)" not in page
    assert "<b>was" not in page
    assert f'href="{other.get_absolute_url()}?page=1"' in page
    assert "changed" in page


@pytest.mark.parametrize("query", ["part=0", "part=999", "part=x", "part=-1", "at=last", "part=99999999999999999999"])
def test_odd_addresses_show_the_comparison_all_the_same(paper: Callable[..., Document], client: Client, viewer: User, query: str) -> None:
    client.force_login(viewer)
    assert client.get(f"/documents/{paper('One.').pk}/compare/{paper('Two.').pk}/?{query}").status_code == 200


def test_documents_without_text_say_so(paper: Callable[..., Document], client: Client, viewer: User) -> None:
    client.force_login(viewer)
    empty = paper()
    assert "One of the two has no text" in client.get(f"/documents/{empty.pk}/compare/{paper('Words.').pk}/").content.decode()
    assert "Neither document has a text" in client.get(f"/documents/{empty.pk}/compare/{paper('').pk}/").content.decode()


def test_the_api_gives_blocks_and_where_to_go_on(paper: Callable[..., Document], client: Client, viewer: User) -> None:
    one, other = paper(text(10)), paper(text(10).replace("dollars", "euros", 1))
    client.force_login(viewer)
    address = f"/api/documents/{one.pk}/compare/{other.pk}/"
    answer = client.get(address).json()
    assert (answer["differences"], answer["coarse"], answer["next"], len(answer["blocks"])) == (1, 0, None, 10)
    assert [part["change"] for part in answer["blocks"][0]["right"]["segments"]] == ["same", "replaced", "same"]
    assert client.get(f"{address}?limit=4").json()["next"] == 4
    assert client.get(f"{address}?limit=4&offset=8").json()["next"] is None
    assert len(client.get(f"{address}?changed=true").json()["blocks"]) == 1
    assert client.get(f"{address}?limit=0").status_code == 400


def test_the_number_of_queries_is_constant(
    paper: Callable[..., Document], client: Client, viewer: User, django_assert_max_num_queries: Any
) -> None:
    one, other = paper(*(text(3, n) for n in range(30))), paper(*(text(3, n + 1) for n in range(30)))
    client.force_login(viewer)
    with django_assert_max_num_queries(10):
        assert client.get(f"/documents/{one.pk}/compare/{other.pk}/").status_code == 200
