"""PDFs written by hand, so that a test says exactly what is in its file."""

from __future__ import annotations

import math

PAGE, CONTENTS, FONT = 3, 4, 5
FIRST_FREE = 6
LINES = ("First line about copper", "Second line about bronze", "Third line about pewter")


def pdf(content: str, *, rotate: int = 0, page: str = "", catalog: str = "", objects: dict[int, str] | None = None) -> bytes:
    """One page with this content stream in Helvetica (/F1); `page` and `catalog` add entries, `objects` numbered from 6 on."""
    stream = content.encode("latin-1")
    bodies = {
        1: f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        2: "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        PAGE: f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Rotate {rotate} /Contents 4 0 R"
        f" /Resources << /Font << /F1 5 0 R >> >> {page} >>",
        CONTENTS: f"<< /Length {len(stream)} >>\nstream\n{content}\nendstream",
        FONT: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        **(objects or {}),
    }
    made, places = b"%PDF-1.4\n", {}
    for number, body in sorted(bodies.items()):
        places[number] = len(made)
        made += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{number} 1\n{place:010d} 00000 n \n" for number, place in places.items())
    end = f"xref\n0 1\n0000000000 65535 f \n{table}trailer << /Size {max(bodies) + 1} /Root 1 0 R >>\nstartxref\n{len(made)}\n%%EOF\n"
    return made + end.encode("latin-1")


def turned(angle: int, lines: tuple[str, ...] = LINES, at: tuple[int, int] = (300, 400)) -> str:
    """Lines below each other in text that is turned by an angle (degrees, counterclockwise)."""
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    shown = " ".join(f"({line}) Tj T*" for line in lines)
    return f"q {cos:.4f} {sin:.4f} {-sin:.4f} {cos:.4f} {at[0]} {at[1]} cm BT /F1 12 Tf 14 TL 0 0 Td {shown} ET Q\n"


def lines(*texts: str, top: int = 720) -> str:
    return f"BT /F1 11 Tf 16 TL 72 {top} Td {' '.join(f'({text}) Tj T*' for text in texts)} ET\n"


def form(content: str, *annotations: str, fields: bool = True) -> bytes:
    """A page with annotations, each the inside of its dictionary; those that are widgets are also the form's fields."""
    objects = {number: f"<< /Type /Annot {inside} >>" for number, inside in enumerate(annotations, FIRST_FREE)}
    listed = " ".join(f"{number} 0 R" for number in objects)
    widgets = " ".join(f"{number} 0 R" for number, inside in objects.items() if "/Widget" in inside)
    return pdf(content, page=f"/Annots [{listed}]", catalog=f"/AcroForm << /Fields [{widgets}] >>" if fields else "", objects=objects)
