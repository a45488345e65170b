"""Notes to take along, read again by other programs: annotations of a PDF over the right words, and lists."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import docx
import pikepdf
import pypdf
import pypdfium2 as pdfium
import pytest

from cases.models import Case
from documents.models import Document, Note
from documents.services.storage import blobs
from documents.tests.pdfs import lines, turned
from documents.tests.pdfs import pdf as page_of
from documents.tests.reading import pdf
from documents.tests.test_recognition import packed, sheet
from lexintel.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def read(accept: Any, work_off: Callable[[], int]) -> Callable[..., Document]:
    def put(content: bytes | str, name: str) -> Document:
        document: Document = accept(content, name)
        work_off()
        document.refresh_from_db()
        assert document.status == "ready", document.error
        return document

    return put


@pytest.fixture
def add(api: Any, editor: User) -> Callable[..., Note]:
    def post(document: Document, quote: str, page: int = 1, user: User | None = None, **fields: Any) -> Note:
        fields = {"page": page, "quote": quote, **fields}
        answer = api(user or editor).post(f"/api/documents/{document.pk}/notes/", fields, format="json")
        assert answer.status_code == 201, answer.data
        return Note.objects.get(pk=answer.data["id"])

    return post


@pytest.fixture
def export(client: Any, viewer: User) -> Callable[..., bytes]:
    def get(document: Document, form: str, user: User | None = None, more: str = "") -> bytes:
        client.force_login(user or viewer)
        answer = client.get(f"/api/documents/{document.pk}/notes/export/?as={form}{more}")
        assert answer.status_code == 200, answer.content
        assert "attachment" in answer["Content-Disposition"]
        return b"".join(answer) if answer.streaming else answer.content

    return get


def highlights(made: bytes, page: int = 0) -> list[Any]:
    found = pypdf.PdfReader(io.BytesIO(made)).pages[page].get("/Annots", [])
    return [one.get_object() for one in found if one.get_object()["/Subtype"] == "/Highlight"]


def words_under(made: bytes, annotation: Any, page: int = 0) -> str:
    """What PDFium reads inside the highlight's corners."""
    corners = [float(edge) for edge in annotation["/QuadPoints"]]
    document = pdfium.PdfDocument(made)
    textpage = document[page].get_textpage()
    quads = [corners[at : at + 8] for at in range(0, len(corners), 8)]
    bounds = [(min(quad[::2]), min(quad[1::2]), max(quad[::2]), max(quad[1::2])) for quad in quads]
    return " ".join(" ".join(textpage.get_text_bounded(*edges) for edges in bounds).split())


def test_a_pdf_has_its_notes_as_annotations_over_their_words(read: Any, add: Any, export: Any, editor: User) -> None:
    pages = [["The harbour crane of page one is unsafe.", "It was sold."], ["Notice was given on the third", "of March by letter."]]
    document = read(pdf(pages), "crane.pdf")
    add(document, "harbour crane", colour="green", body="Which one? “Kran 4” — see §2.")
    add(document, "third of March", 2, colour="pink")
    original = blobs.path_of(document).read_bytes()
    made = export(document, "pdf")
    (first,), (second,) = highlights(made), highlights(made, 1)
    assert first["/Contents"] == "Which one? “Kran 4” — see §2."
    assert (first["/T"], first["/Popup"]["/Subtype"]) == ("editor", "/Popup")
    assert first["/M"].startswith("D:20")
    assert [round(float(part), 2) for part in first["/C"]] == [0.66, 0.88, 0.62]
    assert words_under(made, first) == "harbour crane"
    assert words_under(made, second, 1) == "third of March", "over two lines"
    assert len(second["/QuadPoints"]) == 16
    assert blobs.path_of(document).read_bytes() == original


def test_a_viewer_sees_the_colour_through_the_words(read: Any, add: Any, export: Any) -> None:
    document = read(pdf([["The harbour crane of page one is unsafe."]]), "crane.pdf")
    add(document, "harbour crane", colour="green")
    made = export(document, "pdf")
    page = pdfium.PdfDocument(made)[0]
    (annotation,) = highlights(made)
    left, low, right, top = (float(edge) for edge in annotation["/Rect"])
    picture = page.render(scale=2).to_pil().convert("RGB").crop((int(left * 2), int((792 - top) * 2), int(right * 2), int((792 - low) * 2)))
    colours = {colour for _count, colour in picture.getcolors(100_000)}
    assert any(abs(red - 168) < 8 and abs(green - 224) < 8 and abs(blue - 158) < 8 for red, green, blue in colours), "the ground is green"
    assert any(max(colour) < 60 for colour in colours), "and the letters on it are black"


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_turned_pages_with_other_edges_are_marked_in_their_own_coordinates(read: Any, add: Any, export: Any, rotate: int) -> None:
    content = turned(rotate) if rotate else lines("First line about copper", "Second line about bronze", "Third line about pewter")
    document = read(page_of(content, rotate=rotate, page="/CropBox [20 30 600 780]"), f"turned {rotate}.pdf")
    add(document, "Second line about bronze")
    made = export(document, "pdf")
    (found,) = highlights(made)
    assert "bronze" in words_under(made, found)
    assert "copper" not in words_under(made, found)


@pytest.mark.parametrize("form", ["pdf", "png"])
def test_scans_and_pictures_are_marked_where_the_words_were_recognised(read: Any, add: Any, export: Any, settings: Any, form: str) -> None:
    settings.OCR_ENGINE = "rapidocr"
    degrees = 90 if form == "pdf" else 0
    document = read(packed(sheet(degrees=degrees), form=form.upper()), f"scan.{form}")
    add(document, "hook was returned bent", body="Photographed on the fourth.")
    made = export(document, "pdf")
    (found,) = highlights(made)
    left, low, right, top = (float(edge) for edge in found["/Rect"])
    picture = sheet(degrees=degrees)
    scale, height = 150 / 72, picture.height
    box = picture.crop((int(left * scale), height - int(top * scale), int(right * scale), height - int(low * scale)))
    assert 0.05 < sum(box.histogram()[:128]) / (box.width * box.height) < 0.6, "there is ink there"
    area = (right - left) * (top - low) * scale**2 / (picture.width * picture.height)
    assert area < 0.03, "of one line"
    if form == "png":
        assert "hook was returned bent" in words_under(made, found)


def test_a_note_without_a_place_is_a_sign_on_its_page_with_its_quotation(read: Any, add: Any, export: Any) -> None:
    document = read(pdf([["The harbour crane is unsafe."]]), "crane.pdf")
    note = add(document, "harbour crane", body="Ask the owner.")
    Note.objects.filter(pk=note.pk).update(text_version=None)
    reader = pypdf.PdfReader(io.BytesIO(export(document, "pdf")))
    (sign,) = [one.get_object() for one in reader.pages[0]["/Annots"] if one.get_object()["/Subtype"] == "/Text"]
    assert sign["/Contents"] == "“harbour crane”\n\nAsk the owner."


def test_a_file_with_annotations_of_its_own_keeps_them(read: Any, add: Any, export: Any) -> None:
    from documents.tests.pdfs import form

    document = read(form(lines("The harbour crane is unsafe."), "/Subtype /Square /Rect [10 10 50 50]", fields=False), "own.pdf")
    add(document, "harbour crane")
    kinds = [one.get_object()["/Subtype"] for one in pypdf.PdfReader(io.BytesIO(export(document, "pdf"))).pages[0]["/Annots"]]
    assert sorted(kinds) == ["/Highlight", "/Popup", "/Square"]


def test_an_encrypted_file_is_opened_with_the_password_that_was_given(
    accept: Any, api: Any, add: Any, export: Any, work_off: Any, editor: User
) -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf([["The harbour crane is unsafe."]]))) as plain:
        plain.save(out, encryption=pikepdf.Encryption(owner="own", user="a word"))
    document = accept(out.getvalue(), "sealed.pdf")
    work_off()
    assert api(editor).post(f"/api/documents/{document.pk}/password/", {"password": "a word"}, format="json").status_code == 202
    work_off()
    add(document, "harbour crane")
    assert len(highlights(export(document, "pdf"))) == 1


def test_lists_have_every_note_with_its_place_and_author(read: Any, add: Any, export: Any, owner: User) -> None:
    document = read("The harbour crane is unsafe.\n\nIt was sold in May.\n", "note.txt")
    add(document, "harbour crane", body='=HYPERLINK("http://evil.example")\nand “more”, with; signs', colour="blue")
    add(document, "sold in May", user=owner)
    rows = list(csv.DictReader(io.StringIO(export(document, "csv").decode("utf-8-sig"))))
    assert [(row["page"], row["quote"], row["author"], row["colour"]) for row in rows] == [
        ("1", "harbour crane", "editor", "blue"),
        ("1", "sold in May", "owner", "yellow"),
    ]
    assert rows[0]["note"].startswith("'=HYPERLINK"), "no spreadsheet takes it for a formula"
    told = json.loads(export(document, "json"))
    assert told["document"]["sha256"] == document.sha256
    assert told["notes"][0]["note"].startswith("=HYPERLINK")
    paper = [paragraph.text for paragraph in docx.Document(io.BytesIO(export(document, "docx"))).paragraphs]
    assert paper[0] == "Notes on note"
    assert "“harbour crane”" in paper
    assert any(line.startswith("page 1, Yellow, owner") for line in paper)


def test_no_export_has_private_notes_but_the_one_that_their_author_asks_for(
    read: Any, add: Any, export: Any, editor: User, owner: User
) -> None:
    document = read(pdf([["The harbour crane is unsafe."]]), "crane.pdf")
    add(document, "harbour", private=True, body="Our weak point.")
    add(document, "unsafe", private=True, user=owner)
    for user, more in ((owner, "&private=1"), (owner, ""), (editor, "")):
        for form in ("json", "csv", "docx", "pdf"):
            made = export(document, form, user, more)
            assert b"weak" not in made
            if form == "json":
                assert len(json.loads(made)["notes"]) == (1 if more else 0)
    (own,) = json.loads(export(document, "json", editor, "&private=1"))["notes"]
    assert (own["note"], own["private"]) == ("Our weak point.", True)
    assert highlights(export(document, "pdf", editor, "&private=1"))[0]["/Contents"] == "Our weak point."


def test_what_cannot_be_made_says_so(read: Any, client: Any, editor: User, stranger: User, case: Case) -> None:
    document = read("The harbour crane is unsafe.", "note.txt")
    client.force_login(editor)
    assert client.get(f"/api/documents/{document.pk}/notes/export/").json()["code"] == "no_pages"
    assert client.get(f"/api/documents/{document.pk}/notes/export/?as=exe").status_code == 400
    assert client.get(f"/api/documents/{document.pk}/notes/export/?as=docx").status_code == 200, "an empty list is a list"
    client.force_login(stranger)
    assert client.get(f"/api/documents/{document.pk}/notes/export/?as=csv").status_code == 404
