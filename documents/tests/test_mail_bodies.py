"""Which parts of an e-mail are its text, and which become documents of their own."""

from __future__ import annotations

import pytest
from PIL import Image

from documents.services.extraction import extract
from documents.tests.reading import read, text_of

HEAD = "From: a@x.com\nTo: b@x.com\nSubject: Photos\nDate: Mon, 15 Jul 2024 08:00:00 -0400\nMIME-Version: 1.0\n"
ALTERNATIVES = """Content-Type: multipart/alternative; boundary=a

--a
Content-Type: text/plain

%s
--a
Content-Type: text/html

<p>The front door was broken in the night of <b>4 July</b>, and the lock with it.</p>
--a--
"""
REPORT = """Content-Type: multipart/report; boundary=a

--a
Content-Type: text/plain

Delivery failed.
--a
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.x.com

Final-Recipient: rfc822; c@d.com
Status: 5.1.1
--a--
"""
PARTS = """Content-Type: multipart/mixed; boundary=a

--a
Content-Type: text/plain

See below.
--a
Content-Type: application/pdf
Content-Disposition: inline

%%PDF-1.4 scanned
--a
Content-Type: text/calendar; method=REQUEST

BEGIN:VCALENDAR
--a
Content-Type: image/jpeg
Content-ID: <photo>

%s
--a
Content-Type: image/gif
Content-ID: <logo>

GIF89a
--a
Content-Type: text/html

<p>What follows the files.</p>
--a--
"""


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (HEAD + ALTERNATIVES % "Please view this message in HTML.", "The front door was broken"),
        (HEAD + ALTERNATIVES % "The front door was broken in the night of 4 July.", "in the night of 4 July."),
        (HEAD + REPORT, "Final-Recipient: rfc822; c@d.com Status: 5.1.1"),
        (HEAD + PARTS % "photo", "What follows the files."),
        ("\ufeff" + HEAD + "\nWith a mark of its encoding.", "Subject: Photos With a mark"),
    ],
)
def test_the_text_of_a_message_is_what_people_would_read(tmp_path, message, words):
    path = tmp_path / "message.eml"
    path.write_text(message)
    assert words in text_of(path)
    with read(path) as extraction:
        assert extraction.title == "Photos"


def test_files_without_a_name_and_photographs_in_the_body_are_kept(tmp_path):
    path = tmp_path / "message.eml"
    path.write_text(HEAD + PARTS % ("photo" * 6000))
    with extract(path, name=path.name, check=lambda: None, progress=lambda *_: None) as extraction:
        assert [one.name for one in extraction.attachments] == ["attachment.pdf", "attachment.ics", "attachment.jpg"]


def test_a_header_of_many_thousand_addresses_does_not_hold_up_the_reading(tmp_path):
    path = tmp_path / "message.eml"
    path.write_text(HEAD.replace("b@x.com", "b@x.com, " * 50_000) + "\nThe body.")
    assert text_of(path).endswith("The body.")


def test_the_pages_before_a_fax_was_cut_off_are_read(tmp_path):
    path = tmp_path / "fax.tif"
    pages = [Image.new("L", (60, 80), 255) for _ in range(6)]
    pages[0].save(path, save_all=True, append_images=pages[1:])
    path.write_bytes(path.read_bytes()[:-7000])
    with read(path) as extraction:
        assert 0 < len(extraction.pages) < 6
        assert "pages_cut_off" in [notice.code for notice in extraction.notices]
