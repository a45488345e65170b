"""From the tree of a query to what PostgreSQL matches and ranks by: tsqueries of finished, quoted lexemes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise

from django.utils.translation import gettext as _

from documents.services.search.errors import SearchError
from documents.services.search.query.syntax import All, Cite, Condition, Near, Node, Optional, Some, Term, Without
from documents.services.search.text.language import languages_in_use
from documents.services.search.text.variants import MARK, pair
from documents.services.search.text.words import quoted, stems, tag

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
RULES = frozenset({"frcp", "frcrp", "fre", "frap", "frbp"})
"""Families of authorities whose keys have their subdivisions: who asks for Rule 26 means Rule 26(b)(1) too."""
DOCKETS = (MARK + "docket:", MARK + "docket-any:")
"""How the lexemes of docket numbers begin."""


class Lexemes:
    """The stems of a query's words in each of the languages in use; "" for one that is very common there."""

    def __init__(self, languages: Sequence[str], words: Set[str]) -> None:
        self.by_language = [stems(words, language) for language in languages]
        self.tags = [tag(language) for language in languages]

    def of(self, word: str) -> list[str]:
        """All stems of a folded word; none for one that is very common in every language, or that nobody asked for."""
        return list(dict.fromkeys(stem for known in self.by_language if (stem := known.get(word, ""))))


def beginning_of_parts(key: str) -> str:
    """How the keys of an authority's subdivisions begin; "" where they are not kept apart."""
    return f"{key}(" if key.partition(":")[0] in RULES else ""


@dataclass(frozen=True)
class Matching:
    """`match` says which passages are hits; `cited` is its part about authorities. `lexemes` are the words that count for them,
    `prefixes` the beginnings of lexemes, `keys` the authorities; `loose` says that any one of them is enough, so that a search
    may leave out the commonest."""

    match: str
    cited: str
    lexemes: frozenset[str]
    prefixes: frozenset[str]
    keys: frozenset[str]
    loose: bool
    terms: tuple[frozenset[str], ...] = ()
    """What was asked for, each thing as the lexemes any one of which stands for it: which share of it a passage has is told by them."""
    numbers: tuple[frozenset[str], ...] = ()
    """Of `terms` the authorities and docket numbers."""
    phrase: str = ""
    """A tsquery of a query without operators as it stands, word for word; "" where it has fewer than two words that count."""
    common: float = 0.0
    """The share of very common words: sentences have them, keywords have none."""

    def with_parts(self, parts: Set[str]) -> Matching:
        """The same where these keys of subdivisions stand for their authorities too."""

        def widened(group: frozenset[str]) -> frozenset[str]:
            return group | {part for part in parts if any(part.startswith(f"{key}(") for key in group)}

        keys, terms, numbers = self.keys | parts, tuple(map(widened, self.terms)), tuple(map(widened, self.numbers))
        return replace(self, keys=frozenset(keys), terms=terms, numbers=numbers)

    @property
    def rank(self) -> str:
        """A tsquery of everything that counts; ranking by it is better than by the structure of `match`."""
        parts = [quoted(lexeme) for lexeme in sorted(self.lexemes | self.keys)]
        return " | ".join(parts + [f"{quoted(prefix)}:*" for prefix in sorted(self.prefixes)])


def matching(root: Node | None) -> Matching | None:
    """None where nothing is left to look for (very common words only, or none at all). Asks for the stems of all words at once."""
    if root is None:
        return None
    words = {word for term in _terms(root) for word in term.words}
    typed_prefixes = {term.words[-1] for term in _terms(root) if isinstance(term, Term) and term.prefix}
    joined = {variant[1:] for term in _terms(root) if isinstance(term, Term) for variant in term.variants if variant[1:].isalnum()}
    wanted = words | joined | {prefix + ending for prefix in typed_prefixes for ending in ENDINGS}
    lexemes = Lexemes(languages_in_use(), wanted)
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
            prefixes.update(tag + leaf.words[-1] for tag in lexemes.tags)
            found.update(_stems_of_prefix(leaf.words[-1], lexemes))
    terms = dict.fromkeys(group for leaf in _terms(root, positive=True) for group in _groups(leaf, lexemes))
    return Matching(
        match,
        cited,
        frozenset(found),
        frozenset(prefixes),
        frozenset(keys),
        _is_loose(root),
        tuple(terms),
        tuple(group for group in terms if any(lexeme in keys or lexeme.startswith(DOCKETS) for lexeme in group)),
        _phrase_of(root, lexemes),
        _share_of_common(root, lexemes),
    )


def _groups(leaf: Term | Cite, lexemes: Lexemes) -> Iterator[frozenset[str]]:
    """The things that a leaf asks for, each as all lexemes that stand for it; those of a prefix are not known here."""
    if isinstance(leaf, Cite):
        yield frozenset([leaf.key])
    elif leaf.variants:
        yield frozenset(_counting(leaf, lexemes))
    else:
        for word in leaf.words[:-1] if leaf.prefix else leaf.words:
            if stems := lexemes.of(word):
                yield frozenset(form for stem in stems for form in (stem, MARK + stem))


def _share_of_common(root: Node, lexemes: Lexemes) -> float:
    words = [word for leaf in _terms(root, positive=True) for word in leaf.words]
    common = sum(any(known.get(word) == "" for known in lexemes.by_language) for word in words)
    return common / len(words) if words else 0.0


def _parts(node: Node) -> tuple[Node, ...]:
    return node.parts if isinstance(node, Some) else (node,)


def _phrase_of(root: Node, lexemes: Lexemes) -> str:
    leaves = [part for one in _parts(root) for part in _parts(one)]
    terms = [leaf for leaf in leaves if isinstance(leaf, Term | Cite) and leaf.words]
    if len(terms) < len([leaf for leaf in leaves if not isinstance(leaf, Cite)]):
        return ""
    if any(isinstance(term, Term) and (term.quoted or term.prefix or term.heading) for term in terms):
        return ""
    whole = Term(tuple(word for term in terms for word in term.words))
    phrases = [_Writer(lexemes).phrase(whole, known) for known in lexemes.by_language]
    return _either(list(dict.fromkeys(phrase for phrase in phrases if "<" in phrase)))


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
    elif isinstance(node, Optional) or (isinstance(node, Without) and not positive):
        yield from _terms(node.part, positive)


def _stems_of_prefix(prefix: str, lexemes: Lexemes) -> list[str]:
    """Stems, shorter than the prefix, of words that begin with it."""
    possible = {stem for ending in ENDINGS for stem in lexemes.of(prefix + ending)}
    return sorted(stem for stem in possible if not stem.rpartition(":")[2].startswith(prefix))


def _counting(term: Term, lexemes: Lexemes) -> Iterator[str]:
    """All lexemes that count for a term where they stand, but for those of its prefix."""
    plain = term.words[:-1] if term.prefix else term.words
    for known in lexemes.by_language:
        if not _is_written_otherwise(term, known):
            yield from (form for word in plain if known[word] for form in (known[word], MARK + known[word]))
            yield from (dict(_pairs(plain, known)) if term.quoted else {}).values()
    for variant in term.variants:
        yield from _forms_of(variant, lexemes)


def _is_written_otherwise(term: Term, known: Mapping[str, str]) -> bool:
    """Do only the variants stand for the term in this language? The words of A-12 are a very common one and any 12."""
    return term.only_variants or bool(term.variants and not all(known[word] for word in term.words))


def _forms_of(variant: str, lexemes: Lexemes) -> list[str]:
    """A variant as it is kept beside the words, and the word that it is where it is written as one."""
    stems = lexemes.of(variant[1:])
    return [*stems, *(MARK + stem for stem in stems)] or [variant]


def _pairs(words: Sequence[str], known: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """(place, lexeme) of very common words that stand side by side."""
    for place, (first, second) in enumerate(pairwise(words)):
        if not known[first] and not known[second]:
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
                parts = beginning_of_parts(node.key)
                return _either([quoted(node.key), f"{quoted(parts)}:*" if parts else "", self._term(Term(node.words))])
            case Near():
                return self._near(node)
            case Some():
                return _either([self.write(part) for part in node.parts])
            case Without():
                inner = self.write(node.part)
                return f"!({inner})" if inner else ""
            case Optional() | Condition():
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
        phrases = [self.phrase(term, known) for known in self.lexemes.by_language if not _is_written_otherwise(term, known)]
        variants = [self._weighed(form, term) for variant in term.variants for form in _forms_of(variant, self.lexemes)]
        return _either(list(dict.fromkeys([*phrases, *variants])))

    def phrase(self, term: Term, known: Mapping[str, str]) -> str:
        """Lexemes of one language at the distances at which their words stand. Very common words are counted but not looked for,
        unless several stand side by side in quotes: their pairs are kept."""
        pairs = dict(_pairs(term.words, known)) if term.quoted else {}
        written, last = "", 0
        for place, word in enumerate(term.words):
            if term.prefix and place == len(term.words) - 1:
                part = self._prefix(word)
            elif place in pairs:
                part = self._weighed(pairs[place], term)
            else:
                part = _either([self._weighed(form, term) for form in (known[word], MARK + known[word]) if known[word]])
            if part:
                part = f"({part})" if " | " in part else part
                written += f" <{place - last}> {part}" if written else part
                last = place
        return written

    def _weighed(self, lexeme: str, term: Term) -> str:
        return quoted(lexeme) + (":A" if term.heading else "")

    def _prefix(self, prefix: str) -> str:
        beginnings = [f"{quoted(tag + prefix)}:*" for tag in self.lexemes.tags]
        return "(" + _either([*beginnings, *map(quoted, _stems_of_prefix(prefix, self.lexemes))]) + ")"

    def _near(self, node: Near) -> str:
        left, right = self.write(node.left), self.write(node.right)
        if not left or not right:
            return left or right
        ways = range(1, node.distance + 1)
        return _either([f"({a}) <{distance}> ({b})" for distance in ways for a, b in ((left, right), (right, left))])


def _either(parts: list[str]) -> str:
    kept = [part for part in parts if part]
    return " | ".join(f"({part})" for part in kept) if len(kept) > 1 else "".join(kept)
