"""The texts of authorities, made ready to be compared, and where in them words stand."""

from __future__ import annotations

import re
import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from cases.models import Ruling
from cases.services import citations as law
from documents.models import Document, Page
from documents.services.authorities.checking.quotations import name_start
from documents.services.authorities.checking.words import Words

LONGEST_TEXT = 4_000_000
_KEPT_CHARACTERS = 12_000_000
_AROUND = 2_500


@dataclass
class Source:
    """A text of the library. `starts` are where its pages begin in `words.text`."""

    document: UUID
    title: str
    opinion: str
    """The kind of opinion where it is not the court's: dissent, concurrence, in_part; else ""."""
    author: str
    words: Words
    starts: list[int]
    numbers: list[int]
    labels: list[str]

    def page_of(self, word: int) -> tuple[int, str]:
        """(number, label) of the page where a word stands."""
        place = bisect_right(self.starts, self.words.words[word].start) - 1
        return self.numbers[place], self.labels[place]

    def span_on_page(self, first: int, last: int) -> tuple[int, int]:
        """Code points of words `first` to `last` (exclusive) on the page where they begin, cut at its end."""
        start = self.words.words[first].start
        place = bisect_right(self.starts, start) - 1
        end = self.words.words[last - 1].end
        limit = self.starts[place + 1] - 1 if place + 1 < len(self.starts) else len(self.words.text)
        return start - self.starts[place], min(end, limit) - self.starts[place]

    @property
    def paged(self) -> bool:
        """Whether its pages are called as a reporter calls them."""
        return any(label.isdigit() for label in self.labels)

    @property
    def last_label(self) -> int | None:
        found = [int(label) for label in self.labels if label.isdigit()]
        return max(found) if found else None

    def without_citations(self, first: int, last: int) -> Words:
        """The text around words `first` to `last`, its citations left out, so that a quotation without them can be compared."""
        low = max(0, self.words.words[first].start - _AROUND)
        text = self.words.text[low : self.words.words[last - 1].end + _AROUND]
        for start, end in citation_sentences(text):
            text = text[:start] + " " * (end - start) + text[end:]
        return Words(text)


def citation_sentences(text: str) -> list[tuple[int, int]]:
    """Where citations stand in a text, with their names, signals before them and parentheses behind them."""
    signal = re.compile(r"(?:(?:See|see|also|Accord|Cf\.|But|e\.g\.,?|Compare|quoting|citing)[,\s]+)+$|[(\[]$")
    spans: list[tuple[int, int]] = []
    for mention in law.extract(text):
        start, end = name_start(text, mention), mention.end
        before = signal.search(text, max(0, start - 40), start)
        start = before.start() if before else start
        tail = re.compile(r"(?:,? (?:at )?[\d*][\d\u2013-]*(?:,? n+\. ?\d+)?)*\s*(?:\([^()]*(?:\([^()]*\)[^()]*)*\)\s*)*[.;)\]]*").match(
            text, end
        )
        end = tail.end() if tail else end
        if spans and text[spans[-1][1] : start].strip(" ,;") == "":
            spans[-1] = spans[-1][0], max(end, spans[-1][1])
        else:
            spans.append((start, end))
    return spans


_lock = threading.Lock()
_kept: OrderedDict[int, Source] = OrderedDict()


def sources_of(rulings: Iterable[UUID], statutes: Iterable[UUID]) -> dict[UUID, list[Source]]:
    """The texts of these authorities by their ids, that of the court first; two queries for those that are not remembered.

    A reading never changes, so what was made of it is remembered within a bound of characters."""
    wanted = Document.objects.filter(case=None, deleted_at=None).exclude(text_version=None)
    wanted = wanted.filter(ruling__in=list(rulings)) | wanted.filter(statute__in=list(statutes))
    rows = list(
        wanted.order_by("opinion__position", "created", "pk").values_list(
            "pk", "title", "ruling", "statute", "text_version", "opinion__kind", "opinion__author"
        )
    )
    with _lock:
        known = {version: _kept[version] for row in rows if (version := row[4]) in _kept}
    missing = [row[4] for row in rows if row[4] not in known]
    pages: dict[int, list[tuple[int, str, str]]] = {}
    for version, number, label, text in (
        Page.objects.filter(text_version__in=missing)
        .order_by("text_version", "number")
        .values_list("text_version", "number", "label", "text")
        if missing
        else ()
    ):
        pages.setdefault(version, []).append((number, label, text))
    found: dict[UUID, list[Source]] = {}
    for pk, title, ruling, statute, version, kind, author in rows:
        if version not in known:
            own = kind if kind in ("dissent", "concurrence", "in_part") else ""
            known[version] = _made(pk, title, own, author or "", pages.get(version, []))
            _keep(version, known[version])
        found.setdefault(ruling or statute, []).append(known[version])
    return found


def _made(document: UUID, title: str, opinion: str, author: str, pages: Sequence[tuple[int, str, str]]) -> Source:
    starts, length = [], 0
    for _number, _label, text in pages:
        starts.append(length)
        length += len(text) + 1
    whole = "\n".join(text for _number, _label, text in pages)[:LONGEST_TEXT]
    return Source(document, title, opinion, author, Words(whole), starts, [one[0] for one in pages], [one[1] for one in pages])


def _keep(version: int, source: Source) -> None:
    with _lock:
        _kept[version] = source
        while len(_kept) > 1 and sum(len(one.words.text) for one in _kept.values()) > _KEPT_CHARACTERS:
            _kept.popitem(last=False)


def captions_of(ruling: Ruling) -> list[str]:
    """Each caption that the library knows of a ruling."""
    return [caption for caption in (ruling.name, ruling.full_name) if caption]
