"""What each format gives: made files, so that every part of them is known."""

from __future__ import annotations

from datetime import date
from email.message import EmailMessage

import pytest

from documents.services.extraction import detect
from documents.services.extraction.detection import DOCX, EML, EMPTY, HTML, MARKDOWN, PDF, TXT, UNKNOWN
from documents.tests.reading import W, docx, paragraph, pdf, read, text_of


@pytest.mark.parametrize(
    ("content", "name", "mime"),
    [
        (b"", "a.pdf", EMPTY),
        (b"%PDF-1.4\n...", "a.docx", PDF),
        (b"\r\njunk before\r\n%PDF-1.4\n...", "a.pdf", PDF),
        (b"The string %PDF-1.4 opens a PDF.", "a.txt", PDF),
        (b"From: a@b.c\r\nMIME-Version: 1.0\r\nSubject: %PDF-1.4\r\n\r\nhello", "a.pdf", EML),
        (b"From: a@b.c\r\nTo: b@b.c\r\nSubject: x\r\n\r\nhello", "a.eml", EML),
        (b"TO: All associates\nRE: Filing\n\nPlease file.", "memo.txt", TXT),
        (b"<!DOCTYPE html><html><body>x</body></html>", "a.txt", HTML),
        (b"# Title\n\ntext", "a.md", MARKDOWN),
        ("נאום".encode(), "a.txt", TXT),
        ("\ufeffHello".encode("utf-16"), "a.txt", TXT),
        (bytes(range(256)) * 10, "a.txt", UNKNOWN),
        (b"\x89PNG\r\n\x1a\n...", "a.pdf", "image/png"),
        (b"PK\x03\x04" + b"\0" * 26 + b"word/document.xml", "cut.docx", DOCX),
    ],
)
def test_the_type_is_decided_by_content(content, name, mime):
    assert detect(content, name) == mime


def test_a_word_file_gives_everything_that_was_written(tmp_path):
    body = (
        paragraph("Alpha")
        + "<w:p><w:r><w:t>Held</w:t></w:r><w:r><w:footnoteReference w:id='2'/></w:r><w:r><w:tab/><w:t>so</w:t></w:r></w:p>"
        + "<w:p><w:ins w:author='A'><w:r><w:t>inserted </w:t></w:r></w:ins>"
        + "<w:del w:author='A'><w:r><w:delText>deleted</w:delText></w:r></w:del>"
        + "<w:moveFrom><w:r><w:t>moved away</w:t></w:r></w:moveFrom><w:r><w:t>kept</w:t></w:r></w:p>"
        + f"<w:tbl><w:tr><w:tc>{paragraph('left')}</w:tc><w:tc>{paragraph('right')}</w:tc></w:tr></w:tbl>"
        + f"<w:sdt><w:sdtContent>{paragraph('in a control')}</w:sdtContent></w:sdt>"
    )
    parts = {
        "header": ("header1.xml", f"<w:hdr {W}>{paragraph('Docket No. 1:24-cv-00123')}</w:hdr>"),
        "footer": ("footer1.xml", f"<w:ftr {W}>{paragraph('Privileged')}</w:ftr>"),
        "footnotes": ("footnotes.xml", f"<w:footnotes {W}><w:footnote w:id='2'>{paragraph('See Roe.')}</w:footnote></w:footnotes>"),
        "comments": (
            "comments.xml",
            f"<w:comments {W}><w:comment w:id='0' w:author='Ann'>{paragraph('Check this.')}</w:comment></w:comments>",
        ),
    }
    with read(docx(tmp_path / "a.docx", body, parts)) as extraction:
        lines = [line for line in extraction.pages[0].text.split("\n") if line]
    assert lines == [
        "Docket No. 1:24-cv-00123",
        "Alpha",
        "Held[1]\tso",
        "[inserted: inserted] [deleted: deleted][moved away: moved away]kept",
        "left\tright",
        "in a control",
        "Privileged",
        "Footnotes",
        "[1] See Roe.",
        "[Comment 1 by Ann] Check this.",
    ]
    assert {notice.code for notice in extraction.notices} == {"tracked_changes", "comments"}


def test_html_gives_what_a_reader_sees(tmp_path):
    page = tmp_path / "a.html"
    page.write_text(
        "<html><head><title>An &amp; order</title><style>p{}</style></head><body><script>evil()</script><p>One<br>two</p>"
        "<p style='display: none'>hidden</p><p hidden>also</p><table><tr><td>a</td><td>b</td></tr></table><pre>x\n  y</pre></body></html>"
    )
    with read(page) as extraction:
        assert extraction.title == "An & order"
        assert extraction.pages[0].text == "One\ntwo\n\na\tb\n\nx\ny"


def test_html_is_read_in_the_encoding_it_names(tmp_path):
    page = tmp_path / "a.html"
    page.write_bytes('<html><meta charset="iso-8859-2"><body>Dvořák</body></html>'.encode("iso-8859-2"))
    assert text_of(page) == "Dvořák"


def test_an_email_gives_headers_body_and_files(tmp_path):
    inner = EmailMessage()
    inner["Subject"] = "Settlement offer"
    inner["From"] = "b@example.org"
    inner.set_content("We offer nothing.")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Ann <a@example.org>", "b@example.org", "Re: §1983 – draft"
    mail["Date"] = "Tue, 05 Mar 2024 10:00:00 +0000"
    mail.set_content("Please read.")
    mail.add_alternative("<p>Please <b>read</b>.</p><img src='cid:logo'>", subtype="html")
    mail.get_payload()[1].add_related(b"\x89PNG", "image", "png", cid="<logo>")
    mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="../../etc/brief.pdf")
    mail.add_attachment(inner)
    path = tmp_path / "a.eml"
    path.write_bytes(mail.as_bytes())
    with read(path) as extraction:
        text = extraction.pages[0].text
        assert [attachment.name for attachment in extraction.attachments] == ["../../etc/brief.pdf", "Settlement offer.eml"]
        assert all(attachment.path.parent == extraction.folder.path for attachment in extraction.attachments)
        assert b"We offer nothing." in extraction.attachments[1].path.read_bytes()
    assert "Subject: Re: §1983 – draft" in text
    assert text.endswith("Please read.")
    assert extraction.date == date(2024, 3, 5)
    assert extraction.title == "Re: §1983 – draft"


@pytest.mark.parametrize("charset", ["no-such-charset", "ascii", "utf-8"])
def test_a_wrong_charset_costs_letters_not_the_email(tmp_path, charset):
    path = tmp_path / "a.eml"
    head = f"From: a@b.c\nSubject: x\nMIME-Version: 1.0\nContent-Type: text/plain; charset={charset}\n\n"
    path.write_bytes(head.encode() + "The café is closed.".encode("cp1252"))
    assert "The café is closed." in text_of(path)


def test_an_email_of_html_alone_is_read_as_text(tmp_path):
    path = tmp_path / "a.eml"
    path.write_text("From: a@b.c\nSubject: x\nMIME-Version: 1.0\nContent-Type: text/html\n\n<p>Only</p><p>markup</p>")
    assert "Only\n\nmarkup" in read(path).pages[0].text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
def test_text_is_read_in_its_encoding(tmp_path, encoding):
    path = tmp_path / "a.txt"
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    path.write_bytes(mark + "“Café” – § 12".encode(encoding))
    assert text_of(path) == "“Café” – § 12"


def test_text_in_any_script_survives(tmp_path):
    texts = "العدالة للجميع | צדק לכל | 法律面前人人平等 | Правосудие | न्याय | ⚖️ 👩‍⚖️"
    path = tmp_path / "a.txt"
    path.write_text(texts)
    assert text_of(path) == texts


def test_nul_bytes_and_lone_surrogates_are_left_out(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"before\0after" + b" ok")
    assert text_of(path) == "beforeafter ok"
    page = tmp_path / "b.html"
    page.write_text("<html><body>a&#xD800;b&#0;c</body></html>")
    text_of(page).encode("utf-8")


def test_form_feeds_are_pages_and_a_markdown_heading_is_the_title(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("first\fsecond\f")
    assert [page.text for page in read(path).pages] == ["first", "second"]
    heading = tmp_path / "a.md"
    heading.write_text("# The Title #\n\ntext")
    assert read(heading).title == "The Title"


def test_a_printed_title_is_no_title(tmp_path):
    from documents.services.extraction.parsers.pdf import title_of

    assert title_of("Microsoft Word - Draft 3.docx") == ""
    assert title_of("scan_0012") == ""
    assert title_of("Tarrant Regional Water Dist. v. Herrmann") == "Tarrant Regional Water Dist. v. Herrmann"


def test_pages_of_a_pdf_report_progress_and_sizes(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf([[f"Unique words {number}", "More of it", f"and {'x' * number}"] for number in range(1, 4)]))
    seen: list[tuple[int, int]] = []
    with read(path, progress=lambda done, total: seen.append((done, total))) as extraction:
        assert [page.number for page in extraction.pages] == [1, 2, 3]
        assert (extraction.pages[0].width, extraction.pages[0].height) == (612.0, 792.0)
    assert seen[-1] == (3, 3)
