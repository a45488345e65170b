"""Files made to hurt: each ends in a sentence or a result, soon, with the reader still there for the next file."""

from __future__ import annotations

import time
import zipfile

import pypdf
import pytest

from documents.tests.reading import CONTENT_TYPES, W, docx, paragraph, pdf, read, text_of
from tasks.errors import PermanentError


def refusal(path, name=None) -> PermanentError:
    with pytest.raises(PermanentError) as caught:
        read(path, name)
    assert caught.value.message.endswith(".")
    return caught.value


def encrypted(path, password):
    writer = pypdf.PdfWriter()
    writer.add_blank_page(612, 792)
    writer.encrypt(password, "owner", algorithm="AES-256")
    writer.write(path)
    return path


def test_an_encrypted_pdf_asks_for_its_password_to_be_removed(tmp_path):
    error = refusal(encrypted(tmp_path / "a.pdf", "secret"))
    assert error.code == "encrypted"
    assert "password" in error.message


def test_a_pdf_with_only_an_owner_password_is_read(tmp_path):
    assert len(read(encrypted(tmp_path / "a.pdf", "")).pages) == 1


def test_a_million_claimed_pages_are_refused_at_once(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf([["hello"]], count=1_000_000))
    started = time.monotonic()
    assert refusal(path).code == "too_many_pages"
    assert time.monotonic() - started < 10


def test_claimed_pages_that_never_were_are_dropped(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf([["hello"]], count=9_000))
    with read(path) as extraction:
        assert [page.text.strip() for page in extraction.pages] == ["hello"]
        assert [notice.code for notice in extraction.notices] == ["pages_unreadable"]


def test_five_thousand_pages_are_read(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf([["IN THE DISTRICT COURT", f"paragraph number {number} of the complaint says this"] for number in range(5_000)]))
    with read(path) as extraction:
        assert len(extraction.pages) == 5_000
        assert "number 4999 of" in extraction.pages[-1].text


def test_a_zip_bomb_in_a_word_file_is_stopped_while_it_inflates(tmp_path):
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("word/document.xml", f"<w:document {W}><w:body>" + " " * 200_000_000)
    assert refusal(path).code == "decompression_bomb"


def test_an_archive_of_countless_members_is_refused(tmp_path):
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(10_001):
            archive.writestr(f"word/{number}", b"")
    assert refusal(path).code == "decompression_bomb"


def test_entities_in_a_word_file_are_not_expanded(tmp_path):
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        doctype = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y "&x;&x;">]>'
        archive.writestr("word/document.xml", f"{doctype}<w:document {W}><w:body>{paragraph('&y;')}</w:body></w:document>")
    assert refusal(path).code == "unreadable"


def test_deep_nesting_ends_in_a_sentence(tmp_path):
    deep = "<w:sdt>" * 5_000 + "</w:sdt>" * 5_000
    assert refusal(docx(tmp_path / "a.docx", deep)).code == "unreadable"


def test_text_and_noise_under_a_false_name_are_refused(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"just some words")
    assert refusal(path, "brief.pdf").code == "type_mismatch"
    path.write_bytes(bytes(range(256)) * 20)
    assert refusal(path, "brief.pdf").code == "unreadable"
    assert refusal(path, "brief.bin").code == "unsupported_type"
    path.write_bytes(b"")
    assert refusal(path, "brief.txt").code == "empty_file"


def test_a_pdf_of_noise_is_refused(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 100)
    assert refusal(path).code == "unreadable"


def test_a_file_that_is_two_types_is_read_as_the_first(tmp_path):
    path = tmp_path / "polyglot"
    path.write_bytes(pdf([["I am the PDF"]]) + docx(tmp_path / "b.docx", paragraph("I am the other")).read_bytes())
    assert text_of(path, "polyglot.docx") == "I am the PDF"


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\nb.txt", "x" * 10_000 + ".txt", "\udcff.txt", ""])
def test_no_name_can_hurt(tmp_path, name):
    path = tmp_path / "a"
    path.write_text("harmless")
    assert text_of(path, name) == "harmless"


@pytest.mark.parametrize("text", ["lorem ipsum " * 900_000, "x" * 11_000_000, " " * 11_000_000 + "x", "\n" * 11_000_000 + "x"])
def test_an_endless_line_is_read_in_seconds(tmp_path, text):
    path = tmp_path / "a.txt"
    path.write_text(text)
    started = time.monotonic()
    assert read(path).pages[0].text.strip() == text.strip()
    assert time.monotonic() - started < 20


def test_a_text_beyond_all_measure_is_refused(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"a " * 31_000_000)
    assert refusal(path).code == "text_too_long"


def test_an_email_of_countless_parts_is_refused(tmp_path):
    path = tmp_path / "a.eml"
    part = "--b\nContent-Type: application/x-thing\nContent-Disposition: attachment; filename=a\n\nx\n"
    path.write_text("From: a@b.c\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n" + part * 600 + "--b--\n")
    assert refusal(path).code == "too_many_attachments"


def test_an_email_nested_in_itself_is_taken_one_level_at_a_time(tmp_path):
    path = tmp_path / "a.eml"
    path.write_text(
        "".join(f"From: a@b.c\nSubject: level {n}\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n" for n in range(50))
        + "From: x\n\nend"
    )
    with read(path) as extraction:
        assert [attachment.name for attachment in extraction.attachments] == ["level 1.eml"]
