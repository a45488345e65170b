"""Public laws, the Statutes at Large, committee reports, orders of Presidents, treaties."""

from __future__ import annotations

import pytest

from cases.tests.grammars import keys, mentions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Pub. L. No. 104-191, 110 Stat. 1936", ["publ:104-191", "stat:110:1936"]),
        ("Pub. L. 111–148, §§ 1501, 10106, 124 Stat. 119, 242-43 (2010)", ["publ:111-148", "stat:124:119"]),
        ("P.L. 94-142", ["publ:94-142"]),
        ("Public Law No. 107-56", ["publ:107-56"]),
        ("Act of Apr. 20, 1871, ch. 22, § 1, 17 Stat. 13", ["stat:17:13"]),
        ("Exec. Order No. 13,224, 66 Fed. Reg. 49,079", ["execorder:13224", "fr:66:49079"]),
        ("Executive Order 9066", ["execorder:9066"]),
        ("Proclamation No. 9645", ["proclamation:9645"]),
        ("H.R. Rep. No. 104-518, at 5 (1996)", ["hrep:104-518"]),
        ("S. Rep. No. 94-1011", ["srep:94-1011"]),
        ("21 U.S.T. 77, 596 U.N.T.S. 261", ["ust:21:77", "unts:596:261"]),
        ("T.I.A.S. No. 6820", ["tias:6820"]),
    ],
)
def test_acts_orders_and_treaties_are_seen(text: str, expected: list[str]) -> None:
    assert keys(text) == expected


def test_pins_are_whole() -> None:
    law, act = mentions("Pub. L. No. 111-148, §§ 1501, 10106, 124 Stat. 119, 242-43 (2010)")
    assert (law.pin, act.pin) == ("§§ 1501, 10106", "242-43")
    assert mentions("Exec. Order No. 13,224 § 1")[0].pin == "§ 1"


@pytest.mark.parametrize("text", ["Order No. 4711", "the process 9645", "P.L. 94", "S. Rep. sales", "3 stat. 5 lines"])
def test_what_is_none_of_these_is_none(text: str) -> None:
    assert keys(text) == []
