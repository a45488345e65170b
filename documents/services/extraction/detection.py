"""What a file is, decided by its content; its name only settles what content leaves open (Markdown or plain text)."""

from __future__ import annotations

import codecs
import re
import zipfile
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HTML = "text/html"
EML = "message/rfc822"
TXT = "text/plain"
MARKDOWN = "text/markdown"
EMPTY = "application/x-empty"
UNKNOWN = "application/octet-stream"

HEAD = 16_384

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", PDF),
    (b"{\\rtf", "application/rtf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
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
_OLE = {".msg": "application/vnd.ms-outlook", ".xls": "application/vnd.ms-excel", ".ppt": "application/vnd.ms-powerpoint"}
_OFFICE = (
    ("word/", DOCX),
    ("xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
_PDF_HEADER = re.compile(rb"%PDF-[12]\.\d")
_MAIL_FIELD = re.compile(rb"([A-Za-z][A-Za-z0-9-]*):[ \t\r\n]")
_MAIL_NAMES = frozenset(
    b"from to cc bcc date subject message-id received return-path mime-version content-type delivered-to reply-to sender x-mailer".split()
)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|title)[\s>]", re.IGNORECASE)
_TAGS = re.compile(rb"<(?:p|div|table|h[1-6]|br|span|meta|a|ul|ol|script|style|font|center)[\s>/]", re.IGNORECASE)
_CONTROLS = bytes(set(range(32)) - {7, 8, 9, 10, 11, 12, 13, 27} | {127})


def detect(source: Path | str | bytes, name: str = "") -> str:
    """The MIME type of a file (path) or of its beginning (bytes; whole files decide better for ZIP-based formats).

    `application/x-empty` for no bytes at all, `application/octet-stream` where nothing fits. Raises OSError for an unreadable path.
    """
    suffix = PurePosixPath(name.lower()).suffix
    if isinstance(source, bytes):
        return _detect(source[:HEAD], BytesIO(source), suffix)
    with open(source, "rb") as file:
        return _detect(file.read(HEAD), file, suffix)


def _detect(head: bytes, file: IO[bytes], suffix: str) -> str:
    if not head:
        return EMPTY
    return _container(head, file, suffix) or _signed(head, suffix) or _pdf_behind_junk(head) or _textual(head, suffix)


def _container(head: bytes, file: IO[bytes], suffix: str) -> str:
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(head, file)
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return "audio/wav"
    if head[4:8] == b"ftyp":
        return "audio/mp4" if head[8:11] == b"M4A" or suffix == ".m4a" else "video/mp4"
    return ""


def _zip_kind(head: bytes, file: IO[bytes]) -> str:
    """DOCX and its sisters by their members; a cut-off archive by what its beginning names."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        names = [match.decode("ascii") for match in re.findall(rb"(?:word|xl|ppt)/", head)]
    for prefix, mime in _OFFICE:
        if any(member.startswith(prefix) for member in names):
            return mime
    declared = re.search(rb"mimetype(application/[a-z0-9.+-]+?)(?:PK|$)", head[30:200])
    return declared[1].decode() if declared else "application/zip"


def _signed(head: bytes, suffix: str) -> str:
    for magic, mime in _MAGIC:
        if head.startswith(magic):
            return _OLE.get(suffix, "application/msword") if mime == "application/x-ole-storage" else mime
    return "audio/mpeg" if head[0] == 0xFF and len(head) > 1 and head[1] & 0xF6 == 0xF2 and suffix == ".mp3" else ""


def _pdf_behind_junk(head: bytes) -> str:
    """Readers accept the header within the first 1,024 bytes, which sniffers miss; an e-mail that mentions it is still an e-mail."""
    return PDF if _PDF_HEADER.search(head[:1024]) and not _is_mail(head) and not _HTML.search(head[:1024]) else ""


def _textual(head: bytes, suffix: str) -> str:
    if not looks_like_text(head):
        return UNKNOWN
    if _is_mail(head) or (suffix == ".eml" and _MAIL_FIELD.match(head)):
        return EML
    if _is_html(head, suffix):
        return HTML
    return MARKDOWN if suffix in (".md", ".markdown") else TXT


def looks_like_text(head: bytes) -> bool:
    """Few control characters (some more where the rest is good UTF-8); UTF-16 only with its byte order mark."""
    if head.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return controls <= len(head) // (3 if _is_utf8(head) else 20)


def _is_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _is_mail(head: bytes) -> bool:
    """The first line is a header field (or mbox's From line), and two fields that only mail has stand before the first empty line."""
    block = re.split(rb"\r?\n\r?\n", head.lstrip(b"\xef\xbb\xbf\r\n \t"), maxsplit=1)[0]
    lines = block.splitlines()
    if not lines or not (_MAIL_FIELD.match(lines[0] + b"\n") or lines[0].startswith(b"From ")):
        return False
    fields = {found[1].lower() for line in lines if (found := _MAIL_FIELD.match(line + b"\n"))}
    strict = fields & {b"message-id", b"mime-version", b"received", b"return-path", b"content-type", b"delivered-to"}
    return len(fields & _MAIL_NAMES) >= 2 and bool(
        strict or {b"from", b"subject", b"date"} <= fields or {b"from", b"to", b"subject"} <= fields
    )


def _is_html(head: bytes, suffix: str) -> bool:
    start = head.lstrip(b"\xef\xbb\xbf\r\n \t")
    if _HTML.match(start) or (start.startswith((b"<!--", b"<?xml")) and _HTML.search(head)):
        return True
    return (suffix in (".html", ".htm", ".xhtml") or start.startswith(b"<")) and bool(_HTML.search(head) or _TAGS.search(head))
