"""Shortcuts of the extraction tests: read a file as a task would, and make small files of each format."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from documents.services.extraction import Extraction, extract, reader

CONTENT_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


COMMANDS = ("sh", "sleep", "cat", "yes", "env", "mkdir", "head", "rm", "ln", "truncate")


def let_scripts_run(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """The programs of tests are shell scripts that write into `folder`; shells, and what they call, are nothing that parsers may start."""
    usual = reader.pool.needs
    patch.setattr(reader.pool, "needs", lambda: replace(usual(), programs=(*usual().programs, *COMMANDS), writes=(str(folder),)))


def read(
    path: Path, name: str | None = None, check: Callable[[], None] = lambda: None, progress: Callable[[int, int], None] = lambda *_: None
) -> Extraction:
    return extract(path, name=path.name if name is None else name, check=check, progress=progress)


def text_of(path: Path, name: str | None = None) -> str:
    """All text of a file with its spaces made single, as a reader's search sees it."""
    with read(path, name) as extraction:
        return " ".join(" ".join(page.text for page in extraction.pages).split())


def pdf(pages: list[list[str]], count: int | None = None) -> bytes:
    """A PDF with the given lines on each page; `count` is what its page tree claims."""
    objects = {1: b"<</Type/Catalog/Pages 2 0 R>>", 3: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"}
    kids = []
    for index, lines in enumerate(pages):
        shown = b"".join(b"(%s) Tj 0 -14 Td " % line.encode("latin-1").replace(b"(", rb"\(").replace(b")", rb"\)") for line in lines)
        stream = b"BT /F1 12 Tf 72 740 Td %sET" % shown
        objects[10 + 2 * index] = b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream)
        kids.append(11 + 2 * index)
        objects[kids[-1]] = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>" % (
            10 + 2 * index
        )
    objects[2] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(pages) if count is None else count, b" ".join(b"%d 0 R" % kid for kid in kids))
    return _with_cross_references(objects)


def _with_cross_references(objects: dict[int, bytes]) -> bytes:
    body, offsets = bytearray(b"%PDF-1.4\n"), {}
    for number, content in objects.items():
        offsets[number] = len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    size = max(objects) + 1
    rows = (b"%010d 00000 n \n" % offsets[n] if n in offsets else b"0000000000 65535 f \n" for n in range(size))
    return (
        bytes(body)
        + b"xref\n0 %d\n" % size
        + b"".join(rows)
        + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (size, len(body))
    )


def docx(path: Path, body: str, parts: dict[str, tuple[str, str]] | None = None) -> Path:
    """A Word file: `body` is the XML inside w:body, `parts` maps a kind of relation (header, footnotes) to (file name, XML of its root)."""
    relations = "".join(
        f'<Relationship Id="r{index}" Type="{OFFICE}/{kind}" Target="{name}"/>'
        for index, (kind, (name, _)) in enumerate((parts or {}).items())
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
        archive.writestr("word/_rels/document.xml.rels", f"<Relationships>{relations}</Relationships>")
        for name, xml in (parts or {}).values():
            archive.writestr(f"word/{name}", xml)
    return path


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"
