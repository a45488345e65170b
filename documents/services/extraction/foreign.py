"""Kinds of files that are known but can't be read: what they are, for the sentence that refuses them.

A format that comes to be read declares itself in its parser's module, which counts more than a line here.
"""

from __future__ import annotations

import re

from documents.services.extraction.formats import ZIP, Sample

SURENESS = 90
_OLE_STORAGE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE = {".xls": "application/vnd.ms-excel", ".ppt": "application/vnd.ms-powerpoint"}
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"{\\rtf", "application/rtf"),
    (b"\xffWPC", "application/vnd.wordperfect"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "audio/x-ms-wma"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x7fELF", "application/x-executable"),
    (b"MZ", "application/x-msdownload"),
)
_OFFICE = (
    ("xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
_DECLARED = re.compile(rb"mimetype(application/[a-z0-9.+-]+?)(?:PK|$)")
_NAMES = (
    "doc dot xls xlsx ppt pptx odt ods odp rtf wpd pages numbers key rar 7z gz tar exe dll msi dmg iso bin apk jpg jpeg png gif bmp "
    "tif tiff heic webp svg psd mp3 wav m4a flac ogg aac wma mp4 mov avi mkv webm wmv sqlite db"
)
SUFFIXES = frozenset(f".{name}" for name in _NAMES.split(" "))
# Under these names text comes, too.
MAYBE_TEXT = frozenset([".rtf", ".svg", ".key", ".pages", ".bin", ".db"])


def type_of(sample: Sample) -> str:
    """The media type by signature, "" for none that we know."""
    head = sample.head
    if head.startswith(ZIP):
        return _archive(sample)
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return "audio/wav"
    if head[4:8] == b"ftyp":
        return "audio/mp4" if head[8:11] == b"M4A" or sample.suffix == ".m4a" else "video/mp4"
    if head.startswith(_OLE_STORAGE):
        return _OLE.get(sample.suffix, "application/msword")
    signed = next((mime for magic, mime in _MAGIC if head.startswith(magic)), "")
    return signed or ("audio/mpeg" if sample.suffix == ".mp3" and head[0] == 0xFF and head[1:2] and head[1] & 0xF6 == 0xF2 else "")


def _archive(sample: Sample) -> str:
    for prefix, mime in _OFFICE:
        if any(member.startswith(prefix) for member in sample.members):
            return mime
    declared = _DECLARED.search(sample.head[30:200])
    return declared[1].decode() if declared else ""
