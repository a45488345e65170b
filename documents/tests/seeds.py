"""Whole files of each format, made on the spot, for tests that break them. (Sets: `pdfs`, `office`.)"""

from __future__ import annotations

import io
import zlib
from email.message import EmailMessage
from pathlib import Path

import pikepdf
import pypdf

from documents.services.extraction.containers import outlook as mapi
from documents.services.extraction.parsers.office import wpd
from documents.tests import outlook
from documents.tests.office_files import LEASE_DOC, LEASE_RTF, odt, pptx, rows, text_box, xlsx
from documents.tests.pdfs import form, lines, pdf, turned
from documents.tests.reading import docx, paragraph


def pdfs() -> dict[str, bytes]:
    """Plain, with text under a box, turned, with form fields, with objects in streams, with an attachment, with a picture, encrypted."""
    hidden = lines("Secret words", "Open words") + "0 0 0 rg 60 700 300 40 re f\n"
    field = "/Subtype /Widget /FT /Tx /T (name) /V (Mary Major) /Rect [72 600 300 620]"
    packed = zlib.compress(bytes(range(256)) * 12).decode("latin-1")
    picture = (
        "<< /Type /XObject /Subtype /Image /Width 32 /Height 32 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode"
        f" /Length {len(packed)} >>\nstream\n{packed}\nendstream"
    )
    shown = "/Resources << /Font << /F1 5 0 R >> /XObject << /I 6 0 R >> >>"
    made = {
        "plain.pdf": pdf(lines("The motion is denied.", "So ordered.")),
        "hidden.pdf": pdf(hidden),
        "turned.pdf": pdf(turned(45), rotate=90),
        "form.pdf": form(lines("Name:"), field),
        "picture.pdf": pdf(lines("See the picture.") + "q 200 0 0 200 72 300 cm /I Do Q", page=shown, objects={6: picture}),
    }
    with pikepdf.open(io.BytesIO(made["hidden.pdf"])) as document:
        document.attachments["note.txt"] = b"An attachment."
        out = io.BytesIO()
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        made["streams.pdf"] = out.getvalue()
    writer = pypdf.PdfWriter(io.BytesIO(made["plain.pdf"]))
    writer.encrypt("", "owner", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return {**made, "encrypted.pdf": out.getvalue()}


def office(folder: Path) -> dict[str, bytes]:
    """Every format of an office."""
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "a@example.org", "b@example.org", "Exhibit"
    letter.set_content("See the file.")
    letter.add_alternative("<p>See the <b>file</b>.</p>", subtype="html")
    letter.add_attachment(b"Some text.", maintype="text", subtype="plain", filename="a.txt")
    sheet = rows('<row r="1"><c r="A1" s="1"><v>12.5</v></c><c r="B1" t="s"><v>0</v></c></row>')
    styles = '<numFmts><numFmt numFmtId="164" formatCode="0.00"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs>'
    made = {
        "a.docx": docx(folder / "seed.docx", paragraph("The lease begins in May."), {"header": ("h.xml", "<w:hdr/>")}).read_bytes(),
        "a.xlsx": xlsx(folder / "seed.xlsx", [("S", "visible", sheet)], strings="<si><t>x</t></si>", styles=styles).read_bytes(),
        "a.pptx": pptx(folder / "seed.pptx", [("", text_box("A slide", place="title"), {})]).read_bytes(),
        "a.odt": odt(folder / "seed.odt", "<text:p>The lease</text:p>").read_bytes(),
        "a.rtf": LEASE_RTF,
        "a.doc": LEASE_DOC.read_bytes(),
        "a.msg": outlook.compound(outlook.message({mapi.SUBJECT: "Exhibit", mapi.BODY: "See the file."})),
        "a.eml": letter.as_bytes(),
        "a.csv": b"name;amount\nRent;=1+1\nCrane;4310,50\n" * 20,
        "a.html": b"<html><head><title>Lease</title></head><body><table><tr><td>Rent<td>4,310</table><p hidden>x</p></body></html>",
    }
    if not wpd.WPD2TEXT.is_missing:
        made["a.wpd"] = b"\xffWPC\x16\x0f\0\0\x01\x0a\x02\x01\0\0\0\x02" + b"words" * 40
    return made
