"""Timed steps on the terminal, and how a failed one ends a command: one sentence, the last lines of its log. Standard library only."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class StepFailed(Exception):
    """A command cannot go on. `args[0]` is the sentence for the person; `log` holds the lines that explain it."""

    def __init__(self, sentence: str, log: str = "") -> None:
        super().__init__(sentence)
        self.log = log


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say what is being done and, when it is over, how long it took."""
    began = time.monotonic()
    if sys.stdout.isatty():
        print(f"  {'':>7}  {what} …", end="\r", flush=True)
    try:
        yield
    except BaseException:
        print(f"   failed  {what}  ", flush=True)
        raise
    print(f"  {time.monotonic() - began:5.1f} s  {what}  ", flush=True)


def report(failure: StepFailed) -> None:
    """Print a failure to the standard error."""
    sys.stdout.flush()
    if failure.log:
        print("\n".join("    " + line for line in failure.log.splitlines()), file=sys.stderr)
    print(f"\n{failure}", file=sys.stderr, flush=True)


def tail(path: Path, lines: int = 20) -> str:
    """The last lines of a log file; empty where there is none."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 16_384))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
