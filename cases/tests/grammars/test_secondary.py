"""Secondary sources: restatements, model codes, treatises, encyclopedias, dictionaries, law reviews."""

from __future__ import annotations

import pytest

from cases.tests.grammars import keys, mentions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Restatement (Second) of Contracts §§ 90, 139", ["restatement2d:contracts:90", "restatement2d:contracts:139"]),
        ("Restatement (Third) of Agency §§ 2.01, 2.02", ["restatement3d:agency:2.01", "restatement3d:agency:2.02"]),
        ("Restatement (Third) of Torts: Phys. & Emot. Harm § 29", ["restatement3d:tortsphysemotharm:29"]),
        ("Restatement of Contracts § 45", ["restatement:contracts:45"]),
        ("U.C.C. § 2-207(2)", ["ucc:2-207"]),
        ("Model Penal Code § 2.02(2)(c)", ["modelpenalcode:2.02"]),
        ("Model Rules of Prof'l Conduct r. 1.7(a)", ["modelrulesprofconduct:1.7"]),
    ],
)
def test_restatements_and_model_codes_are_seen_as_other_authorities(text: str, expected: list[str]) -> None:
    assert keys(text) == expected
    assert {mention.kind for mention in mentions(text)} == {"other"}


def test_comments_are_the_pin() -> None:
    assert mentions("Restatement (Second) of Torts § 402A cmt. i")[0].pin == "cmt. i"


@pytest.mark.parametrize("text", ["the restatement of 2019 earnings", "Restatement of Accounts for 2019", "the UCC filing 12"])
def test_what_is_none_is_none(text: str) -> None:
    assert keys(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5B Charles Alan Wright & Arthur R. Miller, Federal Practice and Procedure § 1350 (3d ed. 2004)", "wrightmiller:1350"),
        ("Wright & Miller § 1350", "wrightmiller:1350"),
        ("10A Charles Alan Wright, Arthur R. Miller & Mary Kay Kane, Federal Practice and Procedure: Civil § 2712", "wrightmiller:2712"),
        ("7 Moore's Federal Practice § 59.30[4]", "moore:59.30[4]"),
        ("3 Nimmer on Copyright § 13.03", "nimmer:13.03"),
        ("4 Collier on Bankruptcy ¶ 362.03", "collier:362.03"),
        ("45 Am. Jur. 2d Job Discrimination § 87", "amjur2d:jobdiscrimination:87"),
        ("81 C.J.S. Specific Performance § 80", "cjs:specificperformance:80"),
        ("Black's Law Dictionary 123 (11th ed. 2019)", "blackslawdictionary"),
        ("117 Harv. L. Rev. 1", "harvlrev:117:1"),
    ],
)
def test_books_are_seen_as_other_authorities(text: str, expected: str) -> None:
    (mention,) = mentions(text)
    assert (mention.key, mention.kind) == (expected, "other")


@pytest.mark.parametrize("text", ["Wright & Miller went home", "Moore's house § blank", "a dictionary of 12 words"])
def test_what_is_no_book_is_none(text: str) -> None:
    assert keys(text) == []
