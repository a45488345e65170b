"""Review tables: made, changed and corrected by editors, read by members, shown page by page, exported with links."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from cases.models import Case
from documents.errors import Refused
from documents.models import Document, ReviewCell, ReviewRow, ReviewTable
from documents.services.review import showing, tables
from documents.services.review.showing import Asked
from documents.tests.searching import document
from lexintel.models import User

Api = Callable[..., APIClient]
State = ReviewCell.State
TABLES = "/api/review-tables/"


@pytest.fixture
def leases(case: Case) -> list[Document]:
    return [document(case, f"Lease {n}", "The lease ends.", kind="contract", vectors=False) for n in (1, 2, 3)]


@pytest.fixture
def table(case: Case, owner: User, leases: list[Document]) -> ReviewTable:
    return tables.make(case, owner, "Leases", ["When does it end?", "What is the rent?"], [one.pk for one in leases])


def cells_of(table: ReviewTable, question: int) -> list[ReviewCell]:
    wanted = ReviewCell.objects.filter(row__table=table, question__number=question)
    return list(wanted.order_by("row__number"))


def say(table: ReviewTable, question: int, *values: str) -> None:
    for cell, value in zip(cells_of(table, question), values, strict=True):
        version = cell.row.document.text_version
        ReviewCell.objects.filter(pk=cell.pk).update(
            state=State.FOUND if value else State.NOTHING, text=value, quote=value, page=1 if value else None, at=4, to=9,
            chunk=version.chunks.get() if version and value else None, text_version=version,
        )  # fmt: skip


def titles(table: ReviewTable, **asked: str) -> list[str]:
    page = showing.page_of(table, list(table.questions.all()), Asked.of(asked))
    return [row.document.title for row in page.object_list]


@dataclass(frozen=True)
class Sheet:
    rows: list[list[str]]
    links: dict[str, str]


def sheet(content: bytes, number: int) -> Sheet:
    """A sheet of a workbook, in which nothing is a formula."""
    book = zipfile.ZipFile(io.BytesIO(content))
    strings = [unescape(text) for text in re.findall(r"<t[^>]*>(.*?)</t>", book.read("xl/sharedStrings.xml").decode(), re.DOTALL)]
    xml = book.read(f"xl/worksheets/sheet{number}.xml").decode()
    assert "<f>" not in xml
    rows = [re.findall(r"<c ([^>]*?)(?:/>|><v>(.*?)</v></c>)", row) for row in re.findall(r"<row .*?>(.*?)</row>", xml, re.DOTALL)]
    targets = dict(
        re.findall(r'Id="(\w+)" Type="[^"]*hyperlink" Target="([^"]*)"', book.read(f"xl/worksheets/_rels/sheet{number}.xml.rels").decode())
    )
    links = {ref: unescape(targets[key]) for ref, key in re.findall(r'<hyperlink ref="(\w+)" r:id="(\w+)"', xml)}
    said = [["" if not value else strings[int(value)] if 't="s"' in kind else value for kind, value in row] for row in rows]
    return Sheet(said, links)


@pytest.mark.django_db
def test_a_table_lives_through_the_api(case: Case, editor: User, viewer: User, leases: list[Document], api: Api) -> None:
    copy = Document.objects.create(case=case, title="Copy of lease 3", duplicate_of=leases[2], status="ready")
    client, reader = api(editor), api(viewer)
    given = {"case": str(case.pk), "title": "Leases", "questions": ["When does it end?"], "filter": {"kind": "contract"}}
    made = client.post(TABLES, {**given, "documents": None}, format="json")
    assert made.status_code == 400
    made = client.post(TABLES, given, format="json").json()
    assert (made["counts"]["rows"], made["counts"]["waiting"], made["batch"]) == (3, 3, None)
    url = f"{TABLES}{made['id']}/"
    assert [one["id"] for one in reader.get(TABLES, {"case": str(case.pk)}).json()["results"]] == [made["id"]]
    second = client.post(f"{url}questions/", {"text": "Who signed?"}, format="json").json()
    client.patch(f"{url}questions/{second['id']}/", {"number": 1}, format="json")
    assert [one["text"] for one in reader.get(url).json()["questions"]] == ["Who signed?", "When does it end?"]
    assert client.delete(f"{url}questions/{second['id']}/").status_code == 204
    (left,) = reader.get(url).json()["questions"]
    refused = client.delete(f"{url}questions/{left['id']}/")
    assert (refused.status_code, refused.json()["code"]) == (400, "last_question")
    rows = reader.get(f"{url}rows/").json()["results"]
    assert client.delete(f"{url}rows/{rows[0]['id']}/").status_code == 204
    added = client.post(f"{url}rows/", {"documents": [str(copy.pk), str(leases[1].pk)]}, format="json")
    assert added.json() == {"added": 1}  # a copy is its original, whose row was taken out
    cell = f"{url}cells/{rows[1]['cells'][0]['id']}/"
    said = client.patch(cell, {"text": " in  May "}, format="json").json()
    assert (said["text"], said["corrected"], said["corrected_by"]) == ("in May", True, "editor")
    assert client.patch(cell, {"corrected": None}, format="json").json()["corrected"] is False
    assert client.patch(cell, {"text": "x", "corrected": None}, format="json").status_code == 400
    assert reader.patch(cell, {"text": "x"}, format="json").status_code == 403
    begun = client.post(f"{url}fill/", {}, format="json")
    assert (begun.status_code, begun.json()["tasks"]) == (202, 3)
    assert reader.get(f"/api/batches/{begun.json()['batch']}/").json()["total"] == 3
    assert client.delete(url).status_code == 204
    assert reader.get(url).status_code == 404


@pytest.mark.django_db
def test_what_does_not_fit_is_refused_in_a_sentence(
    case: Case, owner: User, leases: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [one.pk for one in leases]
    other = Case.objects.create(title="Another", created_by=owner)
    foreign = document(other, "Of another case", "The lease ends.", vectors=False)
    refusals: list[tuple[str, list[str], list[Any], str]] = [
        (" ", ["When?"], ids, "no_title"),
        ("Leases", [], ids, "no_question"),
        ("Leases", ["When?", "\0 "], ids, "no_question"),
        ("Leases", ["When?"] * 31, ids, "too_many_questions"),
        ("Leases", ["w" * 1001], ids, "question_too_long"),
        ("Leases", ["When?"], [foreign.pk], "no_documents"),
    ]
    for title, questions, documents, code in refusals:
        with pytest.raises(Refused) as refusal:
            tables.make(case, owner, title, questions, documents)
        assert refusal.value.code == code
    monkeypatch.setattr(ReviewTable, "MOST_DOCUMENTS", 2)
    with pytest.raises(Refused, match="at most 2 documents"):
        tables.make(case, owner, "Leases", ["When?"], ids)
    assert not ReviewTable.objects.exists()


@pytest.mark.django_db
def test_rows_are_narrowed_and_sorted_by_what_their_cells_mean(table: ReviewTable, owner: User) -> None:
    say(table, 1, "12 March 2024", "3 May 2023", "")
    say(table, 2, "USD 9,500.00", "USD 12,000", "monthly")
    ends, rent = (str(one.pk) for one in table.questions.all())
    assert titles(table, order=ends) == ["Lease 2", "Lease 1", "Lease 3"]
    assert titles(table, order=f"-{ends}") == ["Lease 1", "Lease 2", "Lease 3"]  # what is empty comes last either way
    assert titles(table, order=rent) == ["Lease 1", "Lease 2", "Lease 3"]
    assert titles(table, order="-title") == ["Lease 3", "Lease 2", "Lease 1"]
    assert titles(table, only="empty") == ["Lease 3"]
    tables.correct(cells_of(table, 1)[2], owner, "1 January 2020")
    assert (titles(table, only="empty"), titles(table, only="corrected")) == ([], ["Lease 3"])
    assert titles(table, order=ends)[0] == "Lease 3"


@pytest.mark.django_db
def test_deleted_and_moved_documents_vanish_with_what_they_said(table: ReviewTable, leases: list[Document], viewer: User, api: Api) -> None:
    say(table, 1, "secret one", "secret two", "left")
    leases[0].deleted_at = timezone.now()
    leases[0].save()
    leases[1].case = Case.objects.create(title="Another")
    leases[1].save()
    assert titles(table) == ["Lease 3"]
    for url in (f"{TABLES}{table.pk}/rows/", f"{TABLES}{table.pk}/export/?format=csv", table.get_absolute_url()):
        client: Any = api(viewer) if url.startswith("/api/") else Client()
        if not url.startswith("/api/"):
            client.force_login(viewer)
        said = client.get(url).content.decode()
        assert "secret" not in said
        assert "left" in said
    (row,) = ReviewRow.objects.filter(document=leases[1])
    cell = ReviewCell.objects.filter(row=row)[0]
    assert api(table.created_by).patch(f"{TABLES}{table.pk}/cells/{cell.pk}/", {"text": "x"}, format="json").status_code == 404


@pytest.mark.django_db
def test_a_workbook_leads_to_the_quoted_words_and_runs_nothing(table: ReviewTable, owner: User, viewer: User, api: Api) -> None:
    say(table, 1, "=HYPERLINK(1)", "3 May 2023", "")
    Document.objects.filter(title="Lease 1").update(title="@SUM(A1)")
    tables.correct(cells_of(table, 1)[1], owner, "+4 May 2023")
    answer = api(viewer).get(f"{TABLES}{table.pk}/export/")
    assert answer["Content-Disposition"] == 'attachment; filename="Leases.xlsx"'
    answers, quotes = sheet(answer.content, 1), sheet(answer.content, 2)
    assert answers.rows == [
        ["Document", "When does it end?", "What is the rent?"],
        ["'@SUM(A1)", "'=HYPERLINK(1)"],
        ["Lease 2", "'+4 May 2023"],
        ["Lease 3"],
    ]
    cell = cells_of(table, 1)[1]
    where = f"http://testserver/documents/{cell.row.document_id}/?page=1&chunk={cell.chunk_id}&at=4&to=9"
    assert answers.links["B3"] == where
    assert answers.links["A4"].endswith(table.rows.all()[2].document.get_absolute_url())
    assert quotes.rows[3] == ["Lease 2", "When does it end?", "'+4 May 2023", "3 May 2023", "1", "owner", "Found"]
    assert quotes.links["E4"] == where
    lines = list(csv.reader(io.StringIO(api(viewer).get(f"{TABLES}{table.pk}/export/?format=csv").content.decode("utf-8-sig"))))
    assert lines[2][2:5] == ["'+4 May 2023", "1", where]


@pytest.mark.django_db
def test_a_page_of_a_large_table_takes_few_queries(
    case: Case, owner: User, viewer: User, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    many = Document.objects.bulk_create(Document(case=case, title=f"Letter {n:03}", status="ready") for n in range(120))
    table = tables.make(case, owner, "Letters", [f"What is said of {n}?" for n in range(30)], [one.pk for one in many])
    client = Client()
    client.force_login(viewer)
    with django_assert_max_num_queries(20):
        page = client.get(f"{table.get_absolute_url()}?page=3&order={table.questions.all()[0].pk}").content.decode()
    assert page.count("data-review-row=") == 20
    assert "Letter 100" in page
    assert "data-edit-question" not in page
    row = table.rows.first()
    assert row is not None
    since = timezone.now()
    tables.correct(row.cells.all()[0], owner, "a correction")
    with django_assert_max_num_queries(12):
        some = client.get(table.get_absolute_url(), {"since": since.isoformat(), "rows": f"{row.pk},{row.pk + 1}"}).content.decode()
    assert some.count("data-review-row=") == 1
    assert "a correction" in some
    for nonsense in ("2024-13-45T00:00", "2024-01-01T00:00", "x"):
        assert client.get(table.get_absolute_url(), {"since": nonsense, "rows": f"{row.pk}"}).status_code == 200


@pytest.mark.django_db
def test_the_page_of_a_case_makes_a_table_and_fills_it(case: Case, editor: User, leases: list[Document]) -> None:
    client = Client()
    client.force_login(editor)
    address = reverse("documents:case-review", args=[case.pk])
    assert "No review tables yet" in client.get(address).content.decode()
    refused = client.post(address, {"title": "Leases", "questions": "\n", "kind": ""})
    assert refused.status_code == 422
    assert "at least one question" in refused.content.decode()
    made = client.post(address, {"title": "Leases", "questions": "When?\n\nWho?", "kind": "contract"})
    table = ReviewTable.objects.get()
    assert made["Location"] == table.get_absolute_url()
    assert table.batch is not None
    assert table.batch.total == 3
    assert client.get(address).content.decode().count("Being filled") == 1
