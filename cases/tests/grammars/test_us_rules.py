"""Federal rules, rules of the Supreme Court, local rules, rules of the states, the sentencing guidelines."""

from __future__ import annotations

import pytest

from cases.tests.grammars import keys, mentions, seen


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fed. R. Civ. P. 12(b)(1), (6)", ["frcp:12(b)(1)", "frcp:12(b)(6)"]),
        ("Fed. R. Civ. P. 56(a), (c)(1)(A)", ["frcp:56(a)", "frcp:56(c)(1)(a)"]),
        ("FED. R. CIV. P. 12(b)(6) & 12(f)", ["frcp:12(b)(6)", "frcp:12(f)"]),
        ("Fed.R.Civ.P. 56", ["frcp:56"]),
        ("Federal Rules of Evidence 401, 402, and 403", ["fre:401", "fre:402", "fre:403"]),
        ("Fed. R. Evid. 702–03", ["fre:702", "fre:703"]),
        ("Rule 12(b)(6) of the Federal Rules of Civil Procedure", ["frcp:12(b)(6)"]),
        ("Rules 8(a) and 9(b) of the Federal Rules of Civil Procedure", ["frcp:8(a)", "frcp:9(b)"]),
        ("Rule 45(c), Fed. R. Civ. P.", ["frcp:45(c)"]),
        ("Fed. Rule Crim. Proc. 29(c)", ["frcrp:29(c)"]),
        ("Fed. R. App. P. 32.1", ["frap:32.1"]),
        ("Fed. R. Bankr. P. 9019(a)", ["frbp:9019(a)"]),
        ("Rule 4 of the Rules Governing Section 2254 Cases", ["r2254:4"]),
        ("Sup. Ct. R. 10(c)", ["scr:10"]),
        ("Supreme Court Rule 14.1(a)", ["scr:14.1"]),
        ("Local Rule 7.1", ["lr:7.1"]),
        ("L.R. 7.1(b)(2)", ["lr:7.1(b)(2)"]),
        ("D. Mass. Local Rule 56.1", ["lr:mad:56.1"]),
        ("N.D. Cal. Civ. L.R. 7-2", ["lr:cand:civ:7-2"]),
        ("Civ. L.R. 7-2", ["lr:civ:7-2"]),
        ("S.D.N.Y. Local Civil Rule 56.1", ["lr:nysd:civ:56.1"]),
        ("D.D.C. LCvR 7(h)(1)", ["lr:dcd:civ:7(h)(1)"]),
        ("D.P.R. Loc. R. 311.5", ["lr:prd:311.5"]),
        ("E.D. Pa. R. Civ. P. 7.1(c)", ["lr:paed:civ:7.1(c)"]),
        ("1st Cir. R. 28.0", ["lr:ca1:28.0"]),
        ("3d Cir. L.A.R. 31.1", ["lr:ca3:app:31.1"]),
        ("Local Rules 7.1 and 56.1", ["lr:7.1", "lr:56.1"]),
        ("Mass. R. Civ. P. 12(b)(6)", ["massrcivp:12(b)(6)"]),
        ("Fla. R. Civ. P. 1.140(b)", ["flarcivp:1.140(b)"]),
        ("Cal. Rules of Court, rule 8.204(a)", ["calrulesofcourt:8.204(a)"]),
        ("U.S.S.G. §§ 3B1.1, 3C1.1 and 4A1.1(a)-(c)", ["ussg:3b1.1", "ussg:3c1.1", "ussg:4a1.1"]),
        ("U.S. Sentencing Guidelines Manual § 2K2.1(a)(2)", ["ussg:2k2.1"]),
    ],
)
def test_rules_are_seen(text: str, expected: list[str]) -> None:
    assert keys(text) == expected
    assert {mention.kind for mention in mentions(text)} == {"rule"}


def test_each_part_of_a_list_is_where_it_stands() -> None:
    assert seen("Under Fed. R. Civ. P. 12(b)(1), (6).") == [("Fed. R. Civ. P. 12(b)(1)", "frcp:12(b)(1)"), ("(6)", "frcp:12(b)(6)")]


def test_commentary_is_the_pin() -> None:
    assert mentions("USSG §2B1.1(b)(1)(I), comment. (n.3)")[0].pin == "(b)(1)(I), comment. (n.3)"
    assert mentions("Fed. R. Civ. P. 56 advisory committee's note")[0].pin == "advisory committee's note"


def test_a_guideline_without_its_name_is_known_by_its_form() -> None:
    (mention,) = mentions("an increase under § 2K2.1(b)(4)")
    assert (mention.key, mention.method) == ("ussg:2k2.1", "us_rules/form")
    assert mention.confidence < 0.9


@pytest.mark.parametrize(
    "text", ["Rule 7 of the club", "the rule of 3", "LR-5 locomotive", "A.L.R. 5", "Guidelines for 2 drivers", "§ 2.1"]
)
def test_what_is_no_rule_is_none(text: str) -> None:
    assert keys(text) == []
