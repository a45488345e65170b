"""Did you mean ...? Other spellings of words that stand nowhere, or hardly anywhere, in what the reader may see.

Candidates come from the vocabulary, which is the whole installation's, so none is believed: each is counted in passages of the reader's
own scope, and what is shown is written as one of these writes it. A word that only others' documents have is therefore as if it did not
exist, and a word of theirs does not keep a suggestion back either. Nothing is ever searched for that was not typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Any, NamedTuple

from django.db import connection

from documents.models import Chunk, Document
from documents.services.search.query.matching import Lexemes
from documents.services.search.scope import Scope
from documents.services.search.text.language import languages_in_use
from documents.services.search.text.variants import MARK
from documents.services.search.text.words import Word, beginning_of, quoted, stems, tag, words_beginning

FEW = 3
"""Passages below which what was found says nothing for the spelling of its words."""
COMMONER = 20
"""How many times more passages must have another spelling where some have the one that was typed."""
LOOKED_AT = 50
MOST_WORDS, MOST_LANGUAGES, MOST_SUGGESTIONS = 3, 3, 2
SHORTEST, LONGEST, SHORTEST_FOR_TWO, LONG = 4, 24, 6, 8
NEAREST = 60
SEEN = 200
READ_UP_TO = 5000  # as lexical.READ_UP_TO
SAMPLES = 6
LIKELIEST = 20

# What a slip of one letter makes of a word is stemmed, for a word's end may hide that it is near; two slips are looked for among the
# lexemes that begin alike, or with one slip.
_CANDIDATES = """
WITH edited AS (
    SELECT DISTINCT %(tag)s || (ts_lexize(%(stemmer)s::regdictionary, word))[1] AS lexeme FROM unnest(%(edits)s::text[]) AS word
), known AS (
    SELECT lexeme FROM documents_vocabulary WHERE lexeme IN (SELECT lexeme FROM edited)
    UNION SELECT begun.lexeme FROM unnest(%(firsts)s::text[]) AS first
          CROSS JOIN LATERAL (SELECT lexeme FROM documents_vocabulary WHERE lexeme >= first AND lexeme < first || chr(1114111)) AS begun
    UNION SELECT word FROM documents_vocabularydelta, jsonb_object_keys(words) AS word
          WHERE word IN (SELECT lexeme FROM edited) OR left(word, %(begins)s) = ANY(%(firsts)s::text[])
)
SELECT lexeme, lexeme IN (SELECT lexeme FROM edited) FROM known
WHERE lexeme IN (SELECT lexeme FROM edited) OR length(lexeme) BETWEEN %(shortest)s AND %(longest)s
"""
_FOUND = """
SELECT DISTINCT asked.number FROM unnest(%(numbers)s::int[], %(queries)s::text[]) AS asked(number, query)
WHERE EXISTS (SELECT FROM documents_chunkwords WHERE chunk_id = ANY(%(chunks)s::bigint[]) AND tsv @@ asked.query::tsquery)
"""
_SEEN = """
WITH seen AS MATERIALIZED (SELECT chunk_id, tsv FROM documents_chunkwords WHERE {matches} {condition} LIMIT %(most)s)
SELECT found.lexeme, count(*), (array_agg(chunk_id ORDER BY chunk_id))[1:%(samples)s]
FROM seen, unnest(tsv) AS found(lexeme, positions, weights) WHERE found.lexeme = ANY(%(lexemes)s::text[]) GROUP BY found.lexeme
"""


class Seen(NamedTuple):
    """In how many of the reader's passages a lexeme was counted (at most SEEN), and some of them."""

    passages: int
    samples: list[int]


@dataclass(frozen=True)
class Doubtful:
    """A word of the query, its own lexemes, and the nearest others."""

    word: Word
    lexemes: tuple[str, ...]
    others: Mapping[str, int]
    """By how many slips each is told from it."""


def suggestions(text: str, words: Sequence[Word], found: Sequence[int], scope: Scope, user: Any) -> list[str]:
    """The query `text`, whose plain words are `words`, in other spellings, likeliest first; `found` are the passages that have any of
    them, best first."""
    doubted = [_doubtful(word, lexemes, scope) for word, lexemes in _not_found(words, found)]
    doubted = [one for one in doubted if one.others]
    if not doubted:
        return []
    seen = _seen({lexeme for one in doubted for lexeme in (*one.lexemes, *one.others)}, scope)
    better = {one.word: spellings for one in doubted if (spellings := _spellings(one, seen, user))}
    if not better:
        return []
    if len(better) > 1:
        return [_respelled(text, {word: spellings[0] for word, spellings in better.items()})]
    ((word, spellings),) = better.items()
    return [_respelled(text, {word: spelling}) for spelling in spellings[:MOST_SUGGESTIONS]]


def _not_found(words: Sequence[Word], found: Sequence[int]) -> list[tuple[Word, tuple[str, ...]]]:
    """The words, and their lexemes, that none of the best passages has; all of them where too few were found to tell. Very common words
    of any language in use are no slips: "have" is none because there are German documents."""
    plain = {word.folded: word for word in reversed(words) if word.folded.isalpha() and SHORTEST <= len(word.folded) <= LONGEST}
    if not plain or (len(plain) == 1 and len(found) > FEW):
        return []
    known = Lexemes(languages_in_use(), plain.keys())
    common = {word for by_word in known.by_language for word, stem in by_word.items() if not stem}
    lexemes = {word: known.of(word.folded) for word in plain.values() if word.folded not in common}
    asked = [(word, tuple(form for lexeme in own for form in (lexeme, MARK + lexeme))) for word, own in lexemes.items() if own]
    there: set[int] = set()
    if len(found) > FEW:
        queries = [" | ".join(map(quoted, forms)) for _word, forms in asked]
        with connection.cursor() as cursor:
            cursor.execute(_FOUND, {"numbers": list(range(len(asked))), "queries": queries, "chunks": list(found[:LOOKED_AT])})
            there = {number for (number,) in cursor.fetchall()}
    missing = [one for number, one in enumerate(asked) if number not in there]
    return sorted(missing, key=lambda one: one[0].start)[:MOST_WORDS]


def _doubtful(word: Word, lexemes: tuple[str, ...], scope: Scope) -> Doubtful:
    near: dict[str, int] = {}
    edits, firsts = list(_edits(word.folded)), _beginnings(word.folded)
    same = len(firsts[0])
    for language in languages_in_use()[:MOST_LANGUAGES]:
        begins = tag(language)
        values: dict[str, Any] = {
            "tag": begins,
            "stemmer": f"{language}_stem",
            "edits": edits,
            "firsts": [begins + first for first in firsts],
            "begins": len(begins) + same,
            "shortest": len(begins) + max(same, len(word.folded) // 2),
            "longest": len(begins) + len(word.folded) + 1,
        }
        with connection.cursor() as cursor:
            cursor.execute(_CANDIDATES, values)
            for lexeme, edited in cursor.fetchall():
                if edited:
                    near[lexeme] = 1
                elif (
                    len(word.folded) >= SHORTEST_FOR_TWO and (slips := _slips(lexeme.removeprefix(begins), word.folded, 2, begun=True)) <= 2
                ):
                    near[lexeme] = slips
    seen = scope.frequencies(near)
    others = sorted((one for one in near if seen[one] and one not in lexemes), key=lambda lexeme: (near[lexeme], lexeme))
    return Doubtful(word, lexemes, {lexeme: near[lexeme] for lexeme in others[:NEAREST]})


def _beginnings(word: str) -> list[str]:
    """How what it should be may begin, all of one length: as it was typed, and of a long word with one slip. With two slips a short one is
    near to too many that were never meant."""
    if len(word) < LONG:
        return [word[:3]]
    return [word[:4], *sorted({edit[:4] for edit in _edits(word[:5])} - {word[:4]})]


def _edits(word: str) -> Iterator[str]:
    """All that one letter less, more or other, or two neighbours exchanged, make of a word."""
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        yield from (before + letter + after for letter in ascii_lowercase)
        if after:
            yield before + after[1:]
            yield from (before + letter + after[1:] for letter in ascii_lowercase if letter != after[0])
        if len(after) > 1 and after[0] != after[1]:
            yield before + after[1] + after[0] + after[2:]


def _slips(a: str, b: str, most: int, *, begun: bool = False) -> int:
    """How many such edits lead from one to the other, or to a beginning of the other where it is only `begun` (Damerau and Levenshtein's
    distance, restricted); `most` + 1 where more."""
    if len(a) - len(b) > most or len(set(a) - set(b)) > most or (not begun and len(b) - len(a) > most):
        return most + 1
    before: list[int] = []
    last = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before, last = last, row
    return min(min(last) if begun else last[-1], most + 1)


def _seen(lexemes: Iterable[str], scope: Scope) -> dict[str, Seen]:
    """Where each lexeme stands in what the reader may see; those that stand nowhere are left out."""
    lexemes = sorted(lexemes)
    condition, values = scope.condition()
    matches = "tsv @@ %(any)s::tsquery"
    if scope.counts.visible_chunks <= READ_UP_TO and not scope.everything:
        matches = f"({matches}) IS TRUE"  # which no index answers: others' passages are not even gone through
    values |= {"any": " | ".join(map(quoted, lexemes)), "lexemes": lexemes, "most": SEEN, "samples": SAMPLES}
    with connection.cursor() as cursor:
        cursor.execute(_SEEN.format(matches=matches, condition=condition), values)
        return {lexeme: Seen(passages, samples) for lexeme, passages, samples in cursor.fetchall()}


def _spellings(doubtful: Doubtful, seen: Mapping[str, Seen], user: Any) -> list[str]:
    """Other spellings of a word, nearest first and of these the commonest."""
    typed = max((seen[lexeme].passages for lexeme in doubtful.lexemes if lexeme in seen), default=0)
    likely = [lexeme for lexeme in doubtful.others if lexeme in seen and seen[lexeme].passages >= max(1, COMMONER * typed)]
    likely = sorted(likely, key=lambda lexeme: (doubtful.others[lexeme], -seen[lexeme].passages, lexeme))[:LIKELIEST]
    samples = {pk for lexeme in likely for pk in seen[lexeme].samples}
    if not samples:
        return []
    readings = Document.objects.visible_to(user).order_by().values("text_version")
    rows = Chunk.objects.filter(pk__in=samples, text_version__in=readings).order_by().values_list("pk", "context", "text")
    texts = {pk: f"{context}\n{text}" for pk, context, text in rows}
    word, most = doubtful.word.folded, 2 if len(doubtful.word.folded) >= SHORTEST_FOR_TWO else 1
    found: dict[str, tuple[int, int]] = {}
    for lexeme in likely:
        for written in _written(lexeme, [texts[pk] for pk in seen[lexeme].samples if pk in texts]):
            if 0 < (slips := _slips(written, word, most)) <= most:
                found[written] = min(found.get(written, (most, 0)), (slips, -seen[lexeme].passages))
    return sorted(found, key=lambda written: (*found[written], written))


def _written(lexeme: str, texts: Sequence[str]) -> set[str]:
    """The forms of a lexeme that stand in these texts, in small letters."""
    beginnings = frozenset({beginning_of(lexeme)})
    words = {word.folded for text in texts for word in words_beginning(text, beginnings)}
    forms = [stems(words, language) for language in languages_in_use()[:MOST_LANGUAGES]]
    return {word for word in words if any(known[word] == lexeme for known in forms)}


def _respelled(text: str, spellings: Mapping[Word, str]) -> str:
    """The text with words exchanged wherever they stand, capitals as they were typed."""
    for word, spelling in sorted(spellings.items(), reverse=True):
        typed = text[word.start : word.end]
        as_typed = spelling.upper() if typed.isupper() else spelling.capitalize() if typed[:1].isupper() else spelling
        text = text[: word.start] + as_typed + text[word.end :]
    return text
