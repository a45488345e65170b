"""Bombs end in a sentence or in a reading up to a limit: in time, within the memory of a child, without asking anybody for anything."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from documents.services.extraction import reader
from documents.services.recognition import client
from documents.services.sandbox import JobFailed, JobRefused
from documents.services.sandbox.pool import Pool
from documents.tests import bombs
from documents.tests.reading import read
from tasks.errors import PermanentError

pytestmark = pytest.mark.faults
SECONDS = 60.0
MEBIBYTE = 1 << 20
BROKEN = {"parser_crashed", "parser_failed", "parser_timeout", "parser_unconfined"}


class Watch:
    """The highest memory (bytes, as the kernel counted it) that children of a pool had; asked while they work."""

    def __init__(self, pool: Pool) -> None:
        pool.close()
        self._pool = pool
        self.highest = 0

    def __call__(self) -> None:
        for child in Path("/proc/self/task").glob("*/children"):
            for pid in child.read_text().split():
                self.highest = max(self.highest, high_water(int(pid)))


def high_water(pid: int) -> int:
    try:
        if "sandbox.worker" not in Path(f"/proc/{pid}/cmdline").read_text():
            return 0
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)


def ended(path: Path) -> tuple[str, int]:
    """("read" or the code of the refusal, highest memory). In time, and by nothing that broke."""
    watch, started = Watch(reader.pool), time.monotonic()
    try:
        read(path, check=watch).close()
        how = "read"
    except PermanentError as error:
        how = str(error.code)
    watch()
    assert time.monotonic() - started < SECONDS
    assert how not in BROKEN
    assert watch.highest < reader.pool.limits.memory_bytes
    return how, watch.highest


@pytest.mark.parametrize(
    ("made", "name", "expected", "most"),
    [
        (bombs.zip_in_zip, "a.zip", {"read"}, 300),
        (bombs.zip_of_itself_many_times, "a.zip", {"read"}, 300),
        (bombs.xml_entities, "a.html", {"read", "unreadable"}, 300),
        (bombs.xml_entities, "a.xhtml", {"read", "unreadable"}, 300),
        (bombs.pdf_object_stream, "a.pdf", {"unreadable", "parser_memory", "read"}, 3072),
        (bombs.pdf_page_stream, "a.pdf", {"read", "parser_memory"}, 3072),
        (bombs.pdf_forms_in_forms, "a.pdf", {"read", "parser_memory"}, 3072),
        (bombs.pdf_page_of_miles, "a.pdf", {"read", "unreadable"}, 1500),
        (bombs.picture_60000, "a.png", {"decompression_bomb"}, 300),
        (bombs.tiff_of_pages, "a.tiff", {"too_many_pages"}, 500),
        (bombs.tiff_in_a_circle, "a.tiff", {"read", "unreadable", "too_many_pages"}, 500),
        (bombs.mail_in_mail, "a.eml", {"read"}, 300),
        (bombs.parts_in_parts, "a.eml", {"read", "unreadable", "too_many_attachments"}, 300),
        (bombs.sheet_of_all_rows, "a.xlsx", {"read"}, 1500),
        (bombs.sheet_far_out, "a.xlsx", {"read"}, 300),
    ],
)
def test_a_bomb_ends_within_its_limits(made: Callable[[Path], Path], name: str, expected: set[str], most: int, tmp_path: Path) -> None:
    how, memory = ended(made(tmp_path / name))
    assert how in expected
    assert memory < most * MEBIBYTE


def test_ten_thousand_pages_of_a_tiff_are_read_or_refused(tmp_path: Path) -> None:
    assert ended(bombs.tiff_of_pages(tmp_path / "a.tiff", 10_000))[0] in ("read", "too_many_pages")


@pytest.mark.parametrize(
    ("made", "mime"),
    [(bombs.picture_60000, "image/png"), (bombs.pdf_page_of_miles, "application/pdf"), (bombs.pdf_forms_in_forms, "application/pdf")],
)
def test_a_bomb_is_drawn_within_its_limits(made: Callable[[Path], Path], mime: str, tmp_path: Path) -> None:
    path, started = made(tmp_path / "a"), time.monotonic()
    watch = Watch(client.pool)
    folder = client.pool.folder()
    job = {"do": "pixels", "path": path, "mime": mime, "page": 1, "dpi": 200, "target": "page", "password": ""}
    try:
        client.pool.run(job, check=watch, progress=lambda *_: None, folder=folder)
        how = "drawn"
    except (JobRefused, JobFailed) as end:
        how = end.code
    finally:
        folder.remove()
    assert how not in ("crashed", "failed", "unconfined")
    assert time.monotonic() - started < client.pool.limits.wall_seconds + 5
    assert watch.highest < client.pool.limits.memory_bytes


def test_a_word_file_that_asks_for_files_and_addresses_gets_neither(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the vestry key")
    with socket.create_server(("127.0.0.1", 0)) as here:
        here.settimeout(0.2)
        address = f"http://127.0.0.1:{here.getsockname()[1]}/x.dtd"
        how, _memory = ended(bombs.external_entities(tmp_path / "a.docx", secret, address))
        assert how == "unreadable"
        with pytest.raises(TimeoutError):
            here.accept()


@pytest.mark.corpus
def test_the_hostile_files_of_the_corpus_end(corpus: Path) -> None:
    found: dict[str, Any] = {path.name: ended(path)[0] for path in sorted((corpus / "hostile").iterdir())}
    assert found.pop("empty.pdf") == "empty_file"
    assert found.pop("document.docx") in ("unreadable", "type_mismatch")
    assert set(found.values()) == {"read"}
