"""European Case Law Identifiers: ECLI:EU:C:2014:317, ECLI:NL:HR:2019:2006 and, as the courts of the Union shorten it, EU:C:2014:317.

The form is that of the Council's conclusions of 2011 (OJ C 127, 29.4.2011, p. 1): country, court of at most seven letters and digits that
begins with a letter, year, number of at most 25 letters, digits and points.
"""

from __future__ import annotations

import re

from cases.services.citations.keys import key
from cases.services.citations.patterns import PARAGRAPHS, Patterns, Rule

# The member states, their neighbours that use the identifier, the Union, the European Patent Office, the Council of Europe.
_COUNTRY = (
    "EU|EP|CE|XX|AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GR|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|UK|GB|NO|IS|LI|CH|RS|ME|MK|AL|BA|TR|UA"
)
_LATEST = 2099
_WHOLE = re.compile(
    r"(?<![\w:])ECLI ?: ?(?P<country>"
    + _COUNTRY
    + r"): ?(?P<court>[A-Z][A-Z0-9]{0,6}): ?(?P<year>\d{4}): ?(?P<number>[A-Z0-9](?:[A-Z0-9.]{0,23}[A-Z0-9])?)(?![\w:])(?!\.[A-Z0-9])"
    + PARAGRAPHS,
    re.I,
)
_UNION = re.compile(r"(?<![\w:])(?P<country>EU):(?P<court>[CTF]):(?P<year>(?:19|20)\d\d):(?P<number>\d{1,5})(?![\w:])" + PARAGRAPHS)


def _valid(match: re.Match[str]) -> str:
    """The key; none where the year is none."""
    if not 1800 <= int(match["year"]) <= _LATEST:
        return ""
    return key("ecli", match["country"], match["court"], match["year"], match["number"])


GRAMMAR = Patterns("ecli", 10, [Rule(_WHOLE, "case", _valid, ("ecli",)), Rule(_UNION, "case", _valid, ("eu:",))])
