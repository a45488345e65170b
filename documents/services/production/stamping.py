"""A copy of a PDF with a Bates number at the bottom right of each page, which is also the page's label."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from documents.services.sandbox.errors import JobRefused

SIZE = 9
"""Points; of Courier each sign is 0.6 of it wide."""
MARGIN = 18
_TURNS = {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}


def stamp(source: str, target: Path, labels: Sequence[str], progress: Callable[[int, int], None]) -> int:
    """Write the copy, one label (ASCII) for each page; gives how many there are. Raises JobRefused (encrypted, unreadable, other_pages)."""
    try:
        with pikepdf.open(source, suppress_warnings=True) as document:
            if len(document.pages) != len(labels):
                raise JobRefused("other_pages")
            font = document.make_indirect(
                Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name("/Courier-Bold"), Encoding=Name.WinAnsiEncoding)
            )
            for index, (page, label) in enumerate(zip(document.pages, labels, strict=True)):
                _write(document, page, font, label)
                progress(index + 1, len(labels))
            numbered = [item for index, label in enumerate(labels) for item in (index, Dictionary(P=String(label)))]
            document.Root.PageLabels = Dictionary(Nums=Array(numbered))
            document.save(target, deterministic_id=True)
    except pikepdf.PasswordError as error:
        raise JobRefused("encrypted") from error
    except pikepdf.PdfError as error:
        raise JobRefused("unreadable") from error
    return len(labels)


def _write(document: pikepdf.Pdf, page: pikepdf.Page, font: pikepdf.Object, label: str) -> None:
    name = page.add_resource(font, Name.Font)
    matrix = " ".join(f"{value:.3f}" for value in _place(page, len(label) * SIZE * 0.6))
    written = label.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    page.contents_add(document.make_stream(b"q\n"), prepend=True)
    page.contents_add(
        document.make_stream(f"\nQ\nq 0 g 0 Tr BT {name} {SIZE} Tf {matrix} Tm ({written}) Tj ET Q\n".encode("ascii")), prepend=False
    )


def _place(page: pikepdf.Page, width: float) -> tuple[float, ...]:
    """The text matrix for a line of this width at the bottom right, however the page is turned."""
    box = [float(edge) for edge in page.cropbox]
    left, bottom, right, top = min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3])
    turn = int(page.rotation) % 360
    shown = right - left if turn in (0, 180) else top - bottom
    x, y = max(shown - MARGIN - width, 2.0), MARGIN
    corner = {0: (left + x, bottom + y), 90: (right - y, bottom + x), 180: (right - x, top - y), 270: (left + y, top - x)}[turn]
    return *_TURNS[turn], *corner
