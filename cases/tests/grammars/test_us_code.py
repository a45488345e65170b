"""The United States Code: lists, ranges, prose, notes, appendices, editions, and what only looks like more of a list."""

from __future__ import annotations

import pytest

from cases.tests.grammars import keys, mentions, seen


@pytest.mark.parametrize(
    "text",
    [
        "18 U.S.C. § 1341",
        "18 USC 1341",
        "18 U.S.C. Sec. 1341",
        "18 U. S. C. §1341",
        "18 U.S.C.A. § 1341 (West 2020)",
        "18 U.S.C., section 1341",
        "Title 18, United States Code, Section 1341",
        "TITLE 18, UNITED STATES CODE, SECTION 1341",
        "Title 18 U.S.C. § 1341",
        "18\u00a0U.S.C.\u00a0§\u00a01341",
        "18 U.S.C.\n  §\n1341",
        "section 1341 of title 18",
        "§ 1341 of Title 18 of the United States Code",
        "“18 U.S.C. § 1341’s text”",
        "18 U.S.C. § 1341.2 The court",  # the mark of a footnote
    ],
)
def test_a_section_is_known_however_it_is_written(text: str) -> None:
    assert keys(text) == ["usc:18:1341"]


def test_every_item_of_a_list_has_its_own_offsets_and_a_range_both_ends() -> None:
    assert seen("28 U.S.C. §§ 1331, 1332(a), and 1441-1446.") == [
        ("28 U.S.C. §§ 1331", "usc:28:1331"),
        ("1332(a)", "usc:28:1332"),
        ("1441", "usc:28:1441"),
        ("1446", "usc:28:1446"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15 U.S.C. §§ 1681-1681x", ["usc:15:1681", "usc:15:1681x"]),
        ("42 U.S.C. §§ 2000e to 2000e-17", ["usc:42:2000e", "usc:42:2000e-17"]),
        ("42 U.S.C. §§ 2000e–2000e-17", ["usc:42:2000e", "usc:42:2000e-17"]),
        ("42 U.S.C. §§ 300aa-1 to -34", ["usc:42:300aa-1", "usc:42:300aa-34"]),
        ("5 U.S.C. §§ 701–06", ["usc:5:701", "usc:5:706"]),
        ("16 U.S.C. §§ 1531 - 1544", ["usc:16:1531", "usc:16:1544"]),
        ("15 U.S.C. §§ 78a through 78pp", ["usc:15:78a", "usc:15:78pp"]),
        ("15 U.S.C. §§ 1-7", ["usc:15:1", "usc:15:7"]),
        ("42 U.S.C. § 1320a-\n7b(b)", ["usc:42:1320a-7b"]),
        ("42 U.S.C. § 2000e-2(a)(1)", ["usc:42:2000e-2"]),
        ("18 U.S.C. §§ 922(g)(1) and 924(a)(2), 21 U.S.C. § 846", ["usc:18:922", "usc:18:924", "usc:21:846"]),
        ("26 U.S.C. §§ 401, 403, 408A, or 501(c) of which", ["usc:26:401", "usc:26:403", "usc:26:408a", "usc:26:501"]),
        ("sections 1331 and 1332 of title 28", ["usc:28:1331", "usc:28:1332"]),
        ("§ 1331 and § 1332 of title 28", ["usc:28:1331", "usc:28:1332"]),
        ("Title 18, United States Code, Sections 1341 and 1343", ["usc:18:1341", "usc:18:1343"]),
        ("I.R.C. § 501(c)(3)", ["usc:26:501"]),
        ("section 362(a) of the Bankruptcy Code", ["usc:11:362"]),
        ("sections 401 or 403 of the Internal Revenue Code of 1986", ["usc:26:401", "usc:26:403"]),
        ("5 U.S.C. app. 3 § 8G", ["usc:5app3:8g"]),
        ("46 U.S.C. App. 1901 et seq.", ["usc:46app:1901"]),
        ("18 U.S.C. App. III § 4", ["usc:18app3:4"]),
        ("42 U.S.C. § 1983 note", ["usc:42:1983:note"]),
        ("28 U.S.C. § 2071 note (2018)", ["usc:28:2071:note"]),
    ],
)
def test_lists_ranges_prose_notes_and_appendices(text: str, expected: list[str]) -> None:
    assert keys(text) == expected


@pytest.mark.parametrize(
    ("text", "pin"),
    [
        ("21 U.S.C. § 841(a)(1), (b)(1)(B)", "(a)(1), (b)(1)(B)"),
        ("42 U.S.C. § 1983, et seq.", "et seq."),
        ("28 U.S.C. § 1343(a)(3)–(4)", "(a)(3)-(4)"),
        ("15 U.S.C. § 78j(b) et seq.", "(b) et seq."),
        ("18 U.S.C. § 924(c)(1)(A)(ii)", "(c)(1)(A)(ii)"),
    ],
)
def test_subsections_are_the_pin(text: str, pin: str) -> None:
    (mention,) = mentions(text)
    assert (mention.pin, mention.text) == (pin, text)


@pytest.mark.parametrize(("edition", "year"), [("(2012)", 2012), ("(West 2020)", 2020), ("(2012 & Supp. 2015)", 2012), ("(c)", None)])
def test_the_year_of_the_edition_is_kept(edition: str, year: int | None) -> None:
    assert mentions(f"42 U.S.C. § 1983 {edition}.")[0].year == year


@pytest.mark.parametrize(
    "text",
    [
        "18 U.S.C. § 1341, 20 years in prison",
        "18 U.S.C. § 1341, and 3 others",
        "18 U.S.C. § 1341, 120 Harv. L. Rev. 5",
        "18 U.S.C. § 1341, and § 5 of the Agreement",
        "18 U.S.C. § 1341, and 18 months",
        "(1) 18 U.S.C. § 1341, (2) violating the Act",
        "18 U.S.C. § 1341. 12 days later",
    ],
)
def test_what_follows_a_section_is_not_always_more_of_the_list(text: str) -> None:
    assert [key for key in keys(text) if key.startswith("usc")] == ["usc:18:1341"]
    assert mentions(text)[0].text == "18 U.S.C. § 1341"


@pytest.mark.parametrize("text", ["0 U.S.C. § 3", "42 U.S.C. §", "U.S.C. § 1983", "§ 5 of Title 3 of the Sales Code", "§§§", "§ §"])
def test_what_is_no_section_of_the_code_is_none(text: str) -> None:
    assert keys(text) == []


@pytest.mark.parametrize("title", ["55", "99"])
def test_a_title_that_does_not_exist_is_found_and_doubtful(title):
    (mention,) = mentions(f"See {title} U.S.C. § 101.")
    assert (mention.key, mention.confidence < 0.5) == (f"usc:{title}:101", True)
