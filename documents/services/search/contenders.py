"""Which passages of a loose query are looked at, so that none of its best is missed though most of those with one of its words are not.

A passage can score high only where it has much of what the query says: words whose idf comes to a great share of the sum. So the index is
asked for those first, and for lesser shares until nothing that is left can be among the best (the threshold of Turtle and Flood, Query
Evaluation: Strategies and Optimizations, 1995, as a tsquery).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from documents.services.search.query.matching import Matching
from documents.services.search.scope import Scope
from documents.services.search.text.variants import MARK
from documents.services.search.text.words import quoted

SHARES = (1.0, 0.8, 0.6, 0.4, 0.25)
FIRST = 2  # of SHARES
WEIGHED = 10  # the rarest words of a long query; 252 sets of them at most


class Contenders:
    """tsqueries for the passages that have a share of a loose query."""

    def __init__(self, terms: Sequence[tuple[float, frozenset[str]]], cited: str) -> None:
        """`terms` are what was typed: its idf, and the lexemes that each stand for it; `cited` is a tsquery of the authorities."""
        heaviest = sorted(terms, key=lambda term: (-term[0], sorted(term[1])))[:WEIGHED]
        self.cited = cited
        self.words = [(f"({_either(lexemes)})", idf) for idf, lexemes in heaviest]
        self.total = sum(idf for idf, _lexemes in heaviest)

    def having(self, share: float) -> str:
        """A tsquery of the passages with words of this share of the weights, 0 to 1, and of those with a citation."""
        sets = _reaching(self.words, share * self.total - 1e-9) or ""
        return " | ".join(filter(None, [self.cited and f"({self.cited})", sets]))


def _reaching(words: Sequence[tuple[str, float]], needed: float) -> str | None:
    """The sets of words whose weights come to what is needed: "" where nothing is needed, None where all are not enough."""
    if needed <= 0:
        return ""
    if needed > sum(weight for _word, weight in words):
        return None
    (word, weight), others = words[0], words[1:]
    with_it, without = _reaching(others, needed - weight), _reaching(others, needed)
    parts = [f"{word} & ({with_it})" if with_it else word] if with_it is not None else []
    return " | ".join([*parts, *([without] if without else [])])


def rarest(matching: Matching, chunks: Mapping[str, int], scope: Scope, most: int) -> tuple[str, bool]:
    """Which words of a loose query must bring in the first candidates, at most about `most`, and whether some were left out.

    Words are taken from the rarest on until there are enough candidates. Where the rarest is too common by itself, a second word must
    stand beside it.
    """
    counts = scope.counts
    share = counts.chunks_within / counts.visible_chunks if counts.visible_chunks else 1.0
    forms: defaultdict[str, list[str]] = defaultdict(list)
    for lexeme in sorted(matching.lexemes, reverse=True):
        forms[lexeme.removeprefix(MARK)].append(lexeme)
    expected_of = {word: share * sum(chunks[lexeme] for lexeme in lexemes) for word, lexemes in forms.items()}
    words = sorted(forms, key=lambda word: (expected_of[word], word))
    written = {word: _either(lexemes) for word, lexemes in forms.items()}
    taken: list[str] = []
    expected = 0.0
    for word in words:
        expected += expected_of[word]
        if taken and expected > most:
            break
        taken.append(word)
    parts = [f"({matching.cited})"] if matching.cited else []
    if len(taken) == 1 and len(words) > 1 and expected > most and expected_of[taken[0]] > most:
        others = " | ".join(written[word] for word in words[1:])
        return " | ".join([*parts, f"({written[taken[0]]}) & ({others})"]), True
    return " | ".join([*parts, *(written[word] for word in taken)]), len(taken) < len(words)


def _either(lexemes: Iterable[str]) -> str:
    return " | ".join(map(quoted, sorted(lexemes, reverse=True)))
