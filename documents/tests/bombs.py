"""Files that are small and claim or become enormous. Each is written on the spot; none is larger than a few megabytes."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

from documents.tests.office_files import SHEET_MAIN, xlsx
from documents.tests.pdfs import lines, pdf

ROWS_OF_EXCEL = 1 << 20


def zip_in_zip(path: Path, depth: int = 6, width: int = 16) -> Path:
    """`width` archives in each archive, `depth` deep, and at the bottom 4 MB of nothing: as a whole 64 TB."""
    content, name = bytes(4_000_000), "nothing.txt"
    for _level in range(depth):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(width):
                archive.writestr(f"{number}-{name}", content)
        content, name = packed.getvalue(), "inside.zip"
    path.write_bytes(content)
    return path


def zip_of_itself_many_times(path: Path, count: int = 5_000) -> Path:
    """Every entry of the directory points to the same megabytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"words " * 1_000_000)
    whole = packed.getvalue()
    start = whole.index(b"PK\x01\x02")
    end = whole.index(b"PK\x05\x06")
    entry = whole[start:end]
    closing = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, len(entry) * count, start, 0)
    path.write_bytes(whole[:start] + entry * count + closing)
    return path


def xml_entities(path: Path) -> Path:
    """A web page in XML with the billion laughs."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    path.write_text(f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY l0 "ha">{laughs}]><html><body><p>&l9;</p></body></html>')
    return path


def _compressed(content: bytes, times: int) -> bytes:
    for _ in range(times):
        content = zlib.compress(content, 9)
    return content


def pdf_object_stream(path: Path, times: int = 2) -> Path:
    """An object stream of 400 MB, packed again and again."""
    packed = _compressed(b"1 0 " * 100_000_000, times)
    filters = "/FlateDecode " * times
    stream = f"<< /Type /ObjStm /N 50000000 /First 100 /Filter [{filters}] /Length {len(packed)} >>\nstream\n".encode()
    bodies = {1: b"<< /Type /Catalog /Pages 7 0 R >>", 5: stream + packed + b"\nendstream"}
    made = b"%PDF-1.5\n"
    places = {}
    for number, body in bodies.items():
        places[number] = len(made)
        made += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    rows = struct.pack(">BIH", 1, places[1], 0) + struct.pack(">BIH", 1, places[5], 0) + b"".join(
        struct.pack(">BIH", 2, 5, index) for index in range(3)
    )  # fmt: skip
    at = len(made)
    head = f"6 0 obj\n<< /Type /XRef /Size 10 /W [1 4 2] /Index [1 1 5 1 7 3] /Root 1 0 R /Length {len(rows)} >>\nstream\n"
    path.write_bytes(made + head.encode() + rows + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % at)
    return path


def pdf_page_stream(path: Path) -> Path:
    """What is drawn on the only page is 300 MB when it is unpacked."""
    packed = _compressed(b"0 0 m 1 1 l S\n" * 22_000_000, 1)
    stream = f"<< /Filter /FlateDecode /Length {len(packed)} >>\nstream\n{packed.decode('latin-1')}\nendstream"
    path.write_bytes(pdf("", objects={4: stream}))
    return path


def pdf_forms_in_forms(path: Path, depth: int = 12) -> Path:
    """Each form draws the next one ten times: 10^12 lines."""
    objects = {}
    for level in range(depth):
        content = "/N Do " * 10 if level < depth - 1 else "0 0 m 9 9 l S"
        objects[6 + level] = (
            f"<< /Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << /XObject << /N {7 + level} 0 R >> >> "
            f"/Length {len(content)} >>\nstream\n{content}\nendstream"
        )
    page = "/Resources << /Font << /F1 5 0 R >> /XObject << /N 6 0 R >> >>"
    path.write_bytes(pdf(lines("Above the forms") + "/N Do", page=page, objects=objects))
    return path


def pdf_page_of_miles(path: Path) -> Path:
    """A page of 14,400 inches, with a picture that claims 60,000 pixels to each side."""
    content = "q 1000000 0 0 1000000 0 0 cm /I Do Q"
    packed = _compressed(bytes(1_000_000), 1).decode("latin-1")
    picture = (
        "<< /Type /XObject /Subtype /Image /Width 60000 /Height 60000 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode"
        f" /Length {len(packed)} >>\nstream\n{packed}\nendstream"
    )
    page = "/MediaBox [0 0 1036800 1036800] /Resources << /XObject << /I 6 0 R >> >>"
    path.write_bytes(pdf(content, page=page, objects={6: picture}))
    return path


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def picture_60000(path: Path) -> Path:
    """A PNG that is whole: 60,000 lines of 60,000 black pixels, a bit each."""
    packer = zlib.compressobj(9)
    packed = packer.compress(bytes(7501 * 60_000)) + packer.flush()
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b""))
    return path


def tiff_of_pages(path: Path, count: int = 10_001, side: int = 8) -> Path:
    """Pages of a few pixels each, one behind the other, all of the same strip."""
    strip = bytes(side)
    made = bytearray(struct.pack("<2sHI", b"II", 42, 8 + len(strip)) + strip)
    entries = (
        (256, 4, side),
        (257, 4, side),
        (258, 3, 1),
        (259, 3, 1),
        (262, 3, 1),
        (273, 4, 8),
        (277, 3, 1),
        (278, 4, side),
        (279, 4, len(strip)),
    )
    size = 2 + 12 * len(entries) + 4
    for number in range(count):
        following = len(made) + size if number < count - 1 else 0
        rows = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
        made += struct.pack("<H", len(entries)) + rows + struct.pack("<I", following)
    path.write_bytes(bytes(made))
    return path


def tiff_in_a_circle(path: Path) -> Path:
    """The last page is followed by the first."""
    made = bytearray(tiff_of_pages(path, 3).read_bytes())
    made[-4:] = struct.pack("<I", 16)
    path.write_bytes(bytes(made))
    return path


def mail_in_mail(path: Path, depth: int = 100) -> Path:
    head = "From: a@b.c\nSubject: level {}\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n"
    path.write_text("".join(head.format(level) for level in range(depth)) + "From: x\n\nThe innermost letter.")
    return path


def parts_in_parts(path: Path, depth: int = 100) -> Path:
    """Multiparts in multiparts."""
    made = "From: a@b.c\nSubject: nested\nMIME-Version: 1.0\n"
    for level in range(depth):
        made += f'Content-Type: multipart/mixed; boundary="b{level}"\n\n--b{level}\n'
    made += "Content-Type: text/plain\n\nThe innermost part.\n"
    path.write_text(made + "".join(f"--b{level}--\n" for level in reversed(range(depth))))
    return path


def sheet_of_all_rows(path: Path) -> Path:
    row = "<row><c><v>1</v></c><c><v>2</v></c></row>"
    return xlsx(path, [("S", "visible", f"<sheetData>{row * ROWS_OF_EXCEL}</sheetData>")])


def sheet_far_out(path: Path) -> Path:
    """One cell, in the last column of the last row, merged and repeated over everything."""
    cell = f'<sheetData><row r="{ROWS_OF_EXCEL}"><c r="XFD{ROWS_OF_EXCEL}"><v>7</v></c></row></sheetData>'
    return xlsx(path, [("S", "visible", cell + f'<mergeCells><mergeCell ref="A1:XFD{ROWS_OF_EXCEL}"/></mergeCells>')])


def external_entities(path: Path, secret: Path, address: str) -> Path:
    """A Word file whose parts ask for a file of the machine and for an address."""
    outside = f'<!DOCTYPE d [<!ENTITY f SYSTEM "file://{secret}"><!ENTITY a SYSTEM "{address}"><!ENTITY % p SYSTEM "{address}">%p;]>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", f'{outside}<Types xmlns="x">&f;</Types>')
        archive.writestr(
            "_rels/.rels",
            f'<Relationships><Relationship Id="a" Type="{SHEET_MAIN}" Target="{address}" TargetMode="External"/></Relationships>',
        )
        archive.writestr(
            "word/document.xml", f"{outside}<w:document xmlns:w='w'><w:body><w:p><w:r><w:t>&f;&a;</w:t></w:r></w:p></w:body></w:document>"
        )
    return path
