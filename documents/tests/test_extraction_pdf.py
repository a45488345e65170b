"""What stands on a PDF page comes out, whichever way it is turned, whoever wrote it there, and where the file is damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from documents.services.extraction.pdf.text import joined
from documents.tests.pdfs import LINES, form, lines, pdf, turned
from documents.tests.reading import read
from tasks.errors import PermanentError


@pytest.fixture
def text(tmp_path):
    def of(content: bytes) -> str:
        path = tmp_path / "page.pdf"
        path.write_bytes(content)
        with read(path) as extraction:
            return extraction.pages[0].text

    return of


def codes(path: Path) -> list[str]:
    with read(path) as extraction:
        return [notice.code for notice in extraction.notices]


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_lines_stay_lines_in_every_turn_of_page_and_text(text, rotate, angle):
    assert text(pdf(turned(angle), rotate=rotate)).split("\n") == list(LINES)


@pytest.mark.parametrize("angle", [30, 45, 315])
def test_slanted_lines_keep_their_words_apart(text, angle):
    assert text(pdf(turned(angle))).split() == " ".join(LINES).split()


def test_a_turned_note_beside_upright_text_glues_nothing(text):
    margin = turned(90, ("Received by the clerk", "Filed under seal", "Do not copy"), at=(40, 300))
    words = text(pdf(lines("The upright body of the page", "goes on here", "and ends there") + margin)).split()
    assert {"clerk", "Filed", "seal", "Do", "copy", "page", "goes", "there"} <= set(words)


def test_line_breaks_are_taken_over_only_where_the_characters_agree():
    assert joined("a bc", "a b\nc") == "a b\nc"
    assert joined("a b c", "a b\nc") == "a b c"
    assert joined("one two", "one\ntwo three") == "one two"


def widget(inside: str, box: str) -> str:
    return f"/Subtype /Widget /F 4 /DA (/F1 11 Tf 0 g) /Rect [{box}] {inside}"


def test_form_values_stand_where_they_stand_on_paper(text):
    page = lines("Plaintiff:", "Amount claimed:", "The end of the form")  # at heights of 720, 704 and 688
    filled = text(
        form(
            page,
            widget("/FT /Tx /T (amount) /V (77,215 dollars)", "160 700 300 714"),
            widget(
                "/FT /Tx /T (plaintiff) /V <FEFF004F00740074006F006C0069006E0065002000460061006900720077006500610074006800650072>",
                "130 716 300 730",
            ),
            widget("/FT /Tx /T (judge) /V (Hon. Ambrose Quill)", "72 640 300 660"),
        )
    )
    assert filled.split("\n") == [
        "Plaintiff: Ottoline Fairweather",
        "Amount claimed: 77,215 dollars",
        "The end of the form",
        "Hon. Ambrose Quill",
    ]


def test_a_value_in_the_middle_of_a_line_stands_in_its_middle(text):
    content = "BT /F1 11 Tf 72 720 Td (I,) Tj 200 0 Td (, swear) Tj ET"
    assert text(form(content, widget("/FT /Tx /T (name) /V (Ida Marlow)", "90 716 260 730"))) == "I, Ida Marlow , swear"


def test_choices_and_ticks_are_read_and_secrets_are_not(text):
    ticks = "/AP << /N << /Yes 5 0 R /Off 5 0 R >> >>"
    filled = text(
        form(
            lines("Nature of suit", "Jury demand", "Other"),
            widget("/FT /Ch /Ff 131072 /T (suit) /V (c2) /Opt [[(c1) (Insurance)] [(c2) (Trade secrets)]]", "200 716 300 730"),
            widget(f"/FT /Btn /T (jury) /V /Yes /AS /Yes {ticks}", "200 700 212 712"),
            widget(f"/FT /Btn /T (other) /V /Off /AS /Off {ticks}", "200 684 212 696"),
            widget("/FT /Tx /Ff 8192 /T (pin) /V (sesame)", "200 660 300 674"),
            widget("/FT /Tx /T (gone) /V (invisible ink)", "200 640 300 654").replace("/F 4", "/F 2"),
            widget("/FT /Btn /Ff 65536 /T (send) /V (Submit)", "200 600 300 614"),
        )
    )
    assert filled.split("\n") == ["Nature of suit Trade secrets", "Jury demand [x]", "Other"]


def test_one_field_on_two_places_and_a_value_of_the_parent(tmp_path, text):
    kids = {
        6: "<< /FT /Tx /T (docket) /V (4:26-cv-118) /Kids [7 0 R 8 0 R] >>",
        7: "<< /Type /Annot /Subtype /Widget /Parent 6 0 R /F 4 /DA (/F1 11 Tf) /Rect [300 716 400 730] >>",
        8: "<< /Type /Annot /Subtype /Widget /Parent 6 0 R /F 4 /DA (/F1 11 Tf) /Rect [300 700 400 714] >>",
    }
    filled = text(pdf(lines("Docket", "Again"), page="/Annots [7 0 R 8 0 R]", catalog="/AcroForm << /Fields [6 0 R] >>", objects=kids))
    assert filled == "Docket 4:26-cv-118\nAgain 4:26-cv-118"


def test_comments_and_typed_notes_are_read_and_marked_as_such(text):
    page = text(
        form(
            lines("The boundary runs along the wall."),
            "/Subtype /Text /T (Jane Doe) /Contents (Ask the surveyor) /Rect [500 700 520 720]",
            "/Subtype /FreeText /DA (/F1 9 Tf) /Contents (Quicklime, see exhibit 4) /Rect [72 600 300 620]",
            "/Subtype /Highlight /Contents (Disputed) /QuadPoints [72 730 200 730 72 716 200 716] /Rect [72 716 200 730]",
            "/Subtype /Link /Contents (a link) /Rect [72 716 200 730]",
            "/Subtype /Popup /Contents (a popup) /Rect [72 716 200 730]",
            "/Subtype /Text /StateModel (Review) /State (Accepted) /Contents (Accepted set by Jane) /Rect [1 1 2 2]",
            fields=False,
        )
    )
    assert page.split("\n") == [
        "The boundary runs along the wall.",
        "[Typed note: Quicklime, see exhibit 4]",
        "[Comment by Jane Doe: Ask the surveyor]",
        "[Comment: Disputed]",
    ]


def test_a_circular_tree_of_fields_and_a_flood_of_notes_end(tmp_path, text):
    circle = {6: "<< /Type /Annot /Subtype /Widget /FT /Tx /Parent 7 0 R /Rect [1 1 9 9] >>", 7: "<< /Parent 6 0 R /Kids [6 0 R 7 0 R] >>"}
    assert text(pdf(lines("Round"), page="/Annots [6 0 R]", catalog="/AcroForm << /Fields [6 0 R 7 0 R] >>", objects=circle)) == "Round"
    flood = form(lines("Flood"), *["/Subtype /Text /Contents (drop) /Rect [1 1 2 2]"] * 5000, fields=False)
    assert text(flood).count("drop") == 2000


WHOLE = pdf(lines("The windlass turned twice before noon.", "Nobody saw it stop."))


@pytest.mark.parametrize(
    ("damage", "content"),
    [
        ("cut off in the table", WHOLE[: WHOLE.index(b"xref") + 20]),
        ("without table", WHOLE[: WHOLE.index(b"xref")]),
        ("cut off behind the stream", WHOLE[: WHOLE.index(b"5 0 obj")]),
        ("cut off in the stream", WHOLE[: WHOLE.index(b"it stop")]),
        ("wrong length, no table", WHOLE.replace(b"/Length ", b"/Length 9")[: WHOLE.index(b"xref")]),
        ("no header", WHOLE.replace(b"%PDF-1.4", b"%PDF-1.x").replace(b"startxref", b"startxxxx")),
        ("no table and junk before it", b"junk " * 40 + WHOLE[: WHOLE.index(b"xref")]),
    ],
)
def test_what_is_whole_in_a_damaged_file_is_read_and_the_damage_is_told(tmp_path, damage, content):
    path = tmp_path / "damaged.pdf"
    path.write_bytes(content)
    with read(path) as extraction:
        assert "windlass" in extraction.pages[0].text
        assert "repaired" in [notice.code for notice in extraction.notices]
        assert extraction.folder is not None
        assert not list(extraction.folder.path.iterdir())


def test_a_sound_file_is_not_called_damaged(tmp_path):
    path = tmp_path / "sound.pdf"
    path.write_bytes(WHOLE + b"\n" * 500)
    assert codes(path) == []


def test_what_nothing_can_read_gets_its_sentence(tmp_path):
    path = tmp_path / "shell.pdf"
    path.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 20)
    with pytest.raises(PermanentError, match="damaged or incomplete") as caught:
        read(path)
    assert caught.value.code == "unreadable"


@pytest.mark.corpus
def test_the_files_that_went_wrong_are_read_right(corpus):
    cases = corpus / "cases"
    with read(cases / "rotated_90_lines.pdf") as extraction:
        assert [line.split()[-1] for line in extraction.pages[0].text.split("\n")] == ["copper", "bronze", "pewter"]
    with read(cases / "form_and_notes.pdf") as extraction:
        text = extraction.pages[0].text
    assert "\nOttoline Fairweather\n77,215 dollars\n" in text
    assert "[Typed note: Typed comment about quicklime]" in text
    assert "[Comment: Margin note: ask the surveyor]" in text
    with read(cases / "truncated_tail.pdf") as extraction:
        assert "windlass" in extraction.pages[0].text
        assert [notice.code for notice in extraction.notices] == ["repaired"]
    with read(cases / "embedded_file.pdf") as extraction:
        assert extraction.attachments
    with read(cases / "forwarded.eml") as extraction:
        assert extraction.attachments


def test_a_file_pinned_to_a_page_is_a_file_inside_and_a_dynamic_form_is_told(tmp_path):
    pinned = "<< /Type /Filespec /F (ledger.txt) /EF << /F 8 0 R >> >>"
    objects = {
        6: "<< /Type /Annot /Subtype /FileAttachment /Rect [10 10 30 30] /FS 7 0 R >>",
        7: pinned,
        8: "<< /Type /EmbeddedFile /Length 9 >>\nstream\nQuicklime\nendstream",
        9: "<< /Length 6 >>\nstream\n<xdp/>\nendstream",
    }
    path = tmp_path / "form.pdf"
    catalog = "/NeedsRendering true /AcroForm << /Fields [] /XFA 9 0 R >>"
    path.write_bytes(pdf(lines("Please wait..."), page="/Annots [6 0 R]", catalog=catalog, objects=objects))
    with read(path) as extraction:
        assert [(one.name, one.path.read_bytes()) for one in extraction.attachments] == [("ledger.txt", b"Quicklime")]
        assert "dynamic_form" in [notice.code for notice in extraction.notices]
