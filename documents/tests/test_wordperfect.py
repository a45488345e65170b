"""WordPerfect files are read by a program of the installation: in the child, within limits, and asked for by name where it is missing."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from documents.models import Document
from documents.services.extraction import reader
from documents.services.extraction.parsers.office import wpd
from documents.services.pipeline import keeping
from documents.tests.reading import let_scripts_run, read
from tasks.errors import PermanentError

WPC = b"\xffWPC\x16\x0f\0\0\x01\x0a\x02\x01\0\0\0\x02" + b"words" * 40


@pytest.fixture
def program(tmp_path: Path, monkeypatch: Any) -> Iterator[Callable[[str], None]]:
    """Puts a program of this shell script in the place of wpd2text, "" for none."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "sleep", "cat", "yes", "env"):
        (folder / name).symlink_to(shutil.which(name) or "/bin/false")

    def put(script: str) -> None:
        if script:
            (folder / "wpd2text").write_text(f"#!{folder}/sh\nPATH={folder}\n{script}\n")
            (folder / "wpd2text").chmod(0o755)

    reader.pool.close()  # children know the PATH with which they were started
    monkeypatch.setenv("PATH", str(folder))
    let_scripts_run(monkeypatch, tmp_path)
    yield put
    reader.pool.close()


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "letter.wpd"
    path.write_bytes(WPC)
    return path


def code_of(path: Path) -> str:
    with pytest.raises(PermanentError) as caught:
        read(path)
    return str(caught.value.code)


def test_what_the_program_prints_is_the_text(letter: Path, program: Callable[[str], None]) -> None:
    program('printf "Dear Sir,\\n\\n\\303\\251t\\303\\251"')
    with read(letter) as extraction:
        assert (extraction.engine, extraction.pages[0].text) == ("wpd2text", "Dear Sir,\n\nété")


@pytest.mark.django_db(transaction=True)
def test_without_the_program_it_is_kept_and_read_once_it_is_there(
    letter: Path, program: Callable[[str], None], accept: Callable[..., Document], work_off: Callable[..., int]
) -> None:
    program("")
    with pytest.raises(PermanentError, match=r"needs the program wpd2text.*libwpd-tools") as caught:
        read(letter)
    assert caught.value.code == "needs_program"
    document = accept(letter.read_bytes(), "letter.wpd")
    work_off()
    document.refresh_from_db()
    assert (document.status, document.kept, document.error_code) == (Document.Status.READY, True, "needs_program")
    assert "needs the program wpd2text" in document.notices[0]["text"]
    assert keeping.read_kept() == 0
    program('printf "Dear Sir"')
    assert keeping.read_kept() == 1
    reader.pool.close()
    work_off()
    document.refresh_from_db()
    assert document.text_version is not None
    assert document.text_version.pages.get().text == "Dear Sir"
    assert not document.kept


@pytest.mark.parametrize("script", ["exit 1", "kill -SEGV $$", "kill -KILL $$"])
def test_a_program_that_fails_is_a_damaged_file(script: str, letter: Path, program: Callable[[str], None]) -> None:
    program(script)
    assert code_of(letter) == "unreadable"


def test_a_program_that_prints_without_end_is_stopped(letter: Path, program: Callable[[str], None]) -> None:
    program("yes word word word")
    started = time.monotonic()
    assert code_of(letter) in ("unreadable", "text_too_long")
    assert time.monotonic() - started < 60


def test_a_program_that_hangs_ends_with_the_reading(letter: Path, program: Callable[[str], None], tmp_path: Path) -> None:
    """A cancelled reading kills its child, and the kernel the program."""
    program(f"echo $$ > {tmp_path}/pid; exec sleep 100")
    running = tmp_path / "pid"

    def check() -> None:
        if running.exists() and running.read_text().strip():
            raise InterruptedError

    with pytest.raises(InterruptedError):
        read(letter, check=check)
    gone = time.monotonic() + 5
    status = Path(f"/proc/{int(running.read_text())}/status")
    while status.exists() and time.monotonic() < gone:
        time.sleep(0.05)
    assert not status.exists()


@pytest.mark.parametrize(("place", "byte", "code"), [(9, 0x0B, "unreadable"), (12, 7, "encrypted")])
def test_other_files_of_wordperfect_and_those_with_a_password(
    place: int, byte: int, code: str, letter: Path, program: Callable[[str], None]
) -> None:
    program("echo never asked")
    content = bytearray(WPC)
    content[place] = byte
    letter.write_bytes(bytes(content))
    assert code_of(letter) == code


@pytest.mark.corpus
@pytest.mark.skipif(wpd.WPD2TEXT.is_missing, reason="wpd2text is not installed")
def test_the_court_order_in_wordperfect(corpus: Path) -> None:
    with read(corpus / "documents" / "word-perfect.wpd") as extraction:
        text = " ".join(extraction.pages[0].text.split())
        assert extraction.notices == []
    assert "Cause No. 20S00-9810-CR-611" in text
    assert "sentenced to sixty-five years in prison" in text
    assert "Brewer v. State, 455 N.E.2d 324, 327 (Ind. 1983)" in text
