"""European Case Law Identifiers and their form."""

from __future__ import annotations

import pytest

from cases.services.citations import keys_in
from cases.tests.grammars import keys, mentions


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("ECLI:EU:C:2014:317", "ecli:eu:c:2014:317"),
        ("ECLI:NL:HR:2019:2006", "ecli:nl:hr:2019:2006"),
        ("ECLI:DE:BGH:2016:280416BIXZR16.15.0", "ecli:de:bgh:2016:280416bixzr16.15.0"),
        ("ECLI:DE:BVerfG:2020:rs20200505.2bvr085915", "ecli:de:bverfg:2020:rs20200505.2bvr085915"),
        ("ECLI:CE:ECHR:2010:1216JUD002557905", "ecli:ce:echr:2010:1216jud002557905"),
        ("ecli:eu:c:2014:317", "ecli:eu:c:2014:317"),
        ("EU:C:2014:317", "ecli:eu:c:2014:317"),
    ],
)
def test_identifiers_are_seen_and_end_where_they_end(text: str, key: str) -> None:
    (mention,) = mentions(f"Google Spain ({text}).")
    assert (mention.key, mention.kind, mention.text) == (key, "case", text)
    assert keys_in(text) == [key]


@pytest.mark.parametrize(
    ("text", "pin"), [("EU:C:2014:317, paragraph 80", "paragraph 80"), ("ECLI:EU:C:2014:317, points 80-82", "points 80-82")]
)
def test_paragraphs_are_the_pin(text: str, pin: str) -> None:
    assert mentions(text)[0].pin == pin


@pytest.mark.parametrize(
    "text",
    [
        "ECLI:ZZ:C:2014:317",  # no country
        "ECLI:EU:TOOLONGACOURT:2014:3",
        "ECLI:EU:C:1234:5",  # no year
        "ECLI:EU:C:20:1",
        "ECLI:EU:1C:2014:3",  # a court begins with a letter
        "ECLI:EU:C:2014:" + "1" * 26,  # a number of more than 25 characters
        "ECLI:EU:C:2014:317:4",
        "ECLI:EU:C:2014",
        "XECLI:EU:C:2014:317",
    ],
)
def test_what_has_not_the_form_is_none(text: str) -> None:
    assert keys(text) == []
