"""No text of ours is a formula where a spreadsheet program opens it."""

from __future__ import annotations

import pytest

from tasks.base.spreadsheets import cell


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =cmd|' /C calc'!A0", "=HYPERLINK(1)", "\uff1d1+1", "\uff201"]
)
def test_what_begins_as_a_formula_is_text(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Roe v. Wade", "a = b", "1:24-cv-00123", "'quoted'"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert cell(text) == text
