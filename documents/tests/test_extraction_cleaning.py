"""What paper adds is taken out, what people wrote stays, and the way back to the raw text is exact."""

from __future__ import annotations

from datetime import date

import pytest

from documents.services.extraction.cleaning import apply, clean
from documents.services.extraction.stamps import stamp_in

BODY = [f"This is line {word} of the body, long enough to be more than any header." for word in "abcdefgh"]


def texts(*pages: str) -> list[str]:
    return [cleaned.text for cleaned in clean(pages).pages]


def page(*lines: str) -> str:
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("line", "docket", "filed", "entry"),
    [
        ("Case 4:08-cv-02214-SBA Document 27 Filed 02/03/09 Page 1 of 2", "4:08-cv-02214-SBA", date(2009, 2, 3), "27"),
        (
            "Case: 20-1507 Document: 00117684624 Page: 1 Date Filed: 12/22/2020 Entry ID: 6390389",
            "20-1507",
            date(2020, 12, 22),
            "00117684624",
        ),
        ("Case 17-3510, Document 1-1, 10/31/2017, 2161300, Page1 of 2", "17-3510", date(2017, 10, 31), "1-1"),
        ("Appellate Case: 22-1801 Page: 1 Date Filed: 01/19/2023 Entry ID: 5237514", "22-1801", date(2023, 1, 19), ""),
        ("USCA4 Appeal: 21-1234 Doc: 12 Filed: 01/02/2021 Pg: 1 of 10", "21-1234", date(2021, 1, 2), "12"),
        ("USCA Case #12-1234 Document #1429 Filed: 01/02/2013 Page 1 of 9", "12-1234", date(2013, 1, 2), "1429"),
        ("Case: 12-1234, 04/05/2013, ID: 8577123, DktEntry: 1, Page 1 of 2", "12-1234", date(2013, 4, 5), "1"),
    ],
)
def test_filing_stamps_of_all_courts_are_read(line, docket, filed, entry):
    assert stamp_in(line) == (docket, filed, entry)


@pytest.mark.parametrize(
    "line", ["Case No. 12-1234 was dismissed on 01/02/2013.", "Appeal from No. 12-1234", "In case 2 the Document was filed."]
)
def test_a_sentence_about_a_case_is_no_stamp(line):
    assert stamp_in(line) is None


def test_running_headers_stay_once_and_page_numbers_go():
    bodies = ([f"{letter}{letter}: {line}" for line in BODY] for letter in "vwxyz")
    cleaned = texts(*(page("ROE v. WADE", f"Opinion, page {number}", *body, f"- {number} -") for number, body in enumerate(bodies, 1)))
    assert cleaned[0].startswith("ROE v. WADE\nOpinion, page 1\nvv: This is line a")
    assert [text[:4] for text in cleaned[1:]] == ["ww: ", "xx: ", "yy: ", "zz: "]
    assert not any(f"- {number} -" in text for number, text in enumerate(cleaned, 1))


def test_an_address_in_signature_blocks_is_no_footer():
    pages = (
        page(*BODY, f"Counsel {name}", "Suite 1100", f"{city}, CA")
        for name, city in (("Abel", "Fresno"), ("Baker", "Chico"), ("Cole", "Ojai"))
    )
    assert all("Suite 1100" in text for text in texts(*pages))


def test_pages_of_nothing_but_repeated_lines_keep_them():
    pages = [f"Exhibit {number}\nintentionally left blank" for number in range(1, 6)]
    assert texts(*pages) == pages


@pytest.mark.parametrize("last", [24, 28, 32])
def test_pleading_line_numbers_go_as_a_block_and_line_by_line(last):
    block = page(*(str(number) for number in range(1, last + 1)), *BODY)
    inline = page(*(f"{number} {BODY[number % 8]}" for number in range(1, last + 1)))
    for one in (block, inline):
        for text in texts(one, one.replace("body", "text")):
            assert text.startswith("This is line")
            assert f"\n{last}" not in text


def test_a_numbered_list_keeps_its_numbers():
    items = page(*(f"{number} {BODY[number % 8]}" for number in range(1, 13)))
    assert texts(items, items.replace("body", "text"))[0] == items


def test_hyphens_at_line_ends_go_and_compounds_keep_theirs():
    text = "The attorney-client privilege is a simultane-\nous protection of attorney-\nclient talk and self-\ndefense of Smith-\nJones."
    (cleaned,) = texts(text)
    assert (
        cleaned == "The attorney-client privilege is a simultaneous protection of attorney-client talk and self-defense of Smith-\nJones."
    )


def test_overlapping_cuts_map_back_exactly():
    cleaned = apply("0123456789", [(2, 5), (4, 6), (8, 10)])
    assert cleaned == ("0167", [[0, 0], [2, 6]])
    assert apply("abc", [(0, 3)]) == ("", [[0, 3]])
    assert apply("abc", []) == ("abc", None)
