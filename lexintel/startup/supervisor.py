"""`manage.py up`: everything on one machine, started in order, watched, stopped in order.

Itself small: it loads no Django, so that it can outlive whatever happens to the processes that do.
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import traceback
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from documents.services.sandbox.folders import sweep
from lexintel.embedded import child
from lexintel.embedded.client import Attachment
from lexintel.embedded.locks import open_lock, try_lock
from lexintel.embedded.place import Place
from lexintel.startup.folders import ROOT, var_folder
from lexintel.startup.logfiles import LogFile
from lexintel.startup.parts import Part
from lexintel.steps import StepFailed, step, tail

READY_SECONDS = 180
# A part that dies this often before everything is ready will not get well by itself.
DEATHS_AT_START = 3
PAUSE = 0.25


class Stopped(Exception):
    """A person asked to stop while something was still starting."""


def main(words: list[str]) -> int:
    return Supervisor(Place(var_folder()), administrator=administrator_in(words)).run()


def administrator_in(words: list[str]) -> str:
    """The name after `--admin`, the only option; "" without it."""
    match words:
        case []:
            return ""
        case ["--admin", name] if name and not name.startswith("-"):
            return name
        case [word] if word.startswith("--admin=") and word != "--admin=":
            return word.removeprefix("--admin=")
        case ["--admin", *_]:
            raise StepFailed("`up --admin` needs one user name, as in: python3 manage.py up --admin grace")
    raise StepFailed(f"`up` takes no words but --admin NAME, and got: {' '.join(words)}. Settings come from the environment or .env.")


class Supervisor:
    """The running installation of one folder."""

    def __init__(self, place: Place, administrator: str = "") -> None:
        self.place = place
        self.administrator = administrator
        self.began = time.monotonic()
        self.asked_to_stop = False
        self.token = os.environ.get("LEXINTEL_SUPERVISOR_TOKEN") or secrets.token_urlsafe(32)
        self.common = LogFile(place.log / "lexintel.log")
        self.parts: list[Part] = []
        self.attachment: Attachment | None = None
        self.embedded_database = not os.environ.get("DATABASE_URL")

    def run(self) -> int:
        lock = self._claim_folder()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop_soon)
        try:
            self._start()
            self._watch()
        except Stopped:
            self.say("Stopped while starting.")
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)  # stopping is under way; impatience must not interrupt it
            self._stop()
            os.close(lock)
        return 0

    # --- starting

    def _start(self) -> None:
        with step("embedded servers"):
            self.attachment = Attachment(self.place.var)
            self.attachment.open()
            os.environ.update(self.attachment.addresses)
        # One process less: a clock looks at a table every few seconds, and of all web processes only one leader does.
        os.environ.setdefault("TASK_SCHEDULES_IN_WEB", "yes")
        self._read_settings()
        self._check_port()
        (self.place.run / "up.json").write_text(json.dumps({"pid": os.getpid(), "address": self.address}))
        self._check_stop()
        self._prepare()
        with step("web and worker"):
            for part in self._make_parts():
                self.parts.append(part)
                part.start()
            self._wait_until_ready()
        self._announce()

    def _read_settings(self) -> None:
        """The settings as Django will read them; a wrong one ends the start here. Read by a child, so that Django stays out of here."""
        said = in_child(read_settings)
        if "error" in said:
            raise StepFailed(said["error"])
        self.host, self.port, self.executor = said["LEXINTEL_HOST"], said["LEXINTEL_PORT"], said["TASK_EXECUTOR"]
        self.https, self.schedules_in_web = said["HTTPS_ONLY"], said["TASK_SCHEDULES_IN_WEB"]

    def _check_port(self) -> None:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        try:
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((self.host, self.port))
        except OSError as error:
            raise StepFailed(
                f"LexIntel cannot listen on {self.host} port {self.port} ({error.strerror}); stop what uses it, or set LEXINTEL_PORT."
            ) from error

    def _prepare(self) -> None:
        """Migrations, static files and the demo case, in a process of their own that says its steps itself."""
        log_path = self.place.log / "prepare.log"
        env = {
            **os.environ,
            "LEXINTEL_DEMO": "yes" if self.may_have_demo else "no",
            "LEXINTEL_ADMIN": self.administrator,
            "PYTHONUNBUFFERED": "1",
        }
        with log_path.open("wb") as log:
            preparing = subprocess.Popen(
                [sys.executable, "manage.py", "prepare"], cwd=ROOT, env=env, stderr=log, stdin=subprocess.DEVNULL,
                start_new_session=True, preexec_fn=child.dying_with(signal.SIGKILL),
            )  # fmt: skip
        while preparing.poll() is None:
            if self.asked_to_stop:
                child.stop(preparing, signal.SIGTERM, 5)
            time.sleep(0.05)
        self._check_stop()
        if preparing.returncode:
            lines = tail(log_path)
            raise StepFailed(f"LexIntel could not be prepared; the whole log is {log_path}.", lines)

    @property
    def may_have_demo(self) -> bool:
        """The demo login has a password that everybody knows: only on an embedded database, only on loopback."""
        return self.embedded_database and is_loopback(self.host)

    def _make_parts(self) -> list[Part]:
        demo = self.may_have_demo and (self.place.run / "demo").exists()
        env = {
            **os.environ,
            "LEXINTEL_BOOTSTRAP": "off",
            "LEXINTEL_SUPERVISOR_TOKEN": self.token,
            "LEXINTEL_DEMO": "yes" if demo else "no",
            "LOG_FORMAT": os.environ.get("LOG_FORMAT") or ("text" if sys.stdout.isatty() else "json"),
            "REMAP_SIGTERM": "SIGQUIT",
            "STOP_GRACE_SECONDS": "2",
            "MALLOC_ARENA_MAX": os.environ.get("MALLOC_ARENA_MAX") or "2",
            "PYTHONUNBUFFERED": "1",
            "TMPDIR": str(self._empty_temporary()),
        }
        celery = [sys.executable, "-m", "celery", "-A", "lexintel.celery"]
        cores = len(os.sched_getaffinity(0))
        worker = [*celery, "worker", f"--concurrency={cores}", "--without-gossip", "--without-mingle", "-n", f"up-{os.getpid()}@%h"]
        beat = [*celery, "beat", "--pidfile="]
        cluster = [sys.executable, "manage.py", "qcluster", f"--children={cores}"]
        commands = [("web", [sys.executable, "-m", "lexintel.web"], 6.0)]
        if not self.schedules_in_web:
            commands.append(("beat", beat, 2.0))
        if self.executor != "background":
            commands.append(("worker", cluster, 6.0) if self.executor == "djangoq" else ("worker", worker, 4.0))
        return [
            Part(name, command, env=env, common=self.common, folder=self.place.log, patience=patience)
            for name, command, patience in commands
        ]

    def _empty_temporary(self) -> Path:
        """Where the parts and their libraries keep temporary files: in our own folder, emptied here of what killed ones left."""
        folder = self.place.var / "tmp"
        folder.mkdir(exist_ok=True)
        for path in folder.iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        return folder

    def _wait_until_ready(self) -> None:
        stop_at = time.monotonic() + READY_SECONDS
        missing = ["web"]
        while missing:
            self._check_stop()
            self._look_after()
            for part in self.parts:
                if part.deaths >= DEATHS_AT_START:
                    raise StepFailed(f"The {part.name} process does not start; its log is {part.own.path}.", part.last_lines())
            if time.monotonic() > stop_at:
                raise StepFailed(f"Not ready after {READY_SECONDS} s, still waiting for: {', '.join(missing)}.", tail(self.common.path))
            missing = self._not_ready()
            time.sleep(0.1)

    def _not_ready(self) -> list[str]:
        """Names of the parts that /readyz does not report as well."""
        found = self._ask_readyz()
        needed = {"database", "storage", "migrations", "broker", "web", "beat"} | ({"workers"} if self.executor != "background" else set())
        return sorted(name for name in needed if not found.get(name, {}).get("ok"))

    def _ask_readyz(self) -> dict[str, Any]:
        host = "127.0.0.1" if self.host in ("0.0.0.0", "") else "::1" if self.host == "::" else self.host  # noqa: S104
        url = f"http://{f'[{host}]' if ':' in host else host}:{self.port}/readyz"
        request = urllib.request.Request(url, headers={"Host": "localhost", "Authorization": f"Bearer {self.token}"})
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5) as reply:
                return dict(json.load(reply)["parts"])
        except urllib.error.HTTPError as error:
            with error, contextlib.suppress(ValueError, KeyError):
                return dict(json.load(error)["parts"])
        except (OSError, ValueError):
            pass  # not listening yet
        return {}

    @property
    def address(self) -> str:
        host = "localhost" if self.host in ("0.0.0.0", "::", "127.0.0.1", "::1") else self.host  # noqa: S104
        return f"{'https' if self.https else 'http'}://{host}:{self.port}/"

    def _announce(self) -> None:
        seconds = time.monotonic() - self.began
        login = "demo / demo" if self.parts[0].env["LEXINTEL_DEMO"] == "yes" else "make an administrator with: up --admin NAME"
        print(f"\nLexIntel is ready after {seconds:.1f} s.\n\n  address  {self.address}\n  login    {login}")
        if self.administrator:
            print(f"  admin    {self._about_administrator()}")
        print(f"  log      {self.common.path}\n\nCtrl-C stops it.", flush=True)

    def _about_administrator(self) -> str:
        """The one-time link that `prepare` has left for us alone, where a password is still to be chosen."""
        left = self.place.run / "admin-link"
        if not left.exists():
            return f"{self.administrator} is an administrator and has a password already"
        path = left.read_text()
        left.unlink()
        return f"{self.administrator} chooses a password at {self.address.rstrip('/')}{path} (valid once, for three days)"

    # --- running

    def _watch(self) -> None:
        while not self.asked_to_stop:
            self._look_after()
            time.sleep(PAUSE)

    def _look_after(self) -> None:
        for part in self.parts:
            if sentence := part.look_after():
                self.say(sentence)
        if self.attachment is not None and self.attachment.wanted and not self.attachment.is_kept():
            self._revive_servers(self.attachment)

    def _revive_servers(self, attachment: Attachment) -> None:
        """The keeper itself was killed: start the servers again, and with them everything that knew the old addresses."""
        self.say("The embedded servers have ended; they are started again.")
        before = dict(attachment.addresses)
        attachment.ensure()
        if attachment.addresses != before:
            for part in self.parts:
                part.env = {**part.env, **attachment.addresses}
                part.stop()

    # --- stopping

    def _stop_soon(self, number: int, frame: FrameType | None) -> None:
        self.asked_to_stop = True

    def _check_stop(self) -> None:
        if self.asked_to_stop:
            raise Stopped

    def _stop(self) -> None:
        """Web, beat, worker; then Valkey and PostgreSQL, which their keeper stops when we let go."""
        began = time.monotonic()
        if self.asked_to_stop:
            print("\nStopping …", flush=True)
        for part in self.parts:
            if part.name != "worker":  # web and beat need nothing of each other; the worker outlives both, it may be asked things
                part.ask_to_stop()
        for part in self.parts:
            if not part.stop():
                self.say(f"The {part.name} process did not end by itself and was killed.")
        sweep(self.place.var / "scratch")  # what a part that was killed has left
        self._empty_temporary()
        if self.attachment is not None:
            self.attachment.close()
        (self.place.run / "up.json").unlink(missing_ok=True)
        if self.asked_to_stop:
            self.say(f"Stopped in {time.monotonic() - began:.1f} s.")

    def _claim_folder(self) -> int:
        lock = open_lock(self.place.run / "up.lock")
        if not try_lock(lock):
            raise StepFailed(f"LexIntel is already running in this folder: {running(self.place.run / 'up.json')}.")
        return lock

    def say(self, sentence: str) -> None:
        print(sentence, flush=True)
        self.common.say(f"{'up':<7} {time.strftime('%Y-%m-%d %H:%M:%S')} {sentence}")


def read_settings() -> dict[str, Any]:
    """Those that concern the supervisor, or {"error": sentence}."""
    from django.core.exceptions import ImproperlyConfigured

    try:
        from lexintel import settings
    except ImproperlyConfigured as error:
        return {"error": str(error)}
    names = ("LEXINTEL_HOST", "LEXINTEL_PORT", "TASK_EXECUTOR", "HTTPS_ONLY", "TASK_SCHEDULES_IN_WEB")
    return {name: getattr(settings, name) for name in names}


def in_child(look: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `look` finds in a fork of this process, which takes all that it imports with it. For a process without threads."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(writing, json.dumps(look()).encode())
        except BaseException:
            traceback.print_exc()
            raise
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        said = answer.read()
    os.waitpid(pid, 0)
    return dict(json.loads(said)) if said else {"error": "The settings could not be read."}


def running(state: Path) -> str:
    """Where the `up` of a folder runs, as far as it has said so."""
    try:
        known = json.loads(state.read_text())
    except (OSError, ValueError):
        return "it is starting"
    return f"{known['address']} (process {known['pid']})"


def is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
