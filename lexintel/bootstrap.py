"""From bare Python to LexIntel's own environment. Standard library only: nothing is installed yet when this runs.

`.venv` is trusted only when it holds a stamp that fits the requirements files and this Python; the stamp is written last, so a
half-made environment never is. LEXINTEL_BOOTSTRAP=off leaves the environment to others (the container image, a packager).
"""

from __future__ import annotations

import ast
import fcntl
import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lexintel.steps import StepFailed, report, step

ROOT = Path(__file__).resolve().parent.parent
UV = "uv==0.13.9"
OLDEST, NEWEST = (3, 11), (3, 14)
FILES = ("requirements.txt", "requirements-embedded.txt")
DEV_FILE = "requirements-dev.txt"


def ensure(argv: list[str]) -> None:
    """Return when this process runs in a complete environment; else make one and run `argv` again in it (never returns then)."""
    if os.environ.get("LEXINTEL_BOOTSTRAP") == "off":
        return
    try:
        check_python(sys.version_info[:2], importlib.util.find_spec("ensurepip") is not None)
        environment = Environment(ROOT)
        environment.complete(needed_by(argv))
    except StepFailed as failure:
        report(failure)
        sys.exit(1)
    if not environment.is_current():
        os.execv(environment.python, [str(environment.python), *argv])  # noqa: S606  (ourselves, in the new environment)


def check_python(version: tuple[int, int], has_ensurepip: bool) -> None:
    """Refuse a Python that cannot run LexIntel, in one sentence."""
    if not OLDEST <= version <= NEWEST:
        raise StepFailed(f"LexIntel needs Python 3.11 to 3.14; this is {version[0]}.{version[1]} ({sys.executable}).")
    if not has_ensurepip:
        raise StepFailed(
            f"This Python ({sys.executable}) lacks the ensurepip module; install it first (on Debian and Ubuntu: apt install python3-venv)."
        )


def needed_by(argv: list[str]) -> tuple[str, ...]:
    """The requirements files that a command line needs installed."""
    return (*FILES, DEV_FILE) if argv[1:2] == ["test"] else FILES


class Environment:
    """The `.venv` of a project folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.python = self.folder / "bin" / "python"
        self.stamp = self.folder / "lexintel-stamp.json"
        self.python_version = f"{sys.version_info[0]}.{sys.version_info[1]}"

    def is_current(self) -> bool:
        return Path(sys.prefix).resolve() == self.folder.resolve()

    def complete(self, files: Iterable[str]) -> None:
        """Bring the environment to the state that the requirements files describe. Only one process does so at a time."""
        if self.fits(files):
            return
        with self._alone():
            if not self.fits(files):
                self._install(sorted({*self.installed(), *files}))

    def fits(self, files: Iterable[str]) -> bool:
        installed = self.installed()
        return bool(installed) and all(installed.get(name) == self.digest(name) for name in files)

    def installed(self) -> dict[str, str]:
        """{requirements file: digest} of a finished environment of this Python; empty where there is none."""
        try:
            stamp = json.loads(self.stamp.read_text())
        except (OSError, ValueError):
            return {}
        usable = stamp.get("python") == self.python_version and os.access(self.python, os.X_OK)
        return stamp["files"] if usable else {}

    def digest(self, name: str) -> str:
        return hashlib.sha256((self.root / name).read_bytes()).hexdigest()

    def write_stamp(self, files: Iterable[str]) -> None:
        content = {"python": self.python_version, "files": {name: self.digest(name) for name in files}}
        draft = self.stamp.with_suffix(".draft")
        draft.write_text(json.dumps(content))
        draft.rename(self.stamp)

    def make_importable(self) -> None:
        """Let every program of the environment (pytest, celery) import the project from anywhere."""
        for packages in self.folder.glob("lib/python*/site-packages"):
            (packages / "lexintel-project.pth").write_text(f"{self.root}\n")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        folder = os.open(self.root, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    def _install(self, files: list[str]) -> None:
        print("Preparing LexIntel's own Python environment (.venv); this happens once.", flush=True)
        if self.installed():
            self.stamp.unlink()
        else:
            with step(f"making .venv with Python {self.python_version}"):
                run([sys.executable, "-m", "venv", "--clear", str(self.folder)], "The Python environment .venv could not be made.")
        pip = [str(self.python), "-m", "pip", "--disable-pip-version-check"]
        with step("installing the installer (uv)"):
            has_uv = succeeds([*pip, "install", "-q", UV])
        with step(f"installing {', '.join(files)}"):
            self._install_files(pip, files, has_uv)
        self.make_importable()
        self.write_stamp(files)

    def _install_files(self, pip: list[str], files: list[str], has_uv: bool) -> None:
        """uv where it works, pip (which knows every way of being configured) where it does not.

        The files are complete lists of pins, so nothing is resolved; of the embedded servers only the binaries are wanted.
        """
        wanted = [word for name in files for word in ("-r", str(self.root / name))]
        if has_uv:
            uv = [str(self.folder / "bin" / "uv"), "pip", "install", "-q", "--no-deps", "--python", str(self.python), *wanted]
            if succeeds(uv, env={**os.environ, **uv_settings(pip_settings(pip), os.environ)}):
                return
        run([*pip, "install", "-q", "--no-deps", *wanted], "The requirements could not be installed; is the package index reachable?")


def pip_settings(pip: list[str]) -> dict[str, str]:
    """What pip is configured with (files and PIP_ variables), as {option: value}; variables win over files."""
    listing = subprocess.run([*pip, "config", "list"], capture_output=True, text=True, check=False).stdout
    lines = [line.partition("=") for line in listing.splitlines() if "=" in line]
    found = {key: str(ast.literal_eval(value)) for key, _, value in lines}
    ranked = sorted(found, key=lambda key: (key.startswith(":env:."), key.startswith("install.")))
    return {key.rpartition(".")[2]: found[key] for key in ranked}


def uv_settings(pip: dict[str, str], environ: os._Environ[str] | dict[str, str]) -> dict[str, str]:
    """The UV_ variables that say the same as pip's configuration; those that are set already stay."""
    said = {
        "UV_DEFAULT_INDEX": pip.get("index-url", ""),
        "UV_INDEX": " ".join(pip.get("extra-index-url", "").split()),
        "UV_FIND_LINKS": ",".join(pip.get("find-links", "").split()),
        "UV_CONSTRAINT": pip.get("constraint", ""),
        "UV_INSECURE_HOST": " ".join(pip.get("trusted-host", "").split()),
        "UV_NO_INDEX": "1" if pip.get("no-index", "").lower() in ("1", "true", "yes", "on") else "",
        "SSL_CERT_FILE": pip.get("cert", ""),
        # pip takes the best match over all its indexes; so must uv, where it has more than one.
        "UV_INDEX_STRATEGY": "unsafe-best-match" if pip.get("extra-index-url") else "",
    }
    return {name: value for name, value in said.items() if value and name not in environ}


def succeeds(command: list[str], env: dict[str, str] | None = None) -> bool:
    return subprocess.run(command, env=env, capture_output=True, check=False).returncode == 0


def run(command: list[str], sentence: str) -> None:
    """Run a command; raise StepFailed with the sentence and its last lines where it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise StepFailed(sentence, "\n".join(done.stdout.splitlines()[-15:]))
