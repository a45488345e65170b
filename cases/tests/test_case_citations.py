"""Decisions as briefs cite them: names, pins, courts, history, short forms, dockets, the record; and how long many of them take."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from cases.services.citations import Mention, extract, extract_pages
from cases.services.citations.names import likeness, parties_agree


def told(text: str) -> list[tuple[str, str, str]]:
    return [(mention.key, mention.pin, mention.name) for mention in extract(text)]


@pytest.mark.parametrize(
    ("before", "name"),
    [
        ("See, e.g., Roe v. Wade, ", "Roe v. Wade"),
        ("Compare Roe v. Wade, ", "Roe v. Wade"),
        ("But see Polk Cty. v. Dodson, ", "Polk Cty. v. Dodson"),
        ("The court denied the motion. Smith v. Acme, Inc., ", "Smith v. Acme, Inc."),
        ("as in United States ex rel. Smith v. Jones, ", "United States ex rel. Smith v. Jones"),
        ("Thus, in In re Grand Jury Subpoena, ", "In re Grand Jury Subpoena"),
        ("Under Ex parte Young, ", "Ex parte Young"),
        ("In Matter of Doe, ", "Matter of Doe"),
        ("Int'l Union, UAW v. Johnson Controls, Inc., ", "Int'l Union, UAW v. Johnson Controls, Inc."),
        ("PEOPLE V. JONES, ", "PEOPLE V. JONES"),
        ("Hawkins Cty. No. 12 v. Doe, ", "Hawkins Cty. No. 12 v. Doe"),
        ("See Roe v Wade, ", "Roe v Wade"),
        ("Jones v. eBay Inc., ", "Jones v. eBay Inc."),
        ("Slaughter-House Cases, ", "Slaughter-House Cases"),
        ("Trans- mirra Prods. Corp. v. Fourco Glass Co., ", "Transmirra Prods. Corp. v. Fourco Glass Co."),
        ("Smith v. Jones was decided in 1999. It followed ", ""),
        ("He lives at ", ""),
    ],
)
def test_a_name_is_whole_and_without_its_signal(before: str, name: str) -> None:
    assert extract(f"{before}410 U.S. 113 (1973)")[0].name == name


@pytest.mark.parametrize(
    ("behind", "pin", "year", "court"),
    [
        (" (1st Cir. 1996)", "", 1996, "ca1"),
        (", 120-21 n.3 (D. Mass. Jan. 5, 1998)", "120-21 n.3", 1998, "mad"),
        (", 5, 9-10 & n.4 (2d Cir. 1996)", "5, 9-10 & n.4", 1996, "ca2"),
        (",5 (CA9 1996)", "5", 1996, "ca9"),
        (" (5th Cir.), and 42 U.S.C. § 1983 (2012)", "", None, "ca5"),
        (". The year 1999 came.", "", None, ""),
        (", 476 -13- (4th Cir. 1992)", "476", None, ""),
    ],
)
def test_pin_year_and_court_are_those_of_its_own_parenthesis(behind: str, pin: str, year: int | None, court: str) -> None:
    mention = extract(f"Smith v. Jones, 100 F.3d 1{behind}")[0]
    assert (mention.pin, mention.year, mention.court) == (pin, year, court)


def test_star_pages_and_paragraphs_are_pins() -> None:
    assert told("Able v. Baker, 2021 WL 12345, at *3-4 n.2 (D. Mass. Jan. 5, 2021)")[0][1] == "*3-4 n.2"
    assert [pin for _key, pin, _name in told("Smith v. State, 2005-NMSC-012, ¶ 12, 137 N.M. 1. Smith, 2005-NMSC-012, ¶¶ 14-15.")] == [
        "¶ 12", "", "¶¶ 14-15",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "role", "method"),
    [
        ("cert. denied", "history", "us/history"),
        ("reh'g denied", "history", "us/history"),
        ("cert. denied sub nom. Roe v. Jones", "history", "us/history"),
        ("aff'd", "authority", "us/full/affirmed"),
        ("rev'd sub nom. Roe v. Jones", "authority", "us/full/reversed"),
        ("vacated and remanded", "authority", "us/full/vacated"),
        ("overruled by Roe v. Jones", "authority", "us/full/overruled"),
        ("aff'd in part, rev'd in part", "authority", "us/full/affirmed"),
    ],
)
def test_what_became_of_a_decision(words: str, role: str, method: str) -> None:
    first, second = extract(f"Smith v. Jones, 100 F.3d 1 (1st Cir. 1996), {words}, 520 U.S. 100 (1997).")
    assert (second.role, second.method) == (role, method)
    assert second.key == (first.key if role == "history" else "us:520:100")


def test_id_behind_a_history_is_doubtful_and_means_the_decision_that_is_cited() -> None:
    text = "Smith v. Jones, 100 F.3d 1 (1st Cir. 1996), aff'd, 520 U.S. 300 (1997). Id. at 5. Id. at 304."
    assert [(m.key, m.confidence < 0.75) for m in extract(text) if m.kind == "id"] == [("f3d:100:1", True), ("us:520:300", True)]


def test_a_denial_between_parallel_citations_stays_history() -> None:
    found = extract("Smith v. Jones, 100 F.3d 1 (1st Cir.), cert. denied, 520 U.S. 1100, 117 S. Ct. 200 (1996). Roe v. Wade, 410 U.S. 113.")
    assert [mention.role for mention in found] == ["authority", "history", "history", "authority"]
    assert found[0].year is None


def test_parallel_citations_are_one_cluster_with_a_pin_each() -> None:
    found = extract("Roe v. Wade, 410 U.S. 113, 153, 93 S. Ct. 705, 727 (1973). 93 S. Ct. at 710. Roe, supra, at 120.")
    assert [(m.cluster, m.pin) for m in found] == [
        ("us:410:113", "153"), ("us:410:113", "727"), ("us:410:113", "710"), ("us:410:113", "120"),
    ]  # fmt: skip
    one, other = extract("See 410 U.S. 113, 381 U.S. 479 (1965).")
    assert one.cluster != other.cluster


@pytest.mark.parametrize(
    ("text", "key", "cluster"),
    [
        ("Smith v. Jones, No. 1:20-cv-0123, 2021 WL 12345, at *3 (D. Mass. Jan. 5, 2021)", "docket:mad:1:20-cv-123", "wl:2021:12345"),
        ("Smith v. Jones, No. 20-123, 2021 U.S. Dist. LEXIS 999 (D. Mass. 2021)", "docket:mad:20-123", "usdistlexis:2021:999"),
        ("Smith v. Jones, No. 19-1234, slip op. at 4 (1st Cir. Jan. 5, 2021)", "docket:ca1:19-1234", "docket:ca1:19-1234"),
        ("Smith v. Jones, ___ F.3d ___, ___ (1st Cir. 1994) [No. 93- 1577, slip op. at 3]", "docket:ca1:93-1577", "docket:ca1:93-1577"),
    ],
)
def test_a_docket_number_is_a_decision_and_one_with_its_database(text: str, key: str, cluster: str) -> None:
    found = extract(text)
    assert (found[0].key, found[0].name, {mention.cluster for mention in found}) == (key, "Smith v. Jones", {cluster})
    assert found[0].year == int(text.rpartition(")")[0][-4:]) if text.endswith(")") else found[0].year == 1994


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("See Ex. 4 and Exhibit 7-A; Exs. 4, 5 and 6.", ["ex:4", "ex:7a", "ex:4", "ex:5", "ex:6"]),
        ("Pl.'s Ex. B at 3", ["ex:pl:b"]),
        ("Dkt. 45 at 3; ECF No. 45-2; D.E. 33", ["dkt:45", "dkt:45-2", "dkt:33"]),
        ("Compl. ¶ 12; Second Am. Compl. ¶ 3; Answer ¶ 3", ["complaint", "complaint:2", "answer"]),
        ("Smith Dep. 12:4; Jones Decl. ¶ 4; Tr. 45:3-10; Pet. App. 12a", ["dep:smith", "decl:jones", "tr", "petapp"]),
        ("ABC000123 through ABC-00000456", ["bates:abc:123", "bates:abc:456"]),
        ("Ex parte Young; Exec. Order; Docket No. 1:20-cv-0123", []),
    ],
)
def test_the_record_is_told_by_what_it_names(text: str, keys: list[str]) -> None:
    found = [mention for mention in extract(text) if mention.role == "record"]
    assert [mention.key for mention in found] == [f"record:{key}" for key in keys]
    assert all(text[mention.start : mention.end] == mention.text for mention in found)


def test_an_intervening_record_or_authority_is_what_id_means() -> None:
    text = "Roe v. Wade, 410 U.S. 113 (1973). Smith Dep. 12:4. Id. at 14. Doe v. Bolton, 410 U.S. 179 (1973). Id. at 180."
    text += " Roe, 410 U.S. at 120."
    assert [mention.key for mention in extract(text) if mention.kind in ("id", "short")] == ["", "us:410:179", "us:410:113"]


def test_a_running_header_is_the_texts_own_and_no_id_means_it() -> None:
    pages = [(n, "410 U.S. 113\nThe court held in Doe v. Bolton, 410 U.S. 179 (1973), what it\n") for n in range(1, 5)]
    pages.append((5, "410 U.S. 113\nheld. Id. at 180.\n"))
    found: list[Mention] = [one.mention for one in extract_pages(pages)]
    assert {mention.role for mention in found if mention.key == "us:410:113"} == {"self"}
    assert (found[-1].key, found[-1].role) == ("us:410:179", "authority")
    assert [mention.role for mention in extract("Cite as: 410 U.S. 113 (1973). As we said in 410 U.S. 113.")] == ["self", "self"]


def test_lines_of_two_columns_page_ends_and_poor_scans() -> None:
    assert [key for key, _pin, _name in told("Roe v. Wade, 410 U.\nS. 113, 153\n(1973); Doe v. Bol-\nton, 410 U. S. 179 (1973)")] == [
        "us:410:113",
        "us:410:179",
    ]
    assert extract("United States v. Sutton, 961 F.2d 476,\n-13-\n478-79 (4th Cir. 1992)")[0].pin == "478-79"
    pages = [(1, "Text.3\n3 See Roe v. Wade, 410 U.S. 113,"), (2, "153 (1973). Id. at 154.")]
    assert [(one.page, one.mention.key) for one in extract_pages(pages)] == [(1, "us:410:113"), (2, "us:410:113")]


def test_a_short_form_whose_page_or_name_does_not_fit_is_doubtful() -> None:
    text = "Roe v. Wade, 410 U.S. 113 (1973). Roe, 410 U.S. at 900. Bolton, 410 U.S. at 120."
    assert [mention.confidence < 0.75 for mention in extract(text)[1:]] == [True, True]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Gastronomical Workers Union Local 610 v. Dorado Beach Hotel Corp.", "Gastronomical Workers 610 v. Dorado Beach Hotel", True),
        ("San Juan Cable LLC v. P.R. Tel. Co.", "San Juan Cable Llc v. Puerto Rico Telephone", True),
        ("United States v. Smith", "United States v. Jones", False),
        ("Doe v. Smith", "Roe v. Smith", False),
        ("In re Smith", "Smith v. Jones", False),
    ],
)
def test_names_are_compared_as_lawyers_would(one: str, other: str, same: bool) -> None:
    assert parties_agree(one, other) is same
    assert likeness(one, one) == 1.0


@pytest.mark.parametrize(
    ("unit", "count"),
    [
        ("Roe v. Wade, 410 U.S. {n} (1973). ", 20_000),
        ("1 U.S. 1 ", 200),
        ("Id. at {n}. ", 5_000),
        ("Ex. {n}, Dkt. {n}, ", 5_000),
        ("See Smith v. Jones, ", 3_000),
        ("supra, at {n}, ", 3_000),
        ("aff'd, cert. denied, ", 3_000),
    ],
)
def test_many_citations_take_no_longer_than_their_length(unit: str, count: int) -> None:
    def seconds(times: int) -> float:
        text = "".join(unit.format(n=n % 900 + 1) for n in range(times))
        began = time.process_time()
        extract(text)
        return time.process_time() - began

    seconds(10)
    quarter, whole = seconds(max(50, count // 4)), seconds(count)
    assert whole < 8 * quarter + 0.3


@pytest.mark.corpus
def test_no_offset_of_a_case_or_record_is_wrong_in_the_corpus(corpus: Path) -> None:
    for line in (corpus / "law" / "rulings.jsonl").read_text().splitlines()[::4]:
        text = json.loads(line)["plain_text"]
        for mention in extract(text):
            assert text[mention.start : mention.end] == mention.text == mention.text.strip()


@pytest.mark.corpus
@pytest.mark.parametrize(
    "before",
    ["See 55 U.S.C. § 101. See ", "It is 29 C.F.R. § 1604.11. ", "1. ", "Restatement (Second) of Contracts § 90. "],
)
def test_a_number_at_the_end_of_a_sentence_is_not_of_the_name_behind_it(before):
    found = extract(f"{before}Lamp v. Keeper, 801 F.3d 40 (1st Cir. 2014).")
    assert found[-1].name == "Lamp v. Keeper"


def test_a_short_form_is_sure_of_a_name_in_another_order_or_abbreviated():
    text = "Harbour Board v. Crane Co., 560 U.S. 200 (2010). Crane Co. v. Harbour Bd., 560 U.S. at 202. "
    text += "Harbour Bd., 560 U.S. at 203. Otter, 560 U.S. at 204."
    assert [mention.confidence >= 0.75 for mention in extract(text)] == [True, True, True, False]


@pytest.mark.parametrize(
    ("written", "name", "agree"),
    [
        ("San Juan Cable LLC v. P.R. Tel. Co.", "San Juan Cable Llc v. Puerto Rico Telephone", True),
        ("San Juan Cable LLC v. P.R. Tel. Co.", "Statchen v. Palmer", False),
        ("Polk Cty. v. Dodson", "Polk County v. Dodson", True),
        ("Monell v. Dep't of Soc. Servs.", "Monell v. Department of Social Services", True),
        ("De La Torre v. Continental Ins Co", "De La Torre v. Continental Insurance Company", True),
        ("Smith v. Jones", "Smithson v. Joneson", False),
        ("Lamp v. Keeper", "Keeper v. Lamp", False),
        ("Parker v. Ames", "P.R. v. Ames", False),
    ],
)
def test_parties_are_told_from_others_with_the_same_letters(written, name, agree):
    assert parties_agree(written, name) is agree
    assert parties_agree(name, written) is agree


@pytest.mark.parametrize("name", ["eBay Inc. v. MercExchange, L.L.C.", "iHeart Media v. d'Alene Tribe", "In re eBay Seller Litig."])
def test_names_that_begin_small_are_whole(name):
    assert extract(f"That is settled. See {name}, 547 U.S. 388, 391 (2006).")[0].name == name


@pytest.mark.parametrize(
    ("text", "name", "court"),
    [
        ("See Smith v. Jones, 1 F.3d 2, 3 (3d Cir. 1993).", "Smith v. Jones", "ca3"),
        ("See Smith v. Jones, 1 F.3d 2, 3 (3rd Cir. 1993).", "Smith v. Jones", "ca3"),
        ("See Smith v. Jones, 1 F.3d 2, 3 (2nd Cir. 1993).", "Smith v. Jones", "ca2"),
        ("Smith v. Jones, 5 N.Y.S.3d 6 (N.Y. App. Div. Jan. 3, 2012).", "Smith v. Jones", "nyappdiv"),
        ("Smith v. Jones, 100 A.3d 5 (D.C. 2014).", "Smith v. Jones", "dc"),
        ("Planned Parenthood of Se. Pa. v. Casey, 505 U.S. 833 (1992).", "Planned Parenthood of Se. Pa. v. Casey", "scotus"),
        ("El Al Isr. Airlines, Ltd. v. Tseng, 525 U.S. 155 (1999).", "El Al Isr. Airlines, Ltd. v. Tseng", "scotus"),
        ("Yahoo! Inc. v. La Ligue, 433 F.3d 1199 (9th Cir. 2006).", "Yahoo! Inc. v. La Ligue", "ca9"),
        ("See Toys “R” Us, Inc. v. Jones, 5 F.3d 6 (1st Cir. 1993).", "", "ca1"),
        ("Smith v. Jones, No. CV 19-1234 PSG (JPRx), 2020 WL 12345 (C.D. Cal. Jan. 3, 2020).", "Smith v. Jones", "cacd"),
        ("Smith v. Jones, 19 Civ. 1234 (LAK), 2020 WL 333 (S.D.N.Y. 2020).", "Smith v. Jones", "nysd"),
        ("Smith v. Jones, Civil Action No. 19-1234 (RBW), 2020 WL 99 (D.D.C. 2020).", "Smith v. Jones", "dcd"),
        ("Smith v. Jones, --- F.4th ----, 2023 WL 12345 (9th Cir. 2023).", "Smith v. Jones", "ca9"),
        ("Smith, as Trustee v. Jones, 5 F.3d 6 (1st Cir. 1993).", "", "ca1"),
        ("the rule—Brown v. Bd. of Educ., 347 U.S. 483 (1954)—and", "Brown v. Bd. of Educ.", "scotus"),
        ("see in re Winship, 397 U.S. 358 (1970)", "in re Winship", "scotus"),
        ("A. v. B., 5 F.3d 6 (1st Cir. 1993)", "A. v. B.", "ca1"),
    ],
)
def test_names_and_courts_as_lawyers_write_them(text, name, court):
    found = [mention for mention in extract(text) if mention.kind == "case" and not mention.key.startswith("docket:")]
    assert (found[-1].name, found[-1].court) == (name, court)


def test_parallel_citations_of_california_in_brackets_are_one_decision_with_its_pin():
    found = extract("People v. Smith (2009) 46 Cal.4th 500, 505 [94 Cal.Rptr.3d 1, 206 P.3d 100].")
    assert [(mention.pin, mention.cluster) for mention in found] == [("505", "cal4th:46:500"), ("", "cal4th:46:500"), ("", "cal4th:46:500")]


def test_short_forms_and_supra_of_very_many_names_take_time_that_grows_with_the_text():
    def text(count: int) -> str:
        names = [("".join(chr(97 + int(digit)) for digit in f"{number:05}")).title() for number in range(count)]
        cited = (f"Q{one}x v. R{one}y, 5 F.3d {place} (1st Cir. 1993). Q{one}x, 5 F.3d at {place}; R{one}y, supra, at 3."
                 for place, one in enumerate(names, 1))  # fmt: skip
        return " ".join(cited)

    def seconds(count: int) -> float:
        written = text(count)
        began = time.process_time()
        assert len(extract(written)) == 3 * count
        return time.process_time() - began

    seconds(50)
    assert seconds(2400) < 12 * seconds(400)
