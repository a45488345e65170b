"""Words: what search takes for one, alike in a text and in a query.

PostgreSQL's own parser takes `and/or` for a path, `-1983` for a negative number and `F.3d` for a host, and which of these
depends on what stands beside them; a legal text is full of all three. So words are found and folded here, and PostgreSQL gets
finished lexemes: it stems (by its stock dictionary of the document's language), indexes and ranks.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from django.db import connection

LONGEST = 64  # characters; longer runs are data, not words, and a lexeme may not exceed 2,046 bytes
REMEMBERED = 200_000
ENGLISH = "english"


class Word(NamedTuple):
    """One word of a text: code points [start, end), and its folded form."""

    start: int
    end: int
    folded: str


def _marks() -> str:
    """The characters that belong to a word without being letters: combining marks, soft hyphens, joiners."""
    marks = [chr(c) for c in range(0x300, 0x10000) if unicodedata.category(chr(c))[0] == "M"]
    return "".join(marks) + "\u00ad\u200b\u200c\u200d"


_MARKS = _marks()
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_LETTERS = rf"[^\W_{_CJK}]+(?:[{_MARKS}]+[^\W_{_CJK}]*)*"
_BETWEEN = r"\x00-\x26\x28-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f"  # ASCII that belongs to no word: all but letters, digits and the apostrophe
_WORD = re.compile(
    rf"""
    [A-Za-z]{{2,}}+(?=[{_BETWEEN}]|\Z)                  # most words by far, found at once: the same as below
    | (?<![^\W_])[^\W\d_](?:\.[^\W\d_])+(?![^\W_])\.?   # U.S.C., F.R.C.P., e.g.
    | \d{{1,3}}(?:,\d{{3}})+(?![^\W_])                # 1,250,000
    | [{_CJK}]                                        # scripts without spaces: each character
    | {_LETTERS}(?:['’]{_LETTERS})*                   # everything else; O'Brien and plaintiff's are one
    """,
    re.VERBOSE,
)
_NOT_KEPT = re.compile(rf"[\W_{_MARKS}]+")


@lru_cache(maxsize=50_000)
def fold(word: str) -> str:
    """Lower case, without accents, possessive or inner punctuation; at most LONGEST characters, perhaps none."""
    if not word.isascii():
        word = unicodedata.normalize("NFKD", word).casefold().replace("’", "'")
    word = word.lower()
    if not word.isalnum() or not word.isascii():
        word = _NOT_KEPT.sub("", word.removesuffix("'s"))
    return word[:LONGEST]


def words_in(text: str) -> Iterator[Word]:
    for match in _WORD.finditer(text):
        if folded := fold(match[0]):
            yield Word(match.start(), match.end(), folded)


def beginning_of(stem: str) -> str:
    """How every word of this stem begins, i and y taken for one letter: sky and skies, die and dying, use and using."""
    stem = stem.rpartition(":")[2]
    return stem[:3] if len(stem) > 3 else stem[:2]


def words_beginning(text: str, beginnings: frozenset[str]) -> Iterator[Word]:
    """Of `words_in` all whose stems begin like this (see `beginning_of`), and some others; several times as quick."""
    others, at = _others(beginnings), 0
    while match := _WORD.search(text, skipped.end() if (skipped := others.match(text, at)) else at):
        if folded := fold(match[0]):
            yield Word(match.start(), match.end(), folded)
        at = match.end()


@lru_cache(maxsize=1000)
def _others(beginnings: frozenset[str]) -> re.Pattern[str]:
    """Any number of plain words that begin otherwise, and what is between them."""
    starts = [re.sub("(?<=.)[iy]", "[iy]", start) for start in beginnings if start.isascii() and start.isalnum()]
    # One letter and a dot may begin U.S.C.; and where numbers are looked for, 12 may begin 12,500.
    plain = r"[A-Za-z]{2,}+|[A-Za-z](?!\.)"
    if not any(start[:1].isdigit() for start in beginnings):
        plain = r"[0-9A-Za-z]{2,}+|[0-9]|[A-Za-z](?!\.)"
    unwanted = f"(?i:(?!{'|'.join(starts)}))" if starts else ""
    # Not possessive as a whole: Python before 3.11.5 forgets the alternatives inside.
    return re.compile(rf"[{_BETWEEN}]*+(?:{unwanted}(?:{plain})[{_BETWEEN}]++)*")


_stems: dict[str, dict[str, str]] = {}


def stems(words: Iterable[str], language: str = ENGLISH) -> dict[str, str]:
    """The lexeme of each folded word in a language that PostgreSQL has a stemmer for, or "" for a stop word. Asks PostgreSQL once for
    all that are not yet known. Stems of other languages than English carry its name, so that none is taken for another's."""
    wanted = set(words)
    known = _stems.setdefault(language, {})
    unknown = sorted(wanted - known.keys())
    if unknown:
        if len(known) > REMEMBERED:
            known.clear()
            unknown = sorted(wanted)
        with connection.cursor() as cursor:
            cursor.execute("SELECT w, ts_lexize(%s, w) FROM unnest(%s::text[]) AS w", [f"{language}_stem", unknown])
            found = ((word, (lexemes or [""])[0]) for word, lexemes in cursor.fetchall())
            known.update((sys.intern(word), stem and tag(language) + stem) for word, stem in found)
    return {word: known[word] for word in wanted}


def tag(language: str) -> str:
    """How the lexemes of a language begin."""
    return "" if language == ENGLISH else f"{language}:"


def quoted(lexeme: str) -> str:
    """A lexeme as it is written inside the text form of a tsvector or tsquery."""
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"
