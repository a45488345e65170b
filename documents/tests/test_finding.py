"""Words in one document: every place, however lines are broken, with the page and the part where it stands."""

from __future__ import annotations

from typing import Any

import pytest

from documents.services.reading.text_view import PART

pytestmark = pytest.mark.django_db(transaction=True)


def find(api: Any, user: Any, document: Any, asked: str) -> Any:
    return api(user).get(f"/api/documents/{document.pk}/find/", {"q": asked})


def test_every_place_is_found_over_broken_lines_and_in_any_case(api, viewer, accept, work_off):
    document = accept("The Harbour\nCrane stood still. A harbour crane (harbour\tcrane) moves.\n\nHARBOUR CRANES!", "crane.txt")
    work_off()
    found = find(api, viewer, document, " harbour  crane ").json()
    assert [match["words"] for match in found] == ["Harbour\nCrane", "harbour crane", "harbour\tcrane", "HARBOUR CRANE"]
    assert [match["nth"] for match in found] == [0, 1, 2, 3]
    assert (found[1]["before"], found[1]["after"][:8]) == ("The Harbour Crane stood still. A", "(harbour")
    assert all(match["page"] == match["part"] == 1 for match in found)
    assert find(api, viewer, document, "a.*b(").json() == []
    for asked in ("", "   ", "x" * 201):
        assert find(api, viewer, document, asked).status_code == 400


def test_a_place_in_a_long_page_has_its_part(api, viewer, accept, work_off):
    document = accept("word " * (PART // 2) + "the needle " + "word " * 100, "long.txt")
    work_off()
    (match,) = find(api, viewer, document, "needle").json()
    assert (match["page"], match["part"]) == (1, 3)


def test_who_may_not_see_it_finds_nothing(api, stranger, accept, work_off):
    document = accept("secret needle", "secret.txt")
    work_off()
    assert find(api, stranger, document, "needle").status_code == 404
