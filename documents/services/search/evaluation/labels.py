"""Searches with their right answers.

Those of the demonstration matter are in demo.json: what a person would type, in eight styles, and the words that answer it. The words and
not the number of a page are the label, so that it survives another division into pages. Half of each style is for development; whoever
tunes the engine looks at that half only, and the other, held out, says whether it helped.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.models import Q

from documents.models import Document, Page

DEMO = Path(__file__).with_name("demo.json")
STYLES = ("phrase", "citation", "docket number", "names and numbers", "few keywords", "question", "paraphrase", "typo")
DEVELOPMENT, HELD_OUT = HALVES = ("development", "held out")
_QUOTES = str.maketrans("“”‘’", "\"\"''")


@dataclass(frozen=True)
class Answer:
    """A right place: these pages of a document, or any passage of one of several documents (`pages` None)."""

    documents: frozenset[uuid.UUID]
    pages: frozenset[int] | None = None


@dataclass(frozen=True)
class LabelledSearch:
    """`key` names it from run to run. Hits in the document `without` are passed over: the query was taken from it. With `case` it is asked
    in this case only."""

    key: str
    style: str
    half: str
    q: str
    answers: tuple[Answer, ...]
    without: uuid.UUID | None = None
    case: uuid.UUID | None = None


class LabelError(Exception):
    """A label leads nowhere: the words are not in the document that it names, or in others as well."""


def demo_searches(user: Any) -> list[LabelledSearch]:
    """The hand-made searches, their answers looked up in the demonstration matter as this user sees it. Raises LabelError."""
    given = json.loads(DEMO.read_text("utf-8"))
    texts = {short: Words(document_named(user, name)) for short, name in given["documents"].items()}
    return [_labelled(row, texts) for row in given["searches"]]


def document_named(user: Any, name: str) -> Document:
    named = Q(name=name) | Q(name="", title=name)
    found = list(Document.objects.visible_to(user).filter(named).exclude(text_version=None)[:2])
    if len(found) != 1:
        raise LabelError(f"{len(found)} documents with a text are named {name!r}; labels need one.")
    return found[0]


class Words:
    """What a document says, as one string in which it is known where each page begins. Spaces do not count: text recognition loses some,
    and which ones depends on the engine that is installed."""

    def __init__(self, document: Document) -> None:
        self.document = document.pk
        pages = Page.objects.filter(text_version=document.text_version_id).order_by("number").values_list("number", "text")
        self._starts: list[tuple[int, int]] = []
        self.said = ""
        for number, text in pages:
            self._starts.append((len(self.said), number))
            self.said += plain(text)

    def pages_with(self, words: str) -> frozenset[int]:
        """Every page on which these words stand or through which they run."""
        return frozenset(number for start, end in self._places(words) for number in self._pages(start, end))

    def _places(self, words: str) -> Iterator[tuple[int, int]]:
        return ((found.start(), found.end()) for found in re.finditer(re.escape(plain(words)), self.said))

    def _pages(self, start: int, end: int) -> Iterator[int]:
        ends = [begin for begin, _number in self._starts[1:]] + [len(self.said)]
        return (number for (begin, number), until in zip(self._starts, ends, strict=True) if begin < end and until > start)


def plain(text: str) -> str:
    """To be compared: without spaces, which text recognition does not see everywhere."""
    return "".join(text.translate(_QUOTES).casefold().split())


def _labelled(row: dict[str, Any], texts: dict[str, Words]) -> LabelledSearch:
    named = {answer["in"] for answer in row["answers"]}
    answers = []
    for answer in row["answers"]:
        pages = texts[answer["in"]].pages_with(answer["says"])
        others = [short for short, text in texts.items() if short not in named and text.pages_with(answer["says"])]
        if not pages or others:
            where = f"also in {', '.join(others)}" if pages else f"not in {answer['in']}"
            raise LabelError(f"{row['q']!r}: {answer['says']!r} is {where}.")
        answers.append(Answer(frozenset([texts[answer["in"]].document]), pages))
    return LabelledSearch(row["q"], row["style"], row["half"], row["q"], tuple(answers))
