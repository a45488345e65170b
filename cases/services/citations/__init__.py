"""Which authorities a text cites. Each module of `grammars` is a plug-in; this is the door to all of them.

extract("See Roe v. Wade, 410 U.S. 113 (1973)")[0].key == "us:410:113"
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence

from cases.services.citations.antecedents import Antecedents
from cases.services.citations.cleaning import CleanText
from cases.services.citations.grammars import grammars
from cases.services.citations.headers import running_headers
from cases.services.citations.mentions import AUTHORITY, HISTORY, RECORD, SELF, Found, Mention, PageMention

__all__ = ["VERSION", "Mention", "PageMention", "extract", "extract_pages", "grammars", "keys_in"]

VERSION = 2
"""Of the grammars, kept with each reading: counted up, texts that were cited with older ones are cited again after the next migration."""

# Work is done in pieces of this many characters, so that `check` is called several times a second.
PIECE = 48_000
# What a grammar may look at around a mention: names before it, dates and explanations after it.
AROUND = 600
# No citation has so long a word, and the patterns of reporters take time that grows with the square of one.
_ENDLESS_WORD = re.compile(r"(?<=\S{60})\S{80,}(?=\S{60})")


def extract(text: str, check: Callable[[], None] = lambda: None, own: Collection[str] = ()) -> list[Mention]:
    """All mentions of authorities, and of the record of the case, in the order of the text. `check` is called between pieces of work and
    may raise. `own` are keys of the text itself, which it does not cite as authorities."""
    clean = CleanText(text)
    return [_mention(found, text, *clean.span(found.start, found.end)) for found in _resolved(clean.text, check, own)]


def extract_pages(
    pages: Sequence[tuple[int, str]], check: Callable[[], None] = lambda: None, own: Collection[str] = ()
) -> list[PageMention]:
    """The mentions of a document given as (number, text) in order; an "Id." on page 5 knows page 4.

    A citation that runs over a page's end belongs to the page where it starts, and its end is cut there. One that stands alone at the head
    or foot of page after page is the document's own.
    """
    starts, whole, length = [], [], 0
    for _, text in pages:
        starts.append(length)
        whole.append(text)
        length += len(text) + 1
    clean = CleanText("\n".join(whole))
    mentions = []
    for found in _resolved(clean.text, check, {*own, *running_headers(pages)}):
        start, end = clean.span(found.start, found.end)
        place = bisect_right(starts, start) - 1
        number, text = pages[place]
        base = starts[place]
        mentions.append(PageMention(number, _mention(found, text, start - base, min(end - base, len(text.rstrip())))))
    return mentions


def keys_in(query: str) -> list[str]:
    """The canonical keys of the authorities that a person typed, each once."""
    clean = CleanText(query[:1000]).text.strip()
    if not clean:
        return []
    return list(dict.fromkeys(key for grammar in grammars() for key in grammar.keys(clean) if key))


def _mention(found: Found, text: str, start: int, end: int) -> Mention:
    return Mention(
        start=start,
        end=end,
        text=text[start:end],
        key=found.key,
        kind=found.kind,
        pin=found.pin[:60],
        name=found.name,
        year=found.year,
        method=found.method,
        confidence=found.confidence,
        role=RECORD if found.kind == RECORD else SELF if found.own else HISTORY if found.history else AUTHORITY,
        cluster=found.cluster or found.key,
        court=found.court,
    )


def _resolved(text: str, check: Callable[[], None], own: Collection[str]) -> Iterator[Found]:
    """Mentions in cleaned text, with the keys that references mean."""
    text = _ENDLESS_WORD.sub(lambda word: ("· " * len(word[0]))[: len(word[0])], text)
    found = [found for piece in _pieces(text, check) for found in piece]
    cited_as = {mention.key for mention in found if mention.own and mention.key}
    return Antecedents({*own, *cited_as}).resolve(found)


def _pieces(text: str, check: Callable[[], None]) -> Iterator[list[Found]]:
    """The mentions that begin in each piece, found with enough text around it that no piece's edge matters."""
    for start in range(0, len(text), PIECE):
        check()
        # Begin and end between words, or half a number would look like a whole one.
        low = text.rfind(" ", 0, max(0, start - AROUND)) + 1
        high = text.find(" ", start + PIECE + AROUND)
        window = text[low : high if high >= 0 else len(text)]
        # Overlaps go first: of a citation that the piece's edge cuts, the part behind it is none.
        found = _without_overlaps([found for grammar in grammars() for found in _moved(grammar.find(window), low)])
        yield [mention for mention in found if start <= mention.start < start + PIECE]


def _moved(found: list[Found], by: int) -> list[Found]:
    for mention in found:
        mention.start += by
        mention.end += by
    return found


def _without_overlaps(found: list[Found]) -> list[Found]:
    """In the order of the text; of two that overlap the one found first (by the grammar of more authority) stays."""
    kept: list[Found] = []
    taken: list[tuple[int, int]] = []
    for mention in found:
        place = bisect_right(taken, (mention.start, mention.end))
        clash = (place and taken[place - 1][1] > mention.start) or (place < len(taken) and taken[place][0] < mention.end)
        if not clash:
            taken.insert(place, (mention.start, mention.end))
            kept.append(mention)
    return sorted(kept, key=lambda mention: mention.start)
