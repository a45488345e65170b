"""XLSX and CSV: every cell with its address and as it is shown; nothing is computed, and what is hidden is told."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from documents.models import Document, Page
from documents.services.extraction import detect
from documents.services.extraction.limits import MAX_CELLS, TABLE_PAGE_CHARACTERS
from documents.services.extraction.office.cells import letters, place_of, shown
from documents.tests.office_files import SHEET_MAIN, relations, rows, xlsx
from documents.tests.reading import read
from tasks.errors import PermanentError

STRINGS = "<si><t>Payee</t></si><si><r><t>Harbour </t></r><r><t>Board</t></r><rPh><t>spoken</t></rPh></si><si><t>two\nlines</t></si>"
STYLES = (
    '<numFmts><numFmt numFmtId="164" formatCode="_(&quot;$&quot;* #,##0.00_);[Red](&quot;$&quot;#,##0.00)"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="4"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="22"/></cellXfs>'
)
LEDGER = '<cols><col min="4" max="5" hidden="1"/></cols>' + rows(
    '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>Amount</t></is></c></row>',
    '<row r="7"><c r="A7" t="s"><v>1</v></c><c r="B7" s="1"><v>1250</v></c><c r="C7" s="2"><v>45352</v></c></row>',
    '<row r="8" hidden="1"><c r="B8" s="3"><v>-3.5</v></c><c r="C8" s="4"><v>45352.75</v></c><c r="D8" t="b"><v>1</v></c></row>',
    '<row><c><v>0.30000000000000004</v></c><c t="s"><v>2</v></c><c t="e"><v>#REF!</v></c><c t="str"><f>A1&amp;B1</f><v>kept</v></c></row>',
    '<row r="20"><c r="B20" s="1"><f>SUM(B7:B8)</f><v>1246.5</v></c><c r="C20"><f>NOW()</f></c>'
    '<c r="D20" t="d"><v>2024-03-01T00:00:00</v></c></row>',
)


def notices(path: Path) -> dict[str, str]:
    with read(path) as extraction:
        return {notice.code: notice.text for notice in extraction.notices}


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    comments = (
        f'<comments xmlns="{SHEET_MAIN}"><authors><author>Ann</author></authors><commentList>'
        '<comment ref="B7" authorId="0"><text><r><t>Check this.</t></r></text></comment>'
        '<comment ref="C7" authorId="0"><text><t>[Threaded comment] old form</t></text></comment></commentList></comments>'
    )
    talk = (
        '<ThreadedComments xmlns="urn:t"><threadedComment ref="C7" personId="{1}"><text>When?</text></threadedComment></ThreadedComments>'
    )
    extra: dict[str, str | bytes] = {
        "xl/comments1.xml": comments,
        "xl/threaded1.xml": talk,
        "xl/persons/person.xml": '<personList xmlns="urn:t"><person id="{1}" displayName="Bob"/></personList>',
        "xl/worksheets/_rels/sheet1.xml.rels": relations(
            [("a", "comments", "../comments1.xml"), ("b", "threadedComment", "../threaded1.xml")]
        ),
    }
    sheets = [
        ("Ledger", "visible", LEDGER),
        ("Side &amp; deals", "veryHidden", rows("<row><c><v>7</v></c></row>")),
        ("Empty", "visible", ""),
    ]
    return xlsx(tmp_path / "a.xlsx", sheets, strings=STRINGS, styles=STYLES, extra=extra)


def test_a_page_for_each_sheet_with_the_addresses_of_its_cells(ledger: Path) -> None:
    with read(ledger) as extraction:
        assert [page.label for page in extraction.pages] == ["Ledger", "Side & deals", "Empty"]
        assert extraction.pages[0].text.split("\n") == [
            "Ledger",
            "A1: Payee\tB1: Amount",
            "A7: Harbour Board\tB7: 1,250.00\tC7: 2024-03-01",
            "B8: ($3.50)\tC8: 2024-03-01 18:00\tD8: TRUE",
            "A9: 0.3\tB9: two lines\tC9: #REF!\tD9: kept",
            "B20: 1,246.50\tC20: =NOW()\tD20: 2024-03-01",
            "[Comment on C7 by Bob] When?",
            "[Comment on B7 by Ann] Check this.",
        ]
        assert [page.text for page in extraction.pages[1:]] == ["Side & deals (hidden)\nA1: 7", "Empty"]


def test_what_is_hidden_or_missing_is_told(ledger: Path) -> None:
    told = notices(ledger)
    assert set(told) == {"hidden_sheets", "hidden_cells", "comments_beside", "formulas_without_values"}
    assert "1 (Side & deals)" in told["hidden_sheets"]
    assert "2 (Ledger D–E, Ledger 8)" in told["hidden_cells"]


def test_an_uploaded_workbook_becomes_ready(ledger: Path, accept: Callable[..., Document], work_off: Callable[..., int]) -> None:
    document = accept(ledger.read_bytes(), "ledger.xlsx")
    work_off()
    document.refresh_from_db()
    assert (document.status, document.mime) == (Document.Status.READY, detect(ledger, "x"))
    assert "B7: 1,250.00" in Page.objects.get(text_version__document=document, number=1).text


def test_days_count_from_1904_where_the_workbook_says_so(tmp_path: Path) -> None:
    sheet = rows('<row><c s="2"><v>0</v></c></row>')
    path = xlsx(tmp_path / "a.xlsx", [("A", "visible", sheet)], styles=STYLES, settings='<workbookPr date1904="1"/>')
    assert read(path).pages[0].text == "A\nA1: 1904-01-01"


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        ("1250", "#,##0.00", "1,250.00"),
        ("-1250.555", "#,##0.00;(#,##0.00)", "(1,250.56)"),
        ("1250", "[$€-407] #,##0.00", "€ 1,250.00"),
        ("1250", '#,##0 "net" [$CHF]', "1,250 net CHF"),
        ("0", '_("$"* #,##0_);_("$"* (#,##0);_("$"* "-"??_);_(@_)', "$-"),
        ("0.125", "0.0%", "12.5%"),
        ("1234567", '0.0,,"M"', "1.2M"),
        ("12345", "0.00E+00", "1.23E+04"),
        ("123456789", "000-00-0000", "123-45-6789"),
        ("5125550100", "(000) 000-0000", "(512) 555-0100"),
        ("5", "00000", "00005"),
        ("1.10", "0.0#", "1.1"),
        ("0.5", "#.##", ".5"),
        ("-5", ";;;", "-5"),
        ("3", '"Yes";"No"', "Yes"),
        ("45352", "mmmm d, yyyy", "2024-03-01"),
        ("45352.5", "[$-409]m/d/yy h:mm AM/PM;@", "2024-03-01 12:00"),
        ("0.75", "h:mm:ss", "18:00:00"),
        ("1.5", "[h]:mm", "36:00:00"),
        ("1", "d/m/yy", "1900-01-01"),
        ("-1", "yyyy-mm-dd", "-1"),
        ("99999999", "yyyy-mm-dd", "99999999"),
        ("12345678901234567890", "0", "12345678901234567890"),
        ("1e-7", "General", "0.0000001"),
        ("1e300", "General", "1E+300"),
        ("1e999999", "0.00", "1e999999"),
        ("NaN", "0", "NaN"),
        ("1", "0" * 5000, "0" * 499 + "1"),
        ("words", "0.00", "words"),
        ("", "0", ""),
    ],
)
def test_numbers_as_the_sheet_shows_them(value: str, form: str, text: str) -> None:
    assert shown(value, form) == text


def test_any_format_shows_something(tmp_path: Path) -> None:
    """No format, however odd, breaks the reader or hides a number that is not nought."""
    dice = random.Random(8)
    for _ in range(5_000):
        form = "".join(dice.choice('0#?.,;%"\\_*[]$-ymdhsE+/@ aé') for _ in range(dice.randrange(14)))
        value = str(Decimal(dice.randrange(1, 10**9)).scaleb(dice.randrange(-6, 3)) * dice.choice((1, -1)))
        assert shown(value, form).strip() or "0" not in form, (value, form)


def test_addresses_and_columns() -> None:
    assert [letters(column) for column in (1, 26, 27, 702, 703, 16_384)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
    assert all(place_of(f"{letters(column)}7") == (column, 7) for column in range(1, 16_385))
    assert [place_of(odd) for odd in ("", "7", "A", "A0", "XFE1", "A1048577", "A1B", "Ａ1")] == [None] * 8


def test_a_long_sheet_goes_on_after_whole_rows(tmp_path: Path) -> None:
    lines = [f'<row><c t="inlineStr"><is><t>{"word " * 20}{number}</t></is></c></row>' for number in range(3_000)]
    with read(xlsx(tmp_path / "a.xlsx", [("Long", "visible", rows(*lines)), ("Next", "visible", "")])) as extraction:
        assert [page.label for page in extraction.pages] == ["Long"] * 4 + ["Next"]
        assert all(len(page.text) < TABLE_PAGE_CHARACTERS + 200 for page in extraction.pages)
        assert all(page.text.startswith("Long\nA") for page in extraction.pages[:4])
        assert sum(page.text.count("word word") > 0 and page.text.count("\n") for page in extraction.pages[:4]) == 3_000


def test_a_sheet_of_all_rows_that_excel_has_is_read_up_to_the_limit(tmp_path: Path) -> None:
    """2^20 rows of two cells, which is twice what is read."""
    row = '<row r="{0}"><c r="A{0}"><v>{0}</v></c><c r="B{0}"><v>{1}</v></c></row>'
    sheet = rows(*(row.format(number, 2**20 - number) for number in range(1, 2**20 + 1)))
    path = xlsx(tmp_path / "a.xlsx", [("All", "visible", sheet), ("After", "visible", "")])
    started = time.monotonic()
    with read(path) as extraction:
        told = {notice.code: notice.text for notice in extraction.notices}
        assert set(told) == {"cells_left_out", "sheets_left_out"}
        assert f"rows up to {MAX_CELLS // 2}" in told["cells_left_out"]
        assert extraction.pages[-1].text.endswith(f"A{MAX_CELLS // 2}: {MAX_CELLS // 2}\tB{MAX_CELLS // 2}: {2**20 - MAX_CELLS // 2}")
    assert time.monotonic() - started < 120


def test_cells_far_out_cost_nothing(tmp_path: Path) -> None:
    sheet = rows('<row r="1"><c r="A1"><v>1</v></c></row>', '<row r="1048576"><c r="XFD1048576"><v>2</v></c></row>')
    assert read(xlsx(tmp_path / "a.xlsx", [("Wide", "visible", sheet)])).pages[0].text == "Wide\nA1: 1\nXFD1048576: 2"


def test_a_damaged_sheet_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", [("Good", "visible", rows("<row><c><v>1</v></c></row>")), ("Bad", "visible", "<sheetData><row>")])
    with read(path) as extraction:
        assert extraction.pages[0].text == "Good\nA1: 1"
        assert [notice.code for notice in extraction.notices] == ["sheets_unreadable"]
    with pytest.raises(PermanentError) as caught:
        read(xlsx(tmp_path / "b.xlsx", [("Bad", "visible", "<sheetData><row>")]))
    assert caught.value.code == "unreadable"


@pytest.mark.parametrize(
    ("name", "text", "lines"),
    [
        ("a.csv", 'Payee,Amount\n"Board, Harbour","1,250.00"\n', ["A1: Payee\tB1: Amount", "A2: Board, Harbour\tB2: 1,250.00"]),
        ("a.csv", 'a,b\n\n=HYPERLINK("x"),y', ["A1: a\tB1: b", 'A3: =HYPERLINK("x")\tB3: y']),
        ("a.csv", "Name;Betrag\nHafen;1.250,00\nWerft;7,5\n", ["A1: Name\tB1: Betrag", "A2: Hafen\tB2: 1.250,00", "A3: Werft\tB3: 7,5"]),
        ("a.csv", "sep=|\r\na|b,c\r\n", ["A1: a\tB1: b,c"]),
        ("a.csv", 'one\n"two\nlines"\n', ["A1: one", "A2: two lines"]),
        ("a.csv", 'a,"never closed\nb,c', ["A1: a\tB1: never closed b,c"]),
        ("a.tsv", "a, b\tc\nd\t\te\n", ["A1: a, b\tB1: c", "A2: d\tC2: e"]),
        ("a.csv", "", []),
    ],
)  # fmt: skip
def test_tables_of_plain_text(name: str, text: str, lines: list[str], tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text or "\n")
    with read(path) as extraction:
        assert extraction.pages[0].text.split("\n") == (lines or [""])


def test_a_table_in_an_old_encoding_says_what_it_was_read_as(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("Käufer;Straße\nMüller;Weg\n".encode("cp1252"))
    with read(path) as extraction:
        assert extraction.pages[0].text == "A1: Käufer\tB1: Straße\nA2: Müller\tB2: Weg"
        assert [notice.code for notice in extraction.notices] == ["encoding_guessed"]


def test_content_decides_what_a_csv_is(tmp_path: Path) -> None:
    assert detect(b"a,b\n1,2\n", "a.csv") == "text/csv"
    assert detect(b"a,b\n1,2\n", "a.txt") == "text/plain"
    assert detect(b"<!doctype html><p>x</p>", "a.csv") == "text/html"
    assert detect(b"%PDF-1.4", "a.csv") == "application/pdf"


def test_an_endless_table_of_text_is_read_up_to_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("1,2,3,4\n" * 400_000 + '"' + "x" * 1_000_000)
    with read(path) as extraction:
        assert "rows up to 250000" in next(notice.text for notice in extraction.notices if notice.code == "cells_left_out")
