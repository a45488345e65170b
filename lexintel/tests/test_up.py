"""`python3 manage.py up`: one installation, started, used, hurt and stopped. The tests of this file follow each other."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from lexintel.bootstrap import ROOT
from lexintel.embedded import child
from lexintel.embedded.place import Place
from lexintel.embedded.valkey import free_port
from lexintel.testing import share_models

pytestmark = pytest.mark.faults
# What a person would wait for on a slow machine that does other things too.
PATIENCE = 150
TOKEN = "of-the-supervisor"


class Installation:
    """A folder in which `up` may run, and the `up` that runs there."""

    def __init__(self, var: Path) -> None:
        self.var, self.port, self.log = var, free_port(), var.parent / "up.log"
        strange = ("DATABASE_URL", "REDIS_URL", "STORAGE_URL", "TASK_EXECUTOR", "CI")
        self.env = {name: value for name, value in os.environ.items() if name not in strange}
        self.env |= {"LEXINTEL_VAR": str(var), "LEXINTEL_PORT": str(self.port), "LEXINTEL_BOOTSTRAP": "off", "MAX_UPLOAD_MB": "2"}
        self.env["LEXINTEL_SUPERVISOR_TOKEN"] = TOKEN
        self.temporary = var.parent / "tmp"
        self.temporary.mkdir(exist_ok=True)
        self.env["TMPDIR"] = str(self.temporary)

    def start(self, *words: str) -> str:
        """Start it and wait until it says that it is ready; returns what it said."""
        with self.log.open("wb") as log:
            command = [sys.executable, "manage.py", "up", *words]
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        child.wait_until(lambda: "Ctrl-C stops it." in self.said or self.process.poll() is not None, PATIENCE, 0.1)
        assert self.process.poll() is None, self.said
        assert "Ctrl-C stops it." in self.said, self.said
        return self.said

    def run(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Another command in the same folder."""
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(command, cwd=ROOT, env={**self.env, **env}, capture_output=True, text=True, timeout=PATIENCE, check=False)

    def left(self) -> list[Path]:
        """What lies among the temporary files, the machine's and its own."""
        return [path for folder in (self.temporary, self.var / "tmp", self.var / "scratch") for path in folder.rglob("*")]

    @property
    def said(self) -> str:
        return self.log.read_text()

    def ask(self, path: str, body: object = None) -> tuple[int, dict]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, {"Content-Type": "application/json"})
        if path == "/readyz":
            request.add_header("Authorization", f"Bearer {TOKEN}")
        try:
            with urllib.request.urlopen(request, timeout=20) as reply:
                return reply.status, json.load(reply)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def processes(self) -> dict[int, str]:
        """{pid: command line} of everything that runs for this folder, the servers included."""
        found = {}
        for entry in Path("/proc").iterdir():
            try:
                if not entry.name.isdigit() or int(entry.name) == os.getpid():
                    continue
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                if str(self.var) in command or f"LEXINTEL_VAR={self.var}".encode() in (entry / "environ").read_bytes():
                    found[int(entry.name)] = command
            except OSError:
                continue
        return found

    def pid_of(self, words: str) -> int:
        return next(pid for pid, command in self.processes().items() if words in command)


@pytest.fixture(scope="module")
def up(tmp_path_factory):
    var = tmp_path_factory.mktemp("up") / "var"
    var.mkdir()
    share_models(var)
    installation = Installation(var)
    yield installation
    if installation.process.poll() is None:
        os.killpg(installation.process.pid, signal.SIGINT)
        installation.process.wait(30)
    assert child.wait_until(lambda: not installation.processes(), 15), installation.processes()
    shutil.rmtree(Place(var).home)


def test_the_first_start_says_its_steps_the_address_the_login_and_the_log(up):
    said = up.start()
    for words in (
        "embedded servers",
        "migrations",
        "static files",
        "demo case",
        f"http://localhost:{up.port}/",
        "demo / demo",
        "lexintel.log",
    ):
        assert words in said
    assert (up.var / "log" / "lexintel.log").exists()


def test_ready_means_that_every_part_has_reported(up):
    status, answer = up.ask("/readyz")
    assert status == 200
    assert {name: part["ok"] for name, part in answer["parts"].items()} == dict.fromkeys(answer["parts"], True)


def test_the_demo_can_sign_in_and_has_its_case(up):
    status, answer = up.ask("/api/auth/token/", {"username": "demo", "password": "demo"})
    assert status == 200
    request = urllib.request.Request(f"http://127.0.0.1:{up.port}/api/cases/", headers={"Authorization": f"Token {answer['token']}"})
    with urllib.request.urlopen(request, timeout=20) as reply:
        assert json.load(reply)["count"] == 1


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        (b"GET /search?q=" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414, "uri_too_long"),
        (b"GET /search/?q=" + b"%D7%90" * 17_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414, "uri_too_long"),
        (b"GET /api/search/?q=" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414, "uri_too_long"),
        (b"GET /" + b"a" * 16_384 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414, "uri_too_long"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", 431, "headers_too_long"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: a\r\n" * 5000 + b"\r\n", 431, "headers_too_long"),
    ],
)
def test_what_is_too_long_gets_an_answer(up, request_, status, code):
    with socket.create_connection(("127.0.0.1", up.port), timeout=20) as connection:
        connection.sendall(request_)
        reply = http.client.HTTPResponse(connection)
        reply.begin()
        assert (reply.status, json.load(reply)["code"]) == (status, code)


def test_a_large_body_is_refused_before_it_travels(up):
    connection = http.client.HTTPConnection("127.0.0.1", up.port, timeout=20)
    connection.putrequest("POST", "/api/documents/")
    connection.putheader("Content-Length", str(10**9))
    connection.endheaders()
    reply = connection.getresponse()
    assert reply.status == 413
    assert json.load(reply) == {"detail": "This is larger than the limit of 2 MB.", "code": "too_large"}


def test_a_large_body_of_unknown_length_is_refused_at_the_limit(up):
    connection = http.client.HTTPConnection("127.0.0.1", up.port, timeout=20)
    connection.request(
        "POST", "/api/documents/", body=(b"x" * 65536 for _ in range(100)), encode_chunked=True, headers={"Transfer-Encoding": "chunked"}
    )
    assert connection.getresponse().status == 413


def test_a_second_up_is_refused_and_told_where_the_first_one_runs(up):
    done = up.run("up")
    assert done.returncode == 1
    assert f"already running in this folder: http://localhost:{up.port}/ (process {up.process.pid})" in done.stderr
    assert "Traceback" not in done.stderr


def test_another_command_uses_the_running_servers(up):
    done = up.run("shell", "-v", "0", "-c", "from lexintel.models import User; print('people:', User.objects.count())")
    assert "people: 1" in done.stdout, done.stderr


def test_a_killed_web_process_is_started_again_and_that_is_said(up):
    os.kill(up.pid_of("lexintel.web"), signal.SIGKILL)

    def answers() -> bool:
        try:
            return up.ask("/healthz")[0] == 200
        except OSError:
            return False

    assert child.wait_until(lambda: "The web process has ended (signal SIGKILL)" in up.said, 10)
    assert child.wait_until(answers, 60, 0.3)


def test_several_ctrl_c_stop_everything_in_time_and_leave_nothing(up):
    (up.var / "scratch" / "job-of-a-part-that-was-killed" / "in").mkdir(parents=True)
    began = time.monotonic()
    for _ in range(3):
        os.killpg(up.process.pid, signal.SIGINT)
        time.sleep(0.2)
    assert up.process.wait(30) == 0
    assert time.monotonic() - began <= 10
    assert child.wait_until(lambda: not up.processes(), 3), "its keeper has let go of everything, and ends"
    assert up.left() == []


def test_a_port_in_use_is_said_in_a_sentence(up):
    with socket.create_server(("127.0.0.1", up.port)):
        done = up.run("up")
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1 port {up.port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_setting_ends_the_start_with_one_sentence(up):
    done = up.run("up", MAX_UPLOAD_MB="much")
    assert done.returncode == 1
    assert done.stderr.strip() == "MAX_UPLOAD_MB is 'much'; it must be a whole number from 1 to 100000."


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--admin"], "`up --admin` needs one user name, as in: python3 manage.py up --admin grace"),
        (["--admin", "--help"], "`up --admin` needs one user name, as in: python3 manage.py up --admin grace"),
        (["now"], "`up` takes no words but --admin NAME, and got: now. Settings come from the environment or .env."),
    ],
)
def test_words_that_up_does_not_know_are_named(up, words, sentence):
    done = up.run("up", *words)
    assert (done.returncode, done.stderr.strip()) == (1, sentence)


def test_a_killed_supervisor_leaves_nothing_in_the_way_of_the_next_start(up):
    up.start()
    os.kill(up.process.pid, signal.SIGKILL)
    up.process.wait()
    assert child.wait_until(lambda: not up.processes(), 20)
    assert list(up.temporary.iterdir()) == []
    (up.var / "scratch" / "job-killed").mkdir()
    (up.var / "scratch" / "job-killed" / "0000").write_text("of a parser that was killed at work")
    said = up.start("--admin", "grace")
    assert "demo case" not in said, "the demo case is made once"
    link = re.search(r"grace chooses a password at (http://localhost:\d+/welcome/\S+) \(valid once", said)
    assert link, said
    with urllib.request.build_opener(urllib.request.HTTPCookieProcessor()).open(link[1], timeout=20) as page:
        assert "You will sign in with the name <strong>grace</strong>" in page.read().decode()
    assert link[1].rpartition("/welcome/")[2] not in "".join(path.read_text(errors="replace") for path in (up.var / "log").iterdir())
    assert not (up.var / "embedded" / "admin-link").exists()
    os.killpg(up.process.pid, signal.SIGTERM)
    assert up.process.wait(30) == 0
    assert child.wait_until(lambda: not up.processes(), 3)
    assert up.left() == []
