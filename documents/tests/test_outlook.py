"""Outlook's messages give what e-mail gives: headers, body, attached files, messages inside; and hurt as little."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from documents.models import Document
from documents.services.extraction import Extraction, detect
from documents.services.extraction.containers import outlook as mapi
from documents.services.extraction.containers.outlook import unpacked_rtf
from documents.services.extraction.errors import Unreadable
from documents.tests.outlook import Tree, compound, message
from documents.tests.reading import pdf, read
from tasks.errors import PermanentError

BASE = {
    mapi.SUBJECT: "Re: Angebot für Müller – 報告",
    mapi.SENT_FOR_NAME: "Doe, Jané",
    mapi.SENT_FOR_SMTP: "jane@example.org",
    mapi.BODY: "Dear Bob,\r\nplease sign.",
    mapi.SUBMITTED: datetime(2024, 3, 5, 9, 30, tzinfo=UTC),
    mapi.MESSAGE_ID: "<2@example.org>",
    mapi.IN_REPLY_TO: "<1@example.org>",
    mapi.REFERENCES: "<0@example.org> <1@example.org>",
}
RECIPIENTS = [
    {mapi.RECIPIENT_KIND: 1, mapi.DISPLAY_NAME: "Bob", mapi.ADDRESS: "/o=Firm/cn=bob", mapi.SMTP_ADDRESS: "bob@example.org"},
    {mapi.RECIPIENT_KIND: 2, mapi.DISPLAY_NAME: "Someone inside", mapi.ADDRESS: "/o=Firm/cn=someone"},
    {mapi.RECIPIENT_KIND: 3, mapi.DISPLAY_NAME: "Eve", mapi.SMTP_ADDRESS: "eve@example.org"},
]


def opened(tmp_path: Path, tree: Tree | bytes) -> Extraction:
    path = tmp_path / "a.msg"
    path.write_bytes(compound(tree) if isinstance(tree, dict) else tree)
    return read(path)


def literal(text: bytes) -> bytes:
    """RTF in its packing, without any compression."""
    groups = b"".join(b"\0" + text[at : at + 8] for at in range(0, len(text), 8))
    return struct.pack("<II4sI", len(groups) + 12, len(text), b"LZFu", 0) + groups


def test_it_is_told_by_its_content_not_by_its_name() -> None:
    content = compound(message(BASE))
    assert detect(content, "x") == "application/vnd.ms-outlook"
    assert detect(compound({"WordDocument": b"x"}, bytes(16)), "x.doc") == "application/msword"
    assert detect(compound(message(BASE), bytes(16)), "x") == "application/vnd.ms-outlook"


def test_it_gives_what_an_email_gives(tmp_path: Path) -> None:
    files = [{mapi.LONG_NAME: "../brief.pdf", mapi.DATA: pdf([["The brief."]]), mapi.MEDIA_TYPE: "application/pdf"}]
    with opened(tmp_path, message(BASE, RECIPIENTS, files)) as extraction:
        lines = extraction.pages[0].text.split("\n")
        assert [one.name for one in extraction.attachments] == ["../brief.pdf"]
        assert extraction.attachments[0].path.read_bytes().startswith(b"%PDF")
    assert lines[:5] == [
        'From: "Doe, Jané" <jane@example.org>',
        "To: Bob <bob@example.org>",
        'Cc: "Someone inside"',
        "Bcc: Eve <eve@example.org>",
        "Date: Tue, 05 Mar 2024 09:30:00 +0000",
    ]
    assert lines[5:] == ["Subject: Re: Angebot für Müller – 報告", "", "Attachments: ../brief.pdf", "", "Dear Bob,", "please sign."]
    assert (extraction.title, extraction.date) == ("Re: Angebot für Müller – 報告", date(2024, 3, 5))
    assert extraction.metadata["subject"] == "Angebot für Müller – 報告"
    assert extraction.metadata["references"] == ["<0@example.org>", "<1@example.org>"]
    assert (extraction.metadata["message_id"], extraction.metadata["in_reply_to"]) == ("<2@example.org>", "<1@example.org>")
    assert extraction.metadata["addresses"] == ["jane@example.org", "bob@example.org", "eve@example.org"]


def test_the_headers_it_travelled_with_count_first(tmp_path: Path) -> None:
    sent = "Microsoft Mail Internet Headers Version 2.0\r\nReceived: from x\r\n"
    sent += "Date: Tue, 5 Mar 2024 11:30:00 +0200\r\nMessage-ID:\r\n <9@x.org>\r\n\r\n"
    with opened(tmp_path, message({**BASE, mapi.TRANSPORT_HEADERS: sent})) as extraction:
        assert extraction.metadata["sent"] == "2024-03-05T11:30:00+02:00"
        assert extraction.metadata["message_id"] == "<9@x.org>"


@pytest.mark.parametrize(("codepage", "encoding"), [(1251, "cp1251"), (932, "cp932"), (65001, "utf-8"), (20866, "koi8-r")])
def test_old_messages_in_their_code_page(tmp_path: Path, codepage: int, encoding: str) -> None:
    body = "契約書の写しを送ります。" if encoding == "cp932" else "Договор подписан сегодня."
    with opened(tmp_path, message({mapi.CODEPAGE: codepage, mapi.BODY: body, mapi.SUBJECT: body}, codepage=encoding)) as extraction:
        assert extraction.pages[0].text == f"Subject: {body}\n\n{body}"


def test_a_body_of_html_alone(tmp_path: Path) -> None:
    html = "<html><body><p>Größe</p><p>two</p></body></html>".encode("cp1252")
    with opened(tmp_path, message({mapi.HTML_BODY: html, mapi.BODY_CODEPAGE: 1252, mapi.SUBJECT: "x"})) as extraction:
        assert extraction.pages[0].text.endswith("Größe\n\ntwo")


def test_a_body_of_rtf_alone(tmp_path: Path) -> None:
    rtf = literal(rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\f0 The quicklime was \b paid\b0.\par Gr\'fc\'dfe}")
    with opened(tmp_path, message({mapi.RTF_BODY: rtf, mapi.SUBJECT: "x"})) as extraction:
        assert "The quicklime was paid.\nGrüße" in extraction.pages[0].text


def test_a_body_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with opened(tmp_path, message({mapi.RTF_BODY: b"no RTF at all, whatever it is", mapi.SUBJECT: "x"})) as extraction:
        assert "body_unreadable" in {notice.code for notice in extraction.notices}


def test_packed_rtf_by_the_example_of_its_specification() -> None:
    """[MS-OXRTFCP] 4.1.1 and 4.1.2."""
    simple = bytes.fromhex("2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0")
    assert unpacked_rtf(simple) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    crossing = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
    assert unpacked_rtf(crossing) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"
    with pytest.raises(Unreadable):
        unpacked_rtf(struct.pack("<II4sI", 20, 2**31, b"LZFu", 0) + bytes(20))


def test_pictures_of_the_html_are_no_attachments_but_photographs_are(tmp_path: Path) -> None:
    picture = {mapi.LONG_NAME: "logo.png", mapi.DATA: b"\x89PNG", mapi.CONTENT_ID: "logo@1"}
    photograph = {mapi.LONG_NAME: "scene.png", mapi.DATA: b"\x89PNG", mapi.CONTENT_ID: "scene@1"}
    values = {mapi.BODY: "x", mapi.HTML_BODY: b"<img src='cid:logo@1'>"}
    with opened(tmp_path, message(values, (), [picture, photograph])) as extraction:
        assert [one.name for one in extraction.attachments] == ["scene.png"]


def test_an_unreadable_attachment_is_told(tmp_path: Path) -> None:
    files = [{mapi.LONG_NAME: "drawing", mapi.DATA: {"CONTENTS": b"an OLE object"}}, {mapi.LONG_NAME: "a.txt", mapi.DATA: b"x"}]
    with opened(tmp_path, message(BASE, (), files)) as extraction:
        assert [one.name for one in extraction.attachments] == ["a.txt"]
        assert "drawing" in next(notice.text for notice in extraction.notices if notice.code == "attachment_unreadable")


def nested(depth: int) -> Tree:
    """Messages in each other, so many levels below the outermost."""
    tree: Tree = message({mapi.SUBJECT: f"Level {depth}", mapi.BODY: "The core."}, embedded=depth > 0)
    for level in range(depth - 1, -1, -1):
        inner = [{mapi.DISPLAY_NAME: f"Level {level + 1}", mapi.DATA: tree}]
        tree = message({mapi.SUBJECT: f"Level {level}", mapi.BODY: f"Text {level}."}, (), inner, embedded=level > 0)
    return tree


def test_a_hundred_messages_in_each_other_end(tmp_path: Path) -> None:
    with opened(tmp_path, nested(100)) as extraction:
        (inner,) = extraction.attachments
        assert inner.name == "Level 1.eml"
        assert b"Subject: Level 9" in inner.path.read_bytes()


def test_hostile_headers_stay_on_their_line(tmp_path: Path) -> None:
    evil = "x\r\nBcc: evil@example.org\r\n\r\nbody\0\ud800"
    values = {mapi.SUBJECT: evil.replace("\ud800", ""), mapi.SENT_FOR_NAME: '"<>\\', mapi.MESSAGE_ID: "no id", mapi.BODY: "text"}
    with opened(tmp_path, message(values, [{mapi.RECIPIENT_KIND: 1, mapi.SMTP_ADDRESS: "a@b\r\nX: y"}])) as extraction:
        assert "Bcc" not in {line.split(":")[0] for line in extraction.pages[0].text.split("\n")}
        assert extraction.title == "x Bcc: evil@example.org body"


@pytest.mark.parametrize("seed", range(40))
def test_mutated_and_truncated_messages_end_in_a_result_or_a_sentence(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    inner = message({mapi.SUBJECT: "inner", mapi.BODY: "x" * 5_000}, embedded=True)
    files = [{mapi.LONG_NAME: "a.txt", mapi.DATA: b"y" * 6_000}, {mapi.DISPLAY_NAME: "inner", mapi.DATA: inner}]
    content = bytearray(compound(message({**BASE, mapi.RTF_BODY: literal(b"{\\rtf1 x}")}, RECIPIENTS, files)))
    for _ in range(chance.choice([1, 10, 100])):
        content[chance.randrange(8, len(content))] = chance.randrange(256)
    if seed % 4 == 0:
        del content[chance.randrange(600, len(content)) :]
    try:
        with opened(tmp_path, bytes(content)) as extraction:
            assert len(extraction.pages) == 1
    except PermanentError as refusal:
        assert refusal.code == "unreadable"  # noqa: PT017 - either end is right


@pytest.mark.parametrize("content", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5_000), bytes(3_000)])
def test_what_only_pretends_is_damaged(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(PermanentError) as caught:
        opened(tmp_path, content)
    assert caught.value.code in ("unreadable", "type_mismatch")


@pytest.mark.django_db(transaction=True)
def test_messages_inside_and_their_files_are_documents(accept: Callable[..., Document], work_off: Callable[..., int]) -> None:
    terms = {mapi.LONG_NAME: "terms.txt", mapi.DATA: b"Not after March."}
    inner = message(
        {mapi.SUBJECT: "The offer", mapi.BODY: "We offer 77,215 dollars.", mapi.MESSAGE_ID: "<7@x.org>"}, (), [terms], embedded=True
    )
    accept(
        compound(message({**BASE, mapi.SUBJECT: "Fwd: The offer"}, RECIPIENTS, [{mapi.DISPLAY_NAME: "The offer", mapi.DATA: inner}])),
        "m.msg",
    )
    work_off()
    found = {one.name: one for one in Document.objects.all()}
    assert {name: (one.kind, one.status) for name, one in found.items()} == {
        "m.msg": ("email", "ready"),
        "The offer.eml": ("email", "ready"),
        "terms.txt": ("other", "ready"),
    }
    assert found["The offer.eml"].parent == found["m.msg"]
    assert found["terms.txt"].parent == found["The offer.eml"]
    assert found["The offer.eml"].metadata["message_id"] == "<7@x.org>"


@pytest.mark.corpus
def test_the_message_of_the_corpus(corpus: Path) -> None:
    with read(corpus / "documents" / "fake_email_attachment.msg") as extraction:
        (attachment,) = extraction.attachments
        assert attachment.name == "fake-attachment.txt"
        assert attachment.path.read_bytes()
        text = extraction.pages[0].text
    assert "Subject: Fake email with attachment" in text
    assert "Lots of whitespace" in text
    assert extraction.metadata["sent"] == "2022-12-23T12:08:48-06:00"
