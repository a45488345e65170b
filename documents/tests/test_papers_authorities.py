"""The table of authorities of a brief, against one that a person made by hand; and the brief's own table compared with it."""

from __future__ import annotations

import time
from io import BytesIO

import pikepdf
import pytest

from documents.models import Document, Paper
from documents.services.papers import asking
from documents.services.papers.blocks import plain
from documents.services.papers.own_table import compare, tables_in
from documents.services.papers.tables import Entry
from documents.services.papers.texts import Sheet, labelled
from documents.tests import made_up_brief


def said(paper: Paper) -> list[tuple[str, str, str]]:
    """(heading, authority, pages) of the table."""
    found, head = [], ""
    for block in paper.content:
        if block["t"] == "heading":
            head = plain(block["runs"])
        if block["t"] == "leaders":
            found += [(head, plain(entry["runs"]), plain(entry["pages"])) for entry in block["entries"]]
    return found


def differences(paper: Paper) -> set[tuple[str, ...]]:
    (table,) = [block for block in paper.content if block["t"] == "table"]
    return {tuple(plain(cell) for cell in row) for row in table["rows"]}


def unlabelled(pdf: bytes) -> bytes:
    """The same PDF without its page labels, as most briefs come."""
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as document:
        del document.Root.PageLabels
        document.save(out)
    return out.getvalue()


@pytest.fixture
def made(case, editor, accept, work_off):
    """The table of authorities of a file."""

    def of(content: bytes, name: str = "brief.pdf", *, read_before: bool = True) -> Paper:
        document = accept(content, name=name)
        if read_before:
            work_off()
        paper = asking.ask(case, editor, "table_of_authorities", "docx", {"document": document.pk}, site="https://law.example/")
        work_off()
        return Paper.objects.get(pk=paper.pk)

    return of


def test_a_table_of_authorities_is_as_made_by_hand(made):
    paper = made(made_up_brief.brief())
    assert paper.status == "ready", paper.error
    assert said(paper) == made_up_brief.BY_HAND
    told = {(row[3], row[0]) for row in differences(paper)}
    words = {"extra": "in its table, but not found in the text", "missing": "cited, but not in its table"}
    assert told == {(words[what], text) for what, text in made_up_brief.WRONG_IN_ITS_OWN}


def test_printed_numbers_count_where_the_file_has_no_labels(made):
    assert said(made(unlabelled(made_up_brief.brief()))) == made_up_brief.BY_HAND


def test_a_draft_that_is_still_on_its_way_is_read_at_once(case, editor, accept, work_off):
    document = accept(made_up_brief.brief(), name="draft.pdf")
    paper = asking.ask(case, editor, "table_of_authorities", "docx", {"document": document.pk})
    Document.objects.filter(pk=document.pk).update(task_id=None)  # its own reading is late
    from documents.jobs import PaperGenerationJob
    from documents.services.papers import making
    from documents.tests.papers import Here

    making.make(PaperGenerationJob(paper_id=paper.pk), Here(paper.task_id))
    paper.refresh_from_db()
    assert said(paper) == made_up_brief.BY_HAND


def test_each_page_leads_to_the_page_and_passim_to_the_first(made):
    paper = made(made_up_brief.brief())
    (halloran, *_others) = next(block for block in paper.content if block["t"] == "leaders")["entries"]
    about = paper.inputs["document"]
    assert halloran["pages"] == [{"s": "passim", "i": True, "href": f"https://law.example/documents/{about}/?page=3"}]


def test_a_draft_without_pages_says_so_and_one_without_authorities_too(made):
    paper = made(b"The motion cites Roe v. Wade, 410 U.S. 113 (1973), twice. Id. at 120.", "draft.txt")
    assert said(paper) == [("Cases", "Roe v. Wade, 410 U.S. 113 (1973)", "1")]
    assert "no pages of its own" in plain(paper.content[-1]["runs"])
    assert "No authorities were found" in plain(made(b"Nothing is cited here at all.", "empty.txt").content[0]["runs"])


def entry(text: str, key: str, *pages: str) -> Entry:
    return Entry("case", "", text, {key}, [(number, page) for number, page in enumerate(pages, 1)])


OWN = """TABLE OF AUTHORITIES
Cases Page(s)
Roe v. Wade, 410 U.S. 113 (1973) .......... 3, 5-7
Doe v. Bolton,
410 U.S. 179 (1973) . . . . . . . . . . . . passim
Poe v. Ullman, 367 U.S. 497 (1961)  9
INTRODUCTION
The brief begins here and cites Roe v. Wade, 410 U.S. 113 (1973).
"""


def test_an_own_table_is_read_line_by_line_and_ends_where_the_text_begins():
    tables = tables_in([Sheet(1, "1", OWN)])
    assert [(row.text, row.pages, row.passim) for row in tables.rows] == [
        ("Roe v. Wade, 410 U.S. 113 (1973)", ("3", "5", "6", "7"), False),
        ("Doe v. Bolton, 410 U.S. 179 (1973)", (), True),
        ("Poe v. Ullman, 367 U.S. 497 (1961)", ("9",), False),
    ]
    ((start, end),) = tables.spans[1]
    assert OWN[start:end].endswith("9")


def test_differences_are_pages_missing_and_extra_entries():
    rows = tables_in([Sheet(1, "1", OWN)]).rows
    found = compare(rows, [
        entry("Roe", "us:410:113", "3", "5", "6", "8"), entry("Doe", "us:410:179", "1", "2", "3"), entry("Griswold", "us:381:479", "4"),
    ])  # fmt: skip
    assert [(one.what, one.text, one.says, one.found) for one in found] == [
        ("pages", "Roe", "3, 5, 6, 7", "3, 5, 6, 8"),
        ("pages", "Doe", "passim", "1, 2, 3"),
        ("extra", "Poe v. Ullman, 367 U.S. 497 (1961)", "9", ""),
        ("missing", "Griswold", "", "4"),
    ]


def test_words_about_tables_are_no_table():
    prose = "TABLE OF AUTHORITIES\nThe clerk asked for one.\nWe will file it on May 3, 2021.\n" + "It is long.\n" * 20
    assert tables_in([Sheet(1, "1", prose)]).rows == []


@pytest.mark.parametrize(
    ("foot", "labels"),
    [
        (["", "i", "ii", "1", "2", "3"], ["[1]", "i", "ii", "1", "2", "3"]),
        (["Page 1 of 3", "Page 2 of 3", "Page 3 of 3"], ["1", "2", "3"]),
        (["- 7 -", "- 8 -", "no number", "- 10 -"], ["7", "8", "9", "10"]),
        (["1", "17", "4", "9"], ["1", "2", "3", "4"]),  # numbers that agree on nothing
    ],
)
def test_numbers_printed_on_pages_are_found_where_most_agree(foot, labels):
    sheets = [Sheet(number, "", f"Some words.\nMore words.\nAnd more.\n{one}") for number, one in enumerate(foot, 1)]
    assert [sheet.label for sheet in labelled(sheets)[0]] == labels


@pytest.mark.parametrize("filling", [" " * 30_000, "." * 30_000, " ." * 15_000, "\t" * 30_000, "x " * 15_000, "§ " * 15_000])
def test_endless_lines_below_a_heading_end_at_once(filling):
    lines = "\n".join(f"Roe v. Wade, 410 U.S. 113 (1973){filling}{number} y" for number in range(12))
    began = time.process_time()
    tables_in([Sheet(1, "", f"TABLE OF AUTHORITIES\n{lines}\n")])
    assert time.process_time() - began < 2
