"""What the rules say of papers in layouts of many courts, offices and languages."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

import pytest

from documents.services.classification import Material, classify, sheets_of
from documents.services.classification.casing import in_title_case
from documents.services.classification.dates import dates_in
from documents.services.classification.headings import kind_of_words
from documents.services.classification.languages import language_of
from documents.services.classification.lessons import Lesson, marks_of, taught
from documents.tests import made_up_papers as papers


def told(text: str, *, name: str = "scan0001.pdf", pages: list[str] | None = None, **about: Any) -> dict[str, Any]:
    """Value of each field that the rules are sure enough of to fill it in."""
    material = Material(name=name, named=name.rsplit(".", 1)[0], sheets=sheets_of(list(enumerate(pages or [text], 1))), **about)
    return {one.field: one.value for one in classify(material) if one.confidence >= 0.6}


def names(found: dict[str, Any]) -> list[str]:
    return [one["name"] for one in found.get("parties", [])]


PAPERS: list[tuple[str, dict[str, Any], list[str]]] = [
    (
        papers.A_COMPLAINT_IN_NEW_YORK,
        {
            "kind": "complaint", "title": "Verified Complaint", "date": "2022-03-04", "docket_number": "512345/2022", "language": "en",
            "court": "Supreme Court of the State of New York, County of Kings",
        },
        ["Maria Lopez", "Brooklyn Transit Corp."],
    ),
    (
        papers.A_MOTION_IN_CALIFORNIA,
        {
            "kind": "motion", "title": "Notice of Motion and Motion to Compel Further Responses", "date": "2021-05-05",
            "docket_number": "21STCV12345", "court": "Superior Court of the State of California for the County of Los Angeles",
        },
        ["Peter Pan", "Acme Widgets, Inc."],
    ),
    (
        papers.AN_ANSWER_IN_TEXAS,
        {
            "kind": "answer", "date": "2021-05-03", "docket_number": "2020-54321", "court": "District Court of Harris County, Texas",
            "title": "Defendant Big Oil Company's Original Answer",
        },
        ["John Smith", "Big Oil Company"],
    ),
    (
        papers.A_GERMAN_LETTER,
        {
            "kind": "letter", "date": "2021-03-05", "author": "Dr. Hans Meier", "docket_number": "12 O 345/20", "language": "de",
            "court": "Landgericht Köln",
        },
        ["Müller", "Schmidt GmbH"],
    ),
    (papers.A_FRENCH_LETTER, {"kind": "letter", "title": "Mise en demeure", "date": "2021-05-05", "author": "Claire Dupont", "language": "fr"}, []),
    (papers.A_LEASE, {"kind": "contract", "title": "Lease Agreement", "date": "2021-05-03"}, ["Riverside Holdings LLC", "Green Grocer, Inc."]),
    (papers.MINUTES, {"kind": "minutes", "date": "2021-05-05"}, []),
    (papers.AN_ENGLISH_LETTER, {"kind": "letter", "title": "Your tenancy at 1 High Street", "date": "2021-05-05", "author": "Anna Green"}, []),
    (
        papers.A_DECLARATION,
        {
            "kind": "declaration", "author": "Mary Smith", "docket_number": "20 Civ. 1234 (ABC)",
            "court": "United States District Court for the Southern District of New York",
        },
        ["Acme Corp.", "Roe Inc."],
    ),
    (
        papers.A_DEPOSITION,
        {
            "kind": "transcript", "title": "Deposition of John Q. Public", "date": "2020-03-03", "docket_number": "1:19-cv-11111-ABC",
            "court": "United States District Court for the District of Massachusetts",
        },
        [],
    ),
    (
        papers.A_BANKRUPTCY_ORDER,
        {
            "kind": "order", "date": "2020-12-03", "docket_number": "20-10001 (KBO)",
            "court": "United States Bankruptcy Court for the District of Delaware",
        },
        ["Old Toys, Inc."],
    ),
    (papers.A_SUMMONS, {"kind": "summons", "docket_number": "27-CV-19-1234", "court": "District Court of Minnesota"}, ["Anna Lee", "Bob Ray"]),
    (papers.A_GERMAN_INVOICE, {"kind": "invoice", "date": "2021-03-05", "language": "de"}, []),
    (papers.AN_EXHIBIT, {"kind": "exhibit", "title": "Exhibit B"}, []),
    (
        papers.A_DELAWARE_OPINION,
        {
            "kind": "ruling", "title": "John Doe v. Big Co.", "date": "2021-05-05", "docket_number": "2020-0123-JRS",
            "court": "Court of Chancery of the State of Delaware",
        },
        ["John Doe", "Big Co."],
    ),
    (
        papers.A_CLAIM_AGAINST_THE_STATES,
        {"kind": "ruling", "title": "Ironworks of Ohio, Inc. v. The United States", "date": "2022-07-21", "docket_number": "21-1456C"},
        ["Ironworks of Ohio, Inc.", "The United States"],
    ),
    (
        papers.A_NUMBERED_DEPOSITION,
        {"kind": "transcript", "title": "Videotaped Deposition of Thomas R. Beckett", "date": "2023-02-07"},
        ["Apex Security, Inc.", "Guardian Systems, LLC"],
    ),
    (
        papers.A_BRIEF_AGAINST_TWO,
        {"kind": "brief", "title": "Memorandum of Law in Support of Defendants' Motion to Dismiss the Amended Complaint"},
        ["Meridian Capital Partners L.P.", "Harbor Holdings S.A.", "Paul Reinhardt"],
    ),
    (
        papers.AN_OPINION_WITHOUT_COLUMNS,
        {"kind": "ruling", "title": "United States of America v. Dwayne Alan Perkins", "author": None, "docket_number": "21-30123"},
        ["United States of America", "Dwayne Alan Perkins"],
    ),
    (papers.AN_INDICTMENT, {"kind": "complaint", "title": "Indictment"}, ["United States of America", "George Pappas", "Helen Pappas"]),
    (
        papers.A_FLORIDA_ANSWER,
        {"kind": "answer", "date": "2022-03-09", "docket_number": "CACE-21-019876"},
        ["Sunrise Condominium Association, Inc.", "Oceanview Contractors, LLC"],
    ),
    (papers.A_SETTLEMENT, {"kind": "contract", "date": "2023-08-15"}, ["Brightline Media Group, Inc.", "Sandra K. Whitfield"]),
    (papers.A_MEMO, {"kind": "memo", "date": "2019-10-02", "author": "Tom Clark"}, []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected", "parties"), PAPERS, ids=[text.strip().split("\n")[0][:40] for text, _e, _p in PAPERS])
def test_a_paper_is_known_by_its_words(text, expected, parties):
    found = told(text)
    assert {field: found.get(field) for field in expected} == expected
    assert names(found) == parties


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("this 3rd day of May, 2021", "en", date(2021, 5, 3)),
        ("the third day of May, 2021", "en", date(2021, 5, 3)),
        ("5 May 2021", "en", date(2021, 5, 5)),
        ("Sept. 9, 2020", "en", date(2020, 9, 9)),
        ("05/03/2021", "en", date(2021, 5, 3)),
        ("05/03/2021", "fr", date(2021, 3, 5)),
        ("25/03/2021", "en", date(2021, 3, 25)),
        ("05.03.2021", "en", date(2021, 3, 5)),
        ("5. März 2021", "de", date(2021, 3, 5)),
        ("1er février 2021", "fr", date(2021, 2, 1)),
        ("5 de mayo de 2021", "es", date(2021, 5, 5)),
        ("2021-03-05", "en", date(2021, 3, 5)),
    ],
)
def test_dates_are_read_as_their_language_writes_them(text, language, expected):
    assert [found.day for found in dates_in(f"on {text} they met", language)] == [expected]


@pytest.mark.parametrize(
    "text", ["31 February 2021", "13/45/2021", "1.2.3", "section 5.12.2021.4", "version 10-12-99-4", "May 2021", "3021-01-01"]
)
def test_what_only_looks_like_a_date_is_none(text):
    assert list(dates_in(text)) == []


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("ORDER GRANTING PLAINTIFF'S MOTION TO COMPEL", "order"),
        ("[PROPOSED] ORDER", "order"),
        ("NOTICE OF MOTION TO DISMISS", "motion"),
        ("NOTICE OF APPEAL", "notice"),
        ("MEMORANDUM OF LAW IN SUPPORT OF MOTION TO DISMISS", "brief"),
        ("PLAINTIFF'S OPPOSITION TO DEFENDANT'S MOTION FOR SUMMARY JUDGMENT", "brief"),
        ("REPLY BRIEF OF APPELLANT", "brief"),
        ("MEMORANDUM OPINION AND ORDER", "ruling"),
        ("DEFENDANT'S ANSWER TO THE AMENDED COMPLAINT", "answer"),
        ("FIRST SET OF INTERROGATORIES", "discovery"),
        ("RESPONSES AND OBJECTIONS TO REQUESTS FOR PRODUCTION", "discovery"),
        ("AFFIDAVIT OF JANE ROE", "declaration"),
        ("STIPULATION AND ORDER", "stipulation"),
        ("FINAL JUDGMENT", "judgment"),
        ("PETITION FOR WRIT OF HABEAS CORPUS", "petition"),
        ("Exhibit 12", "exhibit"),
        ("Mietvertrag", "contract"),
        ("Urteil", "judgment"),
        ("STATUTORY NOTES", ""),
        ("A quiet afternoon", ""),
    ],
)
def test_a_heading_announces_its_kind(heading, kind):
    assert kind_of_words(heading) == kind


def test_dates_that_are_only_mentioned_are_not_the_documents():
    assert "date" not in told("The parties met on May 5, 2020 and again before June 1, 2020. Nothing came of it.")
    found = told("SUPREME COURT OF THE UNITED STATES\nROE v. DOE\nNo. 20-123. Argued October 10, 2020—Decided June 24, 2021\n")
    assert found["date"] == "2021-06-24"


def test_the_court_appealed_from_is_not_the_documents_court():
    found = told("United States Court of Appeals\nFor the First Circuit\nNo. 20-1507\nROE,\nPlaintiff, Appellant,\nv.\nDOE,\nDefendant, Appellee.\n"
                 "APPEAL FROM THE UNITED STATES DISTRICT COURT\nFOR THE DISTRICT OF MAINE\n")  # fmt: skip
    assert found["court"] == "United States Court of Appeals for the First Circuit"
    assert found["docket_number"] == "20-1507"


def test_numbers_of_contracts_invoices_and_lawyers_are_no_docket_numbers():
    text = "Agreement No. MI-2022-0506\nInvoice No. 4711-22\nJane Roe (Bar No. 123456)\nPolicy No. 88-1234\n"
    assert "docket_number" not in told(text)


def test_the_initial_of_a_name_makes_no_case():
    assert names(told("Eleanor V. Prentice\nPrentice & Hale LLP\n")) == []
    assert names(told("ROE V. WADE\n")) == ["Roe", "Wade"]


def test_a_company_and_a_person_are_two():
    caption = "UNITED STATES DISTRICT COURT\nDISTRICT OF MAINE\nROE,\nPlaintiff,\nv.\nACME LLC and\nDANIEL R. DOW,\nDefendants.\n"
    assert names(told(caption)) == ["Roe", "Acme LLC", "Daniel R. Dow"]


def test_properties_of_the_file_are_only_a_guess():
    found = classify(Material(name="a.docx", named="a", metadata={"author": "dgoltz", "created": "2020-01-01"}))
    assert {one.field: one.confidence < 0.6 for one in found} == {"title": True, "date": True, "author": True}


def test_a_telling_name_is_the_title_and_a_machines_is_not():
    text = "DEFENDANT'S MOTION TO COMPEL\n\nThe defendant moves the court.\n"
    assert told(text, name="Motion to compel Roe.pdf")["title"] == "Motion to compel Roe"
    assert told(text, name="scan_0042.pdf")["title"] == "Defendant's Motion to Compel"


def test_every_place_that_is_named_holds_the_words_that_are_quoted():
    for text, _expected, _parties in PAPERS:
        material = Material(name="x.pdf", named="x", sheets=sheets_of([(1, ""), (2, text)]))
        placed = [one for one in classify(material) if one.start is not None and one.field != "court"]
        assert placed
        for one in placed:
            assert one.page == 2
            assert " ".join(text[one.start : one.end].split()).startswith(one.evidence[:190])


def test_too_few_words_have_no_language():
    assert language_of("Ref. 12/A") == ("", 0.0)
    assert language_of("Das ist der Brief, den wir Ihnen mit der Bitte um eine Antwort bis zum Ende der Woche senden.")[0] == "de"


def test_capitals_become_a_title():
    assert in_title_case("ORDER GRANTING ACME, INC.'S MOTION TO COMPEL") == "Order Granting Acme, Inc.'s Motion to Compel"
    assert in_title_case("Already a Title of LLC") == "Already a Title of LLC"


@pytest.mark.parametrize(
    "text", [" " * 200_000, "\n" * 50_000, ") " * 50_000, "v. " * 30_000, "A " * 60_000, "IN RE: " * 9_000, "between and " * 9_000, "1.1." * 30_000,
             "STATE OF MINNESOTA " * 5_000, "\t|" * 40_000, "Dear " * 20_000, "Q. x\n" * 20_000],
)  # fmt: skip
def test_no_text_takes_long(text):
    pages = list(enumerate([text] * 8, 1))
    began = time.process_time()
    classify(Material(name="x.pdf", named="x", sheets=sheets_of(pages)))
    assert time.process_time() - began < 3


def test_a_lesson_goes_over_by_what_is_alike_and_the_newest_counts():
    material = Material(name="IMG_0001.jpg", named="IMG 0001", sheets=sheets_of([(1, "EXHIBIT 7\n\nA photograph.")]))
    proposals = classify(material)
    marks = marks_of(material, proposals)
    assert marks["heading"] == "exhibit"
    assert marks["name"] == "img 0"
    lessons = [Lesson("kind", "report", {"heading": "exhibit"}, "new"), Lesson("kind", "evidence", {"heading": "exhibit"}, "old")]
    found = {one.field: (one.value, teacher) for one, teacher in taught(proposals, marks, lessons)}
    assert found["kind"] == ("report", "new")
    assert {one.field: one.value for one, _teacher in taught(proposals, marks, [])}["kind"] == "exhibit"
