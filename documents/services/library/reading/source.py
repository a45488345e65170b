"""A file of law as its importer sees it: batches of records, read by a child of the sandbox of this import's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from documents.services.library.reading.archives import Member
from documents.services.sandbox import JobFailed, JobRefused, Limits
from documents.services.sandbox.confinement.needs import Needs
from documents.services.sandbox.pool import Pool
from tasks.errors import PermanentError

ENTRY = "documents.services.library.reading.child:read"
MOST_RECORDS = 500
# Reading goes on in the same child for as long as the file lasts; each request has its own seconds.
_LIMITS = Limits(jobs_per_child=10**9, growth_bytes=2 * 1024**3)
_FAILURES = {
    "memory": "The file needs more memory to be read than a reader may take.",
    "timeout": "A part of the file took too long to be read.",
}


@dataclass(frozen=True)
class Batch:
    """Some records in the order of the file, and where to go on behind them; `done` where there are no more."""

    items: list[dict[str, Any]]
    position: dict[str, int]
    done: bool
    read: int
    """Bytes of the file that have been read."""
    format: str = ""
    file: Member | None = None
    """A ruling as a file of its own, in place of items."""


class LawSource:
    def __init__(self, path: Path, name: str, pool: Pool, check: Callable[[], None]) -> None:
        self._path, self._name, self._pool, self._check = path, name, pool, check

    def recognise(self, kind: str) -> str:
        """The name of the file's format, "" where none knows it."""
        return str(self._ask({"kind": kind, "format": ""})["format"])

    def batches(self, form: str, position: dict[str, int]) -> Iterator[Batch]:
        """The child reads the next batch while the caller writes this one; a thread waits for it."""
        with ThreadPoolExecutor(1, thread_name_prefix="law-reader") as reader:
            ahead = reader.submit(self._ask, {"format": form, "position": position, "most": MOST_RECORDS})
            done = False
            while not done:
                answer = ahead.result()
                position, done = answer["position"], answer["done"]
                if not done:
                    ahead = reader.submit(self._ask, {"format": form, "position": position, "most": MOST_RECORDS})
                yield Batch(answer["items"], position, done, int(answer["read"]))

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Raises PermanentError with a sentence for what can't be read."""
        request = {"path": str(self._path), "name": self._name, **request}
        try:
            return self._pool.run(request, check=self._check, progress=lambda done, total: None)
        except JobRefused as refusal:
            raise PermanentError(str(refusal.details.get("reason", refusal.code)), code="law_unreadable") from refusal
        except JobFailed as death:
            reason = _FAILURES.get(death.code, _("The reader of this format failed on the file."))
            raise PermanentError(reason, code=f"law_{death.code}") from death


@contextmanager
def opened(path: Path, name: str, check: Callable[[], None]) -> Iterator[LawSource]:
    path = path.resolve()
    needs = Needs(reads=(str(path),))  # where it lies: a file of gigabytes is not copied for each batch
    pool = Pool(ENTRY, scratch=lambda: settings.SCRATCH_FOLDER, limits=_LIMITS, size=1, needs=lambda: needs)
    try:
        yield LawSource(path, name, pool, check)
    finally:
        pool.close()
