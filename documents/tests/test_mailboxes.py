"""Mailboxes (MBOX, PST): every message becomes a document of its own, and the mailbox lists them."""

from __future__ import annotations

import os
import random
import shutil
import stat
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from documents.models import Document
from documents.services.extraction import Extraction, detect
from documents.services.extraction.parsers import mbox
from documents.services.extraction.parsers.base import Job
from documents.services.sandbox.pool import close_all
from documents.tests.reading import let_scripts_run, read
from tasks.errors import PermanentError

FROM = b"From a@example.org Tue Mar  5 10:00:00 2024\n"


def mail(subject: str, body: str = "Text.", sender: str = "a@example.org") -> bytes:
    identity = f"<{subject.replace(' ', '')}@example.org>"
    head = f"From: {sender}\nTo: b@example.org\nSubject: {subject}\nDate: Tue, 05 Mar 2024 10:00:00 +0100\nMessage-ID: {identity}"
    return f"{head}\n\n{body}\n".encode()


def mailbox(*mails: bytes) -> bytes:
    return b"".join(FROM + one + b"\n" for one in mails)


def opened(tmp_path: Path, content: bytes, name: str = "a.mbox") -> Extraction:
    path = tmp_path / name
    path.write_bytes(content)
    return read(path)


def contents(extraction: Extraction) -> list[bytes]:
    return [one.path.read_bytes() for one in extraction.attachments]


@pytest.mark.parametrize(
    ("content", "name", "mime"),
    [
        (mailbox(mail("a"), mail("b")), "box", "application/mbox"),
        (mailbox(mail("a"), mail("b")), "box.eml", "application/mbox"),
        (mailbox(mail("a")), "one.eml", "message/rfc822"),
        (mailbox(mail("a")), "one.mbox", "application/mbox"),
        (b"From - Tue Mar 05 10:00:00 2024\r\nX-Mozilla-Status: 0001\r\n\r\nx", "Inbox", "application/mbox"),
        (b"From 17@xxx Tue Mar 05 10:00:00 +0000 2024\nX-GM-THRID: 1\n\nx", "All mail", "application/mbox"),
        (b"From the desk of Judge Roe, 2024\n\nDear counsel: no.", "letter.mbox", "text/plain"),
        (b"From 9:30 on May 5 2024\nwe met.", "memo.txt", "text/plain"),
    ],
)
def test_a_mailbox_is_told_from_a_message_and_from_a_letter(content: bytes, name: str, mime: str) -> None:
    assert detect(content, name) == mime


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_messages_are_taken_out_byte_by_byte_and_listed(tmp_path: Path, end: bytes) -> None:
    mails = [mail("First"), mail("Second / offer", "One.\n\nTwo."), mail("Third")]
    with opened(tmp_path, mailbox(*mails).replace(b"\n", end)) as extraction:
        assert contents(extraction) == [one.replace(b"\n", end) for one in mails]
        assert [one.name for one in extraction.attachments] == ["00001 First.eml", "00002 Second - offer.eml", "00003 Third.eml"]
        assert extraction.pages[0].text.splitlines()[1] == "2024-03-05 10:00 | a@example.org | Second / offer"
        assert extraction.notices == []


def test_a_line_that_only_begins_with_from_is_text(tmp_path: Path) -> None:
    body = "Sentence.\n\nFrom now on: nothing.\n\n>From here it was quoted.\n\n>>From twice\n\nFrom the end"
    with opened(tmp_path, mailbox(mail("a", body))) as extraction:
        (content,) = contents(extraction)
    assert content.decode().endswith("From now on: nothing.\n\nFrom here it was quoted.\n\n>From twice\n\nFrom the end\n")


def test_a_letter_of_one_endless_line_and_ten_thousand_messages(tmp_path: Path) -> None:
    started = time.monotonic()
    many = [mail(str(n)) for n in range(10_000)]
    with opened(tmp_path, mailbox(mail("long", "x" * 20_000_000), *many)) as extraction:
        assert len(extraction.attachments) == 10_001
        assert extraction.attachments[0].path.stat().st_size > 20_000_000
        assert len(extraction.pages) == 34
    assert time.monotonic() - started < 30


def test_a_large_mailbox_is_never_in_memory(tmp_path: Path) -> None:
    with (tmp_path / "a.mbox").open("wb") as file:
        for number in range(50):
            file.write(mailbox(mail(f"Number {number}", "word " * 16_000 + "\n" + "x" * 2_000_000)))
    folder = tmp_path / "inside"
    folder.mkdir()
    tracemalloc.start()
    try:
        parsed = mbox.parse(Job(tmp_path / "a.mbox", "a.mbox", "", folder, lambda _done, _total: None))
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
    assert len(parsed.attachments) == 50


def test_more_messages_than_are_kept_are_told(tmp_path: Path) -> None:
    with opened(tmp_path, mailbox(*[b"A: b\n\n"] * (mbox.MAX_CONTAINED + 7))) as extraction:
        assert len(extraction.attachments) == mbox.MAX_CONTAINED
        assert [(notice.code, " 7 of them" in notice.text) for notice in extraction.notices] == [("messages_beyond", True)]


@pytest.mark.parametrize("seed", range(15))
def test_mutated_and_truncated_mailboxes_lose_no_byte_of_text(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    content = bytearray(mailbox(*[mail(f"Number {n}", "word " * 30) for n in range(20)]))
    for _ in range(40):
        content[chance.randrange(len(FROM) + 3, len(content))] = chance.randrange(32, 127)
    del content[chance.randrange(500, len(content)) :]
    words = bytes(content).count(b"word ")
    with opened(tmp_path, bytes(content)) as extraction:
        assert sum(one.count(b"word ") for one in contents(extraction)) == words


@pytest.mark.django_db(transaction=True)
def test_messages_are_mail_of_the_case(accept: Callable[..., Document], work_off: Callable[..., int]) -> None:
    box = accept(mailbox(mail("The offer", "We offer 77,215 dollars."), mail("Re: The offer", "Refused.")), "box.mbox")
    work_off()
    box.refresh_from_db()
    assert box.status == Document.Status.READY
    mails = box.attachments.order_by("name")
    assert [(one.title, one.kind, one.status) for one in mails] == [("The offer", "email", "ready"), ("Re: The offer", "email", "ready")]
    assert [one.metadata["message_id"] for one in mails] == ["<Theoffer@example.org>", "<Re:Theoffer@example.org>"]
    assert [one.metadata["subject"] for one in mails] == ["The offer", "The offer"]
    assert mails[0].metadata["sent"] == "2024-03-05T10:00:00+01:00"


PST = b"!BDN" + bytes(600)


@pytest.fixture
def converter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Put a program in the place of readpst: `converter(shell script)`; its last two arguments are the folder and the mailbox."""
    folder = tmp_path / "bin"
    folder.mkdir()

    def put(script: str) -> None:
        program = folder / "readpst"
        program.write_text(f"#!/bin/sh\nwhile [ $# -gt 2 ]; do shift; done\n{script}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)

    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    let_scripts_run(monkeypatch, tmp_path)
    close_all()  # children that run already have the other PATH
    yield put
    close_all()


def test_an_outlook_mailbox_keeps_its_folders(tmp_path: Path, converter: Callable[[str], None]) -> None:
    letter = mail("The offer").decode()
    converter(f'mkdir -p "$1/Top/In box"\ncat > "$1/Top/In box/1.eml" <<\'E\'\n{letter}E\nln -s /etc/passwd "$1/Top/2.eml" || true')
    with opened(tmp_path, PST, "a.pst") as extraction:
        (one,) = extraction.attachments
        assert (one.name, one.about) == ("00001 The offer.eml", {"folder": "Top/In box"})
        assert "The offer" in extraction.pages[0].text
        assert "Top/In box" in extraction.pages[0].text


@pytest.mark.parametrize("script", ["exit 1", "kill -9 $$", "ulimit -t 1; while :; do :; done"])
def test_a_converter_that_fails_is_a_damaged_file(tmp_path: Path, converter: Callable[[str], None], script: str) -> None:
    converter(script)
    with pytest.raises(PermanentError) as caught:
        opened(tmp_path, PST, "a.pst")
    assert caught.value.code == "unreadable"


def test_what_a_failing_converter_wrote_is_kept(tmp_path: Path, converter: Callable[[str], None]) -> None:
    converter("echo 'Subject: x' > $1/1.eml; exit 1")
    with opened(tmp_path, PST, "a.pst") as extraction:
        assert len(extraction.attachments) == 1
        assert [notice.code for notice in extraction.notices] == ["mailbox_incomplete"]


def test_a_converter_that_never_stops_writing_is_stopped(tmp_path: Path, converter: Callable[[str], None]) -> None:
    converter('i=0; while :; do truncate -s 900M "$1/$i.eml"; i=$((i+1)); sleep 0.02; done')
    started = time.monotonic()
    with opened(tmp_path, PST, "a.pst") as extraction:
        assert {notice.code for notice in extraction.notices} >= {"mailbox_incomplete", "messages_beyond"}
        assert 0 < len(extraction.attachments) < 20
    assert time.monotonic() - started < 30


def test_a_cancelled_reading_ends_the_converter_too(tmp_path: Path, converter: Callable[[str], None]) -> None:
    converter(f"echo $$ > {tmp_path}/pid; exec sleep 300")
    (tmp_path / "a.pst").write_bytes(PST)

    class Stopped(Exception):
        pass

    def check() -> None:
        if (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip():
            raise Stopped

    with pytest.raises(Stopped):
        read(tmp_path / "a.pst", check=check)
    process = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and _runs(process):
        time.sleep(0.05)
    assert not _runs(process)


def _runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().split(")")[-1].split()[0] not in ("Z", "X")
    except FileNotFoundError:
        return False


def test_without_a_converter_the_sentence_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    close_all()
    try:
        with pytest.raises(PermanentError, match="readpst") as caught:
            opened(tmp_path, PST, "a.pst")
        assert caught.value.code == "needs_program"
    finally:
        close_all()


@pytest.mark.skipif(shutil.which("readpst") is None, reason="readpst is not installed")
@pytest.mark.parametrize("seed", range(5))
def test_noise_is_a_damaged_file_to_the_real_converter(tmp_path: Path, seed: int) -> None:
    with pytest.raises(PermanentError) as caught:
        opened(tmp_path, b"!BDN" + random.Random(seed).randbytes(50_000), "a.pst")
    assert caught.value.code == "unreadable"
    assert not [name for name in os.listdir(tmp_path) if name != "a.pst"]
