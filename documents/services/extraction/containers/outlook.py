"""Properties of Outlook's messages (MSG) as [MS-OXMSG] lays them out in a compound file, and the packing of its RTF ([MS-OXRTFCP])."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from documents.services.extraction.charsets import decode
from documents.services.extraction.errors import Unreadable

if TYPE_CHECKING:
    from olefile import OleFileIO

# [MS-OXPROPS], by their canonical names without PidTag.
SUBJECT, SENT_FOR_NAME, SENT_FOR_ADDRESS, SENDER_NAME, SENDER_ADDRESS = 0x0037, 0x0042, 0x0065, 0x0C1A, 0x0C1F
SENT_FOR_SMTP, SENDER_SMTP, TRANSPORT_HEADERS, SUBMITTED, DELIVERED = 0x5D02, 0x5D01, 0x007D, 0x0039, 0x0E06
DISPLAY_BCC, DISPLAY_CC, DISPLAY_TO = 0x0E02, 0x0E03, 0x0E04
MESSAGE_ID, REFERENCES, IN_REPLY_TO, BODY, HTML_BODY, RTF_BODY = 0x1035, 0x1039, 0x1042, 0x1000, 0x1013, 0x1009
RECIPIENT_KIND, DISPLAY_NAME, ADDRESS, SMTP_ADDRESS = 0x0C15, 0x3001, 0x3003, 0x39FE
DATA, SHORT_NAME, LONG_NAME, MEDIA_TYPE, CONTENT_ID, IS_HIDDEN = 0x3701, 0x3704, 0x3707, 0x370E, 0x3712, 0x7FFE
CODEPAGE, BODY_CODEPAGE = 0x3FFD, 0x3FDE

_UNICODE, _NARROW, _BINARY, _OBJECT, _NUMBER, _FLAG, _TIME = 0x001F, 0x001E, 0x0102, 0x000D, 0x0003, 0x000B, 0x0040
_PROPERTIES = "__properties_version1.0"
_HEADER_BYTES = {"message": 32, "embedded": 24, "part": 8}
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_CODEPAGES = {
    20127: "ascii", 65000: "utf-7", 65001: "utf-8", 1200: "utf-16-le", 20866: "koi8-r", 21866: "koi8-u", 10000: "mac_roman",
    10007: "mac_cyrillic", 50220: "iso2022_jp", 50221: "iso2022_jp", 50222: "iso2022_jp", 50225: "iso2022_kr", 51932: "euc_jp",
    51949: "euc_kr", 52936: "hz", 54936: "gb18030",
}  # fmt: skip
# What packed RTF may point back to before it has written anything.
_DICTIONARY = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbolArialTimes New "
    rb"RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n" + rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_WINDOW = 4096
_LARGEST_RTF = 16 * 1024**2


class Properties:
    """A message, a recipient or an attachment: one storage of the compound file. Where it is read, whatever olefile raises for broken files
    is raised."""

    def __init__(self, file: OleFileIO, path: tuple[str, ...] = (), kind: str = "message", codepage: int = 0) -> None:
        self._file, self._path = file, path
        self._fixed = dict(self._read_fixed(_HEADER_BYTES[kind]))
        self.codepage = self.number(CODEPAGE) or codepage

    def _read_fixed(self, skipped: int) -> list[tuple[tuple[int, int], bytes]]:
        content = self._stream(_PROPERTIES) or b""
        rows = (content[place : place + 16] for place in range(skipped, len(content) - 15, 16))
        return [((int.from_bytes(row[2:4], "little"), int.from_bytes(row[:2], "little")), row[8:]) for row in rows]

    def _stream(self, name: str) -> bytes | None:
        where = [*self._path, name]
        if not self._file.exists(where) or self._file.get_type(where) != 2:  # STGTY_STREAM
            return None
        content: bytes = self._file.openstream(where).read()
        return content

    def _value(self, tag: int, kind: int) -> bytes | None:
        return self._stream(f"__substg1.0_{tag:04X}{kind:04X}")

    def text(self, tag: int) -> str:
        """ "" where it has none."""
        if (wide := self._value(tag, _UNICODE)) is not None:
            return wide.decode("utf-16-le", "replace").rstrip("\0")
        narrow = self._value(tag, _NARROW)
        return decode(narrow.rstrip(b"\0"), encoding_of(self.codepage)).text if narrow else ""

    def binary(self, tag: int) -> bytes | None:
        return self._value(tag, _BINARY)

    def number(self, tag: int) -> int:
        return int.from_bytes(self._fixed.get((tag, _NUMBER), b"")[:4], "little")

    def flag(self, tag: int) -> bool:
        return bool(self._fixed.get((tag, _FLAG), b"\0")[0])

    def time(self, tag: int) -> datetime | None:
        """In UTC; None where it has none, or one beyond the calendar."""
        ticks = int.from_bytes(self._fixed.get((tag, _TIME), b""), "little")
        try:
            return _EPOCH + timedelta(microseconds=ticks // 10) if ticks else None
        except OverflowError:
            return None

    def parts(self, name: str) -> list[Properties]:
        """Its "recip"ients or its "attach"ments, in order."""
        length, prefix = len(self._path), f"__{name}_version1.0_#"
        here = [tuple(entry) for entry in self._file.listdir(streams=False, storages=True) if len(entry) == length + 1]
        found = sorted(entry for entry in here if entry[:length] == self._path and entry[-1].startswith(prefix))
        return [Properties(self._file, entry, "part", self.codepage) for entry in found]

    def embedded(self) -> Properties | None:
        """The message that an attachment is; None where it is something else."""
        path = (*self._path, f"__substg1.0_{DATA:04X}{_OBJECT:04X}")
        is_message = self._file.exists([*path, _PROPERTIES])
        return Properties(self._file, path, "embedded", self.codepage) if is_message else None


def encoding_of(codepage: int) -> str:
    """The name of a Windows code page, "" for none."""
    if 28591 <= codepage <= 28605:
        return f"iso8859-{codepage - 28590}"
    return _CODEPAGES.get(codepage, f"cp{codepage}" if codepage else "")


def unpacked_rtf(content: bytes) -> bytes:
    """The RTF of a compressed body. Raises Unreadable for what is none, or claims to be beyond all measure."""
    if len(content) < 16:
        raise Unreadable("unreadable", kind="RTF")
    _size, claimed, magic, _checksum = struct.unpack_from("<II4sI", content)
    if magic == b"MELA":
        return content[16 : 16 + claimed]
    if magic != b"LZFu" or claimed > _LARGEST_RTF:
        raise Unreadable("unreadable", kind="RTF")
    return _inflated(content[16:], claimed)


def _inflated(content: bytes, wanted: int) -> bytes:
    """Groups of eight tokens after a byte that says what each is: a letter, or place and length in the window of what came before."""
    window = bytearray(_DICTIONARY.ljust(_WINDOW, b"\0"))
    out, write, read = bytearray(), len(_DICTIONARY), 0
    while read < len(content) and len(out) < wanted:
        kinds = content[read]
        read += 1
        for bit in range(8):
            if kinds >> bit & 1:
                if read + 2 > len(content):
                    return bytes(out)
                reference = content[read] << 8 | content[read + 1]
                read += 2
                place, length = reference >> 4, (reference & 0xF) + 2
                if place == write % _WINDOW:
                    return bytes(out)
                letters = [(place + step) % _WINDOW for step in range(length)]
            elif read < len(content):
                window[write % _WINDOW] = content[read]
                letters, read = [write % _WINDOW], read + 1
            else:
                return bytes(out)
            for letter in letters:
                out.append(window[letter])
                window[write % _WINDOW] = window[letter]
                write += 1
    return bytes(out[:wanted])
