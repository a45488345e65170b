"""Tracked changes: what was inserted, deleted or moved stands in the text under its name, so that nobody takes a draft for the deal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from documents.services.extraction.parsers.base import Parsed, storable

KEPT, INSERTED, DELETED, MOVED_HERE, MOVED_AWAY = "", "inserted", "deleted", "moved here", "moved away"
_GONE = (DELETED, MOVED_AWAY)
_MOST_NAMES = 5

Run = tuple[str, str]
"""How a piece of text changed (one of the above), and the text."""


@dataclass
class Changes:
    """What changes were met in one file, and who made them."""

    passages: Counter[str] = field(default_factory=Counter)
    authors: dict[str, None] = field(default_factory=dict)
    met: bool = False

    def by(self, author: str) -> None:
        self.met = True
        if name := " ".join(storable(author).split()):
            self.authors.setdefault(name)

    def marked(self, runs: Iterable[Run]) -> str:
        """The text of a paragraph: runs side by side that changed alike are one passage, "[deleted: thirty]". Spaces alone are none."""
        return "".join(self._passages(runs))

    def _passages(self, runs: Iterable[Run]) -> Iterator[str]:
        for change, together in groupby(runs, key=lambda run: run[0]):
            text = "".join(piece for _, piece in together)
            if change == KEPT:
                yield text
            elif words := text.strip():
                self.passages[change] += 1
                self.met = True
                before, _, after = text.partition(words)
                yield f"{before}[{change}: {words}]{after}"
            elif change not in _GONE:
                yield text

    def tell(self, parsed: Parsed) -> None:
        """The notice, where there are any."""
        if self.met or self.passages:
            parsed.notice(
                "tracked_changes",
                inserted=self.passages[INSERTED] + self.passages[MOVED_HERE],
                deleted=self.passages[DELETED] + self.passages[MOVED_AWAY],
            )
        if self.authors:
            parsed.metadata["changed_by"] = ", ".join(list(self.authors)[:_MOST_NAMES])[:500]
