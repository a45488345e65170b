"""What a PDF file holds beside its pages: properties, scripts, paths of people's disks, places of photographs, earlier ends."""

from __future__ import annotations

import io
import mmap
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from documents.services.extraction.findings import LONGEST, Finding, Trace
from documents.services.extraction.parsers.base import storable

MAX_TRACES = 50
MAX_PHOTOGRAPHS = 200
MAX_VALUE = 300
MANY_WORDS = 6
"""So many words in a property are prose, not a label."""
_STANDARD = frozenset(("/Title", "/Author", "/Subject", "/Keywords", "/Creator", "/Producer", "/CreationDate", "/ModDate", "/Trapped"))
_DATE = re.compile(r"D:\d{4}")
_PATH = re.compile(r"(?:file:/{2,3}|\b[A-Za-z]:\\|\\\\[\w.-]+\\|/(?:Users|home|Volumes)/)[^\"<>|*?\n\r\t)]{2,200}")
_LINK = re.compile(rb"\((file:/{2,3}[^)\\\r\n]{3,200})\)")
_END = b"%%EOF"
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
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        ends = _ends(content)
        traces = [*_places(content), *_links(content)]
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
    except (pikepdf.PdfError, ValueError, RuntimeError, TypeError, AttributeError, KeyError):
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


def _ends(content: mmap.mmap) -> list[int]:
    """Where earlier revisions end. The first part of a linearized file ends like a revision and is none."""
    marks: list[int] = []
    at = content.find(_END)
    while at != -1 and len(marks) < 1000:
        marks.append(at + len(_END))
        at = content.find(_END, at + len(_END))
    first = 1 if content.find(b"/Linearized", 0, 1024) != -1 else 0
    return marks[first:-1]


def _links(content: mmap.mmap) -> Iterator[Trace]:
    if content.find(b"(file:/") == -1:
        return
    for found in list(_LINK.finditer(content))[:MAX_TRACES]:
        yield Trace("path", _short(found[1].decode("latin-1")))


def _places(content: mmap.mmap) -> Iterator[Trace]:
    """Where the photographs in the file were taken, as their cameras noted. JPEGs stand in a PDF as they are."""
    at = content.find(b"Exif\0\0")
    for _ in range(MAX_PHOTOGRAPHS):
        if at == -1:
            return
        if place := _place(content[at : at + 65_536]):
            yield Trace("place", place)
        at = content.find(b"Exif\0\0", at + 6)


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
