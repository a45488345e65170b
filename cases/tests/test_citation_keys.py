"""Keys as people write them."""

from __future__ import annotations

import pytest

from cases.services.citations.keys import as_cited, in_full


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("usc:42:1983", "42 U.S.C. § 1983"),
        ("usc:42:2000e-2", "42 U.S.C. § 2000e-2"),
        ("cfr:29:778.114", "29 C.F.R. § 778.114"),
        ("frcp:30(d)(1)", "Fed. R. Civ. P. 30(d)(1)"),
        ("usc:42:1983:note", ""),
        ("usc:5app3:8g", ""),
        ("us:410:113", ""),
        ("usc:42:", ""),
        ("", ""),
    ],
)
def test_a_key_in_full(key, written):
    assert in_full(key) == written


def test_only_an_item_of_a_list_is_written_in_full():
    assert as_cited("30(d)(1)", "frcp:30(d)(1)") == "Fed. R. Civ. P. 30(d)(1)"
    assert as_cited("section\n1983", "usc:42:1983") == "section 1983"
    assert as_cited("§ 1983", "usc:42:1983") == "§ 1983"
