from __future__ import annotations

import datetime

import pytest

from cases.models import DatePrecision, Ruling, Statute
from cases.services.bluebook import court_abbreviation, ruling_citation, short_name, sort_key, statute_citation


def ruling(
    name: str, court_id: str, date: str, *citations: str, docket: str = "", court: str = "", inferred: tuple[str, ...] = ()
) -> Ruling:
    return Ruling(
        name=name, court_id=court_id, date=datetime.date.fromisoformat(date), citations=list(citations), docket_number=docket, court=court,
        inferred=list(inferred),
    )  # fmt: skip


CITED = {
    "Roe v. Wade, 410 U.S. 113, 120 (1973)": (
        ruling("Roe v. Wade", "scotus", "1973-01-22", "93 S. Ct. 705", "410 U.S. 113", "35 L. Ed. 2d 147"), "120"),
    "Doe v. Roe, 12 F.3d 345, 350 (1st Cir. 1993)": (ruling("Doe v. Roe", "ca1", "1993-05-06", "12 F.3d 345"), "350"),
    "Doe v. Roe, 12 F.3d 345 (3d Cir. 1993)": (ruling("Doe v. Roe", "ca3", "1993-05-06", "12 F. 3d 345"), ""),
    "A v. B, 123 F. Supp. 2d 45 (D. Mass. 2000)": (ruling("A v. B", "mad", "2000-05-06", "123 F.Supp.2d 45"), ""),
    "Bates v. Tappan, 99 Mass. 376 (1868)": (ruling("Bates v. Tappan", "mass", "1868-05-06", "99 Mass. 376"), ""),
    "People v. Armour, 590 N.W.2d 61 (Mich. 1999)": (ruling("People v. Armour", "mich", "1999-05-06", "459 Mich. 1", "590 N.W.2d 61"), ""),
    "A v. B, 109 Cal. App. 4th 1 (2003)": (ruling("A v. B", "calctapp", "2003-05-06", "109 Cal. App. 4th 1"), ""),
    "A v. B, 1 Cal. Rptr. 3d 2 (Ct. App. 2003)": (ruling("A v. B", "calctapp", "2003-05-06", "1 Cal. Rptr. 3d 2"), ""),
    "A v. B, 2001 UT 9, ¶ 5, 2 P.3d 1": (ruling("A v. B", "utah", "2001-05-06", "2 P.3d 1", "2001 UT 9"), "¶ 5"),
    "A v. B, 2001 UT 9, 2 P.3d 1, 4": (ruling("A v. B", "utah", "2001-05-06", "2 P.3d 1", "2001 UT 9"), "4"),
    "Marbury v. Madison, 5 U.S. (1 Cranch) 137 (1803)": (ruling("Marbury v. Madison", "scotus", "1803-02-24", "5 U.S. 137"), ""),
    "A v. B, No. 7 Civ. 2, slip op. at 3 (S.D.N.Y. Dec. 30, 1977)": (ruling("A v. B", "nysd", "1977-12-30", docket="7 Civ. 2"), "3"),
    "A v. B, No. 02-3924, 2004 WL 123, at *18 (3d Cir. Oct. 14, 2004)": (
        ruling("A v. B", "ca3", "2004-10-14", "2004 WL 123", docket="No. 02-3924"), "18"),
    "A v. B, Nos. 1, 2 (Super. Ct. Me. Oct. 14, 2004)": (
        ruling("A v. B", "", "2004-10-14", docket="1, 2", court="Superior Court of Maine"), ""),
    "A v. B, 8 F.3d 2 (1st Cir. 2010)": (ruling("A v. B", "ca1", "2010-01-02", "9 F.3d 1", "8 F.3d 2", inferred=("9 F.3d 1",)), ""),
}  # fmt: skip


@pytest.mark.parametrize("written", CITED)
def test_a_ruling_is_cited_in_full(written: str) -> None:
    one, pin = CITED[written]
    assert ruling_citation(one, pin) == written


def test_a_pin_stands_behind_the_reporter_whose_pages_it_counts() -> None:
    roe = ruling("Roe v. Wade", "scotus", "1973-01-22", "410 U.S. 113", "93 S. Ct. 705")
    assert ruling_citation(roe, "715", of="sct:93:705") == "Roe v. Wade, 93 S. Ct. 705, 715 (1973)"
    assert ruling_citation(roe, "120", of="us:999:1") == "Roe v. Wade, 410 U.S. 113, 120 (1973)"


def test_no_more_of_a_date_is_written_than_is_known() -> None:
    one = ruling("A v. B", "nysd", "1977-12-01", docket="77 Civ. 1782")
    one.date_precision = DatePrecision.MONTH
    assert ruling_citation(one).endswith("(S.D.N.Y. Dec. 1977)")
    assert ruling_citation(Ruling(name="A v. B")) == "A v. B"


@pytest.mark.parametrize(
    ("code", "title", "section", "as_of", "citation", "written"),
    [
        ("usc", "42", "1983", "2012-01-03", "42 USC 1983", "42 U.S.C. § 1983 (2012)"),
        ("cfr", "29", "1614.105", None, "", "29 C.F.R. § 1614.105"),
        ("mgl", "93A", "2", "2020-01-01", "Mass. Gen. Laws ch. 93A, § 2", "Mass. Gen. Laws ch. 93A, § 2 (2020)"),
    ],
)
def test_a_section_is_cited_with_the_year_of_its_edition(
    code: str, title: str, section: str, as_of: str | None, citation: str, written: str
) -> None:
    date = datetime.date.fromisoformat(as_of) if as_of else None
    assert statute_citation(Statute(code=code, title=title, section=section, citation=citation, as_of=date)) == written


@pytest.mark.parametrize(
    ("name", "home", "short"),
    [
        ("The Coca-Cola Company v. United States of America", "", "Coca-Cola Co. v. United States"),
        ("National Association of Manufacturers, Inc. v. Department of Labor, et al.", "", "Nat'l Ass'n of Mfrs. v. Dep't of Lab."),
        ("In the Matter of the Estate of Smith", "", "In re Estate of Smith"),
        ("In re Boston Scientific Corporation Securities Litigation", "", "In re Boston Scientific Corp. Sec. Litig."),
        ("State of Texas on the relation of Smith v. West", "", "Texas ex rel. Smith v. West"),
        ("State of Texas v. Johnson", "Texas", "State v. Johnson"),
        ("New York Times Company v. Sullivan", "", "N.Y. Times Co. v. Sullivan"),
        ("United States Steel Corporation v. John West", "", "U.S. Steel Corp. v. John West"),
        ("Bell Atlantic Corp. v. Twombly", "", "Bell Atl. Corp. v. Twombly"),
        ("Virginia Smith vs. Jones, Defendant-Appellant", "", "Virginia Smith v. Jones"),
        ("Ex parte Young", "", "Ex parte Young"),
        ("", "", ""),
    ],
)
def test_names_are_shortened_as_citations_have_them(name: str, home: str, short: str) -> None:
    assert short_name(name, home) == short


def test_courts_are_named_as_their_tables_do() -> None:
    named = {one: court_abbreviation(one) for one in ("scotus", "ca1", "ca3", "mad", "bap9", "ny", "nowhere")}
    assert named == {
        "scotus": "", "ca1": "1st Cir.", "ca3": "3d Cir.", "mad": "D. Mass.", "bap9": "B.A.P. 9th Cir.", "ny": "N.Y.", "nowhere": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "ordered"),
    [
        ("case", ["3M Co. v. A", "Abel v. B", "In re Adams", "The Amistad", "Ex parte Young", "Zorn v. A"]),
        ("statute", ["9 U.S.C. § 2", "9 U.S.C. § 10", "9 U.S.C. § 10a", "18 U.S.C. § 1", "1 C.F.R. § 2.1", "Mass. Gen. Laws ch. 93A, § 2"]),
        ("constitution", [f"U.S. Const. {one}" for one in ("art. I, § 2", "art. IX", "amend. IV", "amend. V", "amend. XIV")]),
        ("rule", ["Fed. R. Civ. P. 9(b)", "Fed. R. Civ. P. 12(b)(6)", "Fed. R. Evid. 4"]),
    ],
)  # fmt: skip
def test_a_table_of_authorities_has_its_order(kind: str, ordered: list[str]) -> None:
    backwards = ordered[::-1]
    assert sorted(backwards, key=lambda one: sort_key(kind, one)) == ordered
