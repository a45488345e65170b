"""Where the embedded servers of one installation live, and as which user they run."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from functools import cached_property
from pathlib import Path

from lexintel.embedded import binaries
from lexintel.embedded.binaries import SHARED, Binaries, reachable
from lexintel.steps import StepFailed

ACCOUNT = "lexintel"
# A unix socket's path may have 107 bytes, and PostgreSQL appends its own name.
LONGEST_SOCKET_FOLDER = 85


class Place:
    """`run` holds locks and the addresses of the running servers; `home` holds their data and belongs to their user."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.run = var / "embedded"
        self.log = var / "log"
        self._make()

    def _make(self) -> None:
        try:
            self.var.mkdir(parents=True, exist_ok=True)
            self.log.mkdir(exist_ok=True)
            # As root the servers' own user passes through; it may not list.
            self.run.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, exist_ok=True)
            os.close(os.open(self.run / "users.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        except PermissionError as error:
            raise StepFailed(f"This user may not write to {self.var}; run it as the folder's owner, or set LEXINTEL_VAR.") from error

    @cached_property
    def home(self) -> Path:
        """The servers' data; as root it lies under /var/lib/lexintel where their user may not enter the project's folder."""
        home, elsewhere = self.run / "home", SHARED / self._identity
        if os.geteuid() == 0 and not home.exists() and (elsewhere.exists() or not reachable(self.var)):
            home = elsewhere
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.geteuid() == 0 and home.stat().st_uid == 0:
            os.chown(home, *_own_account())
        return home

    @property
    def _identity(self) -> str:
        """A name of this installation that a new clone at the same path does not share."""
        path = self.run / "id"
        if not path.exists():
            path.write_text(uuid.uuid4().hex[:12])
        return path.read_text().strip()

    @cached_property
    def user(self) -> tuple[int, int] | None:
        """(uid, gid) of the servers; None: the user who runs this. PostgreSQL refuses to run as root."""
        if os.geteuid() != 0:
            return None
        owner = self.home.stat()
        return owner.st_uid, owner.st_gid

    @property
    def user_names(self) -> set[str]:
        """The system users who may connect."""
        ids = {os.geteuid(), self.user[0] if self.user else os.geteuid()}
        try:
            return {pwd.getpwuid(uid).pw_name for uid in ids}
        except KeyError as error:
            raise StepFailed(
                "The user who runs this has no name in /etc/passwd, which PostgreSQL needs; set DATABASE_URL instead."
            ) from error

    @cached_property
    def binaries(self) -> Binaries:
        found = binaries.installed()
        if self.user is None or (reachable(found.program("postgres")) and reachable(found.valkey)):
            return found
        return binaries.readable_copy()

    def folder(self, name: str) -> Path:
        """A private folder of the servers' user below `home`."""
        return self.own(self.home / name)

    def own(self, path: Path) -> Path:
        path.mkdir(mode=0o700, exist_ok=True)
        if self.user:
            os.chown(path, *self.user)
        return path

    def make_socket_folder(self) -> Path:
        """A private folder for the unix socket whose path is short enough. One elsewhere is noted, so that it goes even after a kill."""
        folder, note = self.home / "socket", self.run / "socket-folder"
        if note.exists():
            shutil.rmtree(note.read_text(), ignore_errors=True)
            note.unlink()
        if len(os.fsencode(folder)) > LONGEST_SOCKET_FOLDER:
            folder = Path(tempfile.mkdtemp(prefix="lexintel-"))
            note.write_text(str(folder))
        return self.own(folder)

    def remove(self) -> None:
        """Forget everything (the servers of a test run)."""
        shutil.rmtree(self.home)
        shutil.rmtree(self.var)


def _own_account() -> tuple[int, int]:
    """(uid, gid) of the system user `lexintel`, made if missing. Needs root."""
    if not _exists(ACCOUNT):
        if not shutil.which("useradd"):
            raise StepFailed("PostgreSQL does not run as root and `useradd` is missing; run this as another user, or set DATABASE_URL.")
        words = [
            "useradd",
            "--system",
            "--user-group",
            "--no-create-home",
            "--home-dir",
            str(SHARED),
            "--shell",
            "/usr/sbin/nologin",
            ACCOUNT,
        ]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if not _exists(ACCOUNT):
            raise StepFailed(f"The system user '{ACCOUNT}', as whom PostgreSQL would run, could not be made.", done.stderr)
    entry = pwd.getpwnam(ACCOUNT)
    return entry.pw_uid, entry.pw_gid


def _exists(name: str) -> bool:
    return any(entry.pw_name == name for entry in pwd.getpwall())
