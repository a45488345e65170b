"""Constitutions of the states."""

from __future__ import annotations

import pytest

from cases.tests.grammars import keys, mentions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Cal. Const. art. I, § 7", ["calconst:art:1:7"]),
        ("California Constitution, article I, section 7", ["calconst:art:1:7"]),
        ("article I, section 7 of the California Constitution", ["calconst:art:1:7"]),
        ("Cal. Const., art. XIII A, § 4", ["calconst:art:13a:4"]),
        ("Mich. Const. 1963, art. 1, § 17", ["michconst:art:1:17"]),
        ("Conn. Const. art. first, § 8", ["connconst:art:1:8"]),
        ("Pa. Const. art. I, §§ 1, 11", ["paconst:art:1:1", "paconst:art:1:11"]),
        ("N.H. Const. pt. I, art. 19", ["nhconst:pt:1:19"]),
        ("Ohio Const., art. II, § 34a", ["ohioconst:art:2:34a"]),
        ("Article 14 of the Massachusetts Declaration of Rights", ["massconst:pt:1:14"]),
        ("TEX. CONST. art. V, § 8", ["texconst:art:5:8"]),
    ],
)
def test_provisions_are_seen(text: str, expected: list[str]) -> None:
    assert keys(text) == expected


def test_subsections_are_the_pin() -> None:
    assert mentions("Fla. Const. art. V, § 3(b)(1)")[0].pin == "(b)(1)"


@pytest.mark.parametrize("text", ["the constitution of a company, article 5", "California Constitution Day", "Cal. Constr. art. 1"])
def test_what_is_no_constitution_is_none(text: str) -> None:
    assert keys(text) == []
