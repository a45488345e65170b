"""What stands between a decision and the next citation: what became of it.

An order that decides nothing (certiorari or rehearing denied) is history of that decision; a decision on it (affirmed, reversed, vacated,
overruled by) is another authority.
"""

from __future__ import annotations

import re

LONGEST = 260
ORDER = "order"

_CASE = r"(?:[^;()]{0,140}? v\.? [^;()]{0,100}|In re [^;()]{0,100}|Ex parte [^;()]{0,80})"
_SUB_NOM = (
    r"(?:,? (?:sub nom\.|by|in|as recognized (?:by|in)|as stated in|as modified|on denial of reh'g|on reh'g(?: en banc)?)?"
    rf" ?{_CASE}?)"
)
_ORDER = re.compile(
    r"(?:cert(?:\.|iorari)|reh'g|reh\.|rehearing|reargument|review|leave to appeal|leave to file|petition|appeal|stay|mandamus"
    r"|prob\. juris\.|jurisdiction|application)"
    r"(?: (?:en banc|for review|for cert\.|for reh'g|to appeal))?(?: (?:and|&) (?:reh'g|suggestion for reh'g)(?: en banc)?)?"
    r" (?:denied|granted|dismissed|refused|filed|withdrawn|dism'd|den\.|noted|postponed|allowed)"
    rf"(?:,? (?:sub nom\.|mem\.|per curiam|as moot|en banc|in part|for want of[^;(),]{{0,40}}))*,? (?:{_CASE}, )?$",
    re.I,
)
_SAYS_ORDER = re.compile(r"denied|granted|dismissed|refused|filed|withdrawn|dism'd|den\.|noted|postponed|allowed", re.I)
_SAYS_MORE = re.compile(r"'[dg]|ed|ing|f\.|v\.|remand")
_WORDS = {
    "affirmed": r"aff'd|affirmed|aff'g|affirming|aff\.",
    "reversed": r"rev'd|reversed|rev'g|reversing|rev\.",
    "vacated": r"vacated|vacating|judgment vacated",
    "modified": r"modified|modifying|amended|as amended|opinion amended|clarified",
    "overruled": r"overruled|overruling",
    "abrogated": r"abrogated|abrogating",
    "superseded": r"superseded|withdrawn and superseded",
    "remanded": r"remanded|remanding|on remand",
    "enforced": r"enforced|enf'd|enforcing|enf'g",
}
_BECAME = re.compile(
    r"(?<![\w'])(?:" + "|".join(rf"(?P<{name}>{words})" for name, words in _WORDS.items()) + r")"
    r"(?:(?:,| and| &)? (?:in part|in relevant part|in pertinent part|on other grounds|on another point|on different grounds|per curiam"
    r"|mem\.|en banc|as moot|without opinion|without published opinion|by an equally divided [Cc]ourt|and remanded|remanded|rev'd"
    r"|aff'd|vacated|(?:by|on) statute))*"
    rf"{_SUB_NOM},? ?$"
)
_SENTENCE = re.compile(r"[a-z)]\. [A-Z][a-z]+ [a-z]")


def between(text: str, start: int, end: int) -> str:
    """ORDER, one of the words above, or "" for nothing: said by what stands right before `end` in the same sentence, from `start` on."""
    gap = text[start:end]
    if _SAYS_ORDER.search(gap) and _ORDER.search(gap):
        return ORDER
    if not _SAYS_MORE.search(gap):
        return ""
    found = list(_BECAME.finditer(gap))
    last = found[-1] if found else None
    # The history follows the parenthesis of its decision directly, or a comma.
    if last is None or ";" in gap[: last.start()] or _SENTENCE.search(gap, 0, last.start()) or not _FOLLOWS.search(gap, 0, last.start()):
        return ""
    return next(name for name, words in last.groupdict().items() if words)


_FOLLOWS = re.compile(r"(?:[),\]] ?(?:and |but |which was |then )?|,? (?:and|but) (?:was )?|decision |(?:in part|grounds),? )$|^ ?$")
