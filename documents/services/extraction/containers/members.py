"""Where a member of an archive lies: its folder and name as people should see them, whatever the archive claims."""

from __future__ import annotations

import re
import stat
import struct
import zlib
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import NamedTuple
from zipfile import ZipInfo

from documents.services.extraction.charsets import decode

_UTF8_FLAG, _ENCRYPTED_FLAG = 0x800, 0x1
_UNICODE_PATH = 0x7075  # Info-ZIP's field for a name in UTF-8 beside one in the system's own encoding
_SAMPLE = 64 * 1024
_END_OF_LATIN = 0x0250
_DRIVE = re.compile(r"^[A-Za-z]:(?=[/\\])")
# What systems leave in folders by themselves, without content of anybody's.
_LEFT_BY_SYSTEMS = frozenset(["thumbs.db", "desktop.ini", ".ds_store"])


class Place(NamedTuple):
    """`folder` is relative, with slashes, "" for the top; `strayed` says that the archive's own path led out of it."""

    folder: str
    name: str
    strayed: bool

    @property
    def path(self) -> str:
        return f"{self.folder}/{self.name}" if self.folder else self.name


def place_of(path: str) -> Place:
    """Of a path as an archive gives it: no roots, drives or steps upward, which are only ever meant to escape."""
    slashed = _DRIVE.sub("", path).replace("\\", "/")
    parts = [part for part in (part.strip() for part in slashed.split("/")) if part not in ("", ".", "..")]
    strayed = slashed != path.replace("\\", "/") or slashed.startswith("/") or ".." in slashed.split("/")
    return Place("/".join(parts[:-1]), parts[-1] if parts else "", strayed)


class Names:
    """The names in one archive. Where they are not said to be UTF-8, all of them together tell their encoding: each alone is too short."""

    def __init__(self, members: Iterable[ZipInfo]) -> None:
        raw = b"\n".join(dict.fromkeys(_raw(info) for info in members if not _is_known(info)))[:_SAMPLE]
        self._encoding = _encoding_of(raw) if raw else "cp437"

    def name_of(self, info: ZipInfo) -> str:
        """The member's path."""
        if _is_known(info):
            return info.filename
        raw = _raw(info)
        return _unicode_path(info.extra, raw) or raw.decode(self._encoding, "replace")


def _is_known(info: ZipInfo) -> bool:
    return bool(info.flag_bits & _UTF8_FLAG) or info.orig_filename.isascii()


def _raw(info: ZipInfo) -> bytes:
    return info.orig_filename.encode("cp437")  # how zipfile reads names without the flag


def _encoding_of(raw: bytes) -> str:
    """What is no other encoding for sure is the one of the format itself, where that gives letters."""
    found = decode(raw)
    if found.encoding not in ("cp1252", "mac-roman"):  # Macs write UTF-8
        return found.encoding
    accented = [letter for letter in raw.decode("cp437") if not letter.isascii()]
    return "cp437" if all(letter.isalpha() and ord(letter) < _END_OF_LATIN for letter in accented) else "cp1252"


def _unicode_path(extra: bytes, raw: bytes) -> str:
    """The name of the extra field, "" where it has none, or it was made for another name."""
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        content, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == _UNICODE_PATH and len(content) > 5 and struct.unpack_from("<I", content, 1)[0] == zlib.crc32(raw):
            return content[5:].decode("utf-8", "replace")
    return ""


def is_encrypted(info: ZipInfo) -> bool:
    return bool(info.flag_bits & _ENCRYPTED_FLAG)


def is_file(info: ZipInfo) -> bool:
    """Neither a link nor a device; archives that were not made on Unix say nothing, and hold files."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    return kind in (0, stat.S_IFREG)


def left_by_system(place: Place) -> bool:
    return place.name.lower() in _LEFT_BY_SYSTEMS or (place.name.startswith("._") and "__MACOSX" in PurePosixPath(place.folder).parts)
