"""The hits of a search as entries of a list: what each is cited as, and the words of its passage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from documents.models import Chunk, Document
from documents.services.search.request import Hit
from documents.services.search.showing.citing import law_citations


@dataclass(frozen=True)
class Entry:
    """A hit with its number in the list, its citation, its whole passage and its whole address."""

    number: int
    hit: Hit
    citation: str
    passage: str
    url: str

    @property
    def place(self) -> str | int:
        """The page, or of a recording the time."""
        return self.hit.time or self.hit.page

    @property
    def kind(self) -> str:
        return str(Document.Kind(self.hit.kind).label)


def entries_of(hits: Sequence[Hit], absolute: Callable[[str], str]) -> list[Entry]:
    """Rulings and sections of the library are cited as The Bluebook does, all else by its title and page or time. The number of queries
    does not depend on how many they are."""
    texts = dict(Chunk.objects.filter(pk__in=[hit.chunk for hit in hits]).values_list("pk", "text"))
    law = law_citations({(hit.document, hit.page) for hit in hits if hit.case is None})
    return [
        Entry(number, hit, law.get((hit.document, hit.page), hit.citation), texts.get(hit.chunk, ""), absolute(hit.url))
        for number, hit in enumerate(hits, 1)
    ]
