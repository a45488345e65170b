"""Where a quotation stands in a text: as it was written, else with its letters and digits only, else nearly so.

How lines are broken, hyphenated or ligated, how often spaces and which quotation marks stand there does not matter (`letters_of`; the
viewer's `document-words.js` compares in the same way). Of several places the one counts whose surroundings are those of the quotation, of
equal ones the nearest. No Django here: the sandbox's children use it, too.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise, takewhile
from typing import NamedTuple

AROUND = 100
"""Code points before and after a quotation that are kept to tell places apart."""
NEARLY = 0.8
"""The share of a quotation's letters that must stand there in their order, where they don't all."""
OF_ITSELF = 0.6
"""The share that must be its own where a short one is looked for together with what stands around it."""
SHORT, LONG = 24, 400
SEED, STEP = 8, 5
MOST_SEEDS, MOST_WINDOWS = 400, 8
BUCKET = 32


@dataclass(frozen=True)
class Anchor:
    """A quotation with what stood around it, and where it was last (page from 1, code points)."""

    quote: str
    before: str = ""
    after: str = ""
    page: int = 1
    start: int = 0


class Place(NamedTuple):
    """[start, end) in the text of a page, the words there, and the how-manieth place of these words on the page, from 0."""

    page: int
    start: int
    end: int
    words: str
    nth: int


class _Hit(NamedTuple):
    """[start, end) among the letters of a page, and how well it fits: more is better."""

    page: int
    start: int
    end: int
    fit: float


class _Folding(dict[int, str]):
    """For str.translate: a character's letters and digits in lower case, without what belongs to its form only."""

    def __missing__(self, code: int) -> str:
        folded = unicodedata.normalize("NFKC", chr(code)).casefold()
        self[code] = "".join(letter for letter in folded if letter.isalnum())
        return self[code]


_FOLDING = _Folding()


def letters_of(text: str) -> str:
    """The text's letters and digits, in lower case."""
    return text.translate(_FOLDING)


def places_of(text: str) -> list[int]:
    """For each of its letters where it stands in the text."""
    return [place for place, character in enumerate(text) for _ in _FOLDING[ord(character)]]


class Text:
    """The pages of a reading, {number: text}, in which quotations are looked for."""

    def __init__(self, pages: Mapping[int, str]) -> None:
        self._pages = pages
        self._letters = {number: letters_of(text) for number, text in pages.items()}

    def place_of(self, anchor: Anchor) -> Place | None:
        """Where the quotation stands; None where it is not found."""
        wanted = letters_of(anchor.quote)
        if not wanted:
            return self._of_signs(anchor)
        around = letters_of(anchor.before), letters_of(anchor.after)
        found = list(self._exact(wanted, around)) or list(self._over_pages(wanted)) or list(self._nearly(wanted, around, anchor.page))
        if not found:
            return None
        return self._place(self._best(found, anchor), anchor.quote)

    def _of_signs(self, anchor: Anchor) -> Place | None:
        """A quotation without letters and digits stands only where it stands exactly."""
        quote = anchor.quote.strip()
        for number in self._from(anchor.page):
            text = self._pages[number]
            at = text.find(quote, anchor.start if number == anchor.page else 0) if quote else -1
            if at >= 0:
                return Place(number, at, at + len(quote), quote, text.count(quote, 0, at))
        return None

    def _exact(self, wanted: str, around: tuple[str, str]) -> Iterator[_Hit]:
        for number, letters in self._letters.items():
            at = letters.find(wanted)
            while at >= 0:
                end = at + len(wanted)
                yield _Hit(number, at, end, _shared(letters, at, end, around))
                at = letters.find(wanted, at + 1)

    def _over_pages(self, wanted: str) -> Iterator[_Hit]:
        """Where it begins on one page and ends on the next, its larger part."""
        for (number, letters), (following, beyond) in pairwise(self._letters.items()):
            kept = letters[-len(wanted) :]
            at = (kept + beyond[: len(wanted)]).find(wanted)
            if at < 0:
                continue
            here = len(kept) - at
            if here * 2 >= len(wanted):
                yield _Hit(number, len(letters) - here, len(letters), 0)
            else:
                yield _Hit(following, 0, len(wanted) - here, 0)

    def _nearly(self, wanted: str, around: tuple[str, str], page: int) -> Iterator[_Hit]:
        """Where most of its letters stand in their order. Of a long one the beginning and the end are looked for."""
        if len(wanted) > LONG:
            yield from self._nearly_long(wanted, around, page)
            return
        before, after = around if len(wanted) < SHORT else ("", "")
        pattern, own = before + wanted + after, (len(before), len(before) + len(wanted))
        for number, start in self._windows(pattern, page):
            slack = len(pattern) // 4 + SEED
            first = max(0, start - slack)
            window = self._letters[number][first : start + BUCKET + len(pattern) + slack]
            if (found := _aligned(pattern, own, window)) is not None:
                begin, end, share = first + found[0], first + found[1], found[2]
                yield _Hit(number, begin, end, share + _shared(self._letters[number], begin, end, around) / (20 * AROUND))

    def _nearly_long(self, wanted: str, around: tuple[str, str], page: int) -> Iterator[_Hit]:
        half = LONG // 2
        heads = list(self._nearly(wanted[:half], (around[0], ""), page))
        tails = list(self._nearly(wanted[-half:], ("", around[1]), page))
        for head in heads:
            for tail in tails:
                length = tail.end - head.start
                if head.page == tail.page and NEARLY <= length / len(wanted) <= 1 / NEARLY:
                    yield _Hit(head.page, head.start, tail.end, min(head.fit, tail.fit))

    def _windows(self, pattern: str, page: int) -> list[tuple[int, int]]:
        """(page, letter) near which the pattern may begin, the likeliest first: where pieces of it stand in the right distance."""
        votes: Counter[tuple[int, int]] = Counter()
        order = self._from(page)
        for offset in range(0, max(1, len(pattern) - SEED + 1), STEP):
            for number, at in self._found(pattern[offset : offset + SEED], order):
                votes[number, max(0, at - offset) // BUCKET] += 1
        near = sorted(votes, key=lambda key: (-votes[key], abs(key[0] - page)))
        return [(number, bucket * BUCKET) for number, bucket in near[:MOST_WINDOWS]]

    def _found(self, seed: str, order: list[int]) -> Iterator[tuple[int, int]]:
        left = MOST_SEEDS
        for number in order:
            letters = self._letters[number]
            at = letters.find(seed)
            while at >= 0:
                yield number, at
                left -= 1
                if not left:
                    return
                at = letters.find(seed, at + 1)

    def _from(self, page: int) -> list[int]:
        """The pages' numbers, from this one outward."""
        return sorted(self._pages, key=lambda number: (abs(number - page), number))

    def _best(self, found: list[_Hit], anchor: Anchor) -> _Hit:
        best = max(hit.fit for hit in found)
        alike = [hit for hit in found if hit.fit == best]
        was = len(letters_of(self._pages.get(anchor.page, "")[: anchor.start]))
        return min(alike, key=lambda hit: (abs(hit.page - anchor.page), abs(hit.start - was)))

    def _place(self, hit: _Hit, quote: str) -> Place:
        text, at = self._pages[hit.page], places_of(self._pages[hit.page])
        start, end = _with_signs(text, at[hit.start], at[hit.end - 1] + 1, quote)
        letters = self._letters[hit.page]
        return Place(hit.page, start, end, text[start:end], letters.count(letters[hit.start : hit.end], 0, hit.start))


def context_of(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands before and after a place of a page."""
    return text[max(0, start - AROUND) : start], text[end : end + AROUND]


def _shared(letters: str, start: int, end: int, around: tuple[str, str]) -> int:
    """How many letters next to a place are those that stood around the quotation."""
    before, after = around
    ahead = zip(reversed(letters[max(0, start - len(before)) : start]), reversed(before), strict=False)
    beyond = zip(letters[end : end + len(after)], after, strict=False)
    return sum(sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs)) for pairs in (ahead, beyond))


def _aligned(pattern: str, own: tuple[int, int], window: str) -> tuple[int, int, float] | None:
    """[start, end) in the window of the part `own` of the pattern, and the share of the pattern's letters that stand there in their
    order; None where these are too few."""
    blocks = [block for block in SequenceMatcher(None, pattern, window, autojunk=False).get_matching_blocks() if block.size > 1]
    share = sum(block.size for block in blocks) / len(pattern)
    first, last = own
    inside = [block for block in blocks if block.a < last and block.a + block.size > first]
    kept = sum(min(block.a + block.size, last) - max(block.a, first) for block in inside)
    if share < NEARLY or kept < OF_ITSELF * (last - first):
        return None
    start = max(0, inside[0].b + first - inside[0].a)
    end = min(len(window), inside[-1].b + last - inside[-1].a)
    return (start, end, share) if OF_ITSELF <= (end - start) / (last - first) <= 1 / OF_ITSELF else None


def _with_signs(text: str, start: int, end: int, quote: str) -> tuple[int, int]:
    """The place with the signs that the quotation has before its first letter and after its last."""
    own = places_of(quote)
    opening, closing = quote[: own[0]].strip(), quote[own[-1] + 1 :].strip()
    if opening and text[:start].endswith(opening):
        start -= len(opening)
    if closing and text[end:].startswith(closing):
        end += len(closing)
    return start, end
