"""Documents without a passage are found by the words of their title and file name, by those who may see them."""

from __future__ import annotations

from typing import Any

import pytest

from documents.models import Document
from documents.services.pipeline import lifecycle

pytestmark = pytest.mark.django_db(transaction=True)
DRAWING = b"AC1032\x00" + bytes(500)


def found(client: Any, **asked: str) -> list[str]:
    answer = client.get("/api/search/", {"mode": "text", **asked})
    assert answer.status_code == 200, answer.content
    return [one["title"] for one in answer.json()["named"]]


@pytest.fixture
def drawing(accept: Any, work_off: Any) -> Document:
    document = accept(DRAWING, "Pier_7_section.dwg")
    accept("The plans of pier 7 were approved in May.", "letter.txt")
    work_off()
    return document


def test_it_is_found_by_title_and_by_file_name(api: Any, viewer: Any, drawing: Document) -> None:
    for words in ("section", "PIER section", "pier_7_section.dwg", "Pier 7"):
        assert found(api(viewer), q=words) == ["Pier 7 section"], words
    for words in ("pier basement", "section NOT pier AND", "100%", "zzz"):
        answer = api(viewer).get("/api/search/", {"q": words, "mode": "text"})
        assert answer.status_code == 400 or answer.json()["named"] == [], words
    note = api(viewer).get("/api/search/", {"q": "section", "mode": "hybrid"}).json()["named"][0]["note"]
    assert note.startswith("Kept, not read: Drawing (DWG).")


def test_what_has_passages_is_found_by_them_only(api: Any, viewer: Any, drawing: Document) -> None:
    answer = api(viewer).get("/api/search/", {"q": "letter", "mode": "text"}).json()
    assert (answer["count"], answer["named"]) == (1, [])


def test_filters_and_the_door_hold(api: Any, viewer: Any, stranger: Any, editor: Any, case: Any, drawing: Document) -> None:
    assert found(api(stranger), q="section") == []
    assert found(api(viewer), q="section", case=str(case.pk)) == ["Pier 7 section"]
    assert found(api(viewer), q="section", kind="contract") == []
    assert found(api(viewer), q="section", page="2") == []
    assert found(api(viewer), q="section", **{"from": "2020-01-01"}) == []
    lifecycle.delete(drawing, editor)
    assert found(api(viewer), q="section") == []


def test_the_page_shows_it(client: Any, viewer: Any, case: Any, drawing: Document) -> None:
    client.force_login(viewer)
    page = client.get(f"/cases/{case.pk}/search/?q=section").content.decode()
    assert drawing.get_absolute_url() in page
    assert "Kept, not read" in page
