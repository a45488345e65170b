"""Captions pasted in capitals: "MOTION TO DISMISS OR FOR SUMMARY JUDGMENT" has no operators, `NDA OR MNDA` has one.

What is typed in capitals throughout cannot tell AND from "and" by its letters, so it is told by what stands around it:

1. Signs that no caption has make operators of all: quotation marks, fields, distances, word ends (indemnif*), a dash before a word.
2. An operator that lacks a side, or that stands beside a word which only a sentence has ("OR FOR", "DID NOT"), makes words of all.
3. Brackets beside an operator with another one inside make operators of all.
4. Else they are operators where each joins single words or citations, as in BREACH AND CONTRACT; and words where a side has several.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from documents.services.search.query.syntax import CLOSE, OPEN, PHRASE, WORD, Piece
from documents.services.search.request import Notice

_OPERATORS = ("and", "or", "not")
_SIGNS = (PHRASE, "field", "condition", "near", "minus")
_PARTIES = ("plaintiff", "defendant", "petitioner", "respondent", "appellant", "appellee", "claimant")
_SMALL_IN_CAPTIONS = frozenset({"v", "vs", "et", "al", "d", "b", "a", "k", "f", "n", "s", "ex", "rel", "re"}) | frozenset(
    f"{party}{end}" for party in _PARTIES for end in ("", "s")
)
_OF_SENTENCES = frozenset((
    "a", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can", "could", "did", "do", "does", "for", "from",
    "had", "has", "have", "he", "her", "his", "if", "in", "into", "is", "it", "its", "may", "might", "must", "no", "nor", "of",
    "on", "or", "our", "shall", "she", "should", "so", "such", "than", "that", "the", "their", "them", "then", "there", "these",
    "they", "this", "those", "to", "under", "unless", "upon", "was", "we", "were", "what", "when", "where", "which", "who",
    "will", "with", "without", "would", "you", "your",
))  # fmt: skip
_LETTERS = re.compile(r"[^\W\d_]+")


def in_capitals(query: str) -> bool:
    """Has every word more capitals than small letters, but for the "v." and "et al." of captions? False for a query without capitals."""
    words = _LETTERS.findall(query)
    small = [word for word in words if 2 * sum(map(str.isupper, word)) <= len(word)]
    return len(words) > len(small) and all(word.lower() in _SMALL_IN_CAPTIONS for word in small)


def is_caption(query: str, pieces: Sequence[Piece]) -> bool:
    """Has it what looks like operators, but means them as words?"""
    if not any(piece.kind in _OPERATORS for piece in pieces) or not in_capitals(query):
        return False
    if any(piece.kind in _SIGNS or (piece.kind == WORD and piece.text.endswith("*")) for piece in pieces):
        return False
    if any(_is_of_a_sentence(before, piece, after) for before, piece, after in _in_threes(pieces)):
        return True
    return not (_has_groups(pieces) or _joins_single_words(pieces))


def in_words(pieces: Sequence[Piece]) -> list[Piece]:
    """The same with operators as words and without brackets."""
    kept = [piece for piece in pieces if piece.kind not in (OPEN, CLOSE)]
    return [piece._replace(kind=WORD) if piece.kind in _OPERATORS else piece for piece in kept]


def notice() -> Notice:
    return Notice(
        "read_as_caption",
        _(
            "This is typed in capitals, so AND, OR and NOT were read as plain words. To have operators, write the other words small, as in "
            "breach AND (damages OR costs)."
        ),
    )


def _in_threes(pieces: Sequence[Piece]) -> list[tuple[Piece | None, Piece, Piece | None]]:
    return list(zip([None, *pieces[:-1]], pieces, [*pieces[1:], None], strict=True))


def _is_of_a_sentence(before: Piece | None, piece: Piece, after: Piece | None) -> bool:
    if piece.kind not in _OPERATORS:
        return False
    if after is None or after.kind == CLOSE or (before is None or before.kind == OPEN):
        return True
    if after.kind == "not" and piece.kind != "not":  # BREACH AND NOT FRAUD
        return False
    if before.kind in _OPERATORS and piece.kind == "not":
        return _is_of_sentences(after)
    return _is_of_sentences(before) or _is_of_sentences(after)


def _is_of_sentences(piece: Piece) -> bool:
    return piece.kind in _OPERATORS or (piece.kind == WORD and piece.text.strip(".,;:").lower() in _OF_SENTENCES)


def _has_groups(pieces: Sequence[Piece]) -> bool:
    """A bracket beside an operator, with another inside."""
    opened: list[tuple[bool, int]] = []
    operators = 0
    for before, piece, after in _in_threes(pieces):
        operators += piece.kind in _OPERATORS
        if piece.kind == OPEN:
            opened.append((bool(before and before.kind in _OPERATORS), operators))
        elif piece.kind == CLOSE and opened:
            beside, count = opened.pop()
            if (beside or (after and after.kind in _OPERATORS)) and operators > count:
                return True
    return False


def _joins_single_words(pieces: Sequence[Piece]) -> bool:
    sides = "".join("." if piece.kind in _OPERATORS else "x" for piece in pieces)
    return "xx" not in sides and not sides.startswith(".")
