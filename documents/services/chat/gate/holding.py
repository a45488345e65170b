"""Which sources of a sentence hold: retrieved, visible now to who asked, and still saying in the stored text what they are quoted with."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from documents.models import Document, DocumentFact, Page
from documents.services.chat.contracts import Evidence, Passage, Question, Source
from documents.services.chunking.sentences import headings

_LEADERS = re.compile(r"(?:\.\s?){4,}\s*\d{0,4}\s*$|\s{3,}\d{1,4}\s*$|\u2026+\s*\d{1,4}\s*$", re.M)

_CELLS = re.compile(r"\d{3}.*\S\s{2,}\d[\d,.]*\s*$")
"""A row of a table, whose last cell is no page of a table of contents."""


@dataclass
class Held:
    """`missing`: sources that are none; `gone`: whose text is no longer what is quoted; `hidden`: of documents that the user may not see;
    `headings`: that say nothing."""

    sources: list[Source] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    others: list[Passage] = field(default_factory=list)
    parties: list[str] = field(default_factory=list)
    missing: int = 0
    gone: int = 0
    hidden: int = 0
    headings: int = 0


class Holding:
    """For the life of one gate. The texts of readings never change and are remembered; who may see what is asked each time."""

    def __init__(self, question: Question, evidence: Evidence) -> None:
        self._user = question.user
        self._passages = {one.chunk: one for one in evidence.passages}
        self._documents = {one.document for one in evidence.passages}
        self._pages: dict[tuple[int, int], tuple[uuid.UUID, str] | None] = {}
        self._parties: dict[uuid.UUID, list[str]] | None = None

    def of(self, sources: Sequence[Source]) -> Held:
        """One query, and one more for pages that were not yet read."""
        held = Held()
        if not self._passages:
            held.missing = len(sources)
            return held
        visible = self.visible()
        hidden = self._documents - visible
        self._read(sources)
        for source in dict.fromkeys(sources):
            passage = self._passages.get(source.chunk)
            if source.document in hidden or (passage is not None and passage.document in hidden):
                held.hidden += 1
            elif passage is None or not _stands_in(passage, source):
                held.missing += 1
            elif not self._stored(source):
                held.gone += 1
            elif is_heading(source.quote):
                held.headings += 1
            else:
                held.sources.append(source)
                held.passages.append(passage)
        used = {one.chunk for one in held.passages}
        held.others = [one for one in self._passages.values() if one.chunk not in used and one.document in visible]
        held.parties = [name for document in dict.fromkeys(one.document for one in held.passages) for name in self._parties_of(document)]
        return held

    def visible(self) -> set[uuid.UUID]:
        return set(Document.objects.visible_to(self._user).filter(pk__in=self._documents).values_list("pk", flat=True))

    def _read(self, sources: Sequence[Source]) -> None:
        wanted = {
            (source.text_version, number)
            for source in sources
            if source.chunk in self._passages and 0 <= source.page_to - source.page < 50
            for number in range(source.page, source.page_to + 1)
        } - self._pages.keys()
        if not wanted:
            return
        self._pages.update(dict.fromkeys(wanted))
        of_pages = Q(pk=None)
        for version, number in sorted(wanted):
            of_pages |= Q(text_version=version, number=number)
        rows = Page.objects.filter(of_pages).order_by().values_list("text_version", "number", "text_version__document", "text")
        self._pages.update({(version, number): (document, text) for version, number, document, text in rows})

    def _stored(self, source: Source) -> bool:
        pages = [self._pages.get((source.text_version, number)) for number in range(source.page, source.page_to + 1)]
        texts = [page[1] for page in pages if page is not None and page[0] == source.document]
        if not texts or len(texts) < len(pages):
            return False
        if len(texts) == 1:
            return texts[0][source.start : source.end] == source.quote
        return "\n".join([texts[0][source.start :], *texts[1:-1], texts[-1][: source.end]]) == source.quote

    def _parties_of(self, document: uuid.UUID) -> list[str]:
        if self._parties is None:
            self._parties = {}
            facts = DocumentFact.objects.filter(document__in=self._documents, field=DocumentFact.Field.PARTIES)
            for owner, value in facts.values_list("document", "value"):
                self._parties[owner] = [str(one["name"]) for one in value if isinstance(one, dict) and one.get("name")]
        return self._parties.get(document, [])


def _stands_in(passage: Passage, source: Source) -> bool:
    same = passage.document == source.document and passage.text_version == source.text_version
    return same and 0 <= source.at < source.to and bool(source.quote.strip()) and passage.text[source.at : source.to] == source.quote


def is_heading(text: str) -> bool:
    """Whether a text is a heading, or lines of a table of contents."""
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return bool(lines and not _CELLS.search(lines[0]) and all(_LEADERS.search(line) or _is_heading(line.strip()) for line in lines))


def _is_heading(line: str) -> bool:
    if line.rstrip('”"’) ').endswith((".", "!", "?", ";")) or len(line) > 160:
        return False
    words = re.findall(r"[^\W\d_][\w'’-]*", line)
    if not words:
        return False
    capitals = [word for word in words if word[0].isupper()]
    if (
        re.search(r"[$€£%]|:\s*\S|\d{3}|\b(?:shall|must|will|is|are|was|were|has|have|had|may|did|does)\b", line, re.I)
        and not line.isupper()
    ):
        return False
    known = next(iter(headings(line)), None)
    if known is not None and known.start == 0 and len(capitals) * 2 >= len(words):
        return True
    long = [word for word in words if len(word) > 3]
    return len(words) <= 12 and bool(long) and all(word[0].isupper() for word in long) and not re.search(r"\d", line) and len(words) > 1
