"""Sections and rules named without their code, as "§ 1983" or "Rule 12(b)(6)": only an earlier mention can tell which is meant."""

from __future__ import annotations

import re

from cases.services.citations.grammars.us_rules import AND, NEXT_CODE, RULE, SECTION, items
from cases.services.citations.mentions import Found

_SECTIONS = re.compile(rf"(?<![\w§])(?:§§? ?|[Ss]ections? )(?P<items>{SECTION}(?:{AND}{SECTION}{NEXT_CODE})*)")
_RULES = re.compile(rf"(?<!\w)Rules? (?P<items>{RULE}(?:{AND}{RULE})*)")


class BareSections:
    name, rank = "us_bare", 50

    def find(self, text: str) -> list[Found]:
        sections = [mention for match in _SECTIONS.finditer(text) for mention in items(match, "statute")]
        return sections + [mention for match in _RULES.finditer(text) for mention in items(match, "rule")]

    def keys(self, query: str) -> list[str]:
        """None: a query has no earlier mention."""
        return []


GRAMMAR = BareSections()
