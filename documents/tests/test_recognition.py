"""Pages without text are recognised: through the pipeline, with the engines that are here, in every turn, over crashes."""

from __future__ import annotations

import io
import os
import signal
import struct
import subprocess
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pi_heif
import pikepdf
import pypdfium2 as pdfium
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFont

from documents.models import Document
from documents.services.extraction.pdf.garbage import is_garbage
from documents.services.extraction.pdf.text import page_text
from documents.services.recognition import reading, tesseract
from documents.services.recognition.client import Recogniser, RecognitionFailed
from documents.services.recognition.layout import text_of
from documents.services.recognition.results import Box, Line, Word
from documents.services.recognition.straight import skew_of
from documents.tests.reading import pdf
from tasks import service_registry
from tasks.engine.attempts import claim_next, execute
from tasks.manager import manager
from tasks.models import TaskRecord

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _here(settings: Any) -> None:
    settings.TASK_EXECUTOR = "background"


@pytest.fixture(params=["rapidocr", "tesseract"])
def engine(request: Any, settings: Any) -> str:
    settings.OCR_ENGINE = request.param
    if request.param == "tesseract" and tesseract.folder_of_data() is None:
        pytest.skip("no data of a language for Tesseract")
    return str(request.param)


def work_off() -> None:
    while (claimed := claim_next("background")) is not None:
        execute(claimed)


@pytest.fixture
def put(api: Any, case: Any, editor: Any) -> Any:
    def send(path: Path, data: bytes | None = None) -> Document:
        file = SimpleUploadedFile(path.name, path.read_bytes() if data is None else data)
        answer = api(editor).post("/api/documents/", {"file": [file], "case": str(case.pk)}, format="multipart")
        assert answer.status_code == 201, answer.json()
        work_off()
        return Document.objects.get(pk=answer.json()[0]["id"])

    return send


def text(document: Document) -> str:
    assert document.text_version is not None
    return "\n".join(document.text_version.pages.values_list("text", flat=True))


LINES = (
    "The harbor crane was inspected on the third of March.",
    "Its hook was returned bent, and nobody had told us.",
    "Amount due for two days of rental: $3,418.50",
    "Please pay within thirty days of this invoice.",
)


def bare(text: str) -> str:
    """Without spaces, of which an engine may lose one where a page lay askew."""
    return "".join(text.split())


def png_head(width: int, height: int) -> bytes:
    """A PNG that claims this size and holds nothing."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body)) + struct.pack(">I", 0) + b"IEND"


def sheet(lines: tuple[str, ...] = LINES, size: tuple[int, int] = (1275, 1650), degrees: float = 0, letters: int = 34) -> Image.Image:
    """A page at 150 dots an inch with these lines, turned counterclockwise."""
    picture = Image.new("L", size, 255)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(letters)
    for number, line in enumerate(lines):
        draw.text((120, 160 + number * 2 * letters), line, font=font, fill=20)
    return picture.rotate(degrees, expand=degrees % 90 == 0 and degrees % 180 != 0, fillcolor=255, resample=Image.Resampling.BICUBIC)


def packed(*pictures: Image.Image, form: str = "PDF", **options: Any) -> bytes:
    file = io.BytesIO()
    several = {"save_all": True, "append_images": pictures[1:]} if len(pictures) > 1 else {}
    pictures[0].save(file, form, **({"resolution": 150.0} if form == "PDF" else {"dpi": (150, 150)}), **several, **options)
    return file.getvalue()


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("name", "phrases"),
    [
        ("opinion_pdf_image_based.pdf", ["Foreign Intelligence"]),
        ("ocr_test.pdf", ["Docling bundles PDF document conversion to", "JSON and Markdown in an easy self contained"]),
        ("ocr_test_rotated_90.pdf", ["Docling bundles PDF document conversion to", "JSON and Markdown in an easy self contained"]),
        ("image-pdf.pdf", ["TARRANT REGIONAL WATER DIST", "OCTOBER TERM, 2012"]),
        ("MEDRPT-2024-PAT-3847_medical_report_scan.pdf", ["SEATTLE GENERAL HOSPITAL", "no acute distress"]),
        ("gov.uscourts.cand.203070.27.0.pdf", ["ORDER"]),
    ],
)
def test_scans_become_text(engine, put, corpus, name, phrases):
    document = put(corpus / "documents" / name)
    assert document.status == "ready", document.error
    said = text(document)
    for phrase in phrases:
        assert phrase in said
    assert document.text_version.source == "ocr"
    assert document.text_version.engine.startswith(engine)


@pytest.mark.parametrize("degrees", [0, 90, 180, 270, 3.5, -2])
def test_every_turn_is_read_and_words_keep_their_places(engine, put, api, viewer, degrees):
    picture = sheet(degrees=degrees)
    document = put(Path(f"scan {degrees}.pdf"), packed(picture))
    said = bare(text(document))
    for line in LINES:
        assert bare(line) in said
    page = api(viewer).get(f"/api/documents/{document.pk}/pages/1/words/").json()
    assert page["engine"].startswith(engine)
    assert (page["turn"] - degrees) % 360 == 0 if degrees % 90 == 0 else page["turn"] == 0
    (bent,) = [word for word in page["words"] if word["text"].startswith("bent")]
    dark = np.asarray(picture) < 128
    scale = 150 / 72
    place = dark[int(bent["top"] * scale) : int(bent["bottom"] * scale) + 1, int(bent["left"] * scale) : int(bent["right"] * scale) + 1]
    assert place.mean() > 0.05, "there is ink where the word is said to stand"
    assert place.size < 0.01 * dark.size, "and only there"


def test_a_mixed_file_keeps_its_own_text_and_says_what_was_recognised(engine, put):
    own = pdfium.PdfDocument(packed(sheet(("A scanned page about copper.",))))
    digital = pdfium.PdfDocument(pdf([["A digital page about bronze that has enough words of its own to be read as it is."] * 4]))
    both = pdfium.PdfDocument.new()
    both.import_pages(digital)
    both.import_pages(own)
    file = io.BytesIO()
    both.save(file)
    document = put(Path("mixed.pdf"), file.getvalue())
    pages = list(document.text_version.pages.select_related("recognised"))
    assert "digital page about bronze" in pages[0].text
    assert pages[0].recognised is None
    assert "scanned page about copper" in pages[1].text
    assert pages[1].recognised.confidence > 0.75
    (notice,) = [notice for notice in document.notices if notice["code"] == "recognised"]
    assert "1 of 2 pages" in notice["text"]


@pytest.mark.parametrize(("form", "name"), [("PNG", "p.png"), ("JPEG", "p.jpg"), ("TIFF", "p.tif"), ("BMP", "p.bmp"), ("WEBP", "p.webp")])
def test_pictures_are_documents(put, api, viewer, case, client, form, name, settings):
    settings.OCR_ENGINE = "rapidocr"
    document = put(Path(name), packed(sheet(), form=form))
    assert (document.status, document.page_count) == ("ready", 1), document.error
    assert LINES[1] in text(document)
    (hit,) = api(viewer).get("/api/search/", {"q": '"hook was returned bent"', "case": str(case.pk)}).json()["results"]
    assert hit["document"] == str(document.pk)
    client.force_login(viewer)
    answer = client.get(f"/api/documents/{document.pk}/pages/1/picture/?width=400")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert Image.open(io.BytesIO(answer.content)).size == (400, 518)
    assert (
        client.get(f"/api/documents/{document.pk}/pages/1/picture/?width=400", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    )
    assert client.get(f"/api/documents/{document.pk}/pages/2/picture/").status_code in (404, 422)
    assert client.get(f"/api/documents/{document.pk}/pages/1/picture/?width=9000").status_code == 400


def test_a_tiff_has_its_pages_and_a_photograph_its_turn(put, settings):
    settings.OCR_ENGINE = "rapidocr"
    document = put(Path("fax.tiff"), packed(sheet(("Page one of a fax.",)), sheet(("Page two of a fax.",)), form="TIFF"))
    assert [page.text.strip() for page in document.text_version.pages.all()] == ["Page one of a fax.", "Page two of a fax."]
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    exif[0x0110] = "A camera"
    photograph = put(Path("photo.jpg"), packed(sheet().rotate(90, expand=True), form="JPEG", exif=exif))
    assert LINES[0] in text(photograph)
    assert photograph.text_version.pages.get().recognised.turn == 0, "it was upright as it is shown"
    assert photograph.metadata["camera"] == "A camera"


def test_heic_is_read(put, settings):
    settings.OCR_ENGINE = "rapidocr"
    assert pi_heif.libheif_version()
    damaged = put(Path("photo.heic"), b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 200)
    assert (damaged.status, damaged.error_code) == ("failed", "unreadable")


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("bomb.png", png_head(60_000, 60_000), "decompression_bomb"),
        ("short.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 50, "unreadable"),
        ("cut.tif", b"II*\0\x08\0\0\0\xff\xff", "unreadable"),
    ],
)
def test_hostile_pictures_end_in_a_sentence(put, name, content, code):
    document = put(Path(name), content)
    assert (document.status, document.error_code) == ("failed", code), document.error


def test_a_picture_that_breaks_in_its_middle_is_kept(put, settings):
    settings.OCR_ENGINE = "rapidocr"
    whole = packed(sheet(), form="JPEG")
    document = put(Path("half.jpg"), whole[: len(whole) // 2])
    assert document.status == "ready"
    assert [notice["code"] for notice in document.notices] == ["pages_not_recognised"]


def test_a_blank_page_has_no_words_and_says_so(put):
    document = put(Path("blank.png"), packed(Image.new("L", (800, 600), 255), form="PNG"))
    assert document.status == "ready"
    assert [notice["code"] for notice in document.notices] == ["recognised", "no_words"]


def test_without_an_engine_scans_wait_and_it_is_said(put, settings):
    settings.OCR_ENGINE = "off"
    document = put(Path("scan.pdf"), packed(sheet()))
    assert document.status == "ready"
    assert [notice["code"] for notice in document.notices] == ["needs_ocr"]


def test_pages_that_were_read_are_not_read_again(put, api, editor, settings, monkeypatch):
    settings.OCR_ENGINE = "rapidocr"
    read: list[int] = []
    real = Recogniser.read

    def reads(self: Any, path: Path, mime: str, page: int, *args: Any) -> Any:
        read.append(page)
        if page == 2 and read.count(2) == 1:
            raise RecognitionFailed("a test wants it")
        return real(self, path, mime, page, *args)

    monkeypatch.setattr(Recogniser, "read", reads)
    document = put(Path("three.pdf"), packed(*(sheet((f"Page number {name}.",)) for name in ("one", "two", "three"))))
    assert [notice["code"] for notice in document.notices] == ["pages_not_recognised", "recognised"]
    assert "2" in document.notices[0]["text"]
    assert api(editor).post(f"/api/documents/{document.pk}/reprocess/").status_code == 202
    work_off()
    document.refresh_from_db()
    assert sorted(read) == [1, 2, 2, 3]
    assert [notice["code"] for notice in document.notices] == ["recognised"]
    assert "Page number two." in text(document)


def test_a_cancelled_task_stops_reading_pages(api, case, editor, settings, monkeypatch):
    settings.OCR_ENGINE = "rapidocr"
    seen: list[int] = []

    def reads(self: Any, path: Path, mime: str, page: int, engine: Any, languages: str, check: Any, password: str) -> Any:
        seen.append(page)
        manager.cancel(TaskRecord.objects.get(status="started").pk) if page == 1 else None
        while True:
            check()

    monkeypatch.setattr(Recogniser, "read", reads)
    monkeypatch.setattr(reading, "AT_ONCE", 1)
    file = SimpleUploadedFile("many.pdf", packed(*(sheet() for _ in range(4))))
    (row,) = api(editor).post("/api/documents/", {"file": [file], "case": str(case.pk)}, format="multipart").json()
    work_off()
    assert Document.objects.get(pk=row["id"]).status == "cancelled"
    assert seen == [1]


@pytest.mark.faults
def test_an_engine_that_is_killed_is_started_anew(put, settings):
    settings.OCR_ENGINE = "rapidocr"
    service_registry.close_all()
    put(Path("warm.png"), packed(sheet(("Warm.",)), form="PNG"))
    found = subprocess.run(
        ["pgrep", "-f", "documents.services.recognition.server"], capture_output=True, text=True, check=True
    ).stdout.split()
    mine = [int(pid) for pid in found if Path(f"/proc/{pid}/status").read_text().count(f"PPid:\t{os.getpid()}\n")]
    (pid,) = mine
    os.kill(pid, signal.SIGKILL)
    assert LINES[0] in text(put(Path("after.png"), packed(sheet(), form="PNG")))


def test_a_garbage_layer_is_not_believed(put, settings):
    settings.OCR_ENGINE = "rapidocr"
    shifted = "".join(chr(ord(letter) - 29) if letter.isalpha() else letter for letter in "the defendant shall answer the complaint " * 8)
    assert is_garbage(shifted)
    assert not is_garbage("the defendant shall answer the complaint " * 8)
    assert not is_garbage("Contents ........ 12 ________ 14 ........ " * 8)
    assert not is_garbage("1,204.50 3,418.00 77,215.10 (4.10) 12/03/2024 " * 8)


def test_a_page_whose_own_words_say_more_keeps_them(put, settings, monkeypatch):
    settings.OCR_ENGINE = "rapidocr"
    real = Recogniser.read

    def reads(self: Any, *args: Any) -> Any:
        page, label = real(self, *args)
        return page._replace(text="Y", words=[]), label

    monkeypatch.setattr(Recogniser, "read", reads)
    document = put(Path("thin.pdf"), thin(("A thin layer of a stamp", "Filed on the third of March")))
    assert document.status == "ready", document.error
    assert "A thin layer of a stamp" in text(document)
    assert document.text_version.source == "extraction"
    assert not document.text_version.pages.get().needs_ocr


def test_what_only_the_layer_says_stays_beside_what_was_recognised(put, settings):
    settings.OCR_ENGINE = "rapidocr"
    document = put(Path("thin.pdf"), thin(("Case 1:23-cv-00456 Document 7 Filed 03/04/23",)))
    assert LINES[1] in text(document)
    assert document.metadata["docket_number"] == "1:23-cv-00456"


def thin(lines: tuple[str, ...]) -> bytes:
    """A scan with these lines in a layer of its own, which its picture does not show."""
    with pikepdf.open(io.BytesIO(packed(sheet()))) as scan:
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        name = str(scan.pages[0].add_resource(font, pikepdf.Name.Font))
        shown = " ".join(f"({line}) Tj T*" for line in lines)
        scan.pages[0].contents_add(f"q BT 3 Tr {name} 12 Tf 14 TL 40 770 Td {shown} ET Q".encode())
        file = io.BytesIO()
        scan.save(file)
    return file.getvalue()


def test_columns_are_read_one_after_the_other_and_tables_row_by_row():
    def line(said: str, left: float, top: float, width: float) -> Line:
        return Line(said, [Word(said, Box(left, top, left + width, top + 20), 0.9)])

    left = [line(f"left {n} with many words", 100, 200 + 30 * n, 400) for n in range(5)]
    right = [line(f"right {n} with many words", 600, 205 + 30 * n, 400) for n in range(5)]
    title = line("A title across", 100, 100, 900)
    said, words = text_of([title, *[part for pair in zip(left, right, strict=True) for part in pair]], 0.5)
    assert [each.split()[0] for each in said.split("\n") if each] == ["A", *["left"] * 5, *["right"] * 5]
    assert all(said[word.start : word.end] == said[word.start : word.end].strip() for word in words)
    table = [line(said, left, top, 60) for top in (100, 130, 160, 190, 220) for said, left in (("item", 100), ("12", 400), ("$5", 700))]
    said, words = text_of(table, 0.5)
    assert said.split("\n")[0] == "item  12  $5"
    assert words[1].box == Box(200, 50, 230, 60)


def test_skew_is_told_to_a_fraction_of_a_degree():
    for degrees in (-5.0, -0.7, 0.0, 1.3, 6.0):
        assert skew_of(np.asarray(sheet(LINES * 4, degrees=degrees))) == pytest.approx(-degrees, abs=0.25) or skew_of(
            np.asarray(sheet(LINES * 4, degrees=degrees))
        ) == pytest.approx(degrees, abs=0.25)
    assert skew_of(np.full((400, 300), 255, np.uint8)) == 0


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_searchable_copy_has_the_words_where_they_stand(put, client, viewer, settings, degrees):
    settings.OCR_ENGINE = "rapidocr"
    document = put(Path(f"scan {degrees}.pdf"), packed(sheet(degrees=degrees)))
    client.force_login(viewer)
    answer = client.get(f"/api/documents/{document.pk}/searchable/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    copy = pdfium.PdfDocument(b"".join(answer))
    page = copy[0]
    assert "Its hook was returned bent" in " ".join(page_text(page, page.get_textpage()).split())
    before = np.asarray(pdfium.PdfDocument(packed(sheet(degrees=degrees)))[0].render(scale=1, grayscale=True).to_pil(), float)
    after = np.asarray(page.render(scale=1, grayscale=True).to_pil(), float)
    assert np.abs(before - after).mean() < 0.5, "nothing is painted over the page"


def test_what_was_not_recognised_has_no_searchable_copy(put, client, viewer):
    document = put(Path("note.txt"), b"Plain words.")
    client.force_login(viewer)
    assert client.get(f"/api/documents/{document.pk}/searchable/").status_code == 409
    assert client.get(f"/api/documents/{document.pk}/pages/1/picture/").status_code == 422


def test_a_scan_behind_a_password_is_read_and_shown(put, api, editor, client, viewer, settings):
    settings.OCR_ENGINE = "rapidocr"
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(packed(sheet()))) as plain:
        plain.save(file, encryption=pikepdf.Encryption(owner="owner's own", user="a word"))
    document = put(Path("sealed.pdf"), file.getvalue())
    assert document.error_code == "encrypted"
    assert api(editor).post(f"/api/documents/{document.pk}/password/", {"password": "a word"}, format="json").status_code == 202
    work_off()
    document.refresh_from_db()
    assert LINES[1] in text(document)
    client.force_login(viewer)
    assert client.get(f"/api/documents/{document.pk}/pages/1/picture/").status_code == 200
    copy = pdfium.PdfDocument(b"".join(client.get(f"/api/documents/{document.pk}/searchable/")))
    assert "bent" in copy[0].get_textpage().get_text_range()
