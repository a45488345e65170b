"""Productions: what load files say of pages, owners and families stands with the documents, whatever the load file's kind and encoding."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from documents.models import Document
from documents.services.extraction.containers.productions import dat_rows, later, read
from documents.tests.reading import pdf
from documents.tests.test_archives import opened, told, zipped

HEAD = ["BEGDOC", "ENDDOC", "BEGATTACH", "ENDATTACH", "Custodian", "NATIVELINK", "TEXTLINK"]
ROWS = [
    ["ABC0001", "ABC0003", "ABC0001", "ABC0004", "Þórunn Ærø", r".\NATIVES\ABC0001.eml", r".\TEXT\ABC0001.txt"],
    ["ABC0004", "ABC0004", "ABC0001", "ABC0004", "Þórunn Ærø", r".\NATIVES\0002\contract.pdf", ""],
]
MEMBERS = {
    "VOL001/NATIVES/ABC0001.eml": b"From: a@example.org\nTo: b@example.org\nSubject: The offer\n\nSee the annex.",
    "VOL001/NATIVES/0002/contract.pdf": pdf([["The lessor shall pay."]]),
    "VOL001/TEXT/ABC0001.txt": b"See the annex.",
    "VOL001/TEXT/ABC0004.txt": b"The lessor shall pay.",
    "VOL001/README.txt": b"Nothing of a load file.",
}


def concordance(rows: list[list[str]], separator: str = "\x14") -> str:
    return "".join("þ" + f"þ{separator}þ".join(row) + "þ\r\n" for row in rows)


@pytest.mark.parametrize("separator", ["\x14", "¶"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_a_concordance_file_in_any_encoding(encoding: str, separator: str) -> None:
    assert list(dat_rows(concordance([HEAD, *ROWS], separator).encode(encoding))) == [HEAD, *ROWS]


@pytest.mark.parametrize(("quote", "sign"), [("^", "|"), ("þ", ","), ("|", ","), ("", "|"), ("", "\t")])
def test_a_table_in_other_signs(quote: str, sign: str) -> None:
    content = "".join(quote + f"{quote}{sign}{quote}".join(row) + quote + "\r\n" for row in [HEAD, *ROWS])
    assert list(dat_rows(content.encode())) == [HEAD, *ROWS]


def test_a_letter_of_another_alphabet_is_no_separator() -> None:
    """In Windows-1251 the byte of þ is a letter."""
    rows = [["BEGDOC", "CUSTODIAN"], ["A1", "Андрюша Июнев, договор поставки"]]
    content = b"".join(b"\xfe" + b"\xfe\x14\xfe".join(cell.encode("cp1251") for cell in row) + b"\xfe\r\n" for row in rows)
    assert list(dat_rows(content)) == rows


def test_what_is_no_load_file_says_nothing() -> None:
    files = [("a.dat", bytes(range(256))), ("b.csv", b"name,amount\r\nx,1\r\n"), ("c.opt", b"-O2 -g"), ("d.csv", b""), ("e.dat", b"")]
    production = read(files)
    assert (production.about("x"), production.about("NATIVES/1.txt"), production.broken) == ({}, {}, [])


def test_each_member_gets_its_row_by_path_or_by_number(tmp_path: Path) -> None:
    with opened(tmp_path, zipped({**MEMBERS, "VOL001/DATA/load.dat": concordance([HEAD, *ROWS]).encode()})) as extraction:
        about = {one.name: one.about for one in extraction.attachments}
        text = extraction.pages[0].text
    assert about["ABC0001.eml"] == {
        "folder": "VOL001/NATIVES",
        "bates_begin": "ABC0001",
        "bates_end": "ABC0003",
        "family": "ABC0001",
        "custodian": "Þórunn Ærø",
    }
    assert about["contract.pdf"]["bates_begin"] == "ABC0004"
    assert about["contract.pdf"]["family"] == "ABC0001"
    assert about["ABC0004.txt"]["bates_begin"] == "ABC0004"  # named nowhere, but its name is its number
    assert about["README.txt"] == {"folder": "VOL001"}
    assert "VOL001/NATIVES/ABC0001.eml, 72 bytes, ABC0001 – ABC0003" in text


def test_a_table_of_commas_does_as_well(tmp_path: Path) -> None:
    table = 'Bates Beg,Bates End,Custodian,File Path\r\nX-001,X-002,"Doe, Jane",files\\one.txt\r\nX-003,X-003,Roe,files\\two.txt\r\n'
    with opened(tmp_path, zipped({"load.csv": table.encode("utf-16"), "files/one.txt": b"1", "files/two.txt": b"2"})) as extraction:
        about = {one.name: one.about for one in extraction.attachments}
    assert (about["one.txt"]["bates_end"], about["one.txt"]["custodian"]) == ("X-002", "Doe, Jane")
    assert about["two.txt"]["bates_begin"] == "X-003"


def test_images_are_their_own_pages_of_their_document(tmp_path: Path) -> None:
    images = "ABC0001,VOL001,IMAGES\\ABC0001.tif,Y,,,3\nABC0002,VOL001,IMAGES\\ABC0002.tif,,,,\nABC0003,VOL001,IMAGES\\ABC0003.tif,,,,\n"
    images += "ABC0004,VOL001,IMAGES\\ABC0004.pdf,Y,,,7\n"
    names = [*(f"IMAGES/ABC000{n}.tif" for n in (1, 2, 3)), "IMAGES/ABC0004.pdf"]
    members = {**dict.fromkeys(names, b"x"), "images.opt": images.encode(), "load.dat": concordance([HEAD, ROWS[0]]).encode()}
    with opened(tmp_path, zipped(members)) as extraction:
        about = {one.name: one.about for one in extraction.attachments}
    assert [about[f"ABC000{n}.tif"]["bates_begin"] for n in (1, 2, 3)] == ["ABC0001", "ABC0002", "ABC0003"]
    assert [about[f"ABC000{n}.tif"]["bates_end"] for n in (1, 2, 3)] == ["ABC0001", "ABC0002", "ABC0003"]
    assert [about[f"ABC000{n}.tif"]["family"] for n in (1, 2, 3)] == ["ABC0001"] * 3
    assert (about["ABC0004.pdf"]["bates_begin"], about["ABC0004.pdf"]["bates_end"]) == ("ABC0004", "ABC0010")


def test_a_path_that_several_rows_end_in_is_nobodys(tmp_path: Path) -> None:
    rows = [["BEGDOC", "ENDDOC", "FILEPATH"], ["A1", "A1", "one/x/same.txt"], ["A2", "A2", "two/x/same.txt"]]
    members = {"load.dat": concordance(rows).encode(), "one/x/same.txt": b"1", "two/x/same.txt": b"2", "three/x/same.txt": b"3"}
    with opened(tmp_path, zipped(members)) as extraction:
        found = {one.about["folder"]: one.about.get("bates_begin") for one in extraction.attachments if one.name == "same.txt"}
    assert found == {"one/x": "A1", "two/x": "A2", "three/x": None}


def test_a_broken_table_is_told_and_costs_only_itself(tmp_path: Path) -> None:
    broken = b'Bates Beg,Bates End,Path\r\nA1,A1,"' + b"x" * 200_000 + b'"\r\n'
    with opened(tmp_path, zipped({"load.csv": broken, "a.txt": b"1"})) as extraction:
        assert len(extraction.attachments) == 2
        assert "load.csv" in told(extraction)["load_file_unreadable"]


@pytest.mark.parametrize(
    ("number", "pages", "last"),
    [("ABC0009", 1, "ABC0010"), ("A-99", 1, "A-100"), ("ABC", 3, "ABC"), ("A1", 0, "A1"), ("9" * 30, 1, "9" * 30)],
)
def test_numbers_are_counted_on(number: str, pages: int, last: str) -> None:
    assert later(number, pages) == last


@pytest.mark.django_db(transaction=True)
def test_it_stays_with_the_documents(accept: Callable[..., Document], work_off: Callable[..., int]) -> None:
    accept(zipped({**MEMBERS, "VOL001/DATA/load.dat": concordance([HEAD, *ROWS]).encode("cp1252")}), "PROD001.zip")
    work_off()
    mail = Document.objects.get(name="ABC0001.eml")
    assert mail.status == Document.Status.READY
    assert mail.metadata["bates_begin"] == "ABC0001"
    assert mail.metadata["custodian"] == "Þórunn Ærø"
    assert mail.metadata["from"] == "a@example.org"
