"""Courts of the United Kingdom: neutral citations with paragraphs, the law reports, names of parties."""

from __future__ import annotations

import pytest

from cases.services.citations import keys_in
from cases.tests.grammars import keys, mentions


@pytest.mark.parametrize(
    ("text", "key", "pin"),
    [
        ("[2019] UKSC 41", "uksc:2019:41", ""),
        ("[2019] UKSC 41, [45]", "uksc:2019:41", "[45]"),
        ("[2019] UKSC 41 at [45]-[47]", "uksc:2019:41", "[45]-[47]"),
        ("[2018] UKSC 5, paras 12-14 and 20", "uksc:2018:5", "paras 12-14 and 20"),
        ("[2020] EWCA Civ 77, para 12", "ewcaciv:2020:77", "para 12"),
        ("[2016] EWCA Crim 8", "ewcacrim:2016:8", ""),
        ("[2015] EWHC 1234 (Ch) at [12]", "ewhcch:2015:1234", "[12]"),
        ("[2021] EWHC 3000 (KB)", "ewhckb:2021:3000", ""),
        ("[2017] UKUT 12 (AAC)", "ukutaac:2017:12", ""),
        ("[1932] UKHL 100", "ukhl:1932:100", ""),
        ("[2009] UKPC 3", "ukpc:2009:3", ""),
        ("[2005] CSIH 71", "csih:2005:71", ""),
        ("[2012] NICA 5", "nica:2012:5", ""),
        ("(2019) UKSC 41", "uksc:2019:41", ""),
        ("[1932] AC 562", "ukac:1932:562", ""),
        ("[1990] 2 AC 605, 617", "ukac:1990:2:605", "617"),
    ],
)
def test_decisions_are_seen(text: str, key: str, pin: str) -> None:
    (mention,) = mentions(f"See {text}.")
    assert (mention.key, mention.pin, mention.kind) == (key, pin, "case")
    assert mention.year == int(text[1:5])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("In Donoghue v Stevenson [1932] UKHL 100", "Donoghue v Stevenson"),
        ("R (Miller) v The Prime Minister [2019] UKSC 41", "R (Miller) v The Prime Minister"),
        ("R v Jogee [2016] UKSC 8", "R v Jogee"),
        ("Re B (A Child) [2013] UKSC 33", "Re B (A Child)"),
    ],
)
def test_the_name_stands_before_it(text: str, name: str) -> None:
    assert mentions(text)[0].name == name


def test_a_report_of_the_same_decision_is_parallel() -> None:
    first, second = mentions("R (Daly) v Home Secretary [2001] UKHL 26, [2001] 2 AC 532")
    assert (first.cluster, second.cluster) == ("ukhl:2001:26", "ukhl:2001:26")


def test_a_person_may_type_it_in_small_letters() -> None:
    assert keys_in("[2019] uksc 41") == ["uksc:2019:41"]


@pytest.mark.parametrize("text", ["[2019] results 41", "[45] UKSC", "UKSC 41", "[2019] UKSC", "[2019] P. 12 is blank", "[3019] UKSC 4"])
def test_what_is_none_is_none(text: str) -> None:
    assert [key for key in keys(text) if key.startswith("uksc")] == []
