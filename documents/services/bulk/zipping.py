"""Writing documents of a case into one ZIP file, block by block: memory does not grow with the files. Originals under their names, what
came out of a document in a folder beside it, and the manifests."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.core.files.base import File
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Case
from documents.models import Document
from documents.services.bulk.entries import MANIFESTS, Names
from documents.services.bulk.manifest import Manifest, row_of
from documents.services.extraction.formats import ARCHIVE, PDF
from documents.services.storage import blobs
from tasks.base.zips import packed
from tasks.ids import uuid7

BLOCK = 1024 * 1024
AT_ONCE = 200
LEVEL = 4
# Files of these kinds hardly get smaller.
PACKED = ("image/", "video/", "audio/", PDF, ARCHIVE, "application/vnd.openxml")


@dataclass
class Written:
    """What has come of it so far; `done` counts the bytes of originals."""

    files: int = 0
    done: int = 0


class Writer:
    """Writes the documents with these ids that `visible` still has, in their order, parents before what is inside them."""

    def __init__(
        self, file: IO[bytes], case: Case, visible: Callable[[Sequence[UUID]], Iterable[Document]], check: Callable[[int], None]
    ) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, allowZip64=True)
        self._case, self._visible, self._check = case, visible, check
        self._names, self._paths, self._folders = Names(), {}, {}  # type: ignore[var-annotated]
        self._manifest = Manifest()
        self.written = Written()

    def write(self, ids: Sequence[UUID], by: str) -> Written:
        try:
            with self._zip:
                for first in range(0, len(ids), AT_ONCE):
                    for document in self._visible(ids[first : first + AT_ONCE]):
                        self._add(document)
                about = {"case": self._case.title, "made": timezone.now().isoformat(), "by": by, "files": self.written.files}
                self._entry(MANIFESTS[0], self._manifest.csv_blocks())
                self._entry(MANIFESTS[1], self._manifest.json_blocks(about))
        finally:
            self._manifest.close()
        return self.written

    def _add(self, document: Document) -> None:
        source = document.parent.name or document.parent.title if document.parent is not None and document.parent.deleted_at is None else ""
        if folder := document.metadata.get("folder"):
            source = f"{source}/{folder}" if source else str(folder)
        try:
            path, problem = self._taken(document)
        except FileNotFoundError:
            path, problem = "", _("Its file is not where it should be.")
        if path:
            self._paths[document.pk] = path
            self.written.files += 1
        self._manifest.add(row_of(document, path, source, problem))

    def _taken(self, document: Document) -> tuple[str, str]:
        """Its path in the ZIP ("" where it has none), and what is wrong with it. A missing file takes no name."""
        if not document.stored_as:
            return "", _("It has no file of its own.")
        with blobs.open_stored(document.stored_as) as file:
            path = self._path(document)
            return path, self._copy(document, file, path)

    def _path(self, document: Document) -> str:
        return self._names.file(document.name or document.title, self._folder(document.parent_id))

    def _folder(self, parent: UUID | None) -> str:
        """Of what is inside a document that is in the ZIP too; else the top."""
        if parent is None or parent not in self._paths:
            return ""
        if parent not in self._folders:
            self._folders[parent] = self._names.folder(self._paths[parent])
        return str(self._folders[parent])

    def _copy(self, document: Document, file: File[bytes], path: str) -> str:
        """Gives what is wrong with it, where something is."""
        digest = hashlib.sha256()
        info = self._info(path, document.created)
        info.file_size = document.size  # by it a header for more than 4 GB is chosen
        if document.mime.startswith(PACKED):
            info.compress_type = zipfile.ZIP_STORED
        with self._zip.open(info, "w", force_zip64=document.size > 2**31) as entry:
            while block := file.read(BLOCK):
                entry.write(block)
                digest.update(block)
                self.written.done += len(block)
                self._check(self.written.done)
        return "" if digest.hexdigest() == document.sha256 else _("Its bytes are not those that were added: the file was damaged since.")

    def _entry(self, path: str, blocks: Iterator[bytes]) -> None:
        with self._zip.open(self._info(path, timezone.now()), "w") as entry:
            for block in blocks:
                entry.write(block)

    def _info(self, path: str, moment: Any) -> zipfile.ZipInfo:
        return packed(path, moment, LEVEL)


def parents_first(ids: Sequence[UUID]) -> list[UUID]:
    """The same ids with every document before what came out of it; ids rise with time, and what is inside is made later."""
    return sorted(ids)


def part_beside(path: Path) -> Path:
    """Where a ZIP grows until it is whole."""
    return path.with_name(f".{path.name}.{uuid7()}.part")
