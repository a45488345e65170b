"""Packages of Office Open XML (DOCX, PPTX, XLSX): parts, how they relate, and what the file says of itself."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from documents.services.extraction.containers.archive import SafeArchive
from documents.services.extraction.errors import Unreadable
from documents.services.extraction.formats import CERTAIN, NO, OLE, Sample
from documents.services.extraction.parsers.base import Parsed, storable
from documents.services.extraction.parsers.pdf import title_of

_TOLD = ("creator", "lastModifiedBy", "created", "modified", "subject", "keywords")


class Relation(NamedTuple):
    """One part's relation to another: its id, the last word of its type (header, slide, worksheet) and the name of the other part."""

    id: str
    kind: str
    part: str


def opened(path: Path, kind: str) -> SafeArchive:
    """The archive. Raises Unreadable: encrypted for a file that Office wrapped with a password, unreadable for none at all."""
    with path.open("rb") as file:
        if file.read(len(OLE)) == OLE:
            raise Unreadable("encrypted")
    return SafeArchive(path, kind)


def sureness(sample: Sample, folder: str, suffixes: tuple[str, ...]) -> int:
    """By the folder that only this kind has; a package under a password shows nothing of it, and its name decides."""
    wrapped = sample.suffix in suffixes and "EncryptedPackage" in sample.streams
    return CERTAIN if wrapped or any(member.startswith(folder) for member in sample.members) else NO


def local(element: etree._Element) -> str:
    """The local name: both OOXML dialects (transitional and strict) use the same."""
    return str(element.tag).rpartition("}")[2]


def attribute(element: etree._Element, name: str) -> str:
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), "")


def reference(element: etree._Element, name: str = "id") -> str:
    """An attribute that names a relation (r:id), which may stand beside a plain one of the same name."""
    return next((str(value) for key, value in element.attrib.items() if str(key).endswith(f"relationships}}{name}")), "")


def main_part(archive: SafeArchive, usual: str) -> str:
    """The part that the package begins with. Raises Unreadable where there is none."""
    if "_rels/.rels" in archive.names:
        for relation in archive.xml("_rels/.rels"):
            target = (relation.get("Target") or "").lstrip("/")
            if (relation.get("Type") or "").endswith("/officeDocument") and target in archive.names:
                return target
    if usual not in archive.names:
        raise Unreadable("unreadable", kind=archive.kind)
    return usual


def related(archive: SafeArchive, part: str) -> list[Relation]:
    """The parts that a part relates to, those that exist inside the package."""
    folder, _, file = part.rpartition("/")
    relations = f"{folder}/_rels/{file}.rels" if folder else f"_rels/{file}.rels"
    found = []
    if relations in archive.names:
        for relation in archive.xml(relations):
            target = relation.get("Target") or ""
            name = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            if name in archive.names and relation.get("TargetMode") != "External":
                found.append(Relation(relation.get("Id") or "", (relation.get("Type") or "").rpartition("/")[2], name))
    return found


def describe(parsed: Parsed, archive: SafeArchive) -> None:
    """Title, author and dates, where the package tells them."""
    if "docProps/core.xml" not in archive.names:
        return
    for element in archive.xml("docProps/core.xml"):
        value = storable(element.text or "").strip()
        name = local(element)
        if name == "title":
            parsed.title = title_of(value)
        elif value and name in _TOLD:
            parsed.metadata["author" if name == "creator" else name] = value[:500]
