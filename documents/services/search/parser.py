"""From what a person types to a tree. Plain words mean "any of these, the more the better"; operators and quotes mean what they say.

query    := every (OR every)*
every    := loose (AND loose)*
loose    := near+                    words without an operator between them
near     := one (w/5 one)*
one      := [-|NOT] (word | word* | "phrase" | "phrase"~5 | citation | title:one | kind:word | cite:one | "(" query ")")
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from django.utils.translation import gettext as _

from cases.services import citations, dockets
from documents.models import Document
from documents.services.search.errors import SearchError
from documents.services.search.syntax import (
    PHRASE,
    WORD,
    All,
    Cite,
    Lexer,
    Near,
    Node,
    Optional,
    Piece,
    Some,
    Span,
    Term,
    Without,
)
from documents.services.search.text.variants import MARK, is_exact, variants_in
from documents.services.search.text.words import words_in

LONGEST_QUERY = 2000
DOCKET = "docket:"  # how the key of a docket number begins
MOST_TERMS = 64
DEEPEST = 20
SHORTEST_PREFIX = 3
# Citations have numbers, but for the Constitution's amendments. The grammars take a second to load in a new process, so a
# query that cannot have any does not wait for them.
_MAY_CITE = re.compile(r"\d|amend|const|\bart", re.IGNORECASE)


@dataclass
class Query:
    """A query understood. `text` is what it says without operators; `strict` says that it has some, so that meaning alone makes
    no hit; `citations` are (key, as typed); `cut` says that words beyond MOST_TERMS were left out."""

    root: Node
    text: str
    strict: bool = False
    kind: str = ""
    citations: list[tuple[str, str]] = field(default_factory=list)
    cut: bool = False


def parse(query: str) -> Query:
    """Raises SearchError, and nothing else, for whatever cannot be understood."""
    if len(query) > LONGEST_QUERY:
        sentence = _("A query may have %(most)d characters; this one has %(length)d.") % {"most": LONGEST_QUERY, "length": len(query)}
        raise SearchError(sentence, "too_long", LONGEST_QUERY)
    query = "".join(" " if char == "\0" or "\ud800" <= char <= "\udfff" else char for char in query)
    spans, recognised = _citations(query)
    pieces = list(Lexer(query, spans))
    parser = Parser(pieces, {text: key for key, text in recognised})
    root = parser.parse()
    loose = [Cite(key) for key, _text in recognised if key not in {span.key for span in spans}]
    if loose and not parser.strict:
        root = Some((root, *loose)) if root else Some(tuple(loose))
    if root is None:
        raise SearchError(_("Type a word, a sentence or a citation to look for."), "empty")
    return Query(root, " ".join(parser.said) or query, parser.strict, parser.kind, recognised, parser.cut)


def _citations(query: str) -> tuple[list[Span], list[tuple[str, str]]]:
    """Where citations stand in a query, and every (key, as typed) recognised in it."""
    if not _MAY_CITE.search(query):
        return [], []
    mentions = [mention for mention in citations.extract(query) if mention.key]
    spans = [Span(mention.start, mention.end, mention.key) for mention in mentions]
    typed = {mention.key: mention.text for mention in mentions}
    for docket in dockets.dockets_in(query, alone=True):
        if not any(span.start < docket.end and docket.start < span.end for span in spans):
            spans.append(Span(docket.start, docket.end, DOCKET + docket.key))
            typed[DOCKET + docket.key] = query[docket.start : docket.end]
    for key in citations.keys_in(query):
        typed.setdefault(key, query.strip())
    return spans, list(typed.items())


class Parser:
    def __init__(self, pieces: Sequence[Piece], cited: Mapping[str, str]) -> None:
        self.pieces, self.cited = pieces, cited
        self.at = self.depth = self.terms = 0
        self.strict = self.cut = False
        self.kind = ""
        self.said: list[str] = []
        self.negative = False

    def parse(self) -> Node | None:
        root = self._any()
        if self.at < len(self.pieces):
            raise SearchError(_("This bracket was never opened."), "unopened_bracket", self.pieces[self.at].at)
        _refuse_only_negative(root, 0)
        return root

    def _peek(self, *kinds: str) -> Piece | None:
        piece = self.pieces[self.at] if self.at < len(self.pieces) else None
        return piece if piece and piece.kind in kinds else None

    def _next(self, *kinds: str) -> Piece | None:
        piece = self._peek(*kinds)
        self.at += piece is not None
        return piece

    def _any(self) -> Node | None:
        return self._joined("or", self._every, Some)

    def _every(self) -> Node | None:
        return self._joined("and", self._loose, All)

    def _joined(self, operator: str, side: Callable[[], Node | None], made: type[All] | type[Some]) -> Node | None:
        first = self._peek("and", "or")
        if first:
            raise _lonely(first)
        parts = [side()]
        while joint := self._next(operator):
            self.strict = True
            if parts[-1] is None or not self._begins():
                raise _lonely(joint)
            parts.append(side())
        kept = [part for part in parts if part is not None]
        if made is Some and len(kept) > 1:
            for part in kept:
                _refuse_only_negative(part, self.pieces[0].at)
        return made(tuple(kept)) if len(kept) > 1 else (kept[0] if kept else None)

    def _begins(self) -> bool:
        return self.at < len(self.pieces) and self.pieces[self.at].kind not in ("and", "or", "near", ")")

    def _loose(self) -> Node | None:
        parts: list[Node] = []
        while self._begins() or self._peek("near"):
            if (part := self._near()) is not None:
                parts.append(part)
        return _together(parts)

    def _near(self) -> Node | None:
        left = self._one() if not self._peek("near") else None
        while joint := self._next("near"):
            self.strict = True
            if left is None or not self._begins():
                raise _lonely(joint)
            right = self._one()
            if right is None:
                raise _lonely(joint)
            for side in (left, right):
                _refuse_far(side, joint)
            left = Near(left, right, joint.number)
        return left

    def _one(self) -> Node | None:
        piece = self.pieces[self.at]
        self.at += 1
        if piece.kind in ("not", "minus"):
            return self._without(piece)
        if piece.kind == "(":
            return self._group(piece)
        if piece.kind == "field":
            return self._field(piece)
        return self._leaf(piece)

    def _without(self, piece: Piece) -> Node | None:
        self.strict = True
        if not self._begins():
            raise _lonely(piece)
        self.negative = not self.negative
        self._deeper(piece)
        part = self._one()
        self.depth -= 1
        self.negative = not self.negative
        if isinstance(part, Without):
            return part.part
        return Without(part) if part is not None else None

    def _deeper(self, piece: Piece) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise SearchError(_("These brackets are nested too deeply."), "too_deep", piece.at)

    def _group(self, piece: Piece) -> Node | None:
        self._deeper(piece)
        node = self._any() if self._begins() else None
        if not self._next(")"):
            stray = self.pieces[self.at] if self.at < len(self.pieces) else None
            if stray and stray.kind in ("and", "or", "near"):
                raise _lonely(stray)
            raise SearchError(_("This bracket is never closed."), "unclosed_bracket", piece.at)
        self.depth -= 1
        return node

    def _field(self, piece: Piece) -> Node | None:
        name = piece.text[:-1].lower()
        self.strict = self.strict or name != "kind"
        value = self._next(WORD, PHRASE, "cite")
        if value is None:
            raise SearchError(
                _("Say after “%(field)s” what to look for, as in %(field)sname.") % {"field": piece.text}, "empty_field", piece.at
            )
        if name == "kind":
            self._set_kind(value)
            return None
        if name == "cite":
            return _cited(value)
        leaf = self._leaf(value)
        if isinstance(leaf, Cite):
            leaf = Term(leaf.words)
        return replace(leaf, heading=True) if isinstance(leaf, Term) else leaf

    def _set_kind(self, value: Piece) -> None:
        known = {str(kind.value): str(kind.label) for kind in Document.Kind}
        wanted = value.text.strip().lower()
        kind = next((key for key, label in known.items() if wanted in (key, label.lower())), None)
        if kind is None:
            raise SearchError(_("There is no such kind. There are: %(kinds)s.") % {"kinds": ", ".join(known)}, "unknown_kind", value.at)
        if self.depth or self.negative or self.kind not in ("", kind):
            raise SearchError(_("“kind:” can be said once, and not inside brackets or after NOT."), "nested_kind", value.at)
        self.kind = kind

    def _leaf(self, piece: Piece) -> Node | None:
        words = tuple(word.folded for word in words_in(piece.text))
        if not words:
            return None
        self.terms += 1
        if self.terms > MOST_TERMS:
            self._leave_out(piece)
            return None
        if not self.negative:
            self.said.append(piece.text)
        if piece.key.startswith(DOCKET):
            return _docket(piece, words)
        if piece.kind == "cite":
            return Cite(piece.key, words)
        if piece.kind == PHRASE:
            return self._phrase(piece, words)
        prefix = piece.text.rstrip(".,;!?").endswith("*")
        if prefix and len(words[-1]) < SHORTEST_PREFIX:
            raise SearchError(_("Put at least three letters before the asterisk."), "short_prefix", piece.at)
        return _term(piece.text, words, prefix=prefix)

    def _phrase(self, piece: Piece, words: tuple[str, ...]) -> Node:
        self.strict = True
        if key := self.cited.get(piece.text.strip()):
            return Some((Term(words, quoted=True), Cite(key)))
        if not piece.number or len(words) == 1:
            return _term(piece.text, words, quoted=True)
        pairs = [Near(Term((a,)), Term((b,)), piece.number) for a, b in pairwise(words)]
        return All(tuple(pairs)) if len(pairs) > 1 else pairs[0]

    def _leave_out(self, piece: Piece) -> None:
        if self.strict:
            sentence = _("A query with operators may have %(most)d words.") % {"most": MOST_TERMS}
            raise SearchError(sentence, "too_many_words", piece.at)
        self.cut = True


def _term(text: str, words: tuple[str, ...], *, quoted: bool = False, prefix: bool = False) -> Term:
    """What was typed as one, with the other ways to write the whole of it."""
    text = text.strip()
    found = [] if prefix else [word for word in variants_in(text) if not any(map(str.isalnum, text[: word.start] + text[word.end :]))]
    variants = tuple(dict.fromkeys(word.folded for word in found))
    exact = tuple(variant for variant in variants if is_exact(variant))
    return Term(words, quoted, prefix, variants=exact or variants, only_variants=bool(exact))


def _docket(piece: Piece, words: tuple[str, ...]) -> Term:
    docket = next(iter(dockets.dockets_in(piece.text, alone=True)))
    return Term(words, variants=tuple(MARK + form for form in dockets.looked_for(docket)), only_variants=True)


def _together(parts: Sequence[Node]) -> Node | None:
    """Words side by side: any of them will do, unless some are phrases or the like; then those must be there and the words help."""
    loose = [part for part in parts if _is_loose(part)]
    firm = [part for part in parts if not _is_loose(part)]
    if not firm:
        return Some(tuple(loose)) if len(loose) > 1 else (loose[0] if loose else None)
    if all(isinstance(part, Without) for part in firm):
        firm = [*([Some(tuple(loose))] if loose else []), *firm]
    elif loose:
        firm.append(Optional(Some(tuple(loose))))
    return All(tuple(firm)) if len(firm) > 1 else firm[0]


def _is_loose(node: Node) -> bool:
    if isinstance(node, Some):
        return all(_is_loose(part) for part in node.parts)
    return isinstance(node, Cite) or (isinstance(node, Term) and not (node.quoted or node.heading))


def _cited(value: Piece) -> Node:
    keys = [value.key] if value.kind == "cite" else citations.keys_in(value.text)
    if not keys:
        raise SearchError(_('This is not a citation that can be recognised, as in cite:"410 U.S. 113".'), "unknown_citation", value.at)
    return All((Some(tuple(Cite(key) for key in keys)),))


def _lonely(piece: Piece) -> SearchError:
    sentence = _("“%(operator)s” needs something to look for on both sides. To look for the word itself, put it in quotes.")
    if piece.kind in ("not", "minus"):
        sentence = _("“%(operator)s” needs something after it. To look for the word itself, put it in quotes.")
    return SearchError(sentence % {"operator": piece.text}, "lonely_operator", piece.at)


def _refuse_far(node: Node, joint: Piece) -> None:
    if isinstance(node, Near):
        raise SearchError(_("Only two things at a time can be near each other; join pairs with AND."), "chained_distance", joint.at)
    parts = node.parts if isinstance(node, Some) else (node,)
    if not all(isinstance(part, Term) for part in parts):
        raise SearchError(
            _("Only words, phrases and groups of words joined with OR can be near each other."), "bad_distance_side", joint.at
        )


def _refuse_only_negative(node: Node | None, at: int) -> None:
    parts = node.parts if isinstance(node, All) else (node,)
    if node is not None and all(isinstance(part, Without) for part in parts):
        raise SearchError(_("Say also what to look for, not only what to leave out."), "only_negative", at)
