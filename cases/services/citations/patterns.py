"""A grammar that is a handful of patterns: what most of them need."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from cases.services.citations.foreign_names import name_before
from cases.services.citations.mentions import Found

# Paragraphs behind a neutral citation: ", [45]-[47]", "at para 12", "paras. 3 and 5".
PARAGRAPHS = (
    r"(?:,? (?:at )?(?P<pin>\[(?!(?:1[89]|20)\d\d\] )\d{1,4}\](?:(?:-|, | and | to )\[\d{1,4}\])*"
    r"|(?:at )?(?:paras?\.?|paragraphs?|points?|¶{1,2}) ?\d{1,4}(?!\w)(?:(?:-|, | and | to )\d{1,4}(?![\w/])(?! [A-Z]))*))?"
)


@lru_cache(maxsize=2)
def _bare(text: str) -> str:
    return text.lower().replace(" ", "")


class Finder(NamedTuple):
    """A function that finds one way to cite, and what a text holds wherever it finds something: a text that has none is not searched.

    No needs: every text is."""

    find: Callable[[str], Iterable[Found]]
    needs: tuple[str, ...]


def _may_find(finder: Finder, text: str) -> bool:
    return not finder.needs or any(need in text for need in finder.needs)


class Finders:
    """A grammar of functions; `typed` makes of a query what the functions understand."""

    def __init__(self, name: str, rank: int, finders: Iterable[Finder], typed: Callable[[str], str] = str) -> None:
        self.name, self.rank = name, rank
        self._finders, self._typed = list(finders), typed

    def find(self, text: str) -> list[Found]:
        return [found for finder in self._finders if _may_find(finder, text) for found in finder.find(text) if found.key]

    def keys(self, query: str) -> list[str]:
        typed = self._typed(query)
        return [found.key for finder in self._finders for found in finder.find(typed) if found.key]


class Rule(NamedTuple):
    """A pattern, the kind of what it finds, and its key. Groups named `pin` and `year` say so.

    Every match holds one of `needs`, small letters without spaces: a text that has none is not searched. `named` says that the name of a
    case may stand before the citation.
    """

    pattern: re.Pattern[str]
    kind: str
    key: Callable[[re.Match[str]], str]
    needs: tuple[str, ...] = ()
    named: bool = False


class Patterns:
    """Finds each pattern's matches; what a person types is looked for in the same way, letter case aside."""

    def __init__(self, name: str, rank: int, rules: Iterable[Rule]) -> None:
        self.name, self.rank = name, rank
        self._rules = list(rules)
        self._typed = [rule._replace(pattern=re.compile(rule.pattern.pattern, rule.pattern.flags | re.I)) for rule in self._rules]

    def find(self, text: str) -> list[Found]:
        found = list(self._found(text, self._rules))
        return _paralleled(found, text) if any(rule.named for rule in self._rules) else found

    def keys(self, query: str) -> list[str]:
        return [found.key for found in self._found(query, self._typed)]

    def _found(self, text: str, rules: list[Rule]) -> Iterator[Found]:
        bare = _bare(text)
        for rule in rules:
            if rule.needs and not any(need in bare for need in rule.needs):
                continue
            for match in rule.pattern.finditer(text):
                if key := rule.key(match):
                    yield self._mention(rule, match, key)

    def _mention(self, rule: Rule, match: re.Match[str], key: str) -> Found:
        groups = match.groupdict()
        year = groups.get("year")
        return Found(
            match.start(),
            match.end(),
            rule.kind,
            key,
            (groups.get("pin") or "").strip(" ,"),
            name_before(match.string, match.start()) if rule.named else "",
            int(year) if year else None,
            method=f"{self.name}/full",
            confidence=0.98,
        )


def _paralleled(found: list[Found], text: str) -> list[Found]:
    """Of two that follow each other ("[2001] UKHL 23, [2001] 2 AC 1") the second names the same decision."""
    found.sort(key=lambda mention: mention.start)
    for before, mention in pairwise(found):
        if not mention.name and text[before.end : mention.start] in (", ", " ", " = "):
            mention.parallel, mention.name = True, before.name
    return found
