"""Hidden text that a reading found is told: a notice, the document's page, the API; and what a file tells beside its text."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from cases.models import Case
from documents.models import Document, RedactionFinding
from documents.services.extraction.findings import Finding
from documents.services.extraction.sentences import finding_sentences
from documents.services.pipeline import lifecycle
from documents.tests.pdfs import FIRST_FREE, lines, pdf
from documents.tests.reading import docx
from documents.tests.test_redactions import BLACK, INK, SECRET, page_with
from lexintel.models import User

pytestmark = pytest.mark.django_db(transaction=True)

HIDING = pdf(lines(SECRET) + BLACK + INK + lines("Everybody may know this", top=600))


@pytest.fixture
def read_document(accept: Callable[..., Document], work_off: Callable[[], int]) -> Callable[..., Document]:
    def put(content: bytes, name: str = "brief.pdf") -> Document:
        document = accept(content, name)
        work_off()
        document.refresh_from_db()
        assert document.status == "ready", document.error
        return document

    return put


@pytest.fixture
def get(client: Client) -> Callable[..., Any]:
    def ask(user: User, address: str) -> Any:
        client.force_login(user)
        return client.get(address)

    return ask


def test_a_notice_says_how_much_and_where(read_document):
    assert {"code": "redactions_covered", "text": "Text can still be read under 1 box, on page 1."} in read_document(HIDING).notices


def test_several_pages_are_named_in_one_sentence():
    found = [Finding(page, (0, 0, 1, 1), "covered", "x") for page in (4, 1, 1)]
    assert dict(finding_sentences(found)) == {"covered": "Text can still be read under 3 boxes, on pages 1 and 4."}
    many = [Finding(page, (0, 0, 1, 1), "layer", "x") for page in range(1, 31)]
    assert dict(finding_sentences(many))["layer"].endswith("on pages 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 20 more.")


def test_the_page_lists_them_and_leads_to_the_page(read_document, get, viewer):
    document = read_document(HIDING)
    shown = get(viewer, document.get_absolute_url()).content.decode()
    assert f'<q dir="auto">{SECRET}</q>' in shown
    assert 'data-goto="1"' in shown


def test_the_api_gives_page_and_box_to_members_only(read_document, get, viewer, stranger):
    document = read_document(HIDING)
    (found,) = get(viewer, f"/api/documents/{document.pk}/redactions/").json()["results"]
    assert (found["page"], found["kind"], found["text"]) == (1, "covered", SECRET)
    assert len(found["box"]) == 4
    assert get(viewer, f"/api/documents/{document.pk}/findings/").json()["redactions"] == [found]
    assert get(stranger, f"/api/documents/{document.pk}/redactions/").status_code == 404
    assert RedactionFinding.objects.visible_to(viewer).count() == 1
    assert not RedactionFinding.objects.visible_to(stranger).exists()


def test_a_duplicate_has_the_findings_of_its_original(read_document, accept, get, viewer):
    read_document(HIDING)
    again = accept(HIDING, "again.pdf")
    assert again.duplicate_of_id is not None
    assert len(get(viewer, f"/api/documents/{again.pk}/redactions/").json()["results"]) == 1


def test_a_new_reading_replaces_them(read_document, work_off, editor):
    document = read_document(HIDING)
    first = document.redaction_findings.get().pk
    lifecycle.reprocess(document, editor)
    work_off()
    assert document.redaction_findings.get().pk != first


def test_lists_can_be_narrowed_to_them(read_document, get, viewer, case: Case):
    hiding = read_document(HIDING)
    plain = read_document(pdf(lines("Nothing to hide")), "plain.pdf")
    for value, expected in (("true", hiding), ("false", plain)):
        (row,) = get(viewer, f"/api/documents/?case={case.pk}&hidden={value}").json()["results"]
        assert row["id"] == str(expected.pk)


def photograph() -> bytes:
    """A small JPEG whose camera noted 48 degrees 51 minutes 30 seconds north, 2 degrees 17 minutes 40 seconds west."""
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 30.0), 3: "W", 4: (2.0, 17.0, 40.0)})
    out = io.BytesIO()
    Image.new("RGB", (40, 40), "red").save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_what_a_pdf_tells_of_its_makers(read_document, get, viewer):
    data = photograph().decode("latin-1")
    image = (
        "<< /Type /XObject /Subtype /Image /Width 40 /Height 40 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode"
        f" /Length {len(data)} >>\nstream\n{data}\nendstream"
    )
    info = r"<< /Author (Jane Roe) /Producer (Acme Writer 3) /Company (Roe and Partners) /Template (C:\\Users\\jroe\\Clients\\Doe.dotx) >>"
    objects = {FIRST_FREE: image, FIRST_FREE + 1: info}
    made = page_with(lines("Exhibit") + "q 40 0 0 40 100 500 cm /I1 Do Q\n", f"/XObject << /I1 {FIRST_FREE} 0 R >>", objects)
    document = read_document(made.replace(b"/Root 1 0 R", b"/Root 1 0 R /Info 7 0 R"))
    told = [(one["what"], one["value"]) for one in get(viewer, f"/api/documents/{document.pk}/findings/").json()["told"]]
    assert ("Author", "Jane Roe") in told
    assert ("PDF made by", "Acme Writer 3") in told
    assert ("Property", "Company: Roe and Partners") in told
    assert ("Path of a file", r"C:\Users\jroe\Clients\Doe.dotx") in told
    assert ("Where a photograph was taken", "48.85833, -2.29444") in told
    page = get(viewer, reverse("documents:detail", args=[document.pk])).content.decode()
    assert "What this file tells beside its text" in page
    told_beside = page.partition("What this file tells beside its text")[2]
    assert told_beside.count("Jane Roe") == 1
    assert page.count("Jane Roe") == 2, "once more as the author that is proposed"


def test_what_a_word_file_tells(read_document, get, viewer, tmp_path):
    path = docx(tmp_path / "draft.docx", '<w:p><w:ins w:author="Jane"><w:r><w:t>Added words</w:t></w:r></w:ins></w:p>')
    document = read_document(path.read_bytes(), "draft.docx")
    told = dict(disclosures(get, viewer, document))
    assert told["Tracked changes"].startswith("This document has tracked changes")


def disclosures(get: Callable[..., Any], user: User, document: Document) -> list[tuple[str, str]]:
    return [(one["what"], one["value"]) for one in get(user, f"/api/documents/{document.pk}/findings/").json()["told"]]
