"""/api/documents/: lists, details, pages, corrections; who may do what, in how many queries."""

from __future__ import annotations

import json

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client

from cases.models import Case
from cases.services import matters
from documents.models import Document
from documents.services.pipeline import lifecycle

URL = "/api/documents/"
SERIAL = pytest.mark.django_db(transaction=True)
pytestmark = pytest.mark.django_db


def test_the_list_shows_documents_of_ones_cases_only(api, accept, editor, viewer, stranger):
    document = accept()
    listed = api(viewer).get(URL).json()
    assert (listed["count"], listed["results"][0]["id"]) == (1, str(document.pk))
    assert api(stranger).get(URL).json()["count"] == 0
    assert api().get(URL).status_code == 401


def test_the_list_is_filtered_and_ordered(api, accept, case, viewer):
    motion, contract = accept("One.", name="motion alpha.txt"), accept("Two.", name="lease beta.txt")
    Document.objects.filter(pk=motion.pk).update(status="ready")

    def ids(**query):
        return [row["id"] for row in api(viewer).get(URL, query).json()["results"]]

    assert ids() == [str(contract.pk), str(motion.pk)]
    assert ids(ordering="title") == [str(contract.pk), str(motion.pk)]
    assert ids(ordering="created") == [str(motion.pk), str(contract.pk)]
    assert ids(status="ready") == [str(motion.pk)]
    assert ids(kind="contract") == [str(contract.pk)]
    assert ids(q="ALPHA mot") == [str(motion.pk)]
    assert len(ids(case=str(case.pk))) == 2
    assert ids(case="0198b2a0-0000-7000-8000-000000000000") == []
    assert api(viewer).get(URL, {"case": "nonsense"}).status_code == 400
    assert api(viewer).get(URL, {"status": "nonsense"}).status_code == 400


def test_the_list_takes_the_same_number_of_queries_for_one_and_for_many(api, accept, viewer, django_assert_num_queries):
    client = api(viewer)
    for number in range(12):
        accept(f"Document {number}")
    with django_assert_num_queries(3):  # how many, the documents, their tags
        assert client.get(URL).json()["count"] == 12


def test_the_detail_says_everything_and_what_one_may_do(api, accept, editor, viewer):
    document = accept(name="Exhibit A.txt")
    shown = api(editor).get(f"{URL}{document.pk}/").json()
    assert {"id", "case", "title", "kind", "status", "error", "pages", "sha256", "size", "mime", "created", "task_id"} <= set(shown)
    assert (shown["title"], shown["created_by"], shown["attachments"], shown["text_version"]) == ("Exhibit A", "editor", [], None)
    assert shown["can"] == {"edit": True, "delete": True, "reprocess": False, "cancel": True, "retry": False}
    assert set(api(viewer).get(f"{URL}{document.pk}/").json()["can"].values()) == {False}


def test_editors_correct_title_kind_and_date(api, accept, editor, viewer, stranger, case):
    document = accept()
    url = f"{URL}{document.pk}/"
    answer = api(editor).patch(url, {"title": "The Opinion", "kind": "ruling", "date": "1973-01-22"}, format="json")
    assert (answer.status_code, answer.json()["title"], answer.json()["date"]) == (200, "The Opinion", "1973-01-22")
    assert api(viewer).patch(url, {"title": "x"}, format="json").status_code == 403
    assert api(stranger).patch(url, {"title": "x"}, format="json").status_code == 404
    assert "title" in api(editor).patch(url, {"title": ""}, format="json").json()
    assert "kind" in api(editor).patch(url, {"kind": "poem"}, format="json").json()
    api(editor).patch(url, {"status": "ready", "sha256": "0"}, format="json")
    document.refresh_from_db()
    assert (document.title, document.status) == ("The Opinion", "pending")
    assert case.audit_events.get(verb="document.updated").detail["changes"]["title"] == ["opinion", "The Opinion"]


def test_verbs_follow_the_role(api, accept, editor, viewer, stranger):
    document = accept()
    for verb in ("reprocess", "retry", "cancel"):
        assert api(viewer).post(f"{URL}{document.pk}/{verb}/").status_code == 403, verb
        assert api(stranger).post(f"{URL}{document.pk}/{verb}/").status_code == 404, verb
    assert api(viewer).delete(f"{URL}{document.pk}/").status_code == 403
    busy = api(editor).post(f"{URL}{document.pk}/reprocess/")
    assert (busy.status_code, busy.json()["code"]) == (409, "busy")
    assert api(editor).post(f"{URL}{document.pk}/cancel/").json()["status"] == "cancelled"
    assert api(editor).post(f"{URL}{document.pk}/retry/").json()["status"] == "pending"


def test_a_deleted_document_is_gone_and_legal_hold_forbids_it(api, accept, editor):
    document = accept()
    Case.objects.update(legal_hold=True)
    held = api(editor).delete(f"{URL}{document.pk}/")
    assert (held.status_code, held.json()["code"]) == (409, "legal_hold")
    Case.objects.update(legal_hold=False)
    assert api(editor).delete(f"{URL}{document.pk}/").status_code == 204
    assert api(editor).get(f"{URL}{document.pk}/").status_code == 404


@SERIAL
def test_a_page_comes_with_the_passages_and_citations_on_it(api, accept, work_off, viewer, stranger):
    document = accept()
    work_off()
    url = f"{URL}{document.pk}/pages/1/"
    page = api(viewer).get(url).json()
    assert (page["number"], page["pages"]) == (1, 1)
    assert "harbour crane" in page["text"]
    assert "raw" not in page
    assert "raw" in api(viewer).get(url, {"raw": 1}).json()
    span = page["chunks"][0]
    assert 0 <= span["start"] < span["end"] <= len(page["text"])
    for citation in page["citations"]:
        assert page["text"][citation["start"] : citation["end"]] == citation["text"]
    assert api(viewer).get(f"{URL}{document.pk}/pages/2/").status_code == 404
    assert api(viewer).get(f"{URL}{document.pk}/pages/0/").status_code == 404
    assert api(stranger).get(url).status_code == 404
    listed = api(viewer).get(f"{URL}{document.pk}/citations/").json()
    assert listed["count"] == len(page["citations"]) >= 2


@SERIAL
def test_a_copy_reads_as_its_original(api, accept, work_off, viewer):
    accept()
    copy = accept(name="copy.txt")
    work_off()
    assert "harbour" in api(viewer).get(f"{URL}{copy.pk}/pages/1/").json()["text"]


@SERIAL
def test_the_history_tells_every_attempt(api, accept, work_off, viewer):
    document = accept()
    work_off()
    records = api(viewer).get(f"{URL}{document.pk}/history/").json()["results"]
    assert [record["name"].rpartition(".")[2] for record in records] == [
        "extract_citations",
        "generate_embeddings",
        "extract_text_from_document",
    ]
    assert [record["attempts"][0]["outcome"] for record in records] == ["succeeded"] * 3


async def read_stream(answer) -> list[dict]:
    text = b"".join([block async for block in answer.streaming_content]).decode()
    return [json.loads(line.removeprefix("data: ")) for line in text.splitlines() if line.startswith("data: ")]


@SERIAL
def test_progress_of_an_ended_document_is_its_last_state_and_the_stream_ends(accept, editor, viewer, stranger):
    document = accept()
    lifecycle.cancel(document, editor)
    client, other = AsyncClient(), AsyncClient()
    client.force_login(viewer)
    other.force_login(stranger)

    async def watch() -> None:
        answer = await client.get(f"{URL}{document.pk}/progress/")
        assert answer["Content-Type"] == "text/event-stream"
        (event,) = await read_stream(answer)
        assert (event["topic"], event["status"]) == (f"document:{document.pk}", "cancelled")
        assert (await other.get(f"{URL}{document.pk}/progress/")).status_code == 404
        assert (await AsyncClient().get(f"{URL}{document.pk}/progress/")).status_code == 401

    async_to_sync(watch)()


def test_the_library_may_be_read_by_all_and_changed_by_nobody_here(api, stranger):
    law = Document.objects.create(title="28 U.S.C. § 1331", kind="statute", status="ready")
    assert api(stranger).get(f"{URL}{law.pk}/").status_code == 200
    assert api(stranger).patch(f"{URL}{law.pk}/", {"title": "x"}, format="json").status_code == 403
    assert api(stranger).delete(f"{URL}{law.pk}/").status_code == 403


def test_a_file_is_read_only_through_the_door(accept, owner):
    matters.create_case("Another", user=owner)
    document = accept()
    client = Client()
    client.force_login(owner)
    assert client.get(f"{URL}{document.pk}/file/").status_code == 200
