"""ZIP files that are nothing else: every member becomes a file of its own, in the folder where it lay; the archive's text is their list.

Members are written piece by piece, so that the size of an archive costs no memory, and limits hold on what is inflated.
"""

from __future__ import annotations

import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import IO

from documents.services.extraction.containers import productions
from documents.services.extraction.containers.members import Names, Place, is_encrypted, is_file, left_by_system, place_of
from documents.services.extraction.errors import Unreadable
from documents.services.extraction.formats import LIKELY, NO, ZIP, Format, FormatLimits, Sample, gettext_noop
from documents.services.extraction.limits import (
    MAX_ARCHIVE_RATIO,
    MAX_CONTAINED,
    MAX_CONTAINED_BYTES,
    MAX_MEMBER_BYTES,
    RATIO_STARTS_AT,
)
from documents.services.extraction.parsers.base import Job, Parsed, listed

_PIECE = 256 * 1024
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError, RuntimeError)
"""What reading a broken member raises (LZMA and BZ2 among the OSErrors and ValueErrors); RuntimeError is zipfile's word for encrypted."""


class _TooMuch(Exception):
    """A member inflates beyond all measure."""


class ZipParser:
    """One reading of one archive."""

    def __init__(self, job: Job, archive: zipfile.ZipFile) -> None:
        self._job, self._archive = job, archive
        self._parsed = Parsed([], "archive (Python)", room=(MAX_CONTAINED, MAX_CONTAINED_BYTES))
        self._left_out: dict[str, list[str]] = defaultdict(list)
        self._inflated = 0
        self._shared: set[int] = set()

    def parse(self) -> Parsed:
        files = [info for info in self._archive.infolist() if not info.is_dir()]
        self._shared = _shared(files)
        names = Names(files)
        members = [(info, place_of(names.name_of(info))) for info in files]
        production = productions.read(self._load_files(members))
        lines = []
        for number, (info, place) in enumerate(members, 1):
            about = production.about(place.path)
            if self._take(info, place, about):
                bates = " – ".join(dict.fromkeys(about[key] for key in ("bates_begin", "bates_end") if about.get(key)))
                lines.append(", ".join(part for part in (place.path, f"{info.file_size:,} bytes", bates) if part))
            self._job.tick(number, len(members))
        if self._left_out["encrypted"] and not lines:
            raise Unreadable("encrypted")
        for code, left_out in self._left_out.items():
            if left_out:
                self._parsed.notice(f"members_{code}", count=len(left_out), name=left_out[0][:200])
        for name in production.broken:
            self._parsed.notice("load_file_unreadable", name=name)
        self._parsed.pages = listed(lines)
        return self._parsed

    def _load_files(self, members: list[tuple[zipfile.ZipInfo, Place]]) -> Iterator[tuple[str, bytes]]:
        for info, place in members:
            if (
                productions.may_be_load_file(place.name, info.file_size)
                and is_file(info)
                and (self._job.password or not is_encrypted(info))
            ):
                try:
                    yield place.path, b"".join(self._pieces(info))
                except (*_DAMAGED, _TooMuch):
                    continue  # told when it is taken out

    def _take(self, info: zipfile.ZipInfo, place: Place, about: dict[str, str]) -> bool:
        """Whether the member is a file that was kept."""
        if reason := self._reason_against(info, place):
            self._left_out[reason].append(place.path)
            return False
        path = self._parsed.next_place(self._job.folder)
        try:
            with path.open("wb") as target:
                self._copy(info, target)
        except _TooMuch:
            self._left_out["bomb"].append(place.path)
        except _Broken:
            self._left_out["damaged"].append(place.path)
        else:
            if self._parsed.has_room(path.stat().st_size):
                self._parsed.keep(place.name, path, {"folder": place.folder, **about})
                if place.strayed:
                    self._left_out["strayed"].append(place.path)
                return True
            self._left_out["beyond"].append(place.path)
        path.unlink()
        return False

    def _reason_against(self, info: zipfile.ZipInfo, place: Place) -> str:
        if left_by_system(place):
            return "of_system"
        if not place.name or not is_file(info):
            return "no_files"
        if is_encrypted(info) and not self._job.password:
            return "encrypted"
        if id(info) in self._shared:
            return "bomb"
        beyond = info.file_size > MAX_MEMBER_BYTES or self._inflated > MAX_CONTAINED_BYTES or not self._parsed.has_room(0)
        return "beyond" if beyond else ""

    def _copy(self, info: zipfile.ZipInfo, target: IO[bytes]) -> None:
        pieces = self._pieces(info)
        while True:
            try:
                piece = next(pieces, b"")
            except _DAMAGED as error:
                raise _Broken from error
            if not piece:
                return
            target.write(piece)  # whose errors are the disk's, not the archive's

    def _pieces(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        size = 0
        with self._archive.open(info) as member:
            while piece := member.read(_PIECE):
                size += len(piece)
                self._inflated += len(piece)
                unlikely = size > RATIO_STARTS_AT and size > MAX_ARCHIVE_RATIO * max(info.compress_size, 1)
                if unlikely or size > MAX_MEMBER_BYTES or self._inflated > 2 * MAX_CONTAINED_BYTES:
                    raise _TooMuch
                self._job.tick(0, 1)
                yield piece


def _shared(files: list[zipfile.ZipInfo]) -> set[int]:
    """Which members (by id) claim bytes that are another's, too: a few megabytes under ten thousand names are a bomb."""
    shared = set()
    for one, following in pairwise(sorted(files, key=lambda info: info.header_offset)):
        if one.header_offset == following.header_offset:
            shared.add(id(following))
        elif one.header_offset + one.compress_size > following.header_offset:
            shared.add(id(one))
    return shared


class _Broken(Exception):
    """A member that can't be read."""


def parse(job: Job) -> Parsed:
    try:
        archive = _opened(job)
    except _DAMAGED as error:
        raise Unreadable("unreadable", kind="ZIP") from error
    with archive:
        return ZipParser(job, archive).parse()


def _opened(job: Job) -> zipfile.ZipFile:
    """The archive, with its password where there is one: also of the kind that Python's own reader does not know (AES). Raises
    Unreadable("encrypted") where that is not its own."""
    if not job.password:
        return zipfile.ZipFile(job.path)
    import pyzipper

    archive: zipfile.ZipFile = pyzipper.AESZipFile(job.path)
    locked = next((info for info in archive.infolist() if is_encrypted(info) and not info.is_dir()), None)
    if locked is None or any(_fits(archive, locked, job.password, encoding) for encoding in ("utf-8", "cp437")):
        return archive
    archive.close()
    raise Unreadable("encrypted")


def _fits(archive: zipfile.ZipFile, member: zipfile.ZipInfo, password: str, encoding: str) -> bool:
    """Whether the password opens the member, as bytes of this encoding; it is the archive's from then on."""
    archive.setpassword(password.encode(encoding, "replace"))
    try:
        archive.open(member).close()
    except RuntimeError:
        return False
    return True


def _sniff(sample: Sample) -> int:
    return LIKELY if sample.head.startswith(ZIP) else NO


FORMATS = (
    Format(
        mime="application/zip",
        label=gettext_noop("ZIP archive"),
        listed="ZIP",
        parse=parse,
        suffixes=(".zip",),
        recognised_by="a ZIP file that is no office file",
        order=90,
        sniff=_sniff,
        limits=FormatLimits(files=MAX_CONTAINED),
        binary=True,
        container=True,
    ),
)
