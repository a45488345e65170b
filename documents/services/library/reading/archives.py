"""Archives of files of law: a child of the sandbox unpacks a ZIP file, and each of its files is read like one that was given alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from documents.services.sandbox import JobFailed, JobRefused, Limits
from documents.services.sandbox.confinement.needs import Needs
from documents.services.sandbox.pool import Pool
from tasks.errors import PermanentError

FORMAT = "zip"
ENTRY = "documents.services.library.reading.unpacking:unpack"
_MARKS = (b"PK\x03\x04", b"PK\x05\x06")


@dataclass(frozen=True)
class Member:
    """A file of an archive, or the archive's only one; `path` is None where `reason` says why it can't be read."""

    name: str
    path: Path | None
    reason: str = ""

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path is not None else 0


def is_archive(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) in _MARKS


@contextmanager
def unpacked(path: Path, check: Callable[[], None]) -> Iterator[list[Member]]:
    """The archive's files as long as the context lasts. Raises PermanentError with a sentence for what can't be unpacked."""
    path = path.resolve()
    needs = Needs(reads=(str(path),))
    pool = Pool(ENTRY, scratch=lambda: settings.SCRATCH_FOLDER, limits=Limits(), size=1, needs=lambda: needs)
    folder = pool.folder()
    try:
        yield _unpacked(pool.run({"path": str(path)}, check=check, progress=lambda done, total: None, folder=folder), folder.path)
    except JobRefused as refusal:
        raise PermanentError(str(refusal.details.get("reason", refusal.code)), code="law_unreadable") from refusal
    except JobFailed as death:
        raise PermanentError(_("The archive could not be unpacked."), code=f"law_{death.code}") from death
    finally:
        pool.close()
        folder.remove()


def _unpacked(answer: dict[str, list[dict[str, str]]], folder: Path) -> list[Member]:
    """What a child says is only believed of files that lie in the folder itself."""
    members = []
    for one in answer["members"]:
        path = folder / Path(one["file"]).name if one["file"] else None
        real = path if path is not None and path.is_file() and not path.is_symlink() else None
        members.append(Member(one["name"], real, one["reason"] or ("" if real else _("It is damaged."))))
    return members
