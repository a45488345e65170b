"""Where a member of an archive lies: its folder and name as people should see them, whatever the archive claims."""

from __future__ import annotations

import re
import stat
import struct
import zlib
from pathlib import PurePosixPath
from typing import NamedTuple
from zipfile import ZipInfo

from documents.services.extraction.charsets import decode

_UTF8_FLAG, _ENCRYPTED_FLAG = 0x800, 0x1
_UNICODE_PATH = 0x7075  # Info-ZIP's field for a name in UTF-8 beside one in the system's own encoding
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


def name_of(info: ZipInfo) -> str:
    """The member's path: UTF-8 where the archive says so, else in the encoding that its bytes suggest."""
    if info.flag_bits & _UTF8_FLAG or info.orig_filename.isascii():
        return info.filename
    raw = info.orig_filename.encode("cp437")  # how zipfile reads names without the flag
    return _unicode_path(info.extra, raw) or decode(raw).text


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
