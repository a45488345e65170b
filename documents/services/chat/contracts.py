"""What the rooms of the chat tell each other. Offsets are code points, ends are exclusive."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

Check = Callable[[], None]
"""Called at every unit of work; raises where the answer should end (it was stopped, or its task was)."""


class QuestionType(StrEnum):
    """`count` is how many of anything: what the database counts is known by its Listing. `where` has courts and other places."""

    WHO = "who"
    WHEN = "when"
    WHERE = "where"
    HOW_MUCH = "how_much"
    HOW_LONG = "how_long"
    WHETHER = "whether"
    WHY = "why"
    HOW = "how"
    WHAT = "what"
    COUNT = "count"
    LIST = "list"
    OTHER = "other"


@dataclass(frozen=True)
class Turn:
    """An earlier question of the conversation with what was answered, and the documents that its sources are of, in their order."""

    question: str
    answer: tuple[str, ...] = ()
    documents: tuple[uuid.UUID, ...] = ()


@dataclass(frozen=True)
class Premise:
    """What a question takes for granted: "when did Castellan admit the breach" -> Castellan, admit, the breach. The verb is as the question
    has it, without its auxiliary."""

    subject: str
    verb: str
    object: str = ""


@dataclass(frozen=True)
class Question:
    """`text` as it was asked; `standalone` says the same without the conversation before it ("when was that order made?" -> "When was the
    Order of 3 May 2024 made?"), and is what is looked for. `documents` narrows what is looked at (empty: the whole case).

    `sought` are the words to search for: of bounded length, without operators of the query language, quotations kept. `parts` are the
    single questions where there are several ("Who signed it? When?"); `type`, `premise` are those of the first, `sought` is of all.
    `names`, `figures`, `dates`, `quoted` are what the question itself states, as it is written there: nothing is confirmed by that.
    `answerable`: False for a greeting, an instruction ("write me a poem"), or no words at all: nothing is to be looked for."""

    text: str
    user: Any
    case: uuid.UUID
    standalone: str = ""
    type: QuestionType = QuestionType.OTHER
    documents: tuple[uuid.UUID, ...] = ()
    earlier: tuple[Turn, ...] = ()
    sought: str = ""
    parts: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    quoted: tuple[str, ...] = ()
    premise: Premise | None = None
    answerable: bool = True

    @property
    def asked(self) -> str:
        return self.standalone or self.text


@dataclass(frozen=True)
class Passage:
    """A passage that was retrieved, and is visible to who asks. `number` is what a language model calls it, from 1.

    `page_starts` are the offsets in `text` at which its pages begin: the first is 0, which is `start` on page `page_from`.
    """

    number: int
    document: uuid.UUID
    title: str
    kind: str
    date: datetime.date | None
    text_version: int
    chunk: int
    text: str
    page_from: int
    page_to: int
    start: int
    page_starts: tuple[int, ...] = (0,)
    score: float = 0.0
    context: str = ""
    """Title and section, as they were embedded before the text."""
    begins: int = 0
    """Where in the text its first whole sentence begins. The text may be longer than its chunk's: its last sentence is completed."""
    referred: str = ""
    """The words that led here, where it was not found but referred to."""


@dataclass(frozen=True)
class Source:
    """A span of a passage: `at` to `to` in its text, `start` on `page` to `end` on `page_to` in the pages' texts; `quote` is what stands
    there, exactly."""

    document: uuid.UUID
    title: str
    kind: str
    text_version: int
    chunk: int
    page: int
    page_to: int
    start: int
    end: int
    at: int
    to: int
    quote: str
    time_s: float | None = None


@dataclass(frozen=True)
class Searched:
    """What was looked at, in documents: `total` may be seen, `read` have text, `unread` could not be read, `waiting` are being read."""

    total: int = 0
    read: int = 0
    unread: int = 0
    waiting: int = 0
    partial: str = ""
    """A sentence where not everything that was read could be searched."""

    def sentence(self) -> str:
        """ "214 of 220 documents were searched; 6 could not be read." """
        told = ngettext("%(read)d of %(total)d document was searched", "%(read)d of %(total)d documents were searched", self.total)
        parts = [told % {"read": self.read, "total": self.total}]
        if self.unread:
            parts.append(ngettext("%(n)d could not be read", "%(n)d could not be read", self.unread) % {"n": self.unread})
        if self.waiting:
            parts.append(ngettext("%(n)d is still being read", "%(n)d are still being read", self.waiting) % {"n": self.waiting})
        said = "; ".join(parts) + "."
        return _("%(said)s %(partial)s") % {"said": said, "partial": self.partial} if self.partial else said


@dataclass(frozen=True)
class Evidence:
    """What an answer may rest on: nothing else is a source."""

    passages: tuple[Passage, ...] = ()
    searched: Searched = field(default_factory=Searched)


@dataclass(frozen=True)
class Fault:
    """Why a sentence is not supported, or what was corrected in it."""

    code: str
    text: str


@dataclass(frozen=True)
class Draft:
    """A sentence of an answer before the gate. `verbatim`: its text is the quotation of its first source and nothing else. `aside`: it says
    something of the answer (that sources disagree, what is not said), states nothing of the matter, and needs no source."""

    text: str
    sources: tuple[Source, ...] = ()
    verbatim: bool = False
    aside: bool = False


@dataclass(frozen=True)
class Refusal:
    """There is no answer. The text is a sentence for who asked."""

    code: str
    text: str


@dataclass(frozen=True)
class Notice:
    """Something to know of the answer, as that a document tried to give orders."""

    code: str
    text: str


@dataclass(frozen=True)
class Usage:
    """What an answer cost at a language model."""

    model: str
    host: str
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None
    estimated: bool = False
    """The endpoint did not say how many tokens there were."""


@dataclass(frozen=True)
class MadeBy:
    """What follows is made in another way than was begun with (a value of Message.Method): a language model could not be reached."""

    method: str


Piece = Draft | Refusal | Notice | Usage | MadeBy


class Answerer(Protocol):
    """Makes an answer of evidence, sentence by sentence, as early as it can. A refusal is its only draft, and the last piece."""

    def answer(self, question: Question, evidence: Evidence, check: Check) -> Iterator[Piece]: ...


@dataclass(frozen=True)
class Judged:
    """A sentence behind the gate: its text (quotations corrected to what the sources say), the sources that hold, and what is wrong.

    `removed`: it must not be shown at all. Supported sentences have a source, or are asides.
    """

    text: str
    supported: bool
    sources: tuple[Source, ...] = ()
    faults: tuple[Fault, ...] = ()
    removed: bool = False
    aside: bool = False


@dataclass(frozen=True)
class Listed:
    """One document of a listing."""

    document: uuid.UUID
    title: str
    date: datetime.date | None
    url: str


@dataclass(frozen=True)
class Listing:
    """What the database counted: the number, the page that lists exactly these, a sentence that says so, and the first of them."""

    count: int
    url: str
    sentence: str
    items: tuple[Listed, ...] = ()
