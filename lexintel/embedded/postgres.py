"""One PostgreSQL server: made once, run in the foreground under its keeper, reached through a unix socket only."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

from lexintel.embedded import child
from lexintel.embedded.place import Place
from lexintel.steps import StepFailed, tail

MAJOR = "18"
DATABASE = ROLE = "lexintel"
INITDB = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8", "--data-checksums", "--auth=peer")
DISPOSABLE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum_naptime": "5s"}


class Postgres:
    """PostgreSQL of one place. `disposable`: its data need not survive anything (tests)."""

    name = "postgres"
    variable = "DATABASE_URL"

    def __init__(self, place: Place, *, disposable: bool = False) -> None:
        self.place, self.disposable = place, disposable
        self.data = place.home / "postgres"
        self.log = place.log / "postgres.log"
        self.socket = place.make_socket_folder()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://{ROLE}@/{DATABASE}?host={quote(str(self.socket), safe='')}"

    def prepare(self) -> None:
        """Make the data folder where there is none; it gets its name last, so that a half-made one is never used."""
        if self.data.exists():
            self._check_version()
            return
        draft = self.place.home / "postgres.new"
        if draft.exists():
            shutil.rmtree(draft)
        self.place.own(draft)
        self._run(["initdb", *INITDB, "-U", ROLE, "-D", str(draft)])
        self._run(["postgres", "--single", "-D", str(draft), "postgres"], f"CREATE DATABASE {DATABASE}\n")
        draft.rename(self.data)

    def start(self) -> None:
        """Start the server and wait until it answers (recovery after a crash included)."""
        self._end_leftover()
        self._write_access()
        options = [word for name, value in self._options().items() for word in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            self.process = child.spawn(
                [self.place.binaries.program("postgres"), "-D", self.data, *options],
                stdout=log, death=signal.SIGINT, user=self.place.user, cwd=self.data,
            )  # fmt: skip
        if not child.wait_until(lambda: self._is_ready() or not self.is_alive(), 120) or not self.is_alive():
            raise StepFailed("The embedded PostgreSQL did not start.", tail(self.log))

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, everything committed is on disk."""
        if self.process is not None:
            child.stop(self.process, signal.SIGINT, 8)
        if self.socket.parent != self.place.home:
            shutil.rmtree(self.socket)

    def _options(self) -> dict[str, str]:
        memory_mb = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket),
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "shared_buffers": f"{min(512, max(64, memory_mb // 16))}MB",
            "effective_cache_size": f"{max(256, memory_mb // 2)}MB",
            "maintenance_work_mem": f"{min(512, max(64, memory_mb // 16))}MB",
            "work_mem": "16MB",
            "random_page_cost": "1.1",
            "wal_compression": "on",
            "max_wal_size": "2GB",
            "jit": "off",
            # A statement that fails carries what somebody typed or searched for.
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_line_prefix": "%m [%p] ",
        }
        return options | (DISPOSABLE if self.disposable else {})

    def _write_access(self) -> None:
        """Who may connect: the users of this installation, known by the kernel. Written anew at each start."""
        names = "".join(f"lexintel {name} {ROLE}\n" for name in sorted(self.place.user_names))
        (self.data / "pg_hba.conf").write_text("local all all peer map=lexintel\n")
        (self.data / "pg_ident.conf").write_text(names)

    def _is_ready(self) -> bool:
        """Line 8 of postmaster.pid says so (as `pg_ctl -w` reads it)."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[7].strip() == "ready" and self.process is not None and lines[0] == str(self.process.pid)

    def _check_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != MAJOR:
            raise StepFailed(f"{self.data} was made by PostgreSQL {found}, this is {MAJOR}; restore a backup into a new folder.")

    def _end_leftover(self) -> None:
        """A server whose keeper was killed may be on its way out still; a pid file of another time is removed."""
        path = self.data / "postmaster.pid"
        if not path.exists():
            return
        pid = path.read_text().split()[0]
        if not self._is_ours(pid):
            path.unlink(missing_ok=True)
            return
        os.kill(int(pid), signal.SIGINT)
        if not child.wait_until(lambda: not self._is_ours(pid), 30):
            raise StepFailed(f"An older PostgreSQL of this folder does not end (process {pid}).")
        path.unlink(missing_ok=True)

    def _is_ours(self, pid: str) -> bool:
        try:
            return os.readlink(f"/proc/{pid}/cwd") == str(self.data.resolve())
        except OSError:
            return False

    def _run(self, words: list[str], stdin: str = "") -> None:
        program = str(self.place.binaries.program(words[0]))
        become = {"user": self.place.user[0], "group": self.place.user[1], "extra_groups": []} if self.place.user else {}
        done = subprocess.run(  # type: ignore[call-overload]
            [program, *words[1:]], input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, check=False, cwd=self.place.home, **become,
        )  # fmt: skip
        if done.returncode:
            raise StepFailed(f"The embedded PostgreSQL could not be set up ({words[0]}).", done.stdout[-3000:])


def client_program(name: str, place: Place) -> Path:
    """psql, pg_dump and so on, of the embedded server's version."""
    return place.binaries.program(name)
