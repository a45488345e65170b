"""The place of one child, which is all that it sees of anybody's files: `in`, which it may read, and `work`, which it may write.

A job's files come in when it begins and are gone when it ends, so that no child sees what belongs to another job, before it or beside it.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from documents.services.sandbox import errors
from documents.services.sandbox.errors import JobFailed
from documents.services.sandbox.folders import Folder

_NO_LINKS = (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.EACCES)


class Room:
    def __init__(self, root: Path) -> None:
        self._folder = Folder(root)
        self.inbox, self.work = self._folder.path / "in", self._folder.path / "work"
        self.inbox.mkdir()
        self.work.mkdir()

    @contextmanager
    def occupied(self, job: dict[str, Any], folder: Path) -> Iterator[tuple[dict[str, Any], Path]]:
        """The job with the files that it names (each `Path` in it) under their names here, and the job's folder, which is moved in and,
        when the job is over, out again. Raises OSError."""
        try:
            placed = self._placed(job)
            inside = self.work / folder.name
            folder.rename(inside)
            try:
                yield placed, inside
            finally:
                _take_back(inside, folder)
        finally:
            self._clear()

    def _placed(self, value: Any) -> Any:
        if isinstance(value, Path):
            return str(self._laid(value))
        if isinstance(value, dict):
            return {key: self._placed(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self._placed(each) for each in value]
        return value

    def _laid(self, file: Path) -> Path:
        """The same file under a second name where that is possible (the child cannot change it there), else a copy of it."""
        file = file.resolve(strict=True)
        place = self.inbox / f"{len(os.listdir(self.inbox))}"
        if file.stat().st_uid == os.geteuid():
            try:
                os.link(file, place)
                return place
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
        shutil.copyfile(file, place)
        return place

    def _clear(self) -> None:
        for folder in (self.inbox, self.work):
            for left in folder.iterdir():
                if left.is_dir() and not left.is_symlink():
                    shutil.rmtree(left, ignore_errors=True)
                else:
                    left.unlink(missing_ok=True)

    def remove(self) -> None:
        self._folder.remove()


def _take_back(inside: Path, folder: Path) -> None:
    try:
        inside.rename(folder)
    except OSError:
        folder.mkdir(mode=0o700)  # whatever became of it: its owner has one to remove


def made_in(folder: Path, name: str) -> Path:
    """A file that a job says it left in its folder. A name that leads elsewhere, and what is no file, is an answer of a broken child.

    Raises JobFailed.
    """
    path = folder / name
    if (
        Path(os.path.abspath(path)).is_relative_to(folder)
        and path.is_file()
        and path.resolve() == folder.resolve() / os.path.normpath(name)
    ):
        return path
    raise JobFailed(errors.CRASHED, "garbage")
