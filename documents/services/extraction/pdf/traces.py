"""What a PDF file holds beside its pages: properties, scripts, paths of people's disks, places of photographs, earlier ends."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from documents.services.extraction.findings import LONGEST, Finding, Trace
from documents.services.extraction.parsers.base import storable

MAX_TRACES = 50
MAX_PHOTOGRAPHS = 200
MAX_VALUE = 300
MAX_MARKS = 1000
PIECE, OVERLAP = 256 * 1024, 16
NEAR = 64 * 1024
MANY_WORDS = 6
"""So many words in a property are prose, not a label."""
_STANDARD = frozenset(("/Title", "/Author", "/Subject", "/Keywords", "/Creator", "/Producer", "/CreationDate", "/ModDate", "/Trapped"))
_DATE = re.compile(r"D:\d{4}")
_PATH = re.compile(r"(?:file:/{2,3}|\b[A-Za-z]:\\|\\\\[\w.-]+\\|/(?:Users|home|Volumes)/)[^\"<>|*?\n\r\t)]{2,200}")
_LINK, _END, _EXIF = b"(file:/", b"%%EOF", b"Exif\0\0"
_PROSE = ("/Subject", "/Keywords", "/Comments", "/Description")
_XMP_SHOWN = {
    "creator": "author",
    "CompanyName": "property",
    "Company": "property",
    "Manager": "property",
    "filePath": "path",
    "GPSLatitude": "place",
    "GPSLongitude": "place",
}


class FileFacts(NamedTuple):
    """`texts` are properties that hold prose; `ends` the bytes at which earlier revisions end."""

    traces: list[Trace]
    texts: list[str]
    layers_off: bool
    ends: list[int]


def file_facts(path: Path) -> FileFacts:
    """Of a file that qpdf can't open, only what stands in it in plain bytes."""
    facts = FileFacts([], [], False, [])
    if path.stat().st_size == 0:
        return facts
    marks = _marks(path)
    ends = _ends(path, marks)
    traces = [*_places(path, marks[_EXIF]), *_links(path, marks[_LINK])]
    from_inside = _inside(path)
    if ends:
        traces.append(Trace("revisions", str(len(ends))))
    distinct = dict.fromkeys([*from_inside.traces, *traces])
    return FileFacts(list(distinct)[:MAX_TRACES], from_inside.texts, from_inside.layers_off, ends)


def told_beside(texts: Sequence[str], pages: Sequence[str], findings: Sequence[Finding]) -> list[Finding]:
    """Properties that hold prose which no page has, or a word that is hidden on a page."""
    if not texts:
        return []
    shown = {word for page in pages for word in _words(page)}
    hidden = {word for finding in findings for word in _words(finding.text) if len(word) > 3}
    told: list[Finding] = []
    for text in texts:
        words = _words(text)
        if hidden.intersection(words) or (len(words) >= MANY_WORDS and len(set(words) - shown) * 2 > len(set(words))):
            told.append(Finding(None, None, "metadata", text[:LONGEST]))
    return told


def _inside(path: Path) -> FileFacts:
    import pikepdf

    facts = FileFacts([], [], False, [])
    try:
        with pikepdf.open(path, suppress_warnings=True) as document:
            return FileFacts(list(_told(document)), list(_prose(document)), _layers_off(document), [])
    except (pikepdf.PdfError, pikepdf.PasswordError, ValueError, RuntimeError, TypeError, AttributeError, KeyError):
        return facts


def _told(document: Any) -> Iterator[Trace]:
    for key, value in _properties(document):
        text = _short(value)
        if key not in _STANDARD and text and not _DATE.match(text):
            yield Trace("property", f"{key[1:]}: {text}"[:MAX_VALUE])
        yield from _paths(text)
    yield from _xmp(document)
    names = document.Root.get("/Names", {})
    if "/JavaScript" in names or "/JS" in document.Root.get("/OpenAction", {}):
        yield Trace("script", "JavaScript")


def _prose(document: Any) -> Iterator[str]:
    for key, value in _properties(document):
        if key in _PROSE or key not in _STANDARD:
            yield _short(value)


def _properties(document: Any) -> Iterator[tuple[str, str]]:
    info = document.trailer.get("/Info", {})
    for key in list(info.keys())[:100]:
        yield str(key), str(info[key])


def _xmp(document: Any) -> Iterator[Trace]:
    """Of the descriptive data in XML those who made it, its paths and places, and how many steps of its making are kept."""
    from lxml import etree

    metadata = document.Root.get("/Metadata")
    if metadata is None:
        return
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    try:
        root = etree.fromstring(metadata.read_bytes(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return
    if root is None:
        return
    steps = 0
    for element in root.iter("{*}*"):
        name = etree.QName(element).localname
        steps += name == "li" and any(str(key).endswith("}action") for key in element.attrib)
        if code := _XMP_SHOWN.get(name):
            text = _short(" ".join(str(piece) for piece in element.itertext()))
            if text:
                yield Trace(code, text if code != "property" else f"{name}: {text}")
        for text in (str(element.text or ""), *(str(value) for value in element.attrib.values())):
            yield from _paths(text)
    if steps:
        yield Trace("steps", str(steps))


def _layers_off(document: Any) -> bool:
    """Whether optional content is switched off as the file opens."""
    properties = document.Root.get("/OCProperties")
    if properties is None:
        return False
    usual = properties.get("/D", {})
    return str(usual.get("/BaseState", "/ON")) == "/OFF" or len(usual.get("/OFF", [])) > 0


def _marks(path: Path) -> dict[bytes, list[int]]:
    """Where the file holds the marks that tell something, some thousand of each."""
    found: dict[bytes, list[int]] = {mark: [] for mark in (_END, _EXIF, _LINK)}
    with open(path, "rb") as file:
        start = 0
        while piece := file.read(PIECE):
            for mark, places in found.items():
                at = piece.find(mark)
                while at != -1 and len(places) < MAX_MARKS:
                    places.append(start + at)
                    at = piece.find(mark, at + len(mark))
            if len(piece) < PIECE:
                break
            start += PIECE - OVERLAP
            file.seek(start)
    return {mark: sorted(set(places)) for mark, places in found.items()}


def _ends(path: Path, marks: dict[bytes, list[int]]) -> list[int]:
    """Where earlier revisions end. The first part of a linearized file is none, nor is what only a table follows."""
    ends = [at + len(_END) for at in marks[_END]]
    if len(ends) < 2:
        return []
    with open(path, "rb") as file:
        if b"/Linearized" in file.read(1024):
            ends = ends[1:]
        return [end for end, following in pairwise(ends) if b" obj" in _between(file, end, min(following, end + NEAR))]


def _between(file: BinaryIO, start: int, end: int) -> bytes:
    file.seek(start)
    return file.read(end - start)


def _links(path: Path, places: Sequence[int]) -> Iterator[Trace]:
    if not places:
        return
    with open(path, "rb") as file:
        for at in places[:MAX_TRACES]:
            target = _between(file, at + 1, at + 300).partition(b")")[0]
            yield Trace("path", _short(target.decode("latin-1")))


def _places(path: Path, places: Sequence[int]) -> Iterator[Trace]:
    """Where the photographs in the file were taken, as their cameras noted. JPEGs stand in a PDF as they are."""
    if not places:
        return
    with open(path, "rb") as file:
        for at in places[:MAX_PHOTOGRAPHS]:
            if place := _place(_between(file, at, at + NEAR)):
                yield Trace("place", place)


def _place(block: bytes) -> str:
    """Latitude and longitude in degrees, "" for none or damaged ones."""
    from PIL import ExifTags, Image

    exif = Image.Exif()
    try:
        exif.load(block)
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        degrees = [
            sum(float(part) / 60**power for power, part in enumerate(gps[tag])) * (-1 if gps.get(tag - 1, "N") in ("S", "W") else 1)
            for tag in (ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLongitude)
        ]
    except (KeyError, ValueError, TypeError, SyntaxError, ZeroDivisionError, io.UnsupportedOperation, OSError, OverflowError):
        return ""
    return f"{degrees[0]:.5f}, {degrees[1]:.5f}"


def _paths(text: str) -> Iterator[Trace]:
    for found in _PATH.findall(text):
        yield Trace("path", _short(found))


def _short(text: str) -> str:
    return " ".join(storable(text).split())[:MAX_VALUE]


def _words(text: str) -> list[str]:
    return [word for piece in text.split() if (word := "".join(letter for letter in piece if letter.isalnum()).casefold())]
