"""Kinds of files that are known but can't be read: what they are, for the sentence about what is kept.

A format that comes to be read declares itself in its parser's module, which counts more than a line here.
"""

from __future__ import annotations

import re

from documents.services.extraction.formats import OLE, ZIP, Sample

SURENESS = 90
_STREAMS = {
    "Workbook": "application/vnd.ms-excel",
    "Book": "application/vnd.ms-excel",
    "PowerPoint Document": "application/vnd.ms-powerpoint",
}
_OLE = {".xls": "application/vnd.ms-excel", ".ppt": "application/vnd.ms-powerpoint"}
_MAGIC: tuple[tuple[bytes, str], ...] = (
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
    (b"SQLite format 3\0", "application/vnd.sqlite3"),
    (b"8BPS", "image/vnd.adobe.photoshop"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\0", "application/x-xz"),
    (b"FLV\x01", "video/x-flv"),
    (b"\x00\x00\x01\xba", "video/mpeg"),
)
# Words may begin like these signatures; a text that does is a text.
_LIKE_WORDS = (b"MZ", b"ID3", b"BZh", b"8BPS", b"OggS", b"fLaC")
_DRAWING = re.compile(rb"AC10[0-9]{2}\0")
_RIFF = {b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_DECLARED = re.compile(rb"mimetype(application/[a-z0-9.+-]+?)(?:PK|$)")
_NAMES = (
    "doc dot xls xlsx xlsb ppt pptx odt ods odp rtf wpd pages numbers key zip rar 7z gz tar exe dll msi dmg iso bin apk jpg jpeg png gif "
    "bmp tif tiff heic webp svg psd mp3 wav m4a flac ogg aac wma mp4 mov avi mkv webm wmv msg pst mbox sqlite db"
)
XLSB_PART = "xl/workbook.bin"
SUFFIXES = frozenset(f".{name}" for name in _NAMES.split(" "))
# Under these names text comes, too.
MAYBE_TEXT = frozenset([".svg", ".key", ".pages", ".bin", ".db"])


def type_of(sample: Sample) -> str:
    """The media type by signature, "" for none that we know."""
    head = sample.head
    if head.startswith(ZIP):
        return _archive(sample)
    if head.startswith(b"RIFF") and head[8:12] in _RIFF:
        return _RIFF[head[8:12]]
    if head[4:8] == b"ftyp":
        if head[8:12] == b"avif":
            return "image/avif"
        return "audio/mp4" if head[8:11] == b"M4A" or sample.suffix == ".m4a" else "video/mp4"
    if head.startswith(OLE):
        known = next((mime for stream, mime in _STREAMS.items() if stream in sample.streams), "")
        return known or _OLE.get(sample.suffix, "")
    if _DRAWING.match(head):
        return "image/vnd.dwg"
    signed = next((mime for magic, mime in _MAGIC if head.startswith(magic) and not (magic in _LIKE_WORDS and sample.is_text)), "")
    return signed or ("audio/mpeg" if sample.suffix == ".mp3" and head[0] == 0xFF and head[1:2] and head[1] & 0xF6 == 0xF2 else "")


def _archive(sample: Sample) -> str:
    if XLSB_PART in sample.members:
        return "application/vnd.ms-excel.sheet.binary.macroenabled.12"
    declared = _DECLARED.search(sample.head[30:200])
    return declared[1].decode() if declared else ""
