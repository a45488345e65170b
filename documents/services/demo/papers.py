"""The papers of the demonstration matter as files: (file name, bytes)."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import NamedTuple

import docx
import pypdfium2
import typst
from docx.document import Document as DocxDocument
from PIL import Image, ImageFilter

SOURCES = Path(__file__).with_name("sources")
SCAN_DPI = 150


class Paper(NamedTuple):
    name: str
    content: bytes


def papers() -> Iterator[Paper]:
    yield Paper("Complaint and Jury Demand.pdf", typeset("complaint"))
    yield Paper("Answer of Castellan Robotics.pdf", typeset("answer"))
    yield Paper("Exhibit A - Supply and Confidentiality Agreement.docx", agreement())
    yield Paper("Exhibit B - Letter of 3 February 2025 (scan).pdf", scanned("letter"))
    yield Paper("Exhibit C - Raman to Okonkwo.eml", recruiting_email())
    yield Paper("Delivery shortfall - Ferreira to Raman.eml", shortfall_email())
    yield Paper("Expert Report of Dr. Solheim.pdf", typeset("expert_report"))
    yield Paper("Memorandum for a Preliminary Injunction.pdf", typeset("memorandum"))
    yield Paper("Deposition outline - Okonkwo.txt", (SOURCES / "deposition_outline.txt").read_bytes())


def typeset(source: str) -> bytes:
    """A PDF with text, from a Typst source of ours."""
    return bytes(typst.compile(str(SOURCES / f"{source}.typ"), root=str(SOURCES)))


def scanned(source: str) -> bytes:
    """The same as an office scanner would make it: one slightly turned grey picture a page, and no text."""
    pictures = []
    for page in pypdfium2.PdfDocument(typeset(source)):
        picture = page.render(scale=SCAN_DPI / 72).to_pil().convert("L")
        turned = picture.rotate(0.6, resample=Image.Resampling.BICUBIC, fillcolor=255)
        pictures.append(turned.filter(ImageFilter.GaussianBlur(0.5)).point([min(255, 18 + level * 235 // 255) for level in range(256)]))
    out = io.BytesIO()
    pictures[0].save(out, "PDF", resolution=SCAN_DPI, save_all=True, append_images=pictures[1:], quality=70)
    return out.getvalue()


def agreement() -> bytes:
    """Exhibit A: a Word file with a header, headings, a table and a reviewer's comment."""
    document = docx.Document()
    document.core_properties.title = "Supply and Confidentiality Agreement"
    document.core_properties.author = "Marlowe Instruments, Inc."
    document.sections[0].header.paragraphs[0].text = "Agreement No. MI-2022-0506 · Exhibit A to Complaint, No. 1:25-cv-10482-EKL"
    document.add_heading("Supply and Confidentiality Agreement", level=0)
    for block in (SOURCES / "agreement.txt").read_text().split("\n\n"):
        _add_block(document, block.strip())
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _add_block(document: DocxDocument, block: str) -> None:
    """One block of agreement.txt: `# heading`, a `| table |`, a paragraph, `!! comment` on the paragraph before."""
    if block.startswith("# "):
        document.add_heading(block[2:], level=1)
    elif block.startswith("|"):
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()]
        table = document.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid")
        for place, row in zip(table.rows, rows, strict=True):
            for cell, text in zip(place.cells, row, strict=True):
                cell.text = text
    elif block.startswith("!! "):
        document.add_comment(document.paragraphs[-1].runs, text=block[3:], author="E. Prentice", initials="EVP")
    else:
        document.add_paragraph(block.replace("\n", " "))


def _email(sender: str, to: str, date: str, subject: str, body: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Date"], message["Subject"] = sender, to, date, subject
    message["Message-ID"] = f"<{hashlib.sha256((sender + date).encode()).hexdigest()[:24]}@mail.example>"
    message.set_content(body)
    return message


def recruiting_email() -> bytes:
    return bytes(
        _email(
            "Priya Raman <p.raman@castellan.example>",
            "Daniel Okonkwo <daniel.okonkwo@home.example>",
            "Thu, 12 Sep 2024 19:42:00 -0400",
            "The role we talked about",
            (SOURCES / "recruiting_email.txt").read_text(),
        )
    )


def shortfall_email() -> bytes:
    """An e-mail that carries a file, which becomes a document of its own."""
    message = _email(
        "Lucia Ferreira <l.ferreira@marlowe-instruments.example>",
        "Priya Raman <p.raman@castellan.example>",
        "Mon, 03 Jun 2024 10:15:00 -0400",
        "Minimum quantities, second contract year",
        (SOURCES / "shortfall_email.txt").read_text(),
    )
    message.add_attachment((SOURCES / "shortfall_schedule.txt").read_text(), filename="Schedule of orders 2022-2024.txt")
    return bytes(message)
