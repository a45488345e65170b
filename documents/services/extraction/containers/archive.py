"""Reading ZIP-based formats without being blown up: limits hold on what is inflated, not on what the archive claims."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO

from lxml import etree

from documents.services.extraction.errors import Unreadable
from documents.services.extraction.limits import MAX_ARCHIVE_BYTES, MAX_ARCHIVE_MEMBERS, MAX_ARCHIVE_RATIO, RATIO_STARTS_AT

_PIECE = 256 * 1024
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, KeyError)


class SafeArchive:
    """An open ZIP file. Members are read whole, within limits on their number, their total size and their ratio."""

    def __init__(self, path: Path, kind: str) -> None:
        self.kind = kind
        self.inflated = 0
        try:
            self._zip = zipfile.ZipFile(path)
        except _BROKEN as error:
            raise Unreadable("unreadable", kind=kind) from error
        self.names = frozenset(self._zip.namelist())
        if len(self._zip.infolist()) > MAX_ARCHIVE_MEMBERS:
            raise Unreadable("decompression_bomb", kind=kind)

    def __enter__(self) -> SafeArchive:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._zip.close()

    def members(self) -> list[zipfile.ZipInfo]:
        """Each name once, in the archive's order; of several with one name the last counts, as everywhere."""
        return [self._zip.getinfo(name) for name in dict.fromkeys(self._zip.namelist())]

    def read(self, name: str) -> bytes:
        """A member's bytes. Raises Unreadable: encrypted, decompression_bomb, unreadable."""
        info = self._zip.getinfo(name)
        if info.flag_bits & 1:
            raise Unreadable("encrypted")
        try:
            with self._zip.open(info) as member:
                return self._within_limits(member, max(info.compress_size, 1))
        except _BROKEN as error:
            raise Unreadable("unreadable", kind=self.kind) from error

    def _within_limits(self, member: IO[bytes], compressed: int) -> bytes:
        pieces, size = [], 0
        while piece := member.read(_PIECE):
            pieces.append(piece)
            size += len(piece)
            self.grown(size, len(piece), compressed)
        return b"".join(pieces)

    @contextmanager
    def stream(self, name: str) -> Iterator[_Guarded]:
        """A member to be read piece by piece, within the same limits. Raises Unreadable when opened and while it is read."""
        info = self._zip.getinfo(name)
        if info.flag_bits & 1:
            raise Unreadable("encrypted")
        try:
            with self._zip.open(info) as member:
                yield _Guarded(self, member, max(info.compress_size, 1))
        except _BROKEN as error:
            raise Unreadable("unreadable", kind=self.kind) from error

    def elements(self, name: str, tags: tuple[str, ...]) -> Iterator[etree._Element]:
        """The elements of these local names in a member, each when it has ended, for members too large to be held: what an element
        holds is forgotten when the next is asked for. Entities and document types are refused, as in `xml`."""
        with self.stream(name) as member:
            events = etree.iterparse(
                member,
                events=("end",),
                tag=[f"{{*}}{tag}" for tag in tags],
                resolve_entities=False,
                no_network=True,
                load_dtd=False,
                remove_comments=True,
                remove_pis=True,
                collect_ids=False,
            )
            try:
                for _event, element in events:
                    if element.getroottree().docinfo.internalDTD is not None:
                        raise Unreadable("unreadable", kind=self.kind)
                    yield element
                    _forget(element)
            except etree.XMLSyntaxError as error:
                raise Unreadable("unreadable", kind=self.kind) from error

    def grown(self, size: int, piece: int, compressed: int) -> None:
        """Count what was inflated: `piece` bytes more, `size` of this member. Raises Unreadable for a bomb."""
        self.inflated += piece
        if self.inflated > MAX_ARCHIVE_BYTES or (size > RATIO_STARTS_AT and size / compressed > MAX_ARCHIVE_RATIO):
            raise Unreadable("decompression_bomb", kind=self.kind)

    def xml(self, name: str) -> etree._Element:
        """A member as XML. Entities, document types and anything outside the file are refused."""
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True)
        try:
            root = etree.fromstring(self.read(name), parser)
        except etree.XMLSyntaxError as error:
            raise Unreadable("unreadable", kind=self.kind) from error
        if root.getroottree().docinfo.internalDTD is not None:
            raise Unreadable("unreadable", kind=self.kind)
        return root


class _Guarded:
    """A member under the archive's limits."""

    def __init__(self, archive: SafeArchive, member: IO[bytes], compressed: int) -> None:
        self._archive, self._member, self._compressed = archive, member, compressed
        self._size = 0

    def read(self, size: int = _PIECE) -> bytes:
        piece = self._member.read(size)
        self._size += len(piece)
        self._archive.grown(self._size, len(piece), self._compressed)
        return piece


def _forget(element: etree._Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
