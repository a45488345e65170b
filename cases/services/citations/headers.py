"""The citation that a reporter prints above a ruling and at the head of each of its pages: its own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from cases.services.citations.cleaning import CleanText
from cases.services.citations.grammars import grammars

FEWEST = 3
"""Pages on which a citation stands at the head or foot before it is taken for a running one."""
HEAD = 12
"""Lines at the beginning in which a citation that stands alone is the text's own."""
BESIDE = 30
"""Characters that may stand in a running line beside the citation."""
_VOLUME_PAGE = re.compile(r"\d{1,4} [A-Z][\w. ']{1,30}? ?\d{1,5}")
_ALONE = re.compile(rf"{_VOLUME_PAGE.pattern}(?:[,;] ?{_VOLUME_PAGE.pattern})*,?(?: \([^()]{{0,30}}\d{{4}}\))?\.?")


def running_headers(pages: Sequence[tuple[int, str]]) -> set[str]:
    """Keys of citations that stand alone in a line at the very beginning, or, with little else, in the first or last line of at least three
    pages and a third of all."""
    written = [line for line in _beginning(pages) if _ALONE.fullmatch(line)]
    if len(pages) >= FEWEST:
        written += _repeated(pages)
    return {
        mention.key
        for line in written[:20]
        for grammar in grammars()
        for mention in grammar.find(line)
        if mention.kind == "case" and mention.key
    }


def _beginning(pages: Sequence[tuple[int, str]]) -> list[str]:
    first = pages[0][1] if pages else ""
    lines = [CleanText(line).text.strip() for line in first[:1500].splitlines() if line.strip()]
    return lines[:HEAD] if len(lines) > HEAD else []


def _repeated(pages: Sequence[tuple[int, str]]) -> list[str]:
    lines: Counter[str] = Counter()
    for _number, text in pages:
        there = [line for line in (text[:400].lstrip().partition("\n")[0], text[-400:].rstrip().rpartition("\n")[2]) if len(line) < 90]
        lines.update(
            {found[0] for line in there for found in _VOLUME_PAGE.finditer(CleanText(line).text) if len(line) - len(found[0]) <= BESIDE}
        )
    return [written for written, count in lines.items() if count >= max(FEWEST, len(pages) // 3)]
