"""Private working folders that belong to a living process: locked as long as it lives, and swept by the next who comes along.

The lock is the kernel's (flock on the folder itself), so that it ends with its owner in whatever way he ends, and neither a reused
process number nor another container on the same disk is taken for him.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "job-"


class Folder:
    """A folder of this process. `remove()` ends it; a process that dies leaves it to `sweep`."""

    def __init__(self, root: Path) -> None:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(root, fcntl.LOCK_SH):  # nobody sweeps between the making and the lock
            self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=root))
            self._handle = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            fcntl.flock(self._handle, fcntl.LOCK_EX)
        self._owner = os.getpid()

    def remove(self) -> None:
        """Remove it with all that is in it. The second time, and in a forked process, nothing happens."""
        if self._handle < 0 or self._owner != os.getpid():
            return
        handle, self._handle = self._handle, -1
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(handle)


def sweep(root: Path) -> int:
    """Remove the folders whose owners are gone; how many they were. Somebody who makes a folder just now goes first."""
    if not root.is_dir() or not any(root.glob(f"{PREFIX}*")):
        return 0
    with suppress(BlockingIOError), _locked(root, fcntl.LOCK_EX | fcntl.LOCK_NB):
        return sum(_remove_if_deserted(path) for path in root.glob(f"{PREFIX}*"))
    return 0


def _remove_if_deserted(path: Path) -> bool:
    try:
        with _locked(path, fcntl.LOCK_EX | fcntl.LOCK_NB):
            shutil.rmtree(path, ignore_errors=True)
    except (BlockingIOError, FileNotFoundError):
        return False
    return not path.exists()


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)
