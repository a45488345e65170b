"""The Constitution of the United States, and the amendments of contracts."""

from __future__ import annotations

import pytest

from cases.tests.grammars import keys, mentions, seen


@pytest.mark.parametrize(
    ("text", "key", "pin"),
    [
        ("U.S. Const. art. I, § 8, cl. 3", "const:art:1:8", "cl. 3"),
        ("U. S. Const., Art. I, §8, cl. 3", "const:art:1:8", "cl. 3"),
        ("United States Constitution, Article I, Section 8, Clause 3", "const:art:1:8", "cl. 3"),
        ("Article I, Section 8, Clause 3 of the United States Constitution", "const:art:1:8", "cl. 3"),
        ("Article III, Section 2 of the Constitution", "const:art:3:2", ""),
        ("U.S. CONST. amend. XIV, § 1", "const:amend:14", "§ 1"),
        ("U. S. Const., Amdt. 14, § 1", "const:amend:14", "§ 1"),
        ("Amdt. 14", "const:amend:14", ""),
        ("Section 5 of the Fourteenth Amendment", "const:amend:14", "§ 5"),
        ("Fourteenth Amend-\nment", "const:amend:14", ""),
        ("the 14th Amendment", "const:amend:14", ""),
        ("FIRST AMENDMENT", "const:amend:1", ""),
        ("the Twenty-first Amendment", "const:amend:21", ""),
        ("U.S. Const. pmbl.", "const:preamble", ""),
        ("Article III standing", "const:art:3", ""),
    ],
)
def test_provisions_are_seen(text: str, key: str, pin: str) -> None:
    (mention,) = mentions(text)
    assert (mention.key, mention.pin, mention.kind) == (key, pin, "constitution")


def test_every_provision_of_a_list_is_a_mention_of_its_own() -> None:
    assert keys("U.S. Const. amends. V, VI & XIV") == ["const:amend:5", "const:amend:6", "const:amend:14"]
    assert seen("U.S. Const. amends. V & XIV, § 1") == [("U.S. Const. amends. V", "const:amend:5"), ("XIV, § 1", "const:amend:14")]
    assert keys("U.S. Const. arts. I, § 8 & III, § 2") == ["const:art:1:8", "const:art:3:2"]
    assert keys("U.S. Const. art. I, §§ 8, 9") == ["const:art:1:8", "const:art:1:9"]
    assert seen("the First and Fourteenth Amendments") == [("First", "const:amend:1"), ("Fourteenth Amendments", "const:amend:14")]


@pytest.mark.parametrize(
    "text",
    [
        "the First Amendment to the Lease",
        "the Second Amendment dated May 1, 2020",
        "this First Amendment (the “First Amendment”). Under the First Amendment the Tenant pays.",
        "Article III, Section 2 of the Agreement",
        "Amendment No. 3",
        "the Second Amended Complaint",
        "U.S. Const. amend. LX",
    ],
)
def test_contracts_have_articles_and_amendments_too(text: str) -> None:
    assert [key for key in keys(text) if key] == []
