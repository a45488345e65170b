"""A quotation beside the text that it quotes, and which citation it belongs to."""

from __future__ import annotations

import pytest

from cases.services import citations as law
from documents.services.authorities.checking.comparing import compare
from documents.services.authorities.checking.overlooked import overlooked
from documents.services.authorities.checking.quotations import quotations_of
from documents.services.authorities.checking.words import Words

TEXT = Words(
    """The District Court did not abuse its discretion. The harbour master shall not close the basin unless the council consents.
A crane that has been inspected may be used, but it must be consti-
tutionally safe. We aﬃrm the well-known rule.3 It is so ordered, and “the tide waits for no one.” The gates, which are iron, were shut."""
)


@pytest.mark.parametrize(
    "quoted",
    [
        "The harbour master shall not close the basin",
        "[t]he harbour master shall not close the basin",
        "[he] shall not close the basin",
        "The harbour master . . . shall not close the basin",
        "it must be constitutionally safe. We affirm the well-known rule. It is so ordered",
        "We affirm the well\u2011known   rule",
        "it must be constitu\u00adtionally safe",
        "[T]he tide waits for no one",
        "and ‘the tide waits for no one.’",
        "A crane . . . may be used . . . . We affirm",
        "[The gates] were shut",
        "*unless the council consents* [sic]",
    ],
)
def test_what_printing_and_marks_do_is_no_alteration(quoted: str) -> None:
    found = compare(quoted, TEXT)
    assert (found.status, found.minor) == ("exact", False), found.segments


@pytest.mark.parametrize(
    ("quoted", "kind", "word"),
    [
        ("The harbour master shall close the basin", "dropped", "not"),
        ("The harbour master shall . . . close the basin", "left_out", "not"),
        ("The harbour master [shall] close the basin", "bracket", "[shall]"),
        ("The harbour master shall [gladly] not close the basin", None, ""),
        ("A crane that has been inspected may not be used", "added", "not"),
        ("The harbour master shall not close the harbour unless the council consents", "added", "harbour"),
        ("The District Court did abuse its discretion", "dropped", "not"),
        ("The gates were shut", "dropped", "which are iron"),
        ("the council consents . . . The District Court did not", "reordered", ""),
    ],
)
def test_every_difference_is_shown(quoted: str, kind: str | None, word: str) -> None:
    found = compare(quoted, TEXT)
    if kind is None:
        assert found.status == "exact"
        return
    assert found.status == "altered"
    assert not found.minor
    if kind == "reordered":
        assert found.reordered
    else:
        assert word in [one.text for one in found.segments if one.kind == kind], found.segments


@pytest.mark.parametrize(
    "quoted", ["The Harbour Master shall not close", "We affirm, the well-known rule", "We affirm the well known-rule"]
)
def test_letter_case_punctuation_and_hyphens_are_small_alterations(quoted: str) -> None:
    found = compare(quoted, TEXT)
    assert found.status == "altered"


@pytest.mark.parametrize(
    "quoted", ["words that nobody wrote about whales", "the", ". . .", "", "[bracket]", "the basin is closed whenever anyone likes"]
)
def test_what_does_not_stand_there_is_not_found_and_nothing_breaks(quoted: str) -> None:
    assert compare(quoted, TEXT).status in ("not_found", "exact") if quoted == "the" else compare(quoted, TEXT).status == "not_found"


def test_what_an_ellipsis_leaves_out_is_shown_whole_sentences_too() -> None:
    found = compare("The District Court did not abuse its discretion. . . . A crane that has been inspected may be used", TEXT)
    assert found.status == "exact"
    (gap,) = [one for one in found.segments if one.kind == "left_out"]
    assert gap.text == "The harbour master shall not close the basin unless the council consents"


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("“The basin is deep.” Roe v. Wade, 410 U.S. 113 (1973).", "410 U.S. 113"),
        ("In Roe v. Wade, 410 U.S. 113 (1973), the Court held that “the basin is deep.”", "410 U.S. 113"),
        (
            "It is deep. Roe v. Wade, 410 U.S. 113 (1973) (holding that “the basin is deep”). Doe v. Bolton, 410 U.S. 179 (1973).",
            "410 U.S. 113",
        ),
        ("See Doe v. Bolton, 410 U.S. 179 (1973). The Court said “the basin is deep.” Roe, 410 U.S. 113, 120 (1973).", "410 U.S. 113"),
        (
            'As "the basin is deep," Roe v. Wade, 410 U.S. 113 (1973), and wide, Doe v. Bolton, 410 U.S. 179 (1973), we stop.',
            "410 U.S. 113",
        ),
        (
            "The Court wrote:\n\n    The basin is deep and no keeper may close it at night.\n\nRoe v. Wade, 410 U.S. 113 (1973).\n",
            "410 U.S. 113",
        ),
        ("The Court “said so,” and added that “the basin is deep.” Roe v. Wade, 410 U.S. 113 (1973).", "410 U.S. 113"),
        ("“The basin is deep.” See, e.g., Roe v. Wade, 410 U.S. 113 (1973); Doe v. Bolton, 410 U.S. 179 (1973).", "410 U.S. 113"),
        ("“One ‘of the’ basins is deep.” Id. at 5. Roe v. Wade, 410 U.S. 113 (1973).", "Id. at 5"),
    ],
)
def test_a_quotation_belongs_to_its_citation(text: str, owner: str) -> None:
    mentions = law.extract(text)
    found = quotations_of(text, mentions)
    assert found
    assert all(text[one.start : one.end] == one.text for one in found)
    assert {mentions[one.places[0]].text for one in found} == {owner}, found
    assert all(one.sure for one in found)


def test_definitions_and_titles_are_no_quotations() -> None:
    text = "The Americans Act (the “Act”), 42 U.S.C. § 12101, and the Port of Hull (“Hull”) agree."
    assert quotations_of(text, law.extract(text)) == []


def test_a_flood_of_quotation_marks_ends() -> None:
    flood = "12 " + "A" * 5_000 + " A v. " * 3_000 + "§" * 5_000 + " 1 U.S. 1" * 200
    overlooked(flood, [], [])
    text = '"' * 20_000 + " “" * 5_000 + " 410 U.S. 113"
    quotations_of(text, law.extract(text))
    compare("the " * 3_000, TEXT)
    compare("a . . . b " * 2_000, TEXT)
