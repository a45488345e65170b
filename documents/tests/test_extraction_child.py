"""The reading process: killable at any moment, replaced when it is gone, never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from documents.services.extraction import reader
from documents.services.extraction.reader import pool
from documents.tests.reading import pdf, read
from tasks.errors import Cancelled, PermanentError

pytestmark = pytest.mark.faults


@pytest.fixture(autouse=True)
def fresh_pool():
    pool.close()
    yield
    pool.close()


@pytest.fixture
def limited(monkeypatch):
    """Other limits for the children that are started from now on."""
    return lambda **limits: monkeypatch.setattr(pool, "limits", replace(pool.limits, **limits))


@pytest.fixture
def long_pdf(tmp_path) -> Path:
    path = tmp_path / "long.pdf"
    path.write_bytes(pdf([[f"line {line} of page {page}" for line in range(45)] for page in range(3_000)]))
    return path


@pytest.fixture
def small(tmp_path) -> Path:
    path = tmp_path / "small.txt"
    path.write_text("small")
    return path


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def children_of(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-ww", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True, check=False).stdout
    return [int(line.split()[0]) for line in listed.splitlines() if "sandbox.worker" in line]


def eventually(condition, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def test_the_child_is_warm_and_serves_many_files(small):
    read(small)
    first = children_of(os.getpid())
    for _ in range(5):
        read(small)
    assert children_of(os.getpid()) == first


def test_cancel_is_felt_at_once_and_kills_the_child(long_pdf):
    asked: list[float] = []

    def check() -> None:
        asked.append(time.monotonic())
        if len(asked) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        read(long_pdf, check=check)
    assert time.monotonic() - asked[-1] < 5
    assert children_of(os.getpid()) == []


def test_check_is_asked_twice_a_second_while_the_child_is_silent(small):
    read(small)
    (child,) = children_of(os.getpid())
    os.kill(child, signal.SIGSTOP)
    asked: list[float] = []

    def check() -> None:
        asked.append(time.monotonic())
        if len(asked) == 6:
            raise Cancelled

    with pytest.raises(Cancelled):
        read(small, check=check)
    assert max(later - earlier for earlier, later in pairwise(asked)) < 0.5
    assert not alive(child)


def test_a_child_killed_in_the_middle_is_replaced_and_the_file_read(long_pdf):
    killed: list[int] = []

    def progress(done: int, total: int) -> None:
        if not killed:
            killed.extend(children_of(os.getpid()))
            os.kill(killed[0], signal.SIGKILL)

    assert len(read(long_pdf, progress=progress).pages) == 3_000
    assert killed


def test_a_file_that_kills_every_child_ends_in_a_sentence(long_pdf, small):
    def progress(done: int, total: int) -> None:
        for child in children_of(os.getpid()):
            os.kill(child, signal.SIGSEGV)

    with pytest.raises(PermanentError, match="makes its reader stop") as caught:
        read(long_pdf, progress=progress)
    assert caught.value.code == "parser_crashed"
    assert read(small).pages[0].text == "small"


def test_a_child_that_falls_silent_is_ended(small, limited):
    limited(silent_seconds=1.0)
    read(small)
    (child,) = children_of(os.getpid())
    os.kill(child, signal.SIGSTOP)
    with pytest.raises(PermanentError) as caught:
        read(small)
    assert caught.value.code == "parser_timeout"
    assert not alive(child)
    assert read(small).pages[0].text == "small"


def test_a_file_that_takes_too_long_is_ended(long_pdf, limited):
    limited(wall_seconds=0.1)
    with pytest.raises(PermanentError) as caught:
        read(long_pdf)
    assert caught.value.code == "parser_timeout"


def test_processor_time_is_limited(tmp_path, limited):
    limited(cpu_seconds=1)
    path = tmp_path / "deep.html"
    path.write_text("<html>" + "<div>" * 60_000)
    with pytest.raises(PermanentError) as caught:
        read(path)
    assert caught.value.code == "parser_timeout"


def test_memory_is_limited(tmp_path, limited, small):
    limited(memory_bytes=200 * 1024**2)
    path = tmp_path / "big.txt"
    path.write_text("ab-\n" * 3_000_000)
    with pytest.raises(PermanentError) as caught:
        read(path)
    assert caught.value.code == "parser_memory"
    assert read(small).pages[0].text == "small"


def test_threads_read_at_the_same_time(small):
    with ThreadPoolExecutor(8) as threads:
        texts = list(threads.map(lambda _: read(small).pages[0].text, range(40)))
    assert texts == ["small"] * 40
    assert 1 <= len(children_of(os.getpid())) <= max(2, os.cpu_count() or 2)


PARENT = """
import sys, os, time
from django.conf import settings
from pathlib import Path
settings.configure(USE_I18N=False, SCRATCH_FOLDER=Path(sys.argv[1]).parent / 'scratch')
from documents.services.extraction import extract
path = Path(sys.argv[1])
def once(): return extract(path, name=path.name, check=lambda: None, progress=lambda *_: None)
once()
if sys.argv[2] == "fork":
    pid = os.fork()
    if pid == 0:
        os._exit(0 if once().pages else 1)
    assert os.waitpid(pid, 0)[1] == 0
    once()
    print("both", flush=True)
else:
    print("ready", flush=True)
    time.sleep(60)
"""


def start_parent(path: Path, mode: str) -> subprocess.Popen[str]:
    root = Path(reader.__file__).resolve().parents[3]
    return subprocess.Popen(
        [sys.executable, "-c", PARENT, str(path), mode],
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )


def test_no_child_outlives_a_killed_parent(small):
    parent = start_parent(small, "sleep")
    assert parent.stdout is not None
    assert parent.stdout.readline() == "ready\n"
    (child,) = children_of(parent.pid)
    parent.kill()
    parent.wait()
    assert eventually(lambda: not alive(child))


def test_forked_processes_use_children_of_their_own(small):
    parent = start_parent(small, "fork")
    output, _ = parent.communicate(timeout=60)
    assert output == "both\n"
    assert parent.returncode == 0


def test_the_child_imports_no_django():
    heavy = "[name for name in sys.modules if name.split('.')[0] in ('django', 'psycopg', 'celery')]"
    script = f"import sys; import documents.services.extraction.child; print({heavy})"
    root = Path(reader.__file__).resolve().parents[3]
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=root).stdout
    assert printed.strip() == "[]"
