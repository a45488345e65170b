"""A job for the tests of the sandbox: does what its request says, good or bad."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from documents.services.sandbox import JobRefused
from documents.services.sandbox.worker import Surroundings

calls = 0


def run(request: dict[str, Any], surroundings: Surroundings) -> dict[str, Any]:
    """{"do": name, ...}; the result says who worked and where."""
    global calls
    calls += 1
    found = _DEEDS[request["do"]](request, surroundings)
    return {"pid": os.getpid(), "calls": calls, "folder": str(surroundings.folder), "found": found}


def nothing(request: dict[str, Any], surroundings: Surroundings) -> Any:
    return request.get("say")


def steps(request: dict[str, Any], surroundings: Surroundings) -> Any:
    for done in range(1, request["count"] + 1):
        surroundings.progress(done, request["count"])
        time.sleep(request.get("pause", 0))
    return None


def hang(request: dict[str, Any], surroundings: Surroundings) -> Any:
    if marker := request.get("marker"):
        Path(marker).write_text(str(os.getpid()))
    (surroundings.folder / "scratch").write_text("half done")
    while True:
        time.sleep(0.2)
        if request.get("alive"):
            surroundings.progress(0, 1)


def spin(request: dict[str, Any], surroundings: Surroundings) -> Any:
    began = time.process_time()
    while time.process_time() < began + request.get("seconds", 1000):
        surroundings.progress(0, 1)
    return None


def eat(request: dict[str, Any], surroundings: Surroundings) -> Any:
    return len(bytearray(request["bytes"]))


def crash(request: dict[str, Any], surroundings: Surroundings) -> Any:
    """Every time, or the first time only (`once`: a file that remembers it)."""
    once = request.get("once")
    if once and Path(once).exists():
        return "second time"
    if once:
        Path(once).touch()
    os.kill(os.getpid(), signal.SIGSEGV)
    return None


def refuse(request: dict[str, Any], surroundings: Surroundings) -> Any:
    raise JobRefused("too_green", colour="green", shade=7)


def stumble(request: dict[str, Any], surroundings: Surroundings) -> Any:
    raise ZeroDivisionError("as told")


def full(request: dict[str, Any], surroundings: Surroundings) -> Any:
    with open("/dev/full", "w") as file:
        file.write("x" * 100_000)
    return None


def garbage(request: dict[str, Any], surroundings: Surroundings) -> Any:
    """Bytes of its own on the wire, past every guard."""
    _write_to_the_wire(bytes.fromhex(request["bytes"]))
    if request.get("then") == "hang":
        hang({}, surroundings)
    return None


def _write_to_the_wire(content: bytes) -> None:
    for name in os.listdir("/proc/self/fd"):
        link = f"/proc/self/fd/{name}"
        if int(name) > 2 and os.path.exists(link) and os.readlink(link).startswith("pipe:"):
            os.write(int(name), content)


def talk(request: dict[str, Any], surroundings: Surroundings) -> Any:
    """What libraries print must not reach the wire."""
    print("chatter")
    os.write(1, b"\x00\x00\x00\x05junk!")
    sys.stdout.flush()
    return None


def temporary(request: dict[str, Any], surroundings: Surroundings) -> Any:
    handle, name = tempfile.mkstemp()
    os.close(handle)
    Path("relative").write_text("x")
    (Path.home() / "at home").write_text("x")
    return name


def loaded(request: dict[str, Any], surroundings: Surroundings) -> Any:
    return sorted({name.split(".")[0] for name in sys.modules})


def environment(request: dict[str, Any], surroundings: Surroundings) -> Any:
    return dict(os.environ)


def listing(request: dict[str, Any], surroundings: Surroundings) -> Any:
    return sorted(os.listdir(surroundings.folder))


_DEEDS = {
    deed.__name__: deed
    for deed in (nothing, steps, hang, spin, eat, crash, refuse, stumble, full, garbage, talk, temporary, loaded, environment, listing)
}
