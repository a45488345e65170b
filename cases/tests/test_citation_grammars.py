"""Each grammar's own: what it sees, under which key, and what it leaves alone."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cases.services import citations
from cases.services.citations import extract
from cases.services.citations.grammars import grammars as all_grammars
from cases.services.citations.keys import key
from cases.services.citations.patterns import Patterns, Rule


def mentions(text: str) -> list[tuple[str, str]]:
    return [(mention.key, mention.kind) for mention in extract(text) if mention.role != "record"]


def keys(text: str) -> list[str]:
    return [mention.key for mention in extract(text) if mention.role != "record"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("as held in [2020] UKSC 5 at [12]", "uksc:2020:5"),
        ("[2015] EWHC 1234 (Ch)", "ewhcch:2015:1234"),
        ("[2018] EWCA Civ 77", "ewcaciv:2018:77"),
        ("R v. Jordan, 2016 SCC 27", "scc:2016:27"),
        ("[2012] IEHC 9", "iehc:2012:9"),
        ("Case C-131/12, ECLI:EU:C:2014:317, para 80", "ecli:eu:c:2014:317"),
        ("ECLI:DE:BVerfG:2020:rs20200505.2bvr085915", "ecli:de:bverfg:2020:rs20200505.2bvr085915"),
        ("Restatement (Third) of Torts: Phys. & Emot. Harm § 29 cmt. d", "restatement3d:tortsphysemotharm:29"),
        ("Restatement (Second) of Conflict of Laws § 188(2)", "restatement2d:conflictoflaws:188"),
        ("Restatement of Contracts § 45", "restatement:contracts:45"),
        ("Executive Order 13,769", "execorder:13769"),
        ("E.O. 12866", "execorder:12866"),
        ("Proclamation No. 9645", "proclamation:9645"),
        ("Public Law 111-148", "publ:111-148"),
        ("G.L. c. 149, § 148B", "massgenlaws:149:148b"),
        ("735 ILCS 5/2-619(a)(9)", "illcompstat:735:5/2-619"),
        ("12 O.S. § 2012(B)", "oklastat:12:2012"),
        ("RCW 19.86.020", "washrevcode:19.86.020"),
        ("N.J.S.A. 56:8-2", "njstatann:56:8-2"),
        ("A.R.S. § 12-341.01", "arizrevstat:12-341.01"),
        ("N.Y. Const. art. I, § 11", "nyconst:art:1:11"),
        ("Tex. Const. art. V, § 8", "texconst:art:5:8"),
        ("Mass. Const. pt. 1, art. XII", "massconst:pt:1:12"),
        ("Conn. Gen. Stat. § 52-572h(b)", "conngenstat:52-572h"),
        ("18 U.S.C. app. 2 § 6", "usc:18app2:6"),
        ("50 U.S.C. app. § 451", "usc:50app:451"),
        ("28 U.S.C. § 2254 note", "usc:28:2254:note"),
        ("sections 78j and 78t of title 15, United States Code", "usc:15:78j"),
        ("212 *44 N.E.2d 9", "ne2d:212:9"),
    ],
)
def test_an_authority_is_seen_as_what_it_is(text, expected):
    assert expected in keys(text)


@pytest.mark.parametrize(
    "text",
    [
        "the Second Amendment dated May 1, 2020, to the lease",
        "the First Amendment, effective June 3, 2019, extends the term",
        "the Third Amendment Agreement",
        "He paid 2019 SCC dollars on floor 5",
        "Exhibit A, Dkt. 44, Tr. 12:3-9 and Compl. ¶ 9",
        "the restatement of its accounts for 2019",
        "Order No. 4711 of 12 pens",
        "the company restated [2019] results",
    ],
)
def test_contracts_records_and_prices_are_no_authorities(text):
    assert keys(text) == []


@pytest.mark.parametrize(
    "record",
    [
        "Compl. ¶¶ 12-14",
        "Answer ¶ 3",
        "Dkt. No. 41 at 7",
        "ECF No. 12-3",
        "Ex. B",
        "Tr. 45:3-10",
        "Pet. App. 12a",
        "J.A. 33",
        "Am. Compl. Count II",
    ],
)
def test_id_after_the_record_means_the_record(record):
    text = f"Roe v. Wade, 410 U.S. 113 (1973). {record}. Id. at 15. Id. ¶ 16."
    assert mentions(text) == [("us:410:113", "case"), ("", "id"), ("", "id")]


def test_id_after_an_authority_behind_the_record_means_that_authority():
    assert keys("Compl. ¶ 3; Roe v. Wade, 410 U.S. 113 (1973). Id. at 120.") == ["us:410:113", "us:410:113"]


@pytest.mark.parametrize(
    "order", ["cert. denied", "reh'g denied", "certiorari denied", "cert. dismissed", "cert. denied sub nom. Doe v. Roe"]
)
def test_an_order_about_a_decision_is_its_history(order):
    found = extract(f"Etcheverry v. United States, 320 F.2d 873 (9th Cir. 1963), {order}, 375 U.S. 930 (1963). Id. at 875.")
    assert [mention.key for mention in found] == ["f2d:320:873"] * 3
    assert found[1].method == "us/history"


def test_a_decision_that_affirms_is_an_authority_of_its_own():
    assert keys("Smith v. Jones, 100 F.3d 200 (1st Cir. 1996), aff'd, 520 U.S. 300 (1997).") == ["f3d:100:200", "us:520:300"]


def test_every_case_of_a_string_has_its_own_pin_and_year():
    text = (
        "See Able v. Baker, 501 U.S. 32, 44-46 & n.10 (1991), Carr v. Dunn, 502 U.S. 10 (1992), and Eads v. Fox, 93 F.3d 20, 25"
        " (1st Cir. 1996); Green v. Hall, 33 F. Supp. 3d 4, 9 (D. Mass. 2014)."
    )
    found = extract(text)
    assert [(mention.name, mention.pin, mention.year) for mention in found] == [
        ("Able v. Baker", "44-46 & n.10", 1991),
        ("Carr v. Dunn", "", 1992),
        ("Eads v. Fox", "25", 1996),
        ("Green v. Hall", "9", 2014),
    ]


def test_names_are_whole():
    assert [mention.name for mention in extract("MARBURY V. MADISON, 5 U.S. 137 (1803)")] == ["MARBURY V. MADISON"]
    assert extract("Parents v. Seattle School Dist. No. 1, 551 U.S. 701 (2007)")[0].name == "Parents v. Seattle School Dist. No. 1"
    assert extract("Union Free School Dist. No. 26 v. Pico, 457 U.S. 853 (1982)")[0].name == "Union Free School Dist. No. 26 v. Pico"


def test_a_list_goes_on_behind_remarks():
    assert keys("29 C.F.R. §§ 825.100 (the purpose), 825.101 (the findings) and 825.102 (the dates)") == [
        "cfr:29:825.100",
        "cfr:29:825.101",
        "cfr:29:825.102",
    ]


@pytest.mark.parametrize(("text", "pin"), [("Roe, 410 U.S. at 152-53 n.2", "152-53 n.2"), ("Roe, 410 U.S. at 152 & n.44", "152 & n.44")])
def test_a_short_form_keeps_its_range_and_its_note(text, pin):
    assert extract(f"Roe v. Wade, 410 U.S. 113 (1973). {text}.")[1].pin == pin


def test_a_grammar_is_one_object_and_nothing_else_names_it(monkeypatch):
    import re

    toy = Patterns("toy", 5, [Rule(re.compile(r"Moon Code § (?P<section>\d+)"), "statute", lambda m: key("moon", m["section"]))])
    everything = (toy, *all_grammars())
    monkeypatch.setattr(citations, "grammars", lambda: everything)
    assert mentions("See Moon Code § 9 and 410 U.S. 113.") == [("moon:9", "statute"), ("us:410:113", "case")]
    assert [grammar.rank for grammar in all_grammars()] == sorted(grammar.rank for grammar in all_grammars())


WRONG_ONCE = {
    "citations.txt": (
        "mass:135:147;usc:42:1983:note;usc:42:394-ccc;publ:104-191;stat:110:1936;usc:5app3:8g;uksc:2019:41;ecli:eu:c:2014:317;"
        "restatement2d:contracts:90;wl:2021:123456;ncgenstat:163-182.1"
    ),
    "citations_more.txt": (
        "usc:42:1983;usc:28:1331;usc:28:1332;us:487:42;us:454:312;us:436:658;us:576:644;oklastat:47:11-903;cfr:29:778.113;cfr:29:778.114;"
        "fsupp:263:26;execorder:13224;massgenlaws:93a:2;illcompstat:740:14/15;calconst:art:1:7;conngenstat:42-110b;usc:15:1681;usc:15:1681x;"
        "usc:42:2000e;usc:42:2000e-17;f2d:320:873"
    ),
}


@pytest.mark.corpus
@pytest.mark.parametrize("name", WRONG_ONCE)
def test_the_files_that_went_wrong_are_read_right(corpus: Path, name: str):
    found = {mention.key: mention for mention in extract((corpus / "cases" / name).read_text())}
    assert set(WRONG_ONCE[name].split(";")) <= set(found)
    assert not {"mass:355:147", "publ:104-191:110", "us:375:930", "const:amend:2", "ohiost:47:1991", "usc:42:394", "conngenstat:42"} & set(
        found
    )
    if name == "citations_more.txt":
        assert [found[one].pin for one in ("us:487:42", "us:454:312", "us:436:658")] == ["54-58", "325-26", "694"]
        assert (found["us:436:658"].year, found["us:576:644"].year) == (1978, 2015)
        assert found["us:576:644"].name == "OBERGEFELL V. HODGES"
        assert found["fsupp:263:26"].name == "Lee County School Dist. No. 1 v. Gardner"


@pytest.mark.parametrize(
    "text",
    [
        "28 Stat. 769" + "".join(f" {n} Mar. 6, 19{n % 90 + 10}, ch. {n}, §1, {n} Stat. {n}0 {n + 7}" for n in range(20, 90)),
        "410 U.S. 113" + ", 22 23" * 2000,
        "410 U.S. 113" + " [1" * 2000 + " (",
        "410 U.S. 113" + ", 5, 6 n. 7" * 1000 + " (no year)",
    ],
)
def test_a_table_of_numbers_takes_no_longer_than_its_length(text):
    began = time.process_time()
    extract(text)
    assert time.process_time() - began < 3
