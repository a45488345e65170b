"""What a parser that was taken over can reach: its own file, its own folder, nothing else; and its job goes on."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from documents.services.pipeline import confinement
from documents.services.sandbox import JobFailed, Limits
from documents.services.sandbox.confinement import kernel, needs, seccomp
from documents.services.sandbox.confinement.kernel import Offer, offer
from documents.services.sandbox.confinement.needs import Needs
from documents.services.sandbox.errors import UNCONFINED
from documents.services.sandbox.pool import Pool
from documents.services.sandbox.room import made_in

pytestmark = pytest.mark.faults
BURGLAR = "documents.tests.toy_burglar:run"
REFUSED = {"EACCES", "EPERM", "EXDEV", "ENOSYS"}
ELSEWHERE = ["192.0.2.1", 80]
"""An address for documentation (RFC 5737)."""


def needs_kernel(held: bool, what: str) -> None:
    """Where the kernel offers nothing there is nothing to be tried; a machine of CI offers it."""
    if not held:
        assert os.environ.get("CI", "").lower() not in ("1", "true"), f"This machine of CI lacks {what}."
        pytest.skip(f"This kernel offers no {what}.")


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[Pool]:
    made = Pool(BURGLAR, scratch=lambda: tmp_path / "scratch")
    yield made
    made.close()


def tried(pool: Pool, *tries: tuple[str, Any], **job: Any) -> dict[str, str]:
    """How each ended. The job came to its own end in every case."""
    answer = pool.run({"tries": list(tries), **job}, check=lambda: None, progress=lambda *_: None)
    return {f"{what} {argument}": how for (what, argument), how in zip(tries, answer["ended"], strict=True)}


def all_refused(ended: dict[str, str]) -> bool:
    assert {what: how for what, how in ended.items() if how not in REFUSED} == {}
    return True


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "files" / "another-case"
    path.parent.mkdir()
    path.write_text("of another case")
    return path


def test_it_reads_its_own_file_and_no_other(pool: Pool, secret: Path, tmp_path: Path, settings: Any) -> None:
    needs_kernel(offer().files, "Landlock")
    own = tmp_path / "own"
    own.write_text("my own")
    parent = f"/proc/{os.getpid()}"
    ways = ["/etc/passwd", "/etc/shadow", secret, own, settings.BASE_DIR / "manage.py", settings.VAR / "secret_key", f"{parent}/environ",
            f"{parent}/root/etc/passwd", f"{parent}/cwd/manage.py", f"{parent}/maps", f"{parent}/mem", "/proc/self/root/etc/passwd",
            "/proc/1/environ", "/dev/mem", "/bin/sh", "/tmp/x", "../../../../files/another-case", "/sys/kernel/security"]  # fmt: skip
    lists = [
        "/",
        "/tmp",
        "/proc",
        "/etc",
        str(settings.BASE_DIR),
        str(settings.VAR),
        f"{parent}/fd",
        str(tmp_path),
        str(tmp_path / "scratch"),
    ]
    there = [str(way) for way in ways if not str(way).startswith("/") or os.path.exists(way)]
    assert all_refused(tried(pool, *(("read", way) for way in there), *(("list", place) for place in lists)))
    answer = pool.run({"tries": [], "path": own}, check=lambda: None, progress=lambda *_: None)
    assert answer["read"] == "my own"


def test_it_writes_nowhere_but_in_its_folder(pool: Pool, secret: Path, tmp_path: Path) -> None:
    needs_kernel(offer().files, "Landlock")
    place = str(secret)
    assert all_refused(
        tried(
            pool, ("write", place), ("write", str(tmp_path / "new")), ("write", "/dev/shm/x"), ("write", "/tmp/written-by-burglar"),
            ("make folder", str(tmp_path / "folder")), ("remove", place), ("rename", [place, "mine-now"]), ("symlink", place),
            ("hard link", place), ("truncate", place), ("fifo", ""), ("write", "/proc/self/comm"),
        )
    )  # fmt: skip
    assert secret.read_text() == "of another case"


def test_it_changes_nothing_of_the_file_that_it_reads(pool: Pool, tmp_path: Path) -> None:
    """The stored file itself lies in its room, under a second name."""
    needs_kernel(offer().files and offer().seccomp, "Landlock and seccomp")
    own = tmp_path / "own"
    own.write_text("as it was stored")
    own.chmod(0o600)
    before = own.stat()

    inside = "../../in/0"
    tries = [(what, inside) for what in ("write", "truncate", "chmod", "chown", "times", "remove")]
    ended = tried(pool, *tries, ("rename", [inside, "mine"]), ("chmod", str(own)), ("times", str(own)), path=own)
    assert all_refused(ended)
    after = own.stat()
    assert (own.read_text(), after.st_mode, after.st_mtime, after.st_nlink) == ("as it was stored", before.st_mode, before.st_mtime, 1)


def test_children_side_by_side_do_not_see_each_other(tmp_path: Path) -> None:
    needs_kernel(offer().files, "Landlock")
    pool = Pool(BURGLAR, scratch=lambda: tmp_path / "scratch", size=2)
    try:
        with pool.child(lambda: None) as first, pool.child(lambda: None) as second:
            folders = [pool.folder(), pool.folder()]
            ask = lambda child, folder, *tries: child.ask({"tries": tries}, folder.path, lambda: None, lambda *_: None)  # noqa: E731
            place = Path(ask(first, folders[0])["folder"])
            room = place.parent.parent
            (room / "in" / "0").write_text("of a job that runs beside it")
            ways = [
                ["read", str(room / "in" / "0")],
                ["list", str(room)],
                ["list", str(room / "work")],
                ["write", str(room / "work" / "x")],
            ]
            assert set(ask(second, folders[1], *ways)["ended"]) == {"EACCES"}
            assert ask(second, folders[1], ["signal", first.pid])["ended"] == ["EPERM"] or not offer().signals
            (room / "in" / "0").unlink()
            for folder in folders:
                folder.remove()
    finally:
        pool.close()


def test_nothing_of_a_job_is_there_for_the_next_one(pool: Pool, tmp_path: Path) -> None:
    needs_kernel(offer().files, "Landlock")
    own = tmp_path / "own"
    own.write_text("of the first")
    folder = pool.folder()
    first = pool.run(
        {"tries": [["write", "left"], ["write", "../beside"]], "path": own}, check=lambda: None, progress=lambda *_: None, folder=folder
    )
    ended = tried(pool, ("list", "../../in"), ("list", ".."), ("read", str(folder.path / "left")), ("read", f"{first['folder']}/left"))
    inbox, work, left, before = ended.values()
    assert (inbox, left, before) == ("done: []", "EACCES", "ENOENT")
    assert work.count("job-") == 1
    assert (folder.path / "left").read_text() == "x"
    folder.remove()


def test_it_reaches_nobody(pool: Pool) -> None:
    needs_kernel(offer().network, "seccomp")
    with socket.create_server(("127.0.0.1", 0)) as here, socket.socket(socket.AF_UNIX) as abstract:
        abstract.bind(b"\0burglar-%d" % os.getpid())
        abstract.listen()
        here.settimeout(0.2)
        port = here.getsockname()[1]
        raw = [[family, socket.SOCK_RAW] for family in (socket.AF_INET, socket.AF_PACKET, socket.AF_NETLINK)]
        kinds = [*raw, *([family, socket.SOCK_STREAM] for family in (socket.AF_INET6, socket.AF_UNIX, socket.AF_VSOCK))]
        assert all_refused(
            tried(
                pool, ("connect", ["127.0.0.1", port]), ("connect", ELSEWHERE), ("udp", ELSEWHERE), ("udp", ["127.0.0.1", 53]),
                ("bind", ["0.0.0.0", 0]), ("abstract socket", f"burglar-{os.getpid()}"), ("look up", "example.org"), ("socket pair", ""),
                *(("socket", kind) for kind in kinds), ("other numbers", ""),
            )
        )  # fmt: skip
        with pytest.raises(TimeoutError):
            here.accept()


def test_it_touches_no_other_process_and_nothing_of_the_kernel(pool: Pool) -> None:
    needs_kernel(offer().seccomp, "seccomp")
    me = os.getpid()
    assert all_refused(
        tried(
            pool, ("ptrace", me), ("read memory", me), ("limits of", me), ("own limits", ""), ("fork", ""), ("shell", "cat /etc/passwd"),
            ("namespace", ""), ("clone into namespace", ""), ("rings", ""), ("bpf", ""), ("keys", ""), ("session", ""), ("typing", ""),
            ("shared memory", ""),
        )
    )  # fmt: skip
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 10


def test_it_cannot_end_its_parent(pool: Pool) -> None:
    needs_kernel(offer().signals, "Landlock of version 6")
    assert all_refused(tried(pool, ("signal", os.getpid()), ("signal", 1)))


def test_a_program_that_it_may_start_is_held_as_it_is(tmp_path: Path) -> None:
    """With a shell to its hand it gets no further than without."""
    needs_kernel(offer().files and offer().seccomp, "Landlock and seccomp")
    pool = Pool(BURGLAR, scratch=lambda: tmp_path / "scratch", needs=lambda: Needs(programs=("sh", "cat")))
    script = "echo here; cat /etc/passwd; echo x > /tmp/written-by-burglar; kill -9 $PPID_OF_ALL; echo > /dev/tcp/127.0.0.1/80; ls /"
    try:
        ended = tried(pool, ("shell", script.replace("$PPID_OF_ALL", str(os.getpid()))), ("clone into namespace", ""), ("session", ""))
        assert [*ended.values()] == ["done: here\n", "EPERM", "EPERM"]
    finally:
        pool.close()


def test_a_child_that_cannot_be_confined_is_given_no_job(tmp_path: Path) -> None:
    """The kernel says that it can and then does not (there is no rule for a pipe): an error, not a parser without bounds."""
    needs_kernel(offer().files, "Landlock")
    pool = Pool(BURGLAR, scratch=lambda: tmp_path / "scratch", needs=lambda: Needs(reads=("/proc/self/fd/0",)))
    with pytest.raises(JobFailed) as caught:
        tried(pool, ("read", "/etc/passwd"))
    assert caught.value.code == UNCONFINED
    assert list((tmp_path / "scratch").iterdir()) == []


def test_threads_before_the_confinement_are_an_error() -> None:
    needs_kernel(offer().files, "Landlock")
    code = (
        "import threading, time; threading.Thread(target=time.sleep, args=(5,), daemon=True).start()\n"
        "from documents.services.sandbox.confinement.bounds import confine_or_end\n"
        "from documents.services.sandbox.confinement.needs import Needs\nconfine_or_end(Needs().bounds())"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=needs.ROOT, check=False)
    assert ended.returncode == 77
    assert "2 threads" in ended.stderr


def test_without_the_kernels_help_the_work_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "offer", lambda: Offer(no_landlock="none", no_seccomp="none"))
    pool = Pool(BURGLAR, scratch=lambda: tmp_path / "scratch")
    try:
        assert tried(pool, ("read", "/etc/passwd"))["read /etc/passwd"].startswith("done")
        assert tried(pool, ("own limits", ""))["own limits "] == "EPERM"
    finally:
        pool.close()


def test_the_state_is_told_with_its_reasons(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(confinement, "offer", lambda: Offer(7, True))
    assert confinement.check() == (True, "Parsers see no file but their own, reach no network and no other process.")
    monkeypatch.setattr(confinement, "offer", lambda: Offer(4, False, "", "Operation not permitted"))
    told = confinement.check()[1]
    assert all(words in told for words in ("not kept from the network", "Operation not permitted", "signals"))
    settings.CONFINEMENT = "required"
    with pytest.raises(ImproperlyConfigured, match=r"CONFINEMENT=required.*network"):
        confinement.require_settings()
    monkeypatch.setattr(confinement, "offer", lambda: Offer(0, True, "Function not implemented", ""))
    assert "Function not implemented" in confinement.check()[1]
    settings.CONFINEMENT = "best-effort"
    confinement.require_settings()


def test_what_a_child_says_it_made_is_only_taken_from_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "inside").mkdir(parents=True)
    (folder / "inside" / "a").write_text("mine")
    (folder / "b").symlink_to("/etc/passwd")
    assert made_in(folder, "inside/a").read_text() == "mine"
    for name in ("/etc/passwd", "../folder/inside/../../x", "b", "inside", "nothing", "../../../../etc/passwd", ""):
        with pytest.raises(JobFailed):
            made_in(folder, name)


@pytest.mark.parametrize("machine", kernel.MACHINES)
@pytest.mark.parametrize("programs", [True, False])
def test_the_filter_leads_nowhere_but_to_an_answer(machine: str, programs: bool) -> None:
    made = seccomp.instructions(machine, programs=programs)
    assert len(made) < 4096
    for place, (operation, if_so, if_not, _value) in enumerate(made):
        if operation in (0x15, 0x35, 0x45):
            assert place + 1 + max(if_so, if_not) < len(made)
    assert made[-1] == (0x06, 0, 0, 0x7FFF0000)


def test_limits_hold_for_root_too(tmp_path: Path) -> None:
    """Capabilities are gone, so that nobody raises what was lowered."""
    pool = Pool(BURGLAR, scratch=lambda: tmp_path / "scratch", limits=Limits(open_files=40))
    try:
        assert tried(pool, ("own limits", ""))["own limits "] == "EPERM"
    finally:
        pool.close()
