"""Office files made to hurt: each ends in a sentence or a reading, soon, and nothing outside of the file is touched."""

from __future__ import annotations

import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from documents.services.extraction import detect
from documents.services.extraction.parsers.office import wpd
from documents.tests.mutations import mutations
from documents.tests.office_files import (
    LEASE_DOC,
    LEASE_RTF,
    ODF_NAMES,
    ODT,
    SHEET_MAIN,
    odt,
    package,
    pptx,
    relations,
    rows,
    text_box,
    xlsx,
)
from documents.tests.reading import CONTENT_TYPES, OFFICE, W, docx, paragraph, read, text_of
from tasks.errors import PermanentError

TYPED = {"unreadable", "encrypted", "too_old", "decompression_bomb", "unsupported_type", "type_mismatch", "empty_file"}
DOCTYPE = '<!DOCTYPE x [<!ENTITY a "{0}"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'


def code_of(path: Path, name: str | None = None) -> str:
    started = time.monotonic()
    with pytest.raises(PermanentError) as caught:
        read(path, name)
    assert caught.value.message.endswith(".")
    assert time.monotonic() - started < 60
    return str(caught.value.code)


def how_it_ends(path: Path) -> str:
    """ "read", or the code of the refusal."""
    try:
        read(path).close()
    except PermanentError as error:
        return str(error.code)
    return "read"


def with_part(path: Path, name: str, content: str | bytes) -> Path:
    """A file again with one part exchanged."""
    with zipfile.ZipFile(path) as archive:
        parts: dict[str, str | bytes] = {member: archive.read(member) for member in archive.namelist()}
    return package(path, {**parts, name: content})


def a_docx(folder: Path) -> tuple[Path, str, str]:
    return docx(folder / "a.docx", paragraph("x")), "word/document.xml", f"<w:document {W}><w:body>{paragraph('{}')}</w:body></w:document>"


def an_xlsx(folder: Path) -> tuple[Path, str, str]:
    sheet = "<worksheet xmlns='" + SHEET_MAIN + "'>" + rows("<row><c t='inlineStr'><is><t>{}</t></is></c></row>") + "</worksheet>"
    return xlsx(folder / "a.xlsx", [("S", "visible", "")]), "xl/worksheets/sheet1.xml", sheet


def strings(folder: Path) -> tuple[Path, str, str]:
    sheet = rows("<row><c t='s'><v>0</v></c></row>")
    return (
        xlsx(folder / "a.xlsx", [("S", "visible", sheet)]),
        "xl/sharedStrings.xml",
        f"<sst xmlns='{SHEET_MAIN}'><si><t>{{}}</t></si></sst>",
    )


def a_pptx(folder: Path) -> tuple[Path, str, str]:
    shapes = "<p:presentation xmlns:p='urn:p'>{}</p:presentation>"
    return pptx(folder / "a.pptx", [("", text_box("x"), {})]), "ppt/presentation.xml", shapes


def an_odt(folder: Path) -> tuple[Path, str, str]:
    body = "<office:body><office:text><text:p>{}</text:p></office:text></office:body>"
    return odt(folder / "a.odt", ""), "content.xml", f"<office:document-content {ODF_NAMES}>{body}</office:document-content>"


KINDS = [a_docx, an_xlsx, strings, a_pptx, an_odt]
Made = Callable[[Path], tuple[Path, str, str]]


@pytest.mark.parametrize("made", KINDS)
@pytest.mark.parametrize("entity", ["ha" * 500, "&#60;"])
def test_an_entity_bomb_is_refused(made: Made, entity: str, tmp_path: Path) -> None:
    path, part, xml = made(tmp_path)
    assert code_of(with_part(path, part, DOCTYPE.format(entity) + xml.format("&c;"))) == "unreadable"


@pytest.mark.parametrize("made", KINDS)
def test_nothing_outside_of_the_file_is_read(made: Made, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the vestry key")
    path, part, xml = made(tmp_path)
    outside = f'<!DOCTYPE x [<!ENTITY c SYSTEM "file://{secret}">]>'
    assert code_of(with_part(path, part, outside + xml.format("&c;"))) == "unreadable"
    outside = f'<!DOCTYPE x SYSTEM "file://{secret}">'
    assert code_of(with_part(path, part, outside + xml.format("harmless"))) == "unreadable"


@pytest.mark.parametrize("made", KINDS)
def test_a_bomb_in_a_part_is_stopped_while_it_inflates(made: Made, tmp_path: Path) -> None:
    path, part, xml = made(tmp_path)
    assert code_of(with_part(path, part, xml.format("words") + " " * 100_000_000)) == "decompression_bomb"


@pytest.mark.parametrize("made", KINDS)
def test_a_file_cut_off_anywhere_ends_in_a_sentence(made: Made, tmp_path: Path) -> None:
    path, part, xml = made(tmp_path)
    content = with_part(path, part, xml.format("words")).read_bytes()
    for share in (1, 3, 5, 7, 9):
        path.write_bytes(content[: len(content) * share // 10])
        assert code_of(path) in TYPED


@pytest.mark.parametrize("made", KINDS)
def test_deep_nesting_ends_in_a_sentence(made: Made, tmp_path: Path) -> None:
    path, part, xml = made(tmp_path)
    assert code_of(with_part(path, part, xml.format("<z>" * 5_000 + "</z>" * 5_000))) == "unreadable"


@pytest.mark.parametrize("suffix", [".docx", ".xlsx", ".pptx"])
def test_a_package_under_a_password_is_told(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(compound("EncryptedPackage"))
    assert code_of(path) == "encrypted"


def compound(*names: str, size: int = 512) -> bytes:
    """A compound file with empty streams of these names."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<IIIIIIII", header, 44, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    struct.pack_into("<109I", header, 76, 0, *[0xFFFFFFFF] * 108)
    table = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *[0xFFFFFFFF] * 126)
    return bytes(header) + table + entries(*names)


def entries(*names: str) -> bytes:
    content = b""
    for index, name in enumerate(["Root Entry", *names]):
        encoded = name.encode("utf-16-le")
        entry = bytearray(128)
        entry[: len(encoded)] = encoded
        child = 1 if index == 0 and names else 0xFFFFFFFF
        following = index + 1 if 0 < index < len(names) else 0xFFFFFFFF
        struct.pack_into("<HBBIII", entry, 64, len(encoded) + 2, 5 if index == 0 else 2, 1, 0xFFFFFFFF, following, child)
        struct.pack_into("<I", entry, 116, 0xFFFFFFFE)
        content += bytes(entry)
    return content.ljust(512, b"\0")


@pytest.mark.parametrize(
    ("stream", "mime"),
    [
        ("WordDocument", "application/msword"),
        ("Workbook", "application/vnd.ms-excel"),
        ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ],
)
def test_what_a_compound_file_is_its_streams_say(stream: str, mime: str) -> None:
    assert detect(compound(stream), "any.xyz") == mime
    assert detect(compound("Other", stream), "brief.doc") == mime


def test_word_files_with_nothing_in_them(tmp_path: Path) -> None:
    path = tmp_path / "a.doc"
    for content in (compound("WordDocument"), compound("Other"), compound("WordDocument")[:600], LEASE_DOC.read_bytes()[:3000]):
        path.write_bytes(content)
        assert code_of(path) in TYPED
    path.write_bytes(compound("EncryptedPackage"))
    assert code_of(path) == "encrypted"


def test_a_directory_that_leads_in_circles_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.doc"
    content = bytearray(compound("WordDocument"))
    struct.pack_into("<I", content, 512 + 4, 1)  # the directory's sector follows itself
    path.write_bytes(bytes(content))
    assert code_of(path) in TYPED


def exchanged(place: int, value: int) -> bytes:
    """The lease with another 16-bit value at a place of its main stream."""
    content = bytearray(LEASE_DOC.read_bytes())
    main = content.index(struct.pack("<H", 0xA5EC))
    struct.pack_into("<H", content, main + place, value)
    return bytes(content)


@pytest.mark.parametrize(("place", "value", "code"), [(0, 0xA5DC, "too_old"), (0, 0x1234, "unreadable"), (10, 0x0100, "encrypted")])
def test_old_and_locked_word_files_are_told(place: int, value: int, code: str, tmp_path: Path) -> None:
    path = tmp_path / "a.doc"
    path.write_bytes(exchanged(place, value))
    assert code_of(path) == code


@pytest.mark.parametrize(
    "rtf",
    [
        b"{\\rtf1 " + b"{" * 200_000,
        b"{\\rtf1 " + b"{\\b x}" * 300_000,
        b"{\\rtf1 \\bin99999999999 x}",
        b"{\\rtf1 \\bin-5 x\\u99999999 \\uc-3\\u-99999 }",
        b"{\\rtf1 {\\*\\revtbl {" + b"a;" * 100_000 + b"}}{\\revised\\revauth99999 x}}",
        b"{\\rtf1 {\\footnote " * 5_000 + b"}" * 9_000,
        b"{\\rtf1 " + b"\\cell" * 200_000 + b"\\row}",
        b"{\\rtf1 {\\pict " + b"00" * 3_000_000 + b"}}",
        b"{\\rtf",
        b"{\\rtf1\\'",
    ],
)
def test_rtf_made_to_hurt(rtf: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.rtf"
    path.write_bytes(rtf)
    started = time.monotonic()
    assert how_it_ends(path) in TYPED | {"read"}
    assert time.monotonic() - started < 30


def test_a_string_that_a_thousand_cells_share_is_read_up_to_the_limit(tmp_path: Path) -> None:
    long = "".join(chr(97 + number % 26) for number in range(1_000_000))
    sheet = rows(*(f"<row>{'<c t=' + chr(34) + 's' + chr(34) + '><v>0</v></c>'}</row>" for _ in range(1_000)))
    path = xlsx(tmp_path / "a.xlsx", [("S", "visible", sheet)], strings=f"<si><t>{long}</t></si>")
    with read(path) as extraction:
        assert sum(len(page.text) for page in extraction.pages) < 22_000_000
        assert "cells_left_out" in [notice.code for notice in extraction.notices]


def test_sheets_that_are_one_part_many_times_end(tmp_path: Path) -> None:
    named = "".join(f'<sheet name="n{n}" r:id="s"/>' for n in range(5_000))
    names = f"xmlns='{SHEET_MAIN}' xmlns:r='{OFFICE}'"
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": CONTENT_TYPES,
        "xl/workbook.xml": f"<workbook {names}><sheets>{named}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": relations([("s", "worksheet", "sheet.xml")]),
        "xl/sheet.xml": f"<worksheet {names}>{rows('<row/>' * 1_000_000)}</worksheet>",
    }
    started = time.monotonic()
    with read(package(tmp_path / "a.xlsx", parts)) as extraction:
        assert {"cells_left_out", "sheets_left_out"} <= {notice.code for notice in extraction.notices}
    assert time.monotonic() - started < 60


def test_targets_outside_of_the_package_are_no_parts(tmp_path: Path) -> None:
    parts = {"header": ("../../../../etc/passwd", "<w:hdr/>"), "footer": ("http://x.example/f.xml", "<w:hdr/>")}
    assert text_of(docx(tmp_path / "a.docx", paragraph("only this"), parts)) == "only this"


def test_sixty_broken_office_files_end_in_a_sentence_or_a_reading(tmp_path: Path) -> None:
    """No surprise of a parser, no crash, no hang: nothing but readings and refusals that were foreseen."""
    originals = {path.name: path.read_bytes() for path, _, _ in (made(tmp_path) for made in (a_docx, a_pptx, an_odt))}
    sheet = rows('<row r="1"><c r="A1" s="1"><v>12.5</v></c><c r="B1" t="s"><v>0</v></c></row>')
    styles = '<numFmts><numFmt numFmtId="164" formatCode="0.00"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs>'
    originals["a.xlsx"] = xlsx(tmp_path / "a.xlsx", [("S", "visible", sheet)], strings="<si><t>x</t></si>", styles=styles).read_bytes()
    originals |= {"a.doc": LEASE_DOC.read_bytes(), "a.rtf": LEASE_RTF}
    if not wpd.WPD2TEXT.is_missing:
        originals["a.wpd"] = b"\xffWPC\x16\x0f\0\0\x01\x0a\x02\x01\0\0\0\x02" + b"words" * 40
    ended: dict[str, str] = {}
    for name, content in mutations(originals, 60, seed=1):
        (tmp_path / name).write_bytes(content)
        started = time.monotonic()
        ended[name] = how_it_ends(tmp_path / name)
        assert time.monotonic() - started < 20, name
    assert len(ended) == 60
    assert set(ended.values()) <= TYPED | {"read"}, {name: code for name, code in ended.items() if code not in TYPED | {"read"}}
    assert {"read", "unreadable"} <= set(ended.values())


def test_what_is_packed_in_a_zip_is_told_by_its_content(tmp_path: Path) -> None:
    assert detect(package(tmp_path / "a", {"mimetype": ODT, "content.xml": "<x/>"}), "any") == ODT
    assert detect(package(tmp_path / "b", {"xl/workbook.bin": b"x"}), "b.xlsx") != "application/vnd.ms-excel"
    assert "binary" in detect(package(tmp_path / "c", {"xl/workbook.bin": b"x"}), "c.xlsb")


def test_a_compound_file_of_nobody_is_nothing_unless_its_name_says_word() -> None:
    assert detect(compound("Other"), "a.xyz") == "application/octet-stream"
    assert detect(compound("Other"), "a.doc") == "application/msword"
    assert detect(compound("Workbook"), "a.doc") == "application/vnd.ms-excel"
    assert detect(compound("Other")[:100], "a.xls") == "application/vnd.ms-excel"
