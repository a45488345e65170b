"""What a grammar finds, and what callers of `extract` get."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

# Kinds that name an authority in full, so that a later "Id." may mean them.
FULL = frozenset({"case", "statute", "regulation", "rule", "constitution", "other"})
AUTHORITY, HISTORY, SELF = "authority", "history", "self"
RECORD = "record"
"""A paper of the case itself; an "Id." may mean it, and it is no authority."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One mention of an authority. `start` and `end` are code points in the text that was given; `text` is what stands there."""

    start: int
    end: int
    text: str
    key: str
    """Canonical, as us:410:113; empty where the mention could not be resolved."""
    kind: str
    """case, statute, regulation, rule, constitution, other (journals), short, id, supra or record."""
    pin: str
    name: str
    year: int | None
    method: str
    """The grammar and how it knew, as us/full or us/id; "inferred" where only an earlier mention tells the title. A decision on the one
    before it says so behind: us/full/affirmed."""
    confidence: float
    role: str = AUTHORITY
    """authority, history (an order about the decision before it), record (a paper of the case itself), self (the document's own)."""
    cluster: str = ""
    """The key of the first of parallel citations that name one decision; else the mention's own key."""
    court: str = ""
    """The court as the citation's own parenthesis names it, by the id of courts-db, as ca1; empty where it does not say."""


@dataclass(frozen=True, slots=True)
class PageMention:
    """A mention on a page; its offsets are in that page's text. One that runs over the page's end is cut there."""

    page: int
    mention: Mention


@dataclass(slots=True)
class Found:
    """A mention in cleaned text, as a grammar reports it; the fields after `confidence` say to what a reference refers."""

    start: int
    end: int
    kind: str
    key: str = ""
    pin: str = ""
    name: str = ""
    year: int | None = None
    method: str = ""
    confidence: float = 1.0
    reporter: str = ""
    """Short forms: the reporter's slug and the volume, as us:410."""
    section: str = ""
    """Bare sections and "Id. § 3": the section; bare rules: the rule's number."""
    nested: bool = False
    """Stands in a parenthesis that explains another citation, so that "Id." does not mean it."""
    court: str = ""
    cluster: str = ""
    parallel: bool = False
    """Names the same decision as the mention before it, in another reporter."""
    history: bool = False
    """An order about the decision before it (cert. denied), which is part of that decision's history and decides nothing itself."""
    became: str = ""
    """What this decision did to the one before it: affirmed, reversed, overruled ..."""
    aside: bool = False
    """A record citation that an "Id." behind it need not mean, as a page number of a production."""
    own: bool = False
    """The citation of the text itself, as in "Cite as: 410 U.S. 113"."""


class Grammar(Protocol):
    """A country's or a family's way to cite, as a plug-in."""

    name: str
    rank: int
    """Where two grammars see the same words, the lower is believed."""

    def find(self, text: str) -> list[Found]:
        """All mentions in cleaned text (single spaces, plain hyphens), in any order."""
        ...

    def keys(self, query: str) -> list[str]:
        """Canonical keys of what a person typed, in any letter case and with sloppy punctuation."""
        ...
