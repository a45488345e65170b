"""A link to a quotation marks exactly its words: in the text, and in what the original is told to mark."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from django.test import Client

from documents.models import Chunk, Document
from documents.services.chat import places
from documents.services.reading import text_view
from documents.services.reading.text_view import Place
from documents.tests.test_reading import chunk, read
from lexintel.models import User

FIRST = "Notice was given on 3 May. The tenant paid. Notice was given"
SECOND = "by letter. The landlord agreed to it on 3 May."


def whole(document: Document) -> tuple[Chunk, str]:
    """A passage over both pages, and its text."""
    passage = chunk(read(document, FIRST, SECOND), 1, 0, 2, len(SECOND))
    passage.text = f"{FIRST}\n{SECOND}"
    passage.save()
    return passage, passage.text


def marked(document: Document, page: int, place: Place) -> list[str]:
    sheet = text_view.open_at(document, Place(page, place.chunk, at=place.at, to=place.to)).sheet
    assert sheet is not None
    return [segment.text for segment in sheet.segments if segment.found]


def test_exactly_the_quoted_words_are_marked_also_across_a_page_break(accept: Callable[..., Document], client: Client, owner: User) -> None:
    document = accept()
    passage, text = whole(document)
    quote = "given\nby letter"
    at = text.index(quote)
    to = at + len(quote)
    place = Place(chunk=passage.pk, at=at, to=to)
    assert (marked(document, 1, place), marked(document, 2, place)) == (["given"], ["by letter"])

    client.force_login(owner)
    address = places.address(document.pk, 1, passage.pk, at, to)
    assert parse_qs(urlsplit(address).query) == {"page": ["1"], "chunk": [str(passage.pk)], "at": [str(at)], "to": [str(to)]}
    told = client.get(address).context["passage"]
    assert (told["page"], told["found"]) == (1, {1: "given", 2: "by letter"})
    assert told["around"][1] == (FIRST[: -len("given")][-60:], "")
    fragment = client.get(f"/documents/{document.pk}/text/2/", {"chunk": passage.pk, "at": at, "to": to}).content.decode()
    assert '<mark class="passage passage-found">by letter</mark>' in fragment


def test_the_same_words_elsewhere_on_the_page_are_told_apart_by_what_stands_around_them(accept: Callable[..., Document]) -> None:
    passage, text = whole(accept())
    at = text.rindex("Notice was given")
    found = (at, at + len("Notice was given"))
    assert text_view.wording(passage, found) == {1: "Notice was given"}
    assert text_view.surroundings(passage, found)[1][0].endswith("The tenant paid. ")


def test_an_end_that_is_none_leaves_the_sentence_marked(accept: Callable[..., Document]) -> None:
    document = accept()
    passage, text = whole(document)
    at = text.index("tenant")
    for to in (None, at, at - 1, len(text) + 1, 10**17):
        assert marked(document, 1, Place(chunk=passage.pk, at=at, to=to)) == ["The tenant paid."]


def test_a_quotation_that_goes_on_behind_its_passage_is_marked_to_its_end_on_the_next_page(accept: Callable[..., Document]) -> None:
    document = accept()
    passage = chunk(read(document, FIRST, SECOND), 1, FIRST.index("The tenant"), 1, len(FIRST) - len(" was given"))
    passage.text = FIRST[passage.start : passage.end]
    passage.save()
    at, whole = passage.text.index("Notice"), f"{FIRST}\n{SECOND}"[passage.start :]
    place = Place(chunk=passage.pk, at=at, to=whole.index("letter.") + len("letter."))
    assert "".join(marked(document, 1, place)) == "Notice was given"
    assert marked(document, 2, place) == ["by letter."]
    opened = text_view.open_at(document, Place(1, passage.pk, at=at, to=place.to))
    assert text_view.wording(passage, opened.found) == {1: "Notice was given", 2: "by letter."}
    only_behind = Place(chunk=passage.pk, at=whole.index("by letter"), to=place.to)
    assert (marked(document, 1, only_behind), marked(document, 2, only_behind)) == ([], ["by letter."])
    beyond = Place(chunk=passage.pk, at=at, to=len(whole) + 1)
    assert marked(document, 1, beyond) == ["Notice"]
