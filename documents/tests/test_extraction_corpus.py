"""Real files: every phrase that a person would look for comes out, and halves of them end in a result or a sentence."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from documents.services.extraction import detect
from documents.services.extraction.detection import DOCX, EML, HTML, MARKDOWN, PDF, TXT
from documents.tests.reading import read, text_of
from tasks.errors import PermanentError

pytestmark = pytest.mark.corpus
READABLE = (PDF, DOCX, TXT, MARKDOWN, HTML, EML)


def files(corpus: Path, *folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((corpus / folder).iterdir()) if path.suffix != ".md"]


def phrases(corpus: Path) -> dict[str, list[str]]:
    """Phrases by file as the manifest lists them (cut off after 80 characters, which still makes a beginning)."""
    rows = re.findall(r"^\| documents/(\S+) \|[^|]*\|[^|]*\|[^|]*\| ([^|]+?) \|$", (corpus / "MANIFEST.md").read_text(), re.MULTILINE)
    return {name: [phrase for part in cell.split(";") if (phrase := part.strip())] for name, cell in rows}


def test_every_phrase_of_the_manifest_comes_out(corpus):
    wanted = {name: found for name, found in phrases(corpus).items() if found}
    assert len(wanted) >= 15
    for name, expected in wanted.items():
        text = text_of(corpus / "documents" / name)
        assert [phrase for phrase in expected if phrase not in text] == [], name


def test_phrases_named_in_prose_come_out(corpus):
    assert "Tarrant contends that" in text_of(corpus / "documents" / "vector-pdf.pdf")
    assert "Alford plea" in text_of(corpus / "documents" / "missouri.pdf")


def test_every_readable_format_of_the_corpus_is_read(corpus):
    for path in files(corpus, "documents", "redactions"):
        if detect(path, path.name) in READABLE:
            with read(path) as extraction:
                assert extraction.pages, path.name
                assert extraction.engine
                scans = sum(page.needs_ocr for page in extraction.pages)
                assert extraction.characters > 0 or scans == len(extraction.pages), path.name


def test_scans_are_known_by_their_missing_text(corpus):
    scans = [
        "MEDRPT-2024-PAT-3847_medical_report_scan",
        "gov.uscourts.cand.203070.27.0",
        "image-pdf",
        "image_only_german_pdf",
        "ocr_pdf_variation",
    ]
    scans += ["ocr_test", "ocr_test_rotated_90", "opinion_pdf_image_based"]
    for name in scans:
        with read(corpus / "documents" / f"{name}.pdf") as extraction:
            assert all(page.needs_ocr for page in extraction.pages), name
            assert "needs_ocr" in [notice.code for notice in extraction.notices]


def test_digital_pages_are_not_taken_for_scans(corpus):
    for name in (
        "missouri.pdf",
        "ca1_00117684624.pdf",
        "opinion_tax.pdf",
        "nda_document.pdf",
        "sample_contract.pdf",
        "right_to_left_01.pdf",
    ):
        with read(corpus / "documents" / name) as extraction:
            assert not any(page.needs_ocr for page in extraction.pages), name


def test_the_filing_stamp_is_read_and_leaves_the_text(corpus):
    with read(corpus / "documents" / "gov.uscourts.cacd.652774.40.0.pdf") as extraction:
        assert extraction.metadata["docket_number"] == "8:16-cv-01261-DOC-KES"
        assert extraction.metadata["filed"] == "2016-08-05"
        assert extraction.date == date(2016, 8, 5)
        assert not any("Page ID #" in page.text for page in extraction.pages)
        assert all("Page ID #" in page.raw for page in extraction.pages)


def test_the_newest_of_two_stamps_names_the_filing(corpus):
    with read(corpus / "documents" / "gov.uscourts.cand.203070.27.0.pdf") as extraction:
        assert (extraction.metadata["docket_entry"], extraction.metadata["filed"]) == ("27", "2009-02-03")


def test_pleading_line_numbers_leave_the_text(corpus):
    with read(corpus / "documents" / "gov.uscourts.cacd.652774.40.0.pdf") as extraction:
        for page in extraction.pages:
            assert "26 \n27 \n28" in page.raw
            assert "26 \n27 \n28" not in page.text


def test_words_broken_at_line_ends_grow_together(corpus):
    text = text_of(corpus / "documents" / "vector-pdf.pdf")
    assert "simultaneously with" in text
    assert "Oklahoma’s portion" in text


def test_every_offset_map_leads_back_to_the_raw_text(corpus):
    for name in ("vector-pdf.pdf", "gov.uscourts.cacd.652774.40.0.pdf", "fisher_opinion.txt", "opinion_tax.pdf"):
        with read(corpus / "documents" / name) as extraction:
            for page in extraction.pages:
                if page.offset_map is not None:
                    ends = [start for start, _ in page.offset_map[1:]] + [len(page.text)]
                    for (start, raw), end in zip(page.offset_map, ends, strict=True):
                        assert page.text[start:end] == page.raw[raw : raw + end - start]


def test_a_word_file_gives_its_header_and_comments(corpus):
    assert text_of(corpus / "documents" / "word-docx.docx").startswith("Docket No. MD17-00012")
    assert "This is a test comment. 12df-321a" in text_of(corpus / "documents" / "test_with_comment.docx")


def test_attachments_of_an_email_are_handed_over(corpus):
    with read(corpus / "documents" / "mailgun_pdf_attachment.eml") as extraction:
        (attachment,) = extraction.attachments
        assert attachment.name == "test.pdf"
        assert attachment.path.read_bytes().startswith(b"%PDF-1.3")
        assert "Test - body content" in extraction.pages[0].text
    assert not attachment.path.exists()


def test_plain_text_keeps_the_pages_of_the_court(corpus):
    with read(corpus / "documents" / "fisher_opinion.txt") as extraction:
        assert len(extraction.pages) == 41


def test_right_to_left_letters_survive(corpus):
    assert re.search(r"[\u0590-\u06ff]{3}", text_of(corpus / "documents" / "right_to_left_01.pdf"))


def test_hostile_files_end_well(corpus):
    hostile = corpus / "hostile"
    expected = {"empty.pdf": "empty_file", "document.docx": "type_mismatch"}
    for name, code in expected.items():
        with pytest.raises(PermanentError) as caught:
            read(hostile / name)
        assert caught.value.code == code
    assert len(read(hostile / "broken-mime.pdf").pages) == 23
    assert len(read(hostile / "copy_protected.pdf").pages) == 2
    assert "Feliciano v Seabrook" in text_of(hostile / "not_wpd.html")


def test_content_beats_the_name_and_the_reader_is_told(corpus):
    with read(corpus / "hostile" / "not_wpd.html", name="order.wpd") as extraction:
        assert extraction.mime == HTML
        assert [notice.code for notice in extraction.notices] == ["type_by_content"]
    with read(corpus / "documents" / "missouri.pdf", name="missouri.docx") as extraction:
        assert extraction.mime == PDF


@pytest.mark.parametrize("part", [0.5, 0.9])
def test_truncated_files_end_in_a_result_or_a_sentence(corpus, tmp_path, part):
    for path in files(corpus, "documents", "hostile", "redactions"):
        cut = tmp_path / path.name
        content = path.read_bytes()
        cut.write_bytes(content[: int(len(content) * part)])
        outcome = _outcome(cut)
        assert outcome not in ("", "no pages", "parser_failed", "parser_crashed", "parser_timeout"), (path.name, outcome)


def _outcome(path: Path) -> str:
    try:
        with read(path) as extraction:
            return "read" if extraction.pages else "no pages"
    except PermanentError as error:
        return error.code
