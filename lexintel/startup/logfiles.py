"""Log files of the processes that `up` runs: one for each and one for all, kept to a size."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import IO

LARGEST = 20 * 1024 * 1024


class LogFile:
    """A file that lines are appended to; at its largest size it is put aside as `.1` (one generation)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._file = path.open("ab", buffering=0)

    def write(self, line: bytes) -> None:
        with self._lock:
            self._file.write(line)
            if self._file.tell() > LARGEST:
                self._file.close()
                self.path.replace(self.path.with_suffix(self.path.suffix + ".1"))
                self._file = self.path.open("ab", buffering=0)

    def say(self, sentence: str) -> None:
        self.write(sentence.encode() + b"\n")


def collect(name: str, pipe: IO[bytes], own: LogFile, common: LogFile) -> threading.Thread:
    """Copy what a process writes into its own file and, under its name, into the common one; ends when the process does."""

    def copy() -> None:
        prefix = f"{name:<7} ".encode()
        with pipe:
            for line in pipe:
                own.write(line)
                common.write(prefix + line)

    thread = threading.Thread(target=copy, name=f"log of {name}", daemon=True)
    thread.start()
    return thread
