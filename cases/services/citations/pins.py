"""Pin cites: pages, ranges, footnotes ("120-21 n.3"), star pages ("*4"), paragraphs ("¶ 12"); and the parenthesis of court and year."""

from __future__ import annotations

import re

_NOTE = r"(?:,? ?(?:& |and )?(?:nn?\.|fnn?\.) ?(?:\d{1,3}|\*)(?:-\d{1,3})?(?: & \d{1,3})?)"
_LABEL = r"(?:(?:¶¶?|pp?\.|pgs?\.) ?)?"
_ONE = rf"{_LABEL}\*{{0,2}}\d{{1,5}}(?:-\*{{0,2}}\d{{1,5}})?{_NOTE}?(?![\w-])"
# Numbers before a capital are the volume of the next citation: "153, 93 S. Ct. 705".
_NO_VOLUME = r"(?! ?[A-Z]| ?\[(?:(?:1[6-9]|20)\d\d\]|[A-Z]))"
PINS = rf"(?>,? ?(?:slip op\. ?)?,? ?at {_ONE}|, ?(?:-\d{{1,3}}- )?{_ONE}{_NO_VOLUME}|,? ?¶¶? ?\d{{1,5}}(?:-\d{{1,5}})?|{_NOTE}(?![\w-]))"
AFTER = re.compile(rf"(?P<pin>{PINS}(?:,? (?:&|and) \*?\d{{1,5}}(?:-\d{{1,5}})?(?![\w-]){_NO_VOLUME}|, {_ONE}{_NO_VOLUME}){{0,12}}+)")
"""Behind the page, or behind "Id." and "supra"."""
LONGER = re.compile(
    rf"(?P<pin>(?:-\*?\d{{1,5}}(?![\w-]))?{_NOTE}?"
    rf"(?:,? (?:&|and) \*?\d{{1,5}}(?:-\d{{1,5}})?(?![\w-]){_NO_VOLUME}|, {_ONE}{_NO_VOLUME}){{0,12}}+)"
)
"""What a short form's page is followed by: "410 U.S. at 120-21 n.3, 125"."""
_BLANKS = r"(?:,? (?:at )?_{2,8}(?:[-\u2013]_{2,8})?){0,4}+"
"""Pages that were not known when it was written: ___, ___."""
# Each number begins the next piece and no piece is given back, or a table of numbers would be cut in every possible way.
TAIL = re.compile(
    rf"{_BLANKS}(?P<pin>(?:{PINS}){{0,12}}+)(?P<parallel>(?:,? [\[\d](?:(?!,? [\[\d])[^();]){{0,60}}+)*+)\]?,? ?"
    r"\((?P<inside>[^()]{0,120}?)(?P<year>1[6-9]\d\d|20\d\d)(?:, [^()\d]{0,50})?\)"
)
"""From the end of volume, reporter and page to the parenthesis that says the year, over pins and the same decision in other reporters."""
COURT_ALONE = re.compile(rf"(?:{PINS}){{0,12}}+,? ?\((?P<inside>[^()]{{2,40}})\)")
"""(1st Cir.), where the year stands behind what became of the decision."""


def plain(written: str) -> str:
    """A pin as it is kept: without the words in front."""
    return re.sub(r"^[, ]*(?:slip op\.,? ?)?(?:at )?(?:-\d{1,3}- )?", "", written).strip()[:60]
