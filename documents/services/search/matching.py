"""From the tree of a query to what PostgreSQL matches and ranks by: tsqueries of finished, quoted lexemes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.translation import gettext as _

from documents.services.search.errors import SearchError
from documents.services.search.language import languages_in_use
from documents.services.search.syntax import All, Cite, Near, Node, Optional, Some, Term, Without
from documents.services.search.variants import MARK, pair
from documents.services.search.words import quoted, stems_in

# A lexeme is a stem, so a typed prefix may be longer than it: "negligen*" must find "neglig". These are tried as its ends.
ENDINGS = (
    "e",
    "d",
    "s",
    "ed",
    "es",
    "er",
    "or",
    "ing",
    "ion",
    "ions",
    "tion",
    "ation",
    "ce",
    "t",
    "ts",
    "ly",
    "y",
    "ity",
    "al",
    "ment",
    "able",
    "ive",
)
MOST_CHARACTERS = 100_000
Lexemes = Mapping[str, tuple[str, ...]]
"""Of each folded word its stems in the languages in use; none for one that is very common in all of them."""


@dataclass(frozen=True)
class Matching:
    """`match` says which passages are hits; `cited` is its part about authorities. `lexemes` are the words that count for them,
    `prefixes` the beginnings of words, `keys` the authorities; `loose` says that any one of them is enough, so that a search
    may leave out the commonest."""

    match: str
    cited: str
    lexemes: frozenset[str]
    prefixes: frozenset[str]
    keys: frozenset[str]
    loose: bool

    @property
    def rank(self) -> str:
        """A tsquery of everything that counts; ranking by it is better than by the structure of `match`."""
        parts = [quoted(lexeme) for lexeme in sorted(self.lexemes | self.keys)]
        return " | ".join(parts + [f"{quoted(prefix)}:*" for prefix in sorted(self.prefixes)])


def matching(root: Node) -> Matching | None:
    """None where nothing is left to look for (very common words only). Asks for the stems of all words at once."""
    words = {word for term in _terms(root) for word in term.words}
    typed_prefixes = {term.words[-1] for term in _terms(root) if isinstance(term, Term) and term.prefix}
    joined = {variant[1:] for term in _terms(root) if isinstance(term, Term) for variant in term.variants if variant[1:].isalnum()}
    languages = languages_in_use()
    lexemes = stems_in(words | joined | {prefix + ending for prefix in typed_prefixes for ending in ENDINGS}, languages)
    writer = _Writer(lexemes)
    match, cited = writer.write(root), _either([writer.write(leaf) for leaf in _terms(root, positive=True) if isinstance(leaf, Cite)])
    if not match:
        return None
    if len(match) > MOST_CHARACTERS:
        raise SearchError(_("This query is too large; look for fewer words, or for words nearer to each other."), "too_complex")
    return _counted(root, match, cited, lexemes)


def _counted(root: Node, match: str, cited: str, lexemes: Lexemes) -> Matching:
    found: set[str] = set()
    prefixes: set[str] = set()
    keys: set[str] = set()
    for leaf in _terms(root, positive=True):
        if isinstance(leaf, Cite):
            keys.add(leaf.key)
            continue
        found.update(_counting(leaf, lexemes))
        if leaf.prefix:
            prefixes.add(leaf.words[-1])
            found.update(_stems_of_prefix(leaf.words[-1], lexemes))
    return Matching(match, cited, frozenset(found), frozenset(prefixes), frozenset(keys), _is_loose(root))


def _is_loose(node: Node) -> bool:
    if isinstance(node, Some):
        return all(_is_loose(part) for part in node.parts)
    return isinstance(node, Cite) or (isinstance(node, Term) and len(node.words) == 1 and not node.prefix and not node.heading)


def _terms(node: Node, positive: bool = False) -> Iterator[Term | Cite]:
    if isinstance(node, Term | Cite):
        yield node
    elif isinstance(node, Near):
        yield from _terms(node.left, positive)
        yield from _terms(node.right, positive)
    elif isinstance(node, All | Some):
        for part in node.parts:
            yield from _terms(part, positive)
    elif isinstance(node, Optional) or not positive:
        yield from _terms(node.part, positive)


def _stems_of_prefix(prefix: str, lexemes: Lexemes) -> list[str]:
    """Stems, shorter than the prefix, of words that begin with it."""
    possible = {stem for ending in ENDINGS for stem in lexemes[prefix + ending]}
    return sorted(stem for stem in possible if not stem.startswith(prefix))


def _counting(term: Term, lexemes: Lexemes) -> Iterator[str]:
    """All lexemes that count for a term where they stand, but for those of its prefix."""
    plain = () if _is_written_otherwise(term, lexemes) else term.words[:-1] if term.prefix else term.words
    for word in plain:
        for lexeme in lexemes[word]:
            yield from (lexeme, MARK + lexeme)
    if term.quoted:
        yield from (both for _, both in _pairs(plain, lexemes))
    for variant in term.variants:
        yield from _lexemes_of(variant, lexemes)


def _is_written_otherwise(term: Term, lexemes: Lexemes) -> bool:
    """Do only the variants stand for the term? The words of A-12 are a very common one and any 12."""
    return term.only_variants or bool(term.variants and not all(lexemes[word] for word in term.words))


def _lexemes_of(variant: str, lexemes: Lexemes) -> list[str]:
    """A variant as it is kept beside the words, and the word that it is where it is written as one."""
    stems = lexemes.get(variant[1:], ())
    return [*stems, *(MARK + stem for stem in stems)] or [variant]


def _pairs(words: Sequence[str], lexemes: Lexemes) -> Iterator[tuple[int, str]]:
    """(place, lexeme) of very common words that stand side by side."""
    for place, (first, second) in enumerate(pairwise(words)):
        if not lexemes[first] and not lexemes[second]:
            yield place, pair(first, second)


class _Writer:
    def __init__(self, lexemes: Lexemes) -> None:
        self.lexemes = lexemes

    def write(self, node: Node) -> str:
        """The node as a tsquery, or "" where it has only stop words."""
        match node:
            case Term():
                return self._term(node)
            case Cite():
                return _either([quoted(node.key), self._term(Term(node.words))])
            case Near():
                return self._near(node)
            case Some():
                return _either([self.write(part) for part in node.parts])
            case Without():
                inner = self.write(node.part)
                return f"!({inner})" if inner else ""
            case Optional():
                return ""
            case All():
                return self._all(node)

    def _all(self, node: All) -> str:
        wanted = [self.write(part) for part in node.parts if not isinstance(part, Without)]
        if not any(wanted):  # a phrase of very common words: what stood beside it must do
            wanted = [self.write(part.part) for part in node.parts if isinstance(part, Optional)]
        if not any(wanted):
            return ""
        unwanted = [self.write(part) for part in node.parts if isinstance(part, Without)]
        return " & ".join(f"({part})" for part in wanted + unwanted if part)

    def _term(self, term: Term) -> str:
        variants = [lexeme for variant in term.variants for lexeme in _lexemes_of(variant, self.lexemes)]
        written = [quoted(lexeme) + (":A" if term.heading else "") for lexeme in dict.fromkeys(variants)]
        return _either(written if _is_written_otherwise(term, self.lexemes) else [self._phrase(term), *written])

    def _phrase(self, term: Term) -> str:
        """Lexemes at the distances at which their words stand. Very common words are counted but not looked for, unless several stand
        side by side in quotes: their pairs are kept."""
        pairs = dict(_pairs(term.words, self.lexemes)) if term.quoted else {}
        written, last = "", 0
        for place, word in enumerate(term.words):
            is_prefix = term.prefix and place == len(term.words) - 1
            part = self._prefix(word) if is_prefix else self._word(word, place, pairs, term.heading)
            if part:
                written += f" <{place - last}> {part}" if written else part
                last = place
        return written

    def _word(self, word: str, place: int, pairs: Mapping[int, str], heading: bool) -> str:
        lexemes = [pairs[place]] if place in pairs else [form for lexeme in self.lexemes[word] for form in (lexeme, MARK + lexeme)]
        parts = [quoted(lexeme) + (":A" if heading else "") for lexeme in lexemes]
        return f"({' | '.join(parts)})" if len(parts) > 1 else "".join(parts)

    def _prefix(self, prefix: str) -> str:
        return "(" + _either([f"{quoted(prefix)}:*", *map(quoted, _stems_of_prefix(prefix, self.lexemes))]) + ")"

    def _near(self, node: Near) -> str:
        left, right = self.write(node.left), self.write(node.right)
        if not left or not right:
            return left or right
        ways = range(1, node.distance + 1)
        return _either([f"({a}) <{distance}> ({b})" for distance in ways for a, b in ((left, right), (right, left))])


def _either(parts: list[str]) -> str:
    kept = [part for part in parts if part]
    return " | ".join(f"({part})" for part in kept) if len(kept) > 1 else "".join(kept)
