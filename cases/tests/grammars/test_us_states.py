"""Codes of the states: every code that reporters-db names, the ways in which their own courts write them, lists and ranges."""

from __future__ import annotations

import re

import pytest
from reporters_db import LAWS

from cases.services.citations.keys import slug
from cases.tests.grammars import keys, mentions

# Not codes of sections: single acts, constitutions (their own grammar), codes by article.
_OTHERS = {
    "U.S.C.",
    "Pub. L.",
    "Pvt. L.",
    "La. Const. Ann.",
    "Tex. Bus. Corp. Act Ann.",
    "V.I. Code Ann.",
    "N.Y. Law",
    "Cal. Code",
    "Tex. Code Ann.",
}
_CODES = [
    (name, law["regexes"][0])
    for name, laws in LAWS.items()
    for law in laws
    if law["cite_type"] == "leg_statute"
    and name not in _OTHERS
    and "article" not in law["regexes"][0]
    and not name.startswith(("C.Z.", "Am. Samoa"))
    and "Navajo" not in name
]


@pytest.mark.parametrize(("name", "regex"), _CODES, ids=[name for name, _regex in _CODES])
def test_every_code_of_the_states_is_seen_and_annotated_ones_are_the_same(name: str, regex: str) -> None:
    text = regex.replace("$reporter", name).replace("$law_section", "12-34").replace("$law_subject", "Crim. Law").replace("\\", "")
    text = re.sub(r"\(\?P<\w+>\\?[^)]*\)", "7", text).replace(" / ", "/")
    (key,) = keys(text)
    code = key.split(":")[0]
    plain = slug(name).removesuffix("ann")
    assert code in (plain, f"{plain}ann") or name.startswith(("Ill.", "Mass.", "Pa.", "La.", "P.R.", "Mo."))
    without = text.replace(" Ann.", "")
    assert keys(without) == [key]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Cal. Bus. & Prof. Code §§ 17200, 17500", ["calcode:busprof:17200", "calcode:busprof:17500"]),
        ("California Penal Code section 187", ["calcode:penal:187"]),
        ("CAL. PENAL CODE § 187(a)", ["calcode:penal:187"]),
        ("Cal. Code Civ. Proc. § 425.16", ["calcode:civproc:425.16"]),
        ("Code Civ. Proc., § 425.16, subd. (b)(1)", ["calcode:civproc:425.16"]),
        ("section 17200 of the California Business and Professions Code", ["calcode:busprof:17200"]),
        ("Tex. Civ. Prac. & Rem. Code § 16.003", ["texcodeann:civpracrem:16.003"]),
        ("Texas Civil Practice and Remedies Code § 16.003", ["texcodeann:civpracrem:16.003"]),
        ("Tex. Penal Code Ann. § 19.02", ["texcodeann:penal:19.02"]),
        ("N.Y. Gen. Bus. Law § 349", ["nylaw:genbus:349"]),
        ("New York General Business Law § 349", ["nylaw:genbus:349"]),
        ("CPLR 3211(a)(7)", ["nylaw:cplr:3211"]),
        ("Md. Code Ann., Crim. Law § 3-203", ["mdcodeann:crimlaw:3-203"]),
        ("M.G.L. c. 93A, §§ 2, 9", ["massgenlaws:93a:2", "massgenlaws:93a:9"]),
        ("Mass. Gen. Laws ch. 148, § 26G½", ["massgenlaws:148:26g½"]),
        ("740 ILCS 14/15", ["illcompstat:740:14/15"]),
        ("735 Ill. Comp. Stat. 5/2-619(a)(9)", ["illcompstat:735:5/2-619"]),
        ("47 O.S. 1991, § 11-903", ["oklastat:47:11-903"]),
        ("42 Pa.C.S. § 9541", ["paconsstat:42:9541"]),
        ("8 Del. C. § 220", ["delcodeann:8:220"]),
        ("9 V.S.A. § 2453", ["vtstatann:9:2453"]),
        ("14 M.R.S. § 8104-A", ["merevstatann:14:8104-a"]),
        ("RSA 358-A:2", ["nhrevstatann:358-a:2"]),
        ("N.J.S.A. 2C:11-3", ["njstatann:2c:11-3"]),
        ("R.C. 2903.01(A)", ["ohiorevcodeann:2903.01"]),
        ("Ohio Rev. Code § 2903.01", ["ohiorevcodeann:2903.01"]),
        ("section 768.28, Florida Statutes (2019)", ["flastat:768.28"]),
        ("Fla. Stat. § 768.28(9)(a)", ["flastat:768.28"]),
        ("§ 407.025, RSMo 2016", ["morevstat:407.025"]),
        ("La. R.S. 14:30", ["lastatann:14:30"]),
        ("La. Civ. Code art. 2315", ["lacivcodeann:2315"]),
        ("Conn. Gen. Stat. §§ 42-110a to 42-110q", ["conngenstat:42-110a", "conngenstat:42-110q"]),
        ("Utah Code Ann. §§ 59-1-101 to -304", ["utahcodeann:59-1-101", "utahcodeann:59-1-304"]),
        ("Minn. Stat. §§ 363A.01-.44", ["minnstat:363a.01", "minnstat:363a.44"]),
        ("Cal. Health & Safety Code §§ 11350-11352", ["calcode:healthsafety:11350", "calcode:healthsafety:11352"]),
        ("Cal. Code Regs. tit. 8, § 11040", ["calcoderegs:8:11040"]),
        ("940 C.M.R. § 3.16", ["masscoderegs:940:3.16"]),
        ("22 NYCRR 202.21", ["nycompcodesrregs:22:202.21"]),
    ],
)
def test_codes_are_seen_as_their_courts_write_them(text: str, expected: list[str]) -> None:
    assert keys(text) == expected


def test_pin_and_year_are_kept() -> None:
    (mention,) = mentions("Fla. Stat. Ann. § 768.28(9)(a) (West 2019)")
    assert (mention.pin, mention.year, mention.text) == ("(9)(a)", 2019, "Fla. Stat. Ann. § 768.28(9)(a)")


@pytest.mark.parametrize(
    "text",
    [
        "Cal. App. 4th 12",
        "Mass. 147",
        "Del. Ch. 12",
        "the Penal Code of 1872",
        "Wash. 2d 5",
        "MCA § label",
        "47 O.S. bytes",
        "RCW 5th edition",
    ],
)
def test_what_is_no_code_is_none(text: str) -> None:
    assert not [mention for mention in mentions(text) if mention.method.startswith("us_states")]
