"""The embedded servers: private, shared while used, gone afterwards, and never in anybody's way."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis

from lexintel.embedded import child, place
from lexintel.embedded.client import ROOT, Attachment
from lexintel.embedded.locks import is_locked, is_shared, open_lock
from lexintel.embedded.place import Place

pytestmark = pytest.mark.faults

HOLD = """
import sys, time
from pathlib import Path
from lexintel.embedded.client import Attachment
attachment = Attachment(Path(sys.argv[1]))
attachment.open()
print("held", flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module", autouse=True)
def no_servers_of_others():
    """Making a database takes a second, so most tests of this module share one of two folders."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DATABASE_URL", raising=False)
        patch.delenv("REDIS_URL", raising=False)
        patch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)  # a keeper that measures itself ends late
        yield


@pytest.fixture(scope="module")
def var(no_servers_of_others, tmp_path_factory: pytest.TempPathFactory):
    """The folder of an installation whose data last."""
    folder = tmp_path_factory.mktemp("installation") / "var"
    yield folder
    shutil.rmtree(Place(folder).home)


@pytest.fixture(scope="module")
def servers(no_servers_of_others, tmp_path_factory: pytest.TempPathFactory):
    """Disposable servers."""
    folder = tmp_path_factory.mktemp("disposable") / "var"
    attachment = Attachment(folder, disposable=True)
    attachment.open()
    yield attachment
    attachment.close()
    assert not folder.exists(), "disposable servers remove their folder"


def holder(var: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(var)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def is_kept(var: Path) -> bool:
    return is_locked(var / "embedded" / "keeper.lock")


def keeper_pid(var: Path) -> int:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"lexintel.embedded.keeper" in words and str(var).encode() in words:
                return int(entry.name)
    raise AssertionError("no keeper")


def test_postgresql_has_vectors_and_speaks_through_a_private_socket_only(servers):
    with psycopg.connect(servers.addresses["DATABASE_URL"]) as connection:
        connection.execute("CREATE EXTENSION vector")
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW server_version").fetchone()[0].startswith("18.")
        folder = Path(connection.execute("SHOW unix_socket_directories").fetchone()[0])
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_valkey_wants_its_password(servers):
    address = servers.addresses["REDIS_URL"]
    assert redis.from_url(address).ping()
    port = int(address.rpartition(":")[2].partition("/")[0])
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=port).ping()
    assert address.split(":")[2].split("@")[0].encode() not in b"".join(
        (entry / "cmdline").read_bytes() for entry in Path("/proc").iterdir() if entry.name.isdigit() and (entry / "cmdline").exists()
    )


def test_servers_run_as_somebody_without_power(servers):
    pid = int((servers.place.home / "postgres" / "postmaster.pid").read_text().split()[0])
    owner = Path(f"/proc/{pid}").stat().st_uid
    assert owner != 0
    assert os.geteuid() in (0, owner)


def test_a_deep_folder_gets_its_socket_elsewhere_and_no_folder_above_changes_its_mode(tmp_path):
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    modes = {folder: folder.stat().st_mode for folder in deep.parents}
    attachment = Attachment(deep / "var", disposable=True)
    attachment.open()
    with psycopg.connect(attachment.addresses["DATABASE_URL"]) as connection:
        folder = Path(connection.execute("SHOW unix_socket_directories").fetchone()[0])
    attachment.close()
    assert not folder.exists() or folder.parent == attachment.place.home
    assert {folder: folder.stat().st_mode for folder in deep.parents} == modes


def test_a_socket_folder_elsewhere_goes_with_the_next_start_where_its_keeper_was_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(place, "LONGEST_SOCKET_FOLDER", 1)
    first, second = (Place(tmp_path / "var").make_socket_folder() for _ in range(2))
    assert not first.exists()
    assert second.exists()
    second.rmdir()


def test_a_half_made_database_is_made_anew(var):
    place = Place(var)
    draft = place.own(place.home / "postgres.new")
    (draft / "PG_VERSION").write_text("18\n")
    attachment = Attachment(var)
    attachment.open()
    attachment.close()
    assert not draft.exists()


def test_what_was_written_is_there_at_the_next_start(var):
    for statement in ("CREATE TABLE kept (x int)", "INSERT INTO kept VALUES (1)"):
        attachment = Attachment(var)
        attachment.open()
        with psycopg.connect(attachment.addresses["DATABASE_URL"]) as connection:
            connection.execute(statement)
        attachment.close()
        assert not is_kept(var)


def test_a_second_command_uses_the_running_servers_and_keeps_them_when_the_first_ends(var):
    first = Attachment(var)
    first.open()
    second = holder(var)
    began = time.monotonic()
    first.close()
    assert time.monotonic() - began < 5, "nobody waits for servers that others use"
    time.sleep(0.5)
    with psycopg.connect(first.addresses["DATABASE_URL"]) as connection:
        connection.execute("SELECT 1")
    second.kill()
    second.wait()
    assert child.wait_until(lambda: not is_kept(var), 15), "the servers stop when the last user was killed"


def test_a_killed_keeper_takes_its_servers_along_and_the_next_command_starts_new_ones(var):
    process = holder(var)
    os.kill(keeper_pid(var), signal.SIGKILL)
    assert child.wait_until(lambda: not is_kept(var), 10)
    attachment = Attachment(var)
    attachment.open()
    with psycopg.connect(attachment.addresses["DATABASE_URL"]) as connection:
        connection.execute("SELECT 1")
    process.kill()
    process.wait()
    attachment.close()
    assert not is_kept(var)


def test_a_lock_that_somebody_holds_alone_is_not_taken_for_one_that_is_shared(tmp_path):
    """The keeper that stops holds the lock of the users alone; who took that for another user did not wait for the servers' end."""
    path = tmp_path / "users.lock"
    assert not is_shared(path)
    lock = open_lock(path)
    found = []
    for kind in (fcntl.LOCK_UN, fcntl.LOCK_SH, fcntl.LOCK_EX):
        fcntl.flock(lock, kind)
        found.append((is_locked(path), is_shared(path)))
    os.close(lock)
    assert found == [(False, False), (True, True), (True, False)]


def test_a_server_that_dies_is_started_again(servers):
    pid = int((servers.place.home / "postgres" / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)

    def answers() -> bool:
        try:
            psycopg.connect(servers.addresses["DATABASE_URL"]).close()
        except psycopg.OperationalError:
            return False
        return int((servers.place.home / "postgres" / "postmaster.pid").read_text().split()[0]) != pid

    assert child.wait_until(answers, 30, pause=0.2)


def test_data_of_another_postgresql_is_refused_in_a_sentence(tmp_path):
    place = Place(tmp_path)
    place.own(place.home / "postgres")
    (place.home / "postgres" / "PG_VERSION").write_text("16\n")
    done = subprocess.run([sys.executable, "-c", HOLD, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False)
    shutil.rmtree(place.home)
    assert "was made by PostgreSQL 16, this is 18" in done.stderr


def test_addresses_are_kept_from_other_users(servers):
    path = servers.place.run / "servers.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text()) == servers.addresses
