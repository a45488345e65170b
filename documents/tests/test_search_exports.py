"""The hits of a search as files, read back as spreadsheets and Word read them; only what one may see is in them."""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import pytest
from django.test import Client
from lxml import etree
from rest_framework.test import APIClient

from cases.models import AuditEvent, Case, Ruling, Statute
from cases.services import matters
from documents.models import Document, Page
from documents.services.search.request import PAGE_SIZE
from documents.sheets import LONGEST_CELL
from documents.tests.searching import document
from lexintel.models import User

pytestmark = pytest.mark.django_db

HOSTILE = ['=HYPERLINK("http://evil.example","x")', "-5.00", "@SUM(A1)", "\x01=1+1", "مرحبا \u202etxt.exe", "t" * 300]


@pytest.fixture
def file(client: Client) -> Callable[..., Any]:
    """`file(user, q="crane", format="csv")` is the answer of the page's address."""

    def ask(user: User, **words: Any) -> Any:
        client.force_login(user)
        return client.get("/search/export/", {"mode": "text", **words})

    return ask


def table(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def workbook(answer: Any) -> list[list[str | float]]:
    """The cells of the first sheet: texts as text, numbers as numbers. There is nothing else in it."""
    book = zipfile.ZipFile(io.BytesIO(answer.content))
    shared = ["".join(map(str, text.itertext())) for text in etree.fromstring(book.read("xl/sharedStrings.xml")).findall("{*}si")]
    sheet = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert sheet.find(".//{*}f") is None, "a formula"
    assert sheet.find(".//{*}hyperlink") is None
    rows: list[list[str | float]] = []
    for row in sheet.iterfind(".//{*}row"):
        rows.append([""] * 11)  # an empty cell is left out
        for cell in row:
            value = cell.findtext("{*}v") or ""
            rows[-1]["ABCDEFGHIJK".index(str(cell.get("r"))[0])] = shared[int(value)] if cell.get("t") == "s" else float(value)
    return rows


def test_every_hit_is_in_the_list_not_only_those_of_a_page(file: Callable[..., Any], case: Case, owner: User) -> None:
    for number in range(PAGE_SIZE + 3):
        document(case, f"Memo {number}", "The crane is unsafe.", vectors=False)
    answer = file(owner, q="crane", page="2")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="Search for crane.csv"'
    head, *rows = table(answer)
    assert [row[0] for row in rows] == [str(number) for number in range(1, PAGE_SIZE + 4)]
    assert head == ["Number", "Title", "Kind", "Case", "Date", "Page or time", "Citation", "Passage", "Why", "Score", "Link"]
    assert {row[1] for row in rows} == {f"Memo {number}" for number in range(PAGE_SIZE + 3)}


def test_a_row_says_where_its_passage_stands(file: Callable[..., Any], case: Case, owner: User) -> None:
    made = document(case, "Answer", "Nothing here.", "The crane was\nfound to be <unsafe>.", date=datetime.date(2025, 3, 4), vectors=False)
    row = dict(zip(*table(file(owner, q="unsafe crane")), strict=True))
    assert (row["Title"], row["Kind"], row["Case"], row["Date"], row["Page or time"]) == ("Answer", "Filing", case.title, "2025-03-04", "2")
    assert (row["Citation"], row["Passage"], row["Why"]) == ("Answer, p. 2", "The crane was\nfound to be <unsafe>.", "words: crane, unsafe")
    assert row["Link"].startswith(f"http://testserver/documents/{made.pk}/?page=2&chunk=")
    assert 0 < float(row["Score"]) <= 1


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_nothing_of_anybody_runs_in_a_spreadsheet(file: Callable[..., Any], case: Case, owner: User, form: str) -> None:
    for title in HOSTILE:
        document(case, title, "=crane+1 \x07and more", vectors=False)
    answer = file(owner, q="crane", format=form)
    rows = table(answer)[1:] if form == "csv" else workbook(answer)[1:]
    if form == "xlsx":
        assert {(type(row[0]), type(row[5]), type(row[9])) for row in rows} == {(float, float, float)}, "numbers stay numbers"
    assert {row[1] for row in rows} == {
        '\'=HYPERLINK("http://evil.example","x")', "'-5.00", "'@SUM(A1)", "'=1+1", "مرحبا \u202etxt.exe", "t" * 300,
    }  # fmt: skip
    assert {row[7] for row in rows} == {"'=crane+1 and more"}


def test_a_passage_too_long_for_a_cell_is_cut_and_says_so(file: Callable[..., Any], case: Case, owner: User) -> None:
    document(case, "Long", "crane " + "\U0001f3d7 " * 20_000, vectors=False)
    passage = str(workbook(file(owner, q="crane", format="xlsx"))[1][7])
    assert passage.endswith(" … (cut: a cell holds no more)")
    assert LONGEST_CELL - 2 <= len(passage.encode("utf-16-le")) // 2 <= LONGEST_CELL


def test_the_word_list_tells_what_was_asked_and_marks_what_was_found(file: Callable[..., Any], case: Case, owner: User) -> None:
    made = document(case, "Answer & \x02reply", "Nothing.", "The crane was <i>unsafe</i>.", date=datetime.date(2025, 3, 4), vectors=False)
    answer = file(owner, q="crane", format="docx", kind="filing", case=case.pk, **{"from": "2025-01-01"})
    assert answer["Content-Disposition"] == 'attachment; filename="Search for crane.docx"'
    paper = docx.Document(io.BytesIO(answer.content))
    texts = [paragraph.text for paragraph in paper.paragraphs]
    assert texts[:3] == ["Search results", "Asked: crane", f"Searched: {case.title}, by words; the best first"]
    assert texts[3] == "Narrowed to: Kind: Filing; from 2025-01-01"
    assert texts[4].startswith(f"Made: {datetime.date.today().year}")
    assert texts[4].endswith(str(owner))
    assert texts[5:8] == ["Found: 1 passage", "1. Answer & reply, p. 2", "The crane was <i>unsafe</i>."]
    assert [run.text for run in paper.paragraphs[7].runs if run.font.highlight_color] == ["crane"]
    links = [one.target_ref for one in paper.part.rels.values() if one.is_external]
    assert len(links) == 1
    assert links[0].startswith(f"http://testserver/documents/{made.pk}/?page=2")


def test_rulings_and_sections_are_cited_as_the_bluebook_does(file: Callable[..., Any], owner: User) -> None:
    ruling = Ruling.objects.create(
        name="Roe v. Wade", court_id="scotus", date=datetime.date(1973, 1, 22), citations=["410 U.S. 113"], keys=["us:410:113"]
    )
    statute = Statute.objects.create(code="usc", title="42", section="1983", key="usc:42:1983", as_of=datetime.date(2012, 1, 1))
    opinion = document(None, "Roe v. Wade", "Nothing.", "The right of cranes.", kind=Document.Kind.RULING, vectors=False)
    section = document(None, "42 U.S.C. § 1983", "Every crane.", kind=Document.Kind.STATUTE, vectors=False)
    Document.objects.filter(pk=opinion.pk).update(ruling=ruling)
    Document.objects.filter(pk=section.pk).update(statute=statute)
    assert {row[6] for row in table(file(owner, q="crane"))[1:]} == {"Roe v. Wade, 410 U.S. 113 (1973)", "42 U.S.C. § 1983 (2012)"}
    Page.objects.filter(text_version=opinion.text_version, number=2).update(label="114")
    assert {row[6] for row in table(file(owner, q="crane"))[1:]} == {"Roe v. Wade, 410 U.S. 113, 114 (1973)", "42 U.S.C. § 1983 (2012)"}


def test_only_what_one_may_see_is_taken_along_and_each_case_is_told(
    file: Callable[..., Any], case: Case, owner: User, viewer: User, stranger: User
) -> None:
    theirs = matters.create_case("Other", user=stranger)
    document(case, "Ours", "The crane is unsafe.", "Another crane.", vectors=False)
    document(theirs, "Theirs", "The crane is unsafe.", vectors=False)
    document(None, "Library", "The crane is unsafe.", kind=Document.Kind.RULING, vectors=False)
    assert {row[1] for row in table(file(viewer, q="crane"))[1:]} == {"Ours", "Library"}
    assert {row[1] for row in table(file(stranger, q="crane"))[1:]} == {"Theirs", "Library"}
    assert file(stranger, q="crane", case=case.pk).status_code == 404
    assert file(stranger, q="crane", case="magic").status_code == 404
    events = AuditEvent.objects.filter(verb="search.exported", actor=viewer)
    assert {(event.case_id, event.detail["rows"], event.detail["form"]) for event in events} == {(case.pk, 2, "csv"), (None, 1, "csv")}
    assert not AuditEvent.objects.filter(case=theirs, verb="search.exported").exclude(actor=stranger).exists()


def test_what_cannot_be_searched_is_refused_with_the_same_sentence(file: Callable[..., Any], case: Case, owner: User) -> None:
    for words, sentence in (
        ({"q": "crane AND (drift OR"}, "Something is missing"), ({"q": "crane", "from": "yesterday"}, "“yesterday” is not a date"),
        ({"q": " "}, "Say what to look for."), ({"q": "crane", "format": "exe"}, "Results can be had as csv, xlsx or docx."),
    ):  # fmt: skip
        answer = file(owner, **words)
        assert answer.status_code == 400
        assert "text/html" in answer["Content-Type"]
        if sentence != "Something is missing":
            assert sentence in answer.content.decode()
    assert AuditEvent.objects.filter(verb="search.exported").count() == 0


def test_nothing_found_is_an_empty_list(file: Callable[..., Any], case: Case, owner: User) -> None:
    assert len(table(file(owner, q="zebra"))) == 1
    assert docx.Document(io.BytesIO(file(owner, q="zebra", format="docx").content)).paragraphs[-1].text == "Found: 0 passages"


def test_names_of_files_are_safe(file: Callable[..., Any], owner: User) -> None:
    assert file(owner, q='../"a"\x00/b\r\nX: y.exe%')["Content-Disposition"] == 'attachment; filename="Search for a b X y exe.csv"'


def test_the_api_gives_the_same_file(api: Callable[..., APIClient], file: Callable[..., Any], case: Case, owner: User) -> None:
    document(case, "Ours", "The crane is unsafe.", vectors=False)
    asked = {"q": "crane", "mode": "text", "format": "csv", "library": "false"}
    assert api(owner).get("/api/search/export/", asked).content == file(owner, q="crane").content
    assert api(owner).get("/api/search/export/", {**asked, "format": "exe"}).status_code == 400
    bad = api(owner).get("/api/search/export/", {**asked, "q": "crane AND ("})
    assert (bad.status_code, bad.json()["code"]) == (400, api(owner).get("/api/search/", {"q": "crane AND ("}).json()["code"])
    assert api().get("/api/search/export/", asked).status_code == 401
