"""A grammar that is a handful of patterns: what most of them need."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from cases.services.citations.mentions import Found


class Rule(NamedTuple):
    """A pattern, the kind of what it finds, and its key. Groups named `pin` and `year` say so.

    Every match holds one of `needs`, small letters without spaces: a text that has none is not searched.
    """

    pattern: re.Pattern[str]
    kind: str
    key: Callable[[re.Match[str]], str]
    needs: tuple[str, ...] = ()


class Patterns:
    """Finds each pattern's matches; what a person types is looked for in the same way, letter case aside."""

    def __init__(self, name: str, rank: int, rules: Iterable[Rule]) -> None:
        self.name, self.rank = name, rank
        self._rules = list(rules)

    def find(self, text: str) -> list[Found]:
        return list(self._found(text))

    def keys(self, query: str) -> list[str]:
        return [found.key for found in self._found(query)]

    def _found(self, text: str) -> Iterator[Found]:
        bare = text.lower().replace(" ", "")
        for rule in self._rules:
            if rule.needs and not any(need in bare for need in rule.needs):
                continue
            for match in rule.pattern.finditer(text):
                if key := rule.key(match):
                    groups = match.groupdict()
                    year = groups.get("year")
                    pin = (groups.get("pin") or "").strip(" ,")
                    yield Found(
                        match.start(),
                        match.end(),
                        rule.kind,
                        key,
                        pin,
                        year=int(year) if year else None,
                        method=f"{self.name}/full",
                        confidence=0.98,
                    )
