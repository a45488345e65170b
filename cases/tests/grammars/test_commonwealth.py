"""Courts of Canada, Australia, Ireland and others."""

from __future__ import annotations

import pytest

from cases.tests.grammars import keys, mentions


@pytest.mark.parametrize(
    ("text", "key", "pin"),
    [
        ("2019 SCC 65", "scc:2019:65", ""),
        ("2019 ONCA 5 at para 12", "onca:2019:5", "para 12"),
        ("2008 CanLII 1234 (ON SC)", "canlii:2008:1234", ""),
        ("[1992] HCA 23 at [5]", "hca:1992:23", "[5]"),
        ("[2012] IEHC 9", "iehc:2012:9", ""),
        ("[2014] NZSC 38", "nzsc:2014:38", ""),
        ("[2017] SGCA 33", "sgca:2017:33", ""),
        ("[2016] ZACC 11", "zacc:2016:11", ""),
        ("(1992) 175 CLR 1", "auclr:175:1", ""),
    ],
)
def test_decisions_are_seen(text: str, key: str, pin: str) -> None:
    (mention,) = mentions(f"See {text}.")
    assert (mention.key, mention.pin, mention.kind) == (key, pin, "case")


def test_the_name_stands_before_it_and_reports_are_parallel() -> None:
    neutral, report = mentions("Mabo v Queensland (No 2) [1992] HCA 23, (1992) 175 CLR 1")
    assert neutral.name == "Mabo v Queensland (No 2)"
    assert report.cluster == neutral.key


@pytest.mark.parametrize("text", ["paid 2019 SCC dollars", "in 2019 FC 5th place", "12,2019 SCC 65", "[2019] budgets 4"])
def test_what_is_none_is_none(text: str) -> None:
    assert keys(text) == []
