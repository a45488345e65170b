"""Sections and rules named without their code, as "§ 1983" or "Rule 12(b)(6)": only an earlier mention can tell which is meant."""

from __future__ import annotations

import re

from cases.services.citations.grammars.us_rules import RULES
from cases.services.citations.lists import Numbering, ends_of_joined, ends_of_numbers, marked_lists, mentions
from cases.services.citations.mentions import Found

NAME = "us_bare"
# Whatever any code numbers: 1983, 2000e-2, 778.114, 42-110b, 2C:11-3, 13A-6-2.
_ANY = r"\d{1,6}[a-zA-Z]{0,4}(?:[.:]\d{1,5}[a-zA-Z]{0,3})*(?:- ?\d{1,5}[a-zA-Z]{0,4}(?:\.\d{1,4}[a-zA-Z]{0,2})?)*"


def _ends(section: str, plural: bool) -> tuple[int, str]:
    dash, last = ends_of_numbers(section, False)
    return (dash, last) if last else ends_of_joined(section, plural)


_SECTIONS = Numbering(_ANY, _ends)
_RULE = re.compile(r"Rule(?<!\wRule)s? (?=\d)")
_PARTS = re.compile(r"(?:\([^()]*\))*")
# "§ 271 of the Agreement" and "Section 7 hereof" stand in the paper that they name; "§ 55, 16 Stat. 206" in the act.
_PAPERS = (
    r"Agreement|Lease|Contract|Plan|Policy|Note|Indenture|Trust|Deed|Will|By-?laws|Charter|Articles|Restatement|Complaint|Petition|Treaty|Protocol"
    r"|Convention|Order|Manual|Handbook|Guidelines|Guide|Constitution|Opinion|Brief|Report|Decision|Memorandum|Motion|Declaration|Settlement|Statement"
)
_ELSEWHERE = re.compile(
    r",? (?:hereof|thereof|herein|above|below|infra|of (?:this|that|these|those|said|such|an?|his|her|its|our|their|Exhibit|Schedule|Appendix)(?!\w)"
    rf"|of (?:the|[A-Z][a-z]+'s) (?:[A-Za-z][\w-]* ){{0,4}}?(?:{_PAPERS})(?!\w)|\d{{1,3}} ?Stat\.)",
    re.I,
)
_OF_CHAPTER = re.compile(r"(?<!\w)ch\. ?\d{1,4},? $")
_RULE_ELSEWHERE = re.compile(r",? of (?:the (?!Federal|Fed\.)|this|that|our|their|its|these)")


class BareSections:
    name, rank = NAME, 50

    def find(self, text: str) -> list[Found]:
        found: list[Found] = []
        for start, items, end in marked_lists(text, _SECTIONS):
            if not _ELSEWHERE.match(text, end) and not _OF_CHAPTER.search(text, max(0, start - 12), start):
                found.extend(mentions(NAME, "statute", start, items, text, end))
        for head in _RULE.finditer(text):
            items, end = RULES.read(text, head.end(), head[0].startswith("Rules"))
            if items and not _RULE_ELSEWHERE.match(text, end):
                found.extend(_ruled(mention) for mention in mentions(NAME, "rule", head.start(), items, text, end))
        return found

    def keys(self, query: str) -> list[str]:
        """None: a query has no earlier mention."""
        return []


def _ruled(found: Found) -> Found:
    """With only the parts of the rule as its pin, which the key of a rule has in it."""
    parts = _PARTS.match(found.pin)
    found.pin = parts[0] if parts else ""
    return found


GRAMMAR = BareSections()
