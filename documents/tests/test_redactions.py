"""Text of PDFs that can be read though nobody sees it: what is flagged, with page and box, and what is not."""

from __future__ import annotations

import io

import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageDraw

from documents.services.extraction import reader
from documents.services.extraction.findings import Finding
from documents.services.extraction.parsers.base import LOOKING
from documents.services.extraction.pdf.drawing import Watch
from documents.services.extraction.pdf.redactions import hidden_on
from documents.services.sandbox import JobFailed
from documents.tests.pdfs import FIRST_FREE, PAGE, form, lines, pdf, turned
from documents.tests.reading import read

SECRET = "The witness lives in Elm Street"
BLACK, WHITE = "0 g 60 700 400 40 re f\n", "1 g 60 700 400 40 re f\n"
INK = "0 g\n"


@pytest.fixture
def findings(tmp_path):
    def of(content: bytes) -> list[Finding]:
        path = tmp_path / "page.pdf"
        path.write_bytes(content)
        with read(path) as extraction:
            return extraction.findings

    return of


def kinds(found: list[Finding]) -> list[str]:
    return [finding.kind for finding in found]


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_text_under_a_black_box_is_flagged_with_page_and_box(findings, rotate):
    (found,) = findings(pdf(lines(SECRET) + BLACK + INK + lines("Everybody may know this", top=600), rotate=rotate))
    assert (found.page, found.kind, found.text) == (1, "covered", SECRET)
    left, bottom, right, top = found.box
    assert (70 < left < 75, 715 < bottom < 721, 215 < right < 240, 726 < top < 732) == (True, True, True, True)


def test_only_the_covered_words_of_a_line_are_flagged(findings):
    line = "BT /F1 11 Tf 72 720 Td (Known name: ) Tj (Smith) Tj ( and so on) Tj ET\n"
    (found,) = findings(pdf(line + "0 g 141 716 31 14 re f\n"))
    assert found.text == "Smith"


def test_one_finding_for_each_box(findings):
    found = findings(pdf(lines(SECRET) + lines("Another secret", top=500) + BLACK + "0 g 60 480 400 40 re f\n"))
    assert [finding.text for finding in found] == [SECRET, "Another secret"]


def test_a_white_box_hides_like_a_black_one(findings):
    assert [(found.kind, found.text) for found in findings(pdf(lines(SECRET) + WHITE))] == [("covered", SECRET)]


def page_with(content: str, resources: str, objects: dict[int, str], *, page: str = "", catalog: str = "") -> bytes:
    """A page with resources of its own beside the font."""
    own = "/Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
    objects = {PAGE: f"<< {own} /Resources << /Font << /F1 5 0 R >> {resources} >> {page} >>", **objects}
    return pdf(content, objects=objects, catalog=catalog)


@pytest.mark.parametrize("state", ["/ca 0.3", "/BM /Multiply"])
def test_a_box_that_lets_the_text_shine_through_hides_nothing(findings, state):
    objects = {FIRST_FREE: f"<< /Type /ExtGState {state} >>"}
    marked = lines(SECRET) + "q /G1 gs 1 1 0 rg 60 700 400 40 re f Q\n"
    assert findings(page_with(marked, f"/ExtGState << /G1 {FIRST_FREE} 0 R >>", objects)) == []


def test_what_letters_and_tables_look_like_is_not_flagged(findings):
    letterhead = "0 0 0.4 rg 0 730 612 62 re f 1 g\n" + lines("Smith and Partners, Attorneys", top=750) + INK
    shaded = "0.85 g 60 590 400 30 re f 0 g\n" + lines("A row of a table", top=600)
    highlighted = "1 1 0 rg 60 490 400 30 re f 0 g\n" + lines("A marked sentence", top=500)
    underlined = lines("An underlined word", top=400) + "72 397 100 1 re f 72 404 100 0.8 re f\n"
    assert findings(pdf(letterhead + shaded + highlighted + underlined)) == []


def test_a_highlight_annotation_and_a_form_field_hide_nothing(findings):
    highlight = "/Subtype /Highlight /Rect [70 716 240 732] /C [1 1 0] /QuadPoints [70 732 240 732 70 716 240 716]"
    field = "/Subtype /Widget /F 4 /FT /Tx /T (name) /DA (/F1 11 Tf 0 g) /V (Jane) /MK << /BG [1 1 1] >> /Rect [60 690 300 740]"
    assert findings(form(lines(SECRET), highlight, field)) == []


def test_an_annotation_that_covers_is_flagged(findings):
    square = "/Subtype /Square /F 4 /Rect [60 700 460 740] /C [0 0 0] /IC [0 0 0]"
    assert [(found.kind, found.text) for found in findings(form(lines(SECRET), square))] == [("covered", SECRET)]


def test_what_is_marked_for_redaction_and_still_there_is_flagged(findings):
    marked = form(lines("Paid to Jane Roe in cash"), "/Subtype /Redact /Rect [130 712 190 734] /IC [0 0 0]")
    assert [(found.kind, found.page) for found in findings(marked)] == [("covered", 1)]


def test_a_label_printed_on_a_redaction_is_none_but_a_name_in_its_place_is(findings):
    assert findings(pdf(BLACK + INK + lines("Redacted"))) == []
    assert [found.text for found in findings(pdf(BLACK + INK + lines("Jane Smith")))] == ["Jane Smith"]
    assert [found.text for found in findings(pdf(INK + lines("Redacted") + BLACK))] == ["Redacted"]


def test_white_on_white_is_flagged_and_white_on_black_is_not(findings):
    assert kinds(findings(pdf("1 g\n" + lines(SECRET)))) == ["same_colour"]
    assert findings(pdf(BLACK + "1 g\n" + lines(SECRET))) == []


def test_text_off_the_page_is_flagged(findings):
    found = findings(pdf(lines("On the page") + lines("Beside the sheet", top=900)))
    assert [(finding.kind, finding.text) for finding in found] == [("off_page", "Beside the sheet")]
    cropped = pdf(lines("On the page") + lines("Cut off below", top=40), page="/CropBox [0 100 612 792]")
    assert [(finding.kind, finding.text) for finding in findings(cropped)] == [("off_page", "Cut off below")]


def test_text_without_ink_on_bare_paper_is_flagged(findings):
    assert [(found.kind, found.text) for found in findings(pdf("3 Tr\n" + lines(SECRET)))] == [("invisible", SECRET)]


LAYERS = "/OCProperties << /OCGs [6 0 R] /D << /OFF [6 0 R] >> >>"


def test_a_layer_that_is_switched_off_is_flagged(findings):
    layered = lines("Everybody sees this", top=600) + "/OC /L1 BDC\n" + lines(SECRET) + "EMC\n"
    group = {FIRST_FREE: "<< /Type /OCG /Name (Draft) >>"}
    properties = "/Properties << /L1 6 0 R >>"
    found = findings(page_with(layered, properties, group, catalog=LAYERS))
    assert [(finding.kind, finding.text) for finding in found] == [("layer", SECRET)]
    assert findings(page_with(layered, properties, group, catalog=LAYERS.replace("/OFF", "/ON"))) == []


@pytest.mark.parametrize(
    "drawn",
    [
        "0 G 14 w 60 723 m 300 723 l S\n",
        "0 g 60 716 80 14 re f 140 716 160 14 re f\n",
        "0 g " + "".join(f"60 {714 + 2 * strip} 300 2.2 re f " for strip in range(10)) + "\n",
    ],
    ids=["a thick line", "two boxes", "strips"],
)
def test_whatever_covers_is_a_box(findings, drawn):
    found = findings(pdf(lines(SECRET) + drawn))
    assert set(kinds(found)) == {"covered"}
    assert "".join("".join(finding.text for finding in found).split()) == "".join(SECRET.split())


def test_letters_set_one_by_one_are_one_finding(findings):
    letters = "".join(f"BT /F1 11 Tf {72 + 7 * place} 720 Td ({letter}) Tj ET\n" for place, letter in enumerate("Secret"))
    assert kinds(findings(pdf(letters + BLACK))) == ["covered"]


def test_outlined_and_doubled_letters_watermarks_and_frames_are_not_flagged(findings):
    outlined = "q 1 g 0 G 2 Tr\n" + lines("An outlined heading", top=650) + "Q\n"
    doubled = lines("Bold by drawing twice", top=550) + lines("Bold by drawing twice", top=550)
    watermark = "0.85 g\n" + turned(45, ("CONFIDENTIAL",))
    assert findings(pdf(outlined + doubled + "0 G 4 w 50 500 500 200 re S\n" + watermark)) == []


def test_a_box_in_a_form_that_is_moved_covers_where_it_is_drawn(findings):
    box = "0 g 0 0 400 40 re f"
    stamp = f"<< /Type /XObject /Subtype /Form /BBox [0 0 400 40] /Length {len(box)} >>\nstream\n{box}\nendstream"
    resources, objects = f"/XObject << /X1 {FIRST_FREE} 0 R >>", {FIRST_FREE: stamp}
    covering = lines(SECRET) + "q 1 0 0 1 60 700 cm /X1 Do Q\n"
    elsewhere = lines(SECRET) + "q 1 0 0 1 60 300 cm /X1 Do Q\n"
    assert [found.text for found in findings(page_with(covering, resources, objects))] == [SECRET]
    assert findings(page_with(elsewhere, resources, objects)) == []


def scan(*, boxed: bool, under: bool = False) -> bytes:
    """A scanned line with the words that recognition found in it, invisible above or visible below; its second word perhaps blackened."""
    picture = Image.new("L", (1224, 1584), 250)
    draw = ImageDraw.Draw(picture)
    for left, right in ((150, 290), (310, 450)):
        for x in range(left, right, 12):
            draw.rectangle((x, 120, x + 5, 140), fill=20)
    if boxed:
        draw.rectangle((300, 100, 530, 160), fill=0)
    jpeg = io.BytesIO()
    picture.save(jpeg, "JPEG", quality=60)
    data = jpeg.getvalue().decode("latin-1")
    image = (
        f"<< /Type /XObject /Subtype /Image /Width 1224 /Height 1584 /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode"
        f" /Length {len(data)} >>\nstream\n{data}\nendstream"
    )
    words = "BT /F1 20 Tf 75 722 Td (Recognised) Tj 80 0 Td (Blackened) Tj ET\n"
    drawn = "q 612 0 0 792 0 0 cm /I1 Do Q\n"
    content = words + drawn if under else drawn + "3 Tr\n" + words
    return page_with(content, f"/XObject << /I1 {FIRST_FREE} 0 R >>", {FIRST_FREE: image})


@pytest.mark.parametrize("under", [False, True])
def test_recognised_text_of_a_scan_is_flagged_only_where_the_picture_hides_it(findings, under):
    assert findings(scan(boxed=False, under=under)) == []
    (found,) = findings(scan(boxed=True, under=under))
    assert (found.kind, found.text) == ("covered", "Blackened")


def revised(content: str) -> bytes:
    """The secret, and a page without it appended as a change."""
    first = pdf(lines("Kept", SECRET))
    start = len(first)
    stream = f"4 0 obj\n<< /Length {len(content)} >>\nstream\n{content}\nendstream\nendobj\n"
    before = first.rpartition(b"startxref\n")[2].split()[0].decode()
    table = f"xref\n4 1\n{start:010d} 00000 n \ntrailer << /Size 6 /Root 1 0 R /Prev {before} >>\nstartxref\n{start + len(stream)}\n%%EOF\n"
    return first + (stream + table).encode("latin-1")


def test_words_of_an_earlier_revision_are_flagged_where_they_stood(findings, tmp_path):
    (found,) = findings(revised(lines("Kept")))
    assert (found.page, found.kind, found.text) == (1, "revision", SECRET)
    assert 700 < found.box[1] < 710
    assert findings(revised(lines("Kept", SECRET, "And signed"))) == []


def test_prose_in_properties_and_hidden_words_in_a_title_are_flagged(findings):
    told = pdf(lines("Page"), objects={FIRST_FREE: "<< /Subject (Talk to the judge before the hearing on Monday) /Company (Smith) >>"})
    made = told.replace(b"/Root 1 0 R", b"/Root 1 0 R /Info 6 0 R")
    assert [(found.page, found.kind) for found in findings(made)] == [(None, "metadata")]
    keyword = pdf(lines(SECRET) + BLACK, objects={FIRST_FREE: "<< /Keywords (witness) >>"})
    assert kinds(findings(keyword.replace(b"/Root 1 0 R", b"/Root 1 0 R /Info 6 0 R"))) == ["covered", "metadata"]


def test_thousands_of_boxes_on_thousands_of_words_come_to_an_end(findings):
    words = "".join(f"BT /F1 4 Tf {20 + 5 * (n % 100)} {20 + 5 * (n // 100)} Td (a{n}) Tj ET\n" for n in range(10_000))
    boxes = "".join(f"{20 + 5 * (n % 100)} {20 + 5 * (n // 100)} 5 5 re f\n" for n in range(10_000))
    assert len(findings(pdf(words + boxes))) == 200


def test_where_looking_kills_the_reader_the_file_is_read_without(tmp_path, monkeypatch):
    path = tmp_path / "page.pdf"
    path.write_bytes(pdf(lines(SECRET) + BLACK))
    real = reader.pool.run

    def dies_looking(request, **options):
        if request["look"]:
            (options["folder"].path / LOOKING).touch()
            raise JobFailed("memory")
        return real(request, **options)

    monkeypatch.setattr(reader.pool, "run", dies_looking)
    with read(path) as extraction:
        assert SECRET in extraction.pages[0].text
        assert [notice.code for notice in extraction.notices] == ["hidden_unchecked"]


def test_a_page_for_which_there_is_no_time_is_counted(tmp_path):
    watch = Watch(tmp_path / "mark", seconds=0)
    with pdfium.PdfDocument(pdf(lines(SECRET) + BLACK)) as document:
        page = document[0]
        assert hidden_on(page, page.get_textpage(), 1, watch) == []
    assert watch.unchecked == 1
    assert not watch.mark.exists()


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("rectangles_yes.pdf", ["No", "Yes”, but did not disclose all relevant medical history", "No"]),
        ("rectangles_yes_2.pdf", ["de", "f"]),
        ("hidden_text_on_visible_text.pdf", ["TROOPPER", "L", "LC"]),
        ("multi_line_redaction_ok.pdf", []),
        ("no_bad_redactions.2.1.pdf", []),
        ("ok_words.pdf", []),
        ("rect_ordering_2.1.pdf", []),
        ("rectangles_no.pdf", []),
        ("whitespace_redactions.pdf", []),
    ],
)
def test_real_redactions(corpus, name, texts):
    with read(corpus / "redactions" / name) as extraction:
        assert [(found.page, found.kind, found.text) for found in extraction.findings] == [(1, "covered", text) for text in texts]


@pytest.mark.corpus
def test_real_cross_hatched_redactions(corpus):
    with read(corpus / "redactions" / "bad_cross_hatched_redactions.pdf") as extraction:
        found = extraction.findings
    assert {finding.kind for finding in found} == {"covered"}
    assert "November 2019" in [finding.text for finding in found]
    assert "accounts and devices not belonging to the defendants" in [finding.text for finding in found]


@pytest.mark.corpus
def test_nothing_is_flagged_in_ordinary_files(corpus):
    for path in sorted((corpus / "documents").glob("*.pdf")):
        with read(path) as extraction:
            assert (path.name, extraction.findings) == (path.name, [])
