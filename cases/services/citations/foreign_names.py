"""The name of a case before a citation, where parties are parted by "v" without a point, as courts outside the United States write it."""

from __future__ import annotations

import re

_WORD = r"(?:[A-Z][\w'’&.-]*|\([^()]{1,40}\))"
_JOIN = r"(?: (?:and|of|the|for|de|von|van|plc|ex parte|on the application of|&))*"
_PARTY = rf"(?:the |The )?{_WORD}(?:{_JOIN},? {_WORD}){{0,9}}"
_NAME = re.compile(
    rf"(?<!\w)(?P<name>{_PARTY}(?: plc| and others| and another)? v\.? {_PARTY}(?: plc| and others| and another)?"
    rf"|(?:In re|Re|In the matter of) {_PARTY}),? ?$"
)
_SIGNAL = re.compile(r"^(?:(?:But |See |Also |also |Cf\.? |Compare |In (?!re |the )|Under |Per |As |And ))+")
# A name is looked for in so many characters before the citation.
REACH = 160


def name_before(text: str, start: int) -> str:
    """The name that ends where the citation begins; "" where none does."""
    low = max(0, start - REACH)
    at = text.rfind(" v", low, start)
    if at < 0 and text.find("e ", low, start) < 0:
        return ""
    found = _NAME.search(text, low, start)
    return _SIGNAL.sub("", found["name"])[:300] if found else ""
