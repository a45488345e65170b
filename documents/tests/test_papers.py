"""Papers of a case: what each kind says, how they are asked for, made again, cancelled, and kept."""

from __future__ import annotations

import datetime
import io
import json
from typing import Any

import docx
import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from cases.models import Case, Event, Membership, Ruling
from documents.errors import Refused
from documents.models import Document, EventSource, Paper
from documents.services.papers import asking
from documents.services.papers.blocks import plain
from documents.services.papers.kinds.exhibits import exhibits_of
from documents.services.storage import blobs
from documents.tests import law, made_up_brief
from tasks.manager import manager

RULING = """HALLORAN v. DRYDOCK CORP.

I. Background

Halloran brought this action against the owner of the vessel after a hook broke. The district court granted summary judgment. See
Osgood v. Pilot Ass'n, 311 U.S. 40 (1940).

II. Discussion

We hold that an owner who knows of a cracked hook must tell the crew. Osgood, 311 U.S. at 44.

The judgment of the district court is vacated, and the case is remanded.
"""


@pytest.fixture
def made(case, editor, work_off):
    """A paper of the case, made to its end."""

    def of(kind: str, form: str = "docx", **given: Any) -> Paper:
        paper = asking.ask(case, editor, kind, form, given, site="https://law.example/")
        work_off()
        return Paper.objects.select_related("document").get(pk=paper.pk)

    return of


def text_of(paper: Paper) -> str:
    return json.dumps(paper.content, ensure_ascii=False)


def file_of(paper: Paper) -> io.BytesIO:
    assert paper.document is not None, paper.error
    with blobs.as_file(paper.document) as path:
        return io.BytesIO(path.read_bytes())


def rows_of(paper: Paper) -> list[list[str]]:
    (table,) = [block for block in paper.content if block["t"] == "table"]
    return [[plain(cell) for cell in row] for row in table["rows"]]


def test_a_paper_becomes_a_document_that_is_found_and_not_its_own_source(made, accept, work_off, case, editor):
    accept("A photograph of the crane hook.", name="Exhibit 7 - Photograph.txt")
    work_off()
    paper = made("exhibit_list")
    document = paper.document
    assert (document.kind, document.status, document.created_by) == ("generated", "ready", editor)
    assert (document.metadata["paper"], document.metadata["paper_kind"]) == (str(paper.pk), "exhibit_list")
    assert rows_of(paper) == [["7", "Photograph", "–", "–", "1"]]
    assert rows_of(made("exhibit_list")) == rows_of(paper)
    assert list(asking.held_by_papers([document.pk])) == [document.pk]


def test_exhibits_are_numbered_by_title_name_and_tag_in_the_order_of_numbers(case, editor):
    from documents.models import DocumentTag, Tag

    def add(title: str, **fields: Any) -> Document:
        return Document.objects.create(case=case, title=title, status="ready", **fields)

    for title in ("Exhibit 10: Lease", "Ex. 2 Photo", "Exhibit B - Letter", "Plaintiff's Exhibit PX-3 Log", "Example", "Expert report"):
        add(title)
    add("exhibit A")
    add("Unnumbered photo", kind="exhibit")
    tagged = add("Bill of lading")
    DocumentTag.objects.create(document=tagged, tag=Tag.objects.create(case=case, name="Ex. 4"))
    stamped = add("Copy", metadata={"derived_from": str(tagged.pk), "bates_begin": "Q000001", "bates_end": "Q000004"})
    found = exhibits_of(case, editor)
    assert [(one.number, one.title) for one in found] == [
        ("A", "exhibit A"), ("B", "Letter"), ("PX-3", "Log"), ("2", "Photo"), ("4", "Bill of lading"), ("10", "Lease"),
        ("", "Unnumbered photo"),
    ]  # fmt: skip
    assert stamped not in [one.document for one in found]
    assert next((one.begin, one.end) for one in found if one.number == "4") == ("Q000001", "Q000004")


def test_a_chronology_tells_events_with_their_sources_and_whether_they_are_confirmed(made, case, accept, work_off):
    lease = accept("The lease was signed by both.", name="Lease.txt")
    work_off()
    lease.refresh_from_db()
    Event.objects.all().delete()
    signed = Event.objects.create(case=case, kind="found", date=datetime.date(2021, 3, 3), text="The lease was signed.", state="confirmed")
    EventSource.objects.create(event=signed, document=lease, text_version=lease.text_version, page=1, start=0, end=5, quote="The lease")
    Event.objects.create(case=case, kind="entered", date=datetime.date(2020, 5, 1), date_precision="month", text="They met.", doubtful=True)
    Event.objects.create(case=case, kind="entered", date=datetime.date(2020, 6, 1), text="Nothing of that.", state="hidden")
    Event.objects.create(case=case, kind="deadline", date=datetime.date(2030, 6, 1), text="Reply is due.")
    paper = made("chronology")
    assert rows_of(paper) == [
        ["May 2020", "They met.", "Entered by a person", "not confirmed; date doubtful"],
        ["March 3, 2021", "The lease was signed.", "Lease, p. 1", "confirmed"],
    ]
    assert f"https://law.example/documents/{lease.pk}/?page=1" in text_of(paper)
    own = Event.objects.create(case=case, kind="found", date=datetime.date(2022, 1, 1), text="A paper says so.")
    EventSource.objects.create(event=own, document=paper.document, page=1, start=0, end=5, quote="A paper")
    assert [row[0] for row in rows_of(made("chronology", confirmed_only=True))] == ["March 3, 2021"]
    assert len(rows_of(made("chronology"))) == 2


@pytest.fixture
def halloran(transactional_db, tmp_path) -> Ruling:
    record = law.ruling(
        "Halloran v. Drydock Corp.", court_id="ca1", date="2008-01-15", citations=["512 F.3d 101"],
        opinions=[{"kind": "lead", "author": "Lynch", "text": RULING}, {"kind": "dissent", "author": "Lipez", "text": "I would affirm."}],
    )  # fmt: skip
    law.bring("rulings", law.lines(tmp_path / "rulings.jsonl", [record]))
    return Ruling.objects.get()


def test_a_case_brief_says_nothing_that_the_ruling_does_not(made, work_off, halloran):
    work_off()
    paper = made("case_brief", ruling=halloran.pk)
    quotes = [plain(block["runs"]) for block in paper.content if block["t"] == "quote"]
    assert quotes == [
        "“Halloran brought this action against the owner of the vessel after a hook broke.” (Lead opinion (Lynch), p. 1)",
        "“The district court granted summary judgment.” (Lead opinion (Lynch), p. 1)",
        "“We hold that an owner who knows of a cracked hook must tell the crew.” (Lead opinion (Lynch), p. 1)",
        "“The judgment of the district court is vacated, and the case is remanded.” (Lead opinion (Lynch), p. 1)",
    ]
    flat = " ".join(RULING.split())
    assert all(quote.partition("”")[0].lstrip("“") in flat for quote in quotes)
    said = text_of(paper)
    assert all(words in said for words in ("512 F.3d 101 (1st Cir. 2008)", "Dissent (Lipez)", "Found by cue words", "II. Discussion"))
    assert "Osgood v. Pilot Ass'n" in said


def test_a_memo_quotes_passages_of_the_case_and_of_nothing_else(made, accept, work_off, case, editor, halloran):
    other = Case.objects.create(title="Another")
    Membership.objects.create(case=other, user=editor, role="owner")
    accept("The cracked hook fell on the deck.", name="Log.txt")
    secret = accept("The cracked hook of another case.", name="Secret.txt")
    Document.objects.filter(pk=secret.pk).update(case=other)
    work_off()
    paper = made("memo", q="cracked hook", library=True)
    quotes = [plain(block["runs"]) for block in paper.content if block["t"] == "quote"]
    assert quotes[0] == "The cracked hook fell on the deck. (Log, p. 1)"
    assert any("We hold that an owner" in quote for quote in quotes)
    assert "another case" not in text_of(paper)
    passage = secret.text_versions.get().chunks.first()
    with pytest.raises(Refused) as refused:
        asking.ask(case, editor, "memo", "pdf", {"q": "hook", "passages": [passage.pk]})
    assert refused.value.code == "no_such_passage"


def test_a_pdf_has_tags_a_title_and_a_language_and_no_document_is_its_source_code(made, accept, work_off, case):
    case.title = '#panic("x") $ *bold* _Case_ `raw` <label> @ref // no comment \\'
    case.save()
    accept("x", name='Exhibit 1 - #read("passwd") *A*.txt')
    work_off()
    paper = made("exhibit_list", "pdf")
    with pikepdf.open(file_of(paper)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in pdf.Root
        assert str(pdf.Root.Lang).startswith("en")
        assert str(pdf.docinfo["/Title"]) == "Exhibit list"
        kinds = set()
        todo = [pdf.Root.StructTreeRoot]
        while todo:
            node = todo.pop()
            if isinstance(node, pikepdf.Dictionary):
                kinds.add(str(node.get("/S", "")))
                children = node.get("/K", [])
                todo += list(children) if isinstance(children, pikepdf.Array) else [children]
    assert {"/Table", "/TH", "/TD", "/Link"} <= kinds
    text = paper.document.text_version.pages.get().text
    assert "#panic" in text
    assert '#read("passwd") *A*' in text.replace("“", '"').replace("”", '"')


def test_a_word_file_has_a_caption_headings_and_page_numbers(made, accept, work_off, case):
    case.title, case.court, case.docket_number = "Quist v. Crane Co.", "District of Massachusetts", "1:25-cv-1"
    case.save()
    document = accept(made_up_brief.brief(), name="brief.pdf")
    work_off()
    word = docx.Document(file_of(made("table_of_authorities", document=document.pk)))
    assert [cell.text for cell in word.tables[0].rows[0].cells] == ["Quist v. Crane Co.", "No. 1:25-cv-1"]
    heads = [one.text for one in word.paragraphs if one.style.name.startswith(("Heading", "Title"))]
    assert heads[:2] == ["Table of authorities", "Cases"]
    entries = [one for one in word.paragraphs if one.style.name == "Authority"]
    assert entries[0].text == "Halloran v. Drydock Corp., 512 F.3d 101 (1st Cir. 2008)\tpassim"
    (stop,) = entries[0].style.paragraph_format.tab_stops
    assert str(stop.leader).startswith("DOTS")
    assert "PAGE" in word.sections[0].footer.paragraphs[0]._p.xml
    assert (word.core_properties.title, word.core_properties.language) == ("Table of authorities", "en")


def test_made_again_it_is_a_new_document_that_can_be_compared(made, accept, work_off, editor, client, case):
    accept("A photograph.", name="Exhibit 7 - Photograph.txt")
    work_off()
    first = made("exhibit_list")
    accept("A letter.", name="Exhibit 8 - Letter.txt")
    work_off()
    second = asking.again(first, editor, site="https://law.example/")
    work_off()
    second.refresh_from_db()
    assert (second.previous, second.status) == (first, "ready")
    assert second.document_id != first.document_id
    assert [row[0] for row in rows_of(second)] == ["7", "8"]
    client.force_login(editor)
    page = client.get(second.get_absolute_url()).content.decode()
    assert f"/documents/{first.document_id}/compare/{second.document_id}/" in page
    Document.objects.filter(pk=first.document_id).update(deleted_at=timezone.now())
    assert client.get(first.get_absolute_url()).status_code == 404
    assert "compare the two" not in client.get(second.get_absolute_url()).content.decode()


def test_the_api_says_what_is_wrong_with_what_was_asked_for(case, api, accept, work_off, editor):
    document = accept("Roe v. Wade, 410 U.S. 113 (1973).")
    work_off()
    address = f"/api/cases/{case.pk}/papers/"
    other = Document.objects.create(case=Case.objects.create(title="Another"), title="Theirs", status="ready")
    for given, sentence in [
        ({"kind": "poem"}, "There is no paper “poem”"),
        ({"kind": "memo", "format": "odt", "q": "x"}, "docx or pdf"),
        ({"kind": "memo"}, "Say what was searched for"),
        ({"kind": "memo", "q": '"'}, ""),
        ({"kind": "table_of_authorities"}, "Say of which document"),
        ({"kind": "table_of_authorities", "document": str(other.pk)}, "no such document in this case"),
        ({"kind": "case_brief"}, "Say of which ruling"),
        ({"kind": "case_brief", "ruling": str(document.pk)}, "no such ruling"),
        ({"kind": "hearing_summary"}, "Say of which recording"),
        ({"kind": "hearing_summary", "audio": str(document.pk)}, "no such recording"),
        ({"kind": "memo", "q": "x", "template": "77"}, "no such template"),
    ]:
        answer = api(editor).post(address, given, format="json")
        assert answer.status_code == 400 or not sentence, (given, answer.content)
        assert sentence in answer.content.decode(), given
    assert Paper.objects.filter(status="pending").count() <= 1


def test_the_api_makes_lists_and_tells_a_paper(case, api, work_off, editor, viewer, stranger, client):
    address = f"/api/cases/{case.pk}/papers/"
    brief = SimpleUploadedFile("draft.txt", b"The motion cites Roe v. Wade, 410 U.S. 113 (1973).")
    asked = api(editor).post(address, {"kind": "table_of_authorities", "format": "pdf", "file": brief}, format="multipart")
    assert asked.status_code == 202, asked.content
    work_off()
    told = api(viewer).get(f"/api/papers/{asked.data['id']}/").data
    assert (told["status"], told["kind"], told["format"]) == ("ready", "table_of_authorities", "pdf")
    assert told["content"][0]["runs"] == [{"s": "Cases"}]
    client.force_login(viewer)
    assert client.get(told["url"]).status_code == 200
    (listed,) = api(viewer).get(address).data["results"]
    assert listed["id"] == told["id"]
    assert "content" not in listed
    assert api(viewer).post(address, {"kind": "exhibit_list"}, format="json").status_code == 403
    assert api(stranger).get(f"/api/papers/{asked.data['id']}/").status_code == 404


def test_a_cancelled_paper_says_so_and_can_be_tried_again(case, editor, work_off):
    paper = asking.ask(case, editor, "exhibit_list", "docx", {})
    asking.cancel(paper, editor)
    paper.refresh_from_db()
    assert paper.status == "cancelled"
    manager.retry(paper.task_id, editor)
    paper.refresh_from_db()
    assert paper.status == "pending"
    work_off()
    paper.refresh_from_db()
    assert paper.status == "ready"


def test_who_lost_his_role_makes_no_paper(case, editor, work_off):
    paper = asking.ask(case, editor, "exhibit_list", "docx", {})
    case.memberships.filter(user=editor).update(role="viewer")
    work_off()
    paper.refresh_from_db()
    assert (paper.status, paper.error_code, paper.document) == ("failed", "not_allowed", None)


def test_only_a_text_is_a_draft_and_only_for_a_table_of_authorities(case, api, editor):
    def asked(kind: str, name: str, content: bytes) -> Any:
        given = {"kind": kind, "format": "pdf", "q": "crane", "file": SimpleUploadedFile(name, content)}
        return api(editor).post(f"/api/cases/{case.pk}/papers/", given, format="multipart")

    refused = asked("memo", "draft.txt", b"See Roe v. Wade, 410 U.S. 113 (1973).")
    assert (refused.status_code, refused.json()["code"]) == (400, "no_draft_wanted")
    refused = asked("table_of_authorities", "silence.wav", b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00" + bytes(60))
    assert refused.status_code == 400, refused.content
    assert (Document.objects.count(), Paper.objects.count()) == (0, 0)
