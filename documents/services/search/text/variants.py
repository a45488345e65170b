"""Other ways to write what stands in a text, kept beside its words so that one way finds the other.

"anti-trust" is also found as antitrust, $4,310.50 as 431050, (212) 555-0100 as 2125550100, AT&T as ATT, C++ as itself, 12 percent as 12%,
Dubœuf as Duboeuf, a caption set as I N T H E C O U R T by its words, and phrases of nothing but common words by their pairs. A variant is a
lexeme that begins with a tilde, which no word does: the exact spelling has a lexeme of its own, and weighs more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from cases.services import dockets
from documents.services.search.text.letterspacing import spaced_runs
from documents.services.search.text.words import LONGEST, Word, fold, words_in

MARK = "~"

_JOINTS = r"[-‐‑–./,:'’&+@_]"
# A word is taken whole or not at all (possessive, and only from its beginning), or an endless one would be tried from each letter.
_COMPOUND = re.compile(rf"(?<![^\W_])[^\W_]++(?:{_JOINTS}[^\W_]++|[-‐‑][ \t]{{0,20}}\n[ \t]{{0,20}}[^\W_]++)+")
_SIGNED = re.compile(r"(?<![^\W_])[A-Za-z](?:\+\+|#)(?![^\W_])")
_PHONE = re.compile(r"(?<![\w-])(?:\+?\d{1,2}[ .-]?)?\(?\d{3}\)?[ .-]?\d{3}[ .-]\d{4}(?![\w-])")
_PERCENT = re.compile(r"(?<![\w.,])(\d[\d.,]*)\s?(?:%|per\s?cent\b)", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i"})
_HAS_LIGATURES = re.compile("[œæøłđðıŒÆØŁĐÐ]")


def variants_in(text: str) -> Iterator[Word]:
    """The variants of a text, each with the code points that it stands for; `folded` begins with the tilde. (Words of captions that are
    set with spaces are given by `captions_in`, pairs by `pairs_in`.)"""
    for match in _COMPOUND.finditer(text):
        if 2 <= len(joined := fold(match[0])) < LONGEST:
            yield Word(match.start(), match.end(), MARK + joined)
    if "+" in text or "#" in text:
        for match in _SIGNED.finditer(text):
            yield Word(match.start(), match.end(), MARK + match[0].lower())
    if _HAS_LIGATURES.search(text):
        for word in words_in(text):
            if (plain := without_ligatures(word.folded)) != word.folded:
                yield Word(word.start, word.end, MARK + plain)
    if not _DIGITS.search(text):
        return
    for match in _PHONE.finditer(text):
        yield Word(match.start(), match.end(), MARK + "".join(_DIGITS.findall(match[0])))
    for match in _PERCENT.finditer(text):
        yield Word(match.start(), match.end(), MARK + match[1].rstrip(".,") + "%")
    for docket in dockets.dockets_in(text):
        for form in dockets.written_forms(docket):
            yield Word(docket.start, docket.end, MARK + form)


def without_ligatures(folded: str) -> str:
    """In letters that every keyboard has: what folding leaves as it is, for it is no letter with an accent."""
    return folded.translate(_LIGATURES)


def captions_in(text: str) -> Iterator[list[Word]]:
    """The words of each caption that is set with spaces, in order, as variants."""
    for run in spaced_runs(text):
        yield [Word(start, end, MARK + fold(word)) for start, end, word in run]


def pairs_in(words: Iterable[Word], lexemes: Mapping[str, str]) -> Iterator[tuple[int, Word]]:
    """(place of the first, the two as one) of each two very common words side by side: phrases of nothing else are found by them."""
    for place, (first, second) in enumerate(pairwise(words)):
        if not lexemes[first.folded] and not lexemes[second.folded]:
            yield place, Word(first.start, second.end, pair(first.folded, second.folded))


def pair(first: str, second: str) -> str:
    return f"{MARK}{first}_{second}"


def is_exact(variant: str) -> bool:
    """Is it a spelling that its plain words do not stand for: C++ is no C, 12% is not every 12?"""
    return variant[-1] in "+#%"


def lexeme_of(variant: str, lexemes: Mapping[str, str]) -> str:
    """The lexeme of a variant: its stem where it is a word, else itself."""
    return MARK + (lexemes.get(variant[1:]) or variant[1:])


def words_of(variants: Iterable[Word]) -> Iterator[str]:
    """What of the variants can have a stem."""
    return (variant.folded[1:] for variant in variants if variant.folded[1:].isalpha())
