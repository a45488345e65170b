"""Copies to hand out: scrubbed of what is not shown, stamped with Bates numbers; numbers are never given twice."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.test import Client

from cases.models import Case
from documents.errors import Refused
from documents.models import BatesNumbering, Document
from documents.services.pipeline import passwords
from documents.services.production import copies, numbering
from documents.services.production.scrubbing import without_notes
from documents.services.storage import blobs
from documents.tests.pdfs import FIRST_FREE, form, lines, pdf
from documents.tests.reading import pdf as pages_of
from documents.tests.test_redactions import BLACK, INK, SECRET, revised
from documents.tests.test_redactions_kept import photograph
from lexintel.models import User
from tasks.models import TaskRecord

pytestmark = pytest.mark.django_db(transaction=True)

HIDING = pdf(
    lines(SECRET) + BLACK + INK + lines("Everybody may know this", top=600), objects={FIRST_FREE: "<< /Author (Jane Roe) /Company (Roe) >>"}
).replace(b"/Root 1 0 R", b"/Root 1 0 R /Info 6 0 R")


@pytest.fixture
def ready(accept: Callable[..., Document], work_off: Callable[[], int]) -> Callable[..., Document]:
    def put(content: bytes, name: str = "brief.pdf") -> Document:
        document = accept(content, name)
        work_off()
        document.refresh_from_db()
        assert document.status == "ready", document.error
        return document

    return put


@pytest.fixture
def scrubbed(ready, work_off, case, editor) -> Callable[[bytes], Document]:
    """The scrubbed copy of a file, itself read."""

    def make(content: bytes) -> Document:
        original = ready(content)
        copies.scrub_many(case, editor, [original.pk])
        work_off()
        return Document.objects.get(metadata__derived_from=str(original.pk))

    return make


def bytes_of(document: Document) -> bytes:
    return blobs.path_of(document).read_bytes()


def text_of(document: Document, number: int = 1) -> str:
    assert document.text_version is not None
    return document.text_version.pages.get(number=number).text


def test_the_scrubbed_copy_is_a_document_without_what_was_hidden(scrubbed):
    copy = scrubbed(HIDING)
    assert (copy.name, copy.status, copy.page_count) == ("brief scrubbed.pdf", "ready", 1)
    assert not copy.redaction_findings.exists()
    assert copy.traces == []
    for betraying in (b"Elm Street", b"Jane Roe", b"Company", b"/Info"):
        assert betraying not in bytes_of(copy)


def test_its_picture_shows_what_the_page_showed(scrubbed):
    with pdfium.PdfDocument(bytes_of(scrubbed(HIDING))) as made:
        picture = made[0].render(scale=1).to_numpy()
    assert picture[792 - 720, 100:400].max() < 40  # the box
    assert picture[792 - 610 : 792 - 598, 72:200].min() < 100  # the visible words


def test_what_stands_on_a_white_box_is_still_shown(scrubbed):
    whited = pdf(lines(SECRET) + "1 g 60 700 400 40 re f 0 g\n" + lines("Replaced", top=722))
    with pdfium.PdfDocument(bytes_of(scrubbed(whited))) as made:
        picture = made[0].render(scale=1).to_numpy()
    assert picture[792 - 732 : 792 - 720, 72:115].min() < 100
    assert picture[792 - 732 : 792 - 718, 130:400].min() > 200


def test_words_marked_for_redaction_are_black_though_nobody_carried_it_out(scrubbed):
    marked = form(lines("Paid to Jane Roe in cash"), "/Subtype /Redact /Rect [125 712 195 734] /IC [0 0 0]")
    copy = scrubbed(marked)
    assert not copy.redaction_findings.exists()
    assert b"Jane" not in bytes_of(copy)
    with pdfium.PdfDocument(bytes_of(copy)) as made:
        picture = made[0].render(scale=1).to_numpy()
    assert picture[792 - 732 : 792 - 714, 127:193].max() < 40
    assert picture[792 - 732 : 792 - 714, 80:120].min() < 128, "the words beside it are shown"


def test_a_mark_over_what_has_no_words_is_black_too(scrubbed):
    """As on a scan, whose words are in its picture."""
    drawn = "0 g 100 400 300 6 re f 100 420 300 6 re f\n"
    marked = form(drawn + lines("Signed below"), "/Subtype /Redact /Rect [90 390 410 440] /IC [0 0 0]")
    with pdfium.PdfDocument(bytes_of(scrubbed(marked))) as made:
        picture = made[0].render(scale=1).to_numpy()
    assert picture[792 - 438 : 792 - 392, 92:408].max() < 40


def test_other_pages_keep_their_text(scrubbed):
    two = io.BytesIO()
    with pikepdf.open(io.BytesIO(HIDING)) as first, pikepdf.open(io.BytesIO(pdf(lines("An ordinary second page")))) as second:
        first.pages.extend(second.pages)
        first.save(two)
    copy = scrubbed(two.getvalue())
    assert text_of(copy, 1) == "Everybody may know this", "what its picture shows is recognised, and nothing else"
    assert "An ordinary second page" in text_of(copy, 2)


def test_earlier_revisions_attachments_scripts_and_notes_stay_behind(scrubbed):
    with pikepdf.open(
        io.BytesIO(form(lines("Filled in"), "/Subtype /Text /Rect [10 10 30 30] /Contents (Weak point) /T (Jane Roe)"))
    ) as made:
        made.attachments["list.txt"] = pikepdf.AttachedFileSpec(made, b"the secret list")
        made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
        out = io.BytesIO()
        made.save(out)
    copy = scrubbed(out.getvalue())
    with pikepdf.open(io.BytesIO(bytes_of(copy))) as clean:
        assert set(clean.Root.keys()) == {"/Type", "/Pages"}
        assert "/Annots" not in clean.pages[0]
    assert "Filled in" in text_of(copy)
    assert "Weak point" not in text_of(copy)


def test_words_of_an_earlier_revision_are_gone(scrubbed):
    copy = scrubbed(revised(lines("Kept")))
    assert SECRET.encode() not in bytes_of(copy)
    assert bytes_of(copy).count(b"%%EOF") == 1
    assert "Kept" in text_of(copy)


def test_photographs_lose_their_place_and_keep_their_picture():
    from PIL import Image, ImageChops

    jpeg = photograph()
    bare = without_notes(jpeg)
    assert b"Exif" in jpeg
    assert b"Exif" not in bare
    assert ImageChops.difference(Image.open(io.BytesIO(jpeg)), Image.open(io.BytesIO(bare))).getbbox() is None
    assert without_notes(jpeg[:30]) is not None


def test_a_whole_selection_is_stamped_with_numbers_that_run_through(ready, work_off, case, editor):
    first, second = ready(pages_of([["One"], ["Two"]]), "first.pdf"), ready(pages_of([["Three"]]), "second.pdf")
    asked = copies.stamp_many(case, editor, [second.pk, first.pk], "ABC", 6)
    work_off()
    made = {copy.metadata["derived_from"]: copy for copy in Document.objects.filter(metadata__has_key="bates_begin")}
    assert made[str(second.pk)].metadata["bates_begin"] == "ABC000001"
    assert (made[str(first.pk)].metadata["bates_begin"], made[str(first.pk)].metadata["bates_end"]) == ("ABC000002", "ABC000003")
    assert made[str(first.pk)].name == "ABC000002-ABC000003 first.pdf"
    assert "ABC000003" in text_of(made[str(first.pk)], 2)
    with pdfium.PdfDocument(bytes_of(made[str(first.pk)])) as stamped:
        assert [stamped.get_page_label(index) for index in range(2)] == ["ABC000002", "ABC000003"]
    assert (asked.numbers.begin, asked.numbers.end) == ("ABC000001", "ABC000003")
    copies.stamp_many(case, editor, [second.pk], "ABC", 6)
    assert BatesNumbering.objects.get(case=case, prefix="ABC").next_number == 5


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_the_number_stands_upright_at_the_bottom_right_as_the_page_is_shown(ready, work_off, case, editor, rotate):
    original = ready(pdf(lines("Some words on the page"), rotate=rotate))
    copies.stamp_many(case, editor, [original.pk], "X", 4)
    work_off()
    copy = Document.objects.get(metadata__bates_begin="X0001")
    with pdfium.PdfDocument(bytes_of(copy)) as made, pdfium.PdfDocument(bytes_of(original)) as before:
        shown, was = made[0].render(scale=1).to_numpy().astype(int), before[0].render(scale=1).to_numpy().astype(int)
    ys, xs = abs(shown - was).max(axis=2).nonzero()
    height, width = shown.shape[:2]
    assert width - 60 < xs.min()
    assert xs.max() < width - 10
    assert height - 40 < ys.min()
    assert ys.max() < height - 10
    assert xs.max() - xs.min() > ys.max() - ys.min()


def test_two_at_once_never_share_a_number(case):
    taken: list[int] = []

    def take() -> None:
        try:
            taken.extend(range((numbers := numbering.take(case, "P", 6, 3)).first, numbers.first + 3))
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(1, 25))


@pytest.mark.parametrize(
    ("prefix", "digits", "start", "code"),
    [("A\n", 6, None, "bad_prefix"), ("A", 2, None, "bad_digits"), ("A", 6, 3, "numbers_taken"), ("A", 3, 999, "too_few_digits")],
)
def test_numbers_that_can_not_be_are_refused(case, prefix, digits, start, code):
    numbering.take(case, "A", 6, 5)
    with pytest.raises(Refused) as refused:
        numbering.take(case, prefix, digits, 2, start)
    assert refused.value.code == code
    assert numbering.next_number(case, "A") == 6


def test_what_is_no_pdf_is_left_out_and_nothing_but_such_is_refused(ready, accept, work_off, case, editor):
    brief, note = ready(HIDING), ready(b"A note in plain text, nothing else.", "note.txt")
    asked = copies.scrub_many(case, editor, [brief.pk, note.pk])
    assert (asked.documents, asked.left_out) == ([brief.pk], [note.pk])
    with pytest.raises(Refused):
        copies.scrub_many(case, editor, [note.pk])


def test_only_editors_of_the_case_may(ready, case, viewer, stranger):
    document = ready(HIDING)
    with pytest.raises(PermissionDenied):
        copies.scrub_many(case, viewer, [document.pk])
    with pytest.raises(Http404):
        copies.stamp_many(case, stranger, [document.pk], "A", 6)


def test_a_second_attempt_makes_no_second_copy(ready, work_off, case, editor):
    document = ready(HIDING)
    asked = copies.stamp_many(case, editor, [document.pk], "A", 6)
    work_off()
    TaskRecord.objects.filter(pk=asked.task_id).update(status="queued")
    work_off()
    assert TaskRecord.objects.get(pk=asked.task_id).attempt == 2
    assert Document.objects.filter(metadata__has_key="bates_begin").count() == 1


def test_the_page_of_a_copy_leads_to_what_it_was_made_of(ready, work_off, case, editor, viewer, client: Client):
    original = ready(HIDING)
    copies.stamp_many(case, editor, [original.pk], "ABC", 6)
    work_off()
    copy = Document.objects.get(metadata__bates_begin="ABC000001")
    client.force_login(viewer)
    page = client.get(copy.get_absolute_url()).content.decode()
    assert f'<a href="{original.get_absolute_url()}">brief</a>' in page
    assert "First page number (Bates)" in page
    assert copy.metadata["made_by"] not in page


def test_the_api_takes_a_selection(ready, work_off, case: Case, client: Client, editor: User):
    document = ready(HIDING)
    client.force_login(editor)

    def post(address: str, **body: Any) -> Any:
        return client.post(address, {"case": str(case.pk), "documents": [str(document.pk)], **body}, content_type="application/json")

    answer = post("/api/documents/bates/", prefix="ABC", digits=5)
    assert answer.status_code == 202, answer.content
    assert (answer.json()["bates_begin"], answer.json()["bates_end"]) == ("ABC00001", "ABC00001")
    assert post("/api/documents/bates/", prefix="ABC", start=1).json()["code"] == "numbers_taken"
    answer = post("/api/documents/scrub/")
    assert answer.status_code == 202
    assert answer.json()["documents"] == [str(document.pk)]
    work_off()
    assert Document.objects.filter(metadata__derived_from=str(document.pk)).count() == 2


@pytest.mark.parametrize("what", ["scrub", "stamp"])
def test_copies_of_a_file_whose_password_is_known_have_none(accept, work_off, case, editor, what):
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(HIDING)) as plain:
        plain.save(file, encryption=pikepdf.Encryption(owner="owner's own", user="a word"))
    original = accept(file.getvalue(), "sealed.pdf")
    work_off()
    passwords.give(original, editor, "a word")
    work_off()
    original.refresh_from_db()
    assert original.status == "ready", original.error
    assert original.redaction_findings.filter(kind="covered").exists(), "what is hidden is looked for behind a password, too"
    asked = copies.scrub_many(case, editor, [original.pk]) if what == "scrub" else copies.stamp_many(case, editor, [original.pk], "P", 3)
    work_off()
    assert TaskRecord.objects.get(pk=asked.task_id).result["failed"] == []
    copy = Document.objects.get(metadata__derived_from=str(original.pk))
    with pikepdf.open(io.BytesIO(bytes_of(copy))) as opened:
        assert not opened.is_encrypted
