"""Whatever way a process ends, no working folder stays: cleanly, by a signal, in the middle of a job, the parent's death or the child's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from documents.services.sandbox import pool as pools
from documents.services.sandbox.folders import Folder, sweep

pytestmark = pytest.mark.faults
ROOT = Path(pools.__file__).resolve().parents[3]
PARENT = """
import signal, sys
from pathlib import Path
from documents.services.sandbox.confinement.needs import Needs
from documents.services.sandbox.pool import Pool
if sys.argv[3] == "SIGTERM":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
needs = lambda: Needs(writes=(str(Path(sys.argv[1]).parent),))
pool = Pool("documents.tests.toy_job:run", scratch=lambda: Path(sys.argv[1]), needs=needs)
def run(**job): return pool.run(job, check=lambda: None, progress=lambda *_: None)
run(do="nothing")
if sys.argv[2] == "idle":
    Path(sys.argv[4]).write_text(str(run(do="nothing")["pid"]))
    if sys.argv[3] != "exit":
        signal.pause()
else:
    run(do="hang", alive=True, marker=sys.argv[4])
"""


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(condition: Callable[[], bool], seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


class Parent:
    """A process with a pool of its own, whose temporary files would be in `temporary`."""

    def __init__(self, tmp_path: Path, mode: str, end: str) -> None:
        self.scratch, self.temporary, self.marker = tmp_path / "scratch", tmp_path / "tmp", tmp_path / "child"
        self.temporary.mkdir()
        words = [sys.executable, "-c", PARENT, str(self.scratch), mode, end, str(self.marker)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(self.temporary), "COVERAGE_PROCESS_CONFIG": ""}
        self.process = subprocess.Popen(words, cwd=ROOT, env=environment)
        assert until(lambda: self.marker.exists() and bool(self.marker.read_text()))
        self.child = int(self.marker.read_text())

    def left(self) -> list[str]:
        return [str(path) for folder in (self.scratch, self.temporary) if folder.exists() for path in folder.rglob("*")]


@pytest.mark.parametrize(("mode", "end"), [(m, e) for m in ("idle", "busy") for e in ("SIGTERM", "SIGINT", "SIGKILL")] + [("idle", "exit")])
def test_nothing_stays_of_a_parent_that_ends(tmp_path: Path, mode: str, end: str) -> None:
    parent = Parent(tmp_path, mode, end)
    if mode == "busy":
        assert [path for path in parent.left() if path.endswith("/scratch")]
    if end != "exit":
        parent.process.send_signal(getattr(signal, end))
    parent.process.wait(20)
    assert until(lambda: not alive(parent.child))
    if end == "SIGKILL":
        assert sweep(parent.scratch) == 1  # as the next who makes a folder does, and every start
    assert parent.left() == []


def test_nothing_stays_of_a_child_that_is_killed(tmp_path: Path) -> None:
    parent = Parent(tmp_path, "busy", "SIGTERM")
    os.kill(parent.child, signal.SIGKILL)
    assert until(lambda: parent.marker.read_text() not in ("", str(parent.child)))  # the second attempt
    os.kill(int(parent.marker.read_text()), signal.SIGKILL)
    assert parent.process.wait(20) != 0
    assert parent.left() == []


def test_the_next_who_comes_sweeps_what_the_dead_left_and_nothing_else(tmp_path: Path) -> None:
    parent = Parent(tmp_path, "busy", "SIGKILL")
    mine = Folder(parent.scratch)
    foreign = parent.scratch / "notes"
    foreign.mkdir()
    parent.process.kill()
    parent.process.wait(20)
    assert until(lambda: not alive(parent.child))
    later = pools.Pool("documents.tests.toy_job:run", scratch=lambda: parent.scratch).folder()
    assert {path.name for path in parent.scratch.iterdir()} == {mine.path.name, later.path.name, "notes"}
    mine.remove()
    later.remove()
    mine.remove()
    assert [path.name for path in parent.scratch.iterdir()] == ["notes"]


def test_a_forked_process_removes_nothing_of_its_parents(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    if (pid := os.fork()) == 0:
        folder.remove()
        os._exit(0)
    os.waitpid(pid, 0)
    assert folder.path.exists()
    folder.remove()


def test_no_process_of_ours_names_a_file_among_the_temporary_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading a file with attachments leaves the machine's folder for temporary files untouched."""
    from email.message import EmailMessage

    from documents.tests.reading import read

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.org", "b@example.org", "Exhibit"
    mail.set_content("See the file.")
    mail.add_attachment(b"Some text.", maintype="text", subtype="plain", filename="a.txt")
    (tmp_path / "a.eml").write_bytes(mail.as_bytes())
    with read(tmp_path / "a.eml") as extraction:
        assert extraction.attachments[0].path.read_bytes() == b"Some text."
        assert list((tmp_path / "tmp").iterdir()) == []
    assert not extraction.attachments[0].path.exists()
