"""PPTX: a page for each slide, with its notes, tables, diagrams and comments; hidden slides are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from documents.services.extraction import detect
from documents.services.extraction.formats import PPTX
from documents.tests.office_files import part, pptx, text_box
from documents.tests.reading import read
from tasks.errors import PermanentError

TABLE = (
    "<p:graphicFrame><a:graphic><a:graphicData><a:tbl>"
    "<a:tr><a:tc><a:txBody><a:p><a:r><a:t>Item</a:t></a:r></a:p></a:txBody></a:tc>"
    "<a:tc><a:txBody><a:p><a:r><a:t>Amount</a:t></a:r></a:p></a:txBody></a:tc></a:tr>"
    "<a:tr><a:tc><a:txBody><a:p><a:r><a:t>Rent</a:t></a:r></a:p></a:txBody></a:tc>"
    "<a:tc><a:txBody><a:p><a:r><a:t>1,250.00</a:t></a:r></a:p></a:txBody></a:tc></a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>"
)


@pytest.fixture
def show(tmp_path: Path) -> Path:
    notes = part("notes", text_box("Pause here.", place="body") + text_box("1", place="sldNum"))
    diagram = '<d:dataModel xmlns:d="urn:d" xmlns:a="urn:a"><d:t><a:p><a:r><a:t>Chain of title</a:t></a:r></a:p></d:t></d:dataModel>'
    said = '<p:cmLst xmlns:p="urn:p"><p:cm authorId="3"><p:text>Too bold?</p:text></p:cm></p:cmLst>'
    first = text_box("Liability", place="ctrTitle") + text_box("Count one", "Count two")
    first += text_box("4", place="sldNum") + text_box("Privileged", place="ftr")
    second = TABLE + f"<p:grpSp>{text_box('In a group')}</p:grpSp>"
    slides = [
        ("", first, {"notesSlide": ("notesSlides/n1.xml", notes), "comments": ("comments/c1.xml", said)}),
        ("", second, {"diagramData": ("diagrams/data1.xml", diagram)}),
        ('show="0"', text_box("Secret strategy"), {}),
    ]
    authors = '<p:cmAuthorLst xmlns:p="urn:p"><p:cmAuthor id="3" name="Cora"/></p:cmAuthorLst>'
    return pptx(tmp_path / "a.pptx", slides, {"ppt/commentAuthors.xml": authors})


def test_a_page_for_each_slide(show: Path) -> None:
    assert detect(show, "any") == PPTX
    with read(show) as extraction:
        assert [(page.label, page.text) for page in extraction.pages] == [
            ("1", "Liability\n\nCount one\nCount two\n\nPrivileged\n\nNotes\nPause here.\n\n[Comment by Cora] Too bold?"),
            ("2", "Item\tAmount\nRent\t1,250.00\n\nIn a group\n\nChain of title"),
            ("3 (hidden)", "Secret strategy"),
        ]
        told = {notice.code: notice.text for notice in extraction.notices}
        assert set(told) == {"hidden_slides", "comments_beside"}
        assert "1 (3)" in told["hidden_slides"]


def test_the_order_is_that_of_the_show_not_of_the_names(tmp_path: Path) -> None:
    path = pptx(tmp_path / "a.pptx", [("", text_box(f"slide {number}"), {}) for number in range(1, 13)])
    with read(path) as extraction:
        assert [page.text for page in extraction.pages] == [f"slide {number}" for number in range(1, 13)]


def test_a_damaged_slide_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    path = pptx(tmp_path / "a.pptx", [("", text_box("fine"), {}), ("", "<p:sp>", {})])
    with read(path) as extraction:
        assert [page.text for page in extraction.pages] == ["fine", ""]
        assert [notice.text for notice in extraction.notices if notice.code == "pages_unreadable"] == [
            "Damaged pages that could not be read: 2."
        ]


def test_a_show_without_slides_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PermanentError) as caught:
        read(pptx(tmp_path / "a.pptx", []))
    assert caught.value.code == "unreadable"
