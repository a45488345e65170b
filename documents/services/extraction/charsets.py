"""How bytes are encoded that are text: by their mark, by what they say of themselves where that can be true, by their form, by a guess.

The guess is chardet's, held to two things that are known here: UTF-16 is told by its form, also without Latin letters; and words of
Latin letters with some accents in them are Western or Central European, however few they are.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import NamedTuple

SAMPLE = 65_536
_FEW = 4
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = (("utf-32-le", 4), ("utf-32-be", 4), ("utf-16-le", 2), ("utf-16-be", 2))
_HIGH = re.compile(rb"[\x80-\xff]")
_CONTROL = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")
_CLAIM = re.compile(rb"charset|encoding", re.IGNORECASE)  # what a page says of itself was looked at before
_SHIFT = b"\x1b$"  # how ISO-2022 begins its letters
_UPPER_1251, _UPPER_MAC = re.compile(rb"[\xc0-\xdf]"), re.compile(rb"[\x80-\x9f]")
# What words of Windows-1252 don't hold: capitals and signs between small letters, bytes that mean nothing.
_NOT_WESTERN = re.compile(
    "[a-z][\u00c0-\u00dd\u0160\u0152\u017d\u0178\u00b1-\u00b3\u00b9\u00bc-\u00bf\u00a1-\u00a7\u00aa\u2020-\u2022\u2026]+[a-z]|\ufffd"
)
# Letters, marks, numbers, punctuation, symbols and spaces are text; the rest is not, but for these.
_BREAKS = frozenset("\t\n\v\f\r")
_NOT_TEXT = frozenset(["Cc", "Cn", "Co", "Cs"])
_COMMON = re.compile("[\t\n\r -~\u3000-\u3002\uff01-\uff5e]")
_WORD = re.compile(r"[^\W\d_]+")
# As browsers do: a name stands for the larger set that is in use under it.
_LARGER = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874", "shift_jis": "cp932",
    "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949", "big5": "cp950",
}  # fmt: skip
_ALSO_CALLED = {
    "x-sjis": "cp932", "windows-31j": "cp932", "x-gbk": "gb18030", "ks_c_5601-1987": "cp949", "x-euc-jp": "euc_jp", "windows-874": "cp874",
    "x-cp1251": "cp1251", "x-cp1252": "cp1252", "x-mac-roman": "mac_roman", "macintosh": "mac_roman", "x-mac-cyrillic": "mac_cyrillic",
    "unicode-1-1-utf-8": "utf-8", "x-unicode": "utf-16", "unicode": "utf-16",
}  # fmt: skip
_ASIAN = frozenset(["cp932", "gb18030", "cp949", "cp950", "euc_jp", "big5hkscs", "johab", "hz"])
# What programs write that don't know: it says no more than nothing does.
_SAID_BY_DEFAULT = frozenset(["cp1252"])
# Of mainframes, whose letters are our signs, and standards that nobody took up, which are near to others.
_NEVER = (
    "cp037",
    "cp273",
    "cp424",
    "cp500",
    "cp875",
    "cp1026",
    "cp1140",
    "iso8859-3",
    "iso8859-4",
    "iso8859-10",
    "iso8859-14",
    "iso8859-16",
)
_MARGIN = 1.6  # by which another Latin encoding must be likelier than Windows-1252
_LATIN = re.compile(
    r"cp125[0247]|iso8859-(?:1|2|3|4|9|10|13|14|15|16)|mac[_-](?:roman|latin2|croatian|turkish|iceland|romanian)"
    r"|cp(?:437|85\d|86[0135])|hp-roman8"
)
_NAMES = {
    "cp932": "Shift-JIS", "cp949": "EUC-KR", "cp950": "Big5", "gb18030": "GB 18030", "euc_jp": "EUC-JP", "koi8-r": "KOI8-R",
    "koi8-u": "KOI8-U", "mac_roman": "Mac Roman", "mac_cyrillic": "Mac Cyrillic",
}  # fmt: skip


class Decoded(NamedTuple):
    """A text, the codec it was read with, and whether that was only a guess."""

    text: str
    encoding: str
    guessed: bool = False


def name_of(encoding: str) -> str:
    """As people call it: Windows-1252, Shift-JIS, UTF-16."""
    if encoding in _NAMES:
        return _NAMES[encoding]
    if re.fullmatch(r"cp125\d", encoding):
        return f"Windows-{encoding[2:]}"
    return re.sub(r"(?i)-[lb]e$", "", encoding).upper().replace("ISO8859", "ISO-8859").replace("_", "-")


def decode(content: bytes, declared: str = "") -> Decoded:
    """The text of these bytes. `declared` is what a header or the page itself says, which may be wrong or mean nothing."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return Decoded(content[len(mark) :].decode(encoding, "replace"), encoding)
    said = codec(declared)
    if said in _ASIAN or said.startswith(("iso2022", "utf-16", "utf-32", "utf-7")):
        strict = _strictly(content, said)
        if strict is not None:
            return Decoded(strict, said)
    utf8 = _utf8(content)
    if (utf8 is None or 4 * len(_CONTROL.findall(content[:SAMPLE])) >= len(content[:SAMPLE])) and (wide := wide_encoding(content)):
        return Decoded(content.decode(wide, "replace"), wide, guessed=True)
    if utf8 is not None and _SHIFT not in content:
        return Decoded(utf8, "utf-8", guessed="\ufffd" in utf8)
    if said and said != "utf-8" and said not in _SAID_BY_DEFAULT and (strict := _strictly(content, said)) is not None:
        return Decoded(strict, said)
    return _guessed(content, declared=said)


def codec(label: str) -> str:
    """Python's name of the codec that a label means, "" for labels that mean nothing here."""
    label = label.strip().strip("\"'").lower()
    try:
        found = codecs.lookup(_ALSO_CALLED.get(label, label))
        "".encode(found.name)  # some codecs are no encodings of text
    except (LookupError, ValueError, TypeError, AttributeError):
        return ""
    return _LARGER.get(found.name, found.name)


def wide_encoding(content: bytes) -> str:
    """UTF-16 or UTF-32 without a mark, told by what the characters would be; "" where it is neither."""
    sample = content[:SAMPLE]
    found, most = "", 0
    for encoding, unit in _WIDE:
        if len(content) % unit and len(content) <= SAMPLE and unit == 4:
            continue
        text = _beginning(sample[: len(sample) // unit * unit], encoding)
        common = len(_COMMON.findall(text)) + _of_small_scripts(text)
        if common > most and common * 50 >= len(text) and _is_text(text):
            found, most = encoding, common
    return found


def _of_small_scripts(text: str) -> int:
    """Letters whose upper byte is a control character elsewhere (Greek, Cyrillic, Hebrew, Arabic, Thai, ...), where they are the most."""
    letters = sum(0x0100 <= ord(character) < 0x2000 for character in text)
    return letters if 2 * letters > len(text) >= 4 else 0


def _beginning(sample: bytes, encoding: str) -> str:
    """Decoded but for what is cut off at the end; "" where it is not of this encoding."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError:
        return ""


def _is_text(text: str) -> bool:
    suspects = (character for character in set(text) if character not in _BREAKS and unicodedata.category(character) in _NOT_TEXT)
    return sum(map(text.count, suspects)) * 100 <= len(text)


def _strictly(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _utf8(content: bytes) -> str | None:
    """Decoded as UTF-8, None where it is not. A letter cut off by the end, or single broken ones, are no reason to misread all others."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and not content[: error.start].isascii():
            return content[: error.start].decode("utf-8")
    text = content.decode("utf-8", "replace")
    whole = sum(character > "\x7f" for character in text) if len(text) < SAMPLE else len(re.findall("[^\x00-\x7f]", text))
    broken = text.count("\ufffd")
    return text if (whole - broken) >= 20 * broken else None


def _guessed(content: bytes, declared: str) -> Decoded:
    encoding = _guess(_telling(content), declared)
    strict = _strictly(content, encoding)
    return Decoded(content.decode(encoding, "replace") if strict is None else strict, encoding, guessed=encoding != declared)


def _guess(sample: bytes, declared: str) -> str:
    western = sample.decode("cp1252", "replace")
    words = {word for word in western.split() if not word.isascii()}
    accented = [part for word in words for part in _WORD.findall(word) if not part.isascii()]
    accents = sum(character > "\x7f" for part in accented for character in part)
    latin = 2 * accents <= sum(map(len, accented)) and _SHIFT not in sample
    western_like = latin and not _NOT_WESTERN.search(western)
    if western_like and accents < _FEW:
        return "cp1252"
    import chardet  # loaded only where it is needed: it is large

    sample = _CLAIM.sub(b"", sample)
    said = chardet.detect_all(sample, compat_names=False, ignore_threshold=True, exclude_encodings=_NEVER)
    sure = {codec(found["encoding"] or ""): found["confidence"] for found in reversed(said)}
    candidates = [
        name for name in sorted(sure, key=lambda name: -sure[name]) if name and (not latin or _LATIN.fullmatch(name) or name in _ASIAN)
    ]
    found = candidates[0] if candidates else declared or "cp1252"
    if western_like and sure.get(found, 0.0) < _MARGIN * sure.get("cp1252", 0.0):
        return "cp1252"
    if found == "mac-cyrillic" and len(_UPPER_1251.findall(sample)) > len(_UPPER_MAC.findall(sample)):
        return "cp1251"
    return found


def _telling(content: bytes) -> bytes:
    """The lines that are not ASCII, up to a bound: in a long text with few of them a sample of its beginning would tell nothing."""
    lines: list[bytes] = []
    size = place = 0
    while size < SAMPLE and (found := _HIGH.search(content, place)):
        earliest = max(place, found.start() - 2_000)
        before = content.rfind(b"\n", earliest, found.start())
        start = before + 1 if before >= 0 else earliest if earliest == place else found.start()
        end = content.find(b"\n", found.start(), found.start() + 4_000)
        place = end + 1 if end >= 0 else found.start() + 4_000
        lines.append(content[start:place])
        size += len(lines[-1])
    return b"".join(lines) or content[max(0, content.find(_SHIFT) - 100) :][:SAMPLE]
