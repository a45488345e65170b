"""Sections and rules without their code: only what was named in full before, and never certain."""

from __future__ import annotations

import pytest

from cases.tests.grammars import keys, mentions


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("42 U.S.C. § 1983. A § 1983 claim", "usc:42:1983"),
        ("42 U.S.C. § 1983. Under Section 1983", "usc:42:1983"),
        ("29 C.F.R. § 778.114. See § 778.114(a)", "cfr:29:778.114"),
        ("Fla. Stat. § 768.28. Under section 768.28(9)", "flastat:768.28"),
        ("Conn. Gen. Stat. § 42-110b. Section 42-110b bars", "conngenstat:42-110b"),
        ("Fed. R. Civ. P. 12(b)(6). A Rule 12(b)(6) motion", "frcp:12(b)(6)"),
        ("section 1983 of title 42. Section 1983", "usc:42:1983"),
    ],
)
def test_a_bare_section_is_inferred_from_the_same_section_before(text: str, key: str) -> None:
    found = mentions(text)[-1]
    assert (found.key, found.method) == (key, "inferred")
    assert found.confidence <= 0.7


@pytest.mark.parametrize(
    "bare",
    [
        "§ 1983 of the Agreement",
        "Section 1983 hereof",
        "§ 1983 of this Lease",
        "section 1983 of the Master Services Agreement",
        "ch. 22, § 1983, 17 Stat. 13",
        "§ 1984",
    ],
)
def test_another_papers_section_means_no_code(bare: str) -> None:
    assert [key for key in keys(f"42 U.S.C. § 1983. {bare}") if not key.startswith("stat")] == ["usc:42:1983"]


def test_without_an_antecedent_there_is_no_mention() -> None:
    assert mentions("Under Section 271 and Rule 9(b), § 5.") == []
