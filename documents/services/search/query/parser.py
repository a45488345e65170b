"""From what a person types to a tree. Plain words mean "any of these, the more the better"; operators and quotes mean what they say.

query     := every (OR every)*
every     := loose (AND loose)*
loose     := near+                    words without an operator between them
near      := one (w/5 one)*
one       := [-|NOT] (word | word* | "phrase" | "phrase*" | "phrase"~5 | citation | title:one | cite:one | condition | "(" query ")")
condition := field:value | field:"value" | field:(value OR value)

Conditions are of the whole query, so they are taken out of the tree: see `fields`. docs/SEARCH.md explains the language to who uses it.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from django.utils.translation import gettext as _

from cases.services import citations, dockets
from cases.services.citations.mentions import AUTHORITY
from documents.models import Document
from documents.services.search.errors import SearchError
from documents.services.search.query import captions, fields
from documents.services.search.query.lexer import CONDITIONS, QUOTES, Lexer
from documents.services.search.query.syntax import (
    CLOSE,
    OPEN,
    PHRASE,
    WORD,
    All,
    Cite,
    Condition,
    Near,
    Node,
    Optional,
    Piece,
    Some,
    Span,
    Term,
    Without,
)
from documents.services.search.request import Filter, Notice, SearchRequest
from documents.services.search.text.variants import MARK, is_exact, variants_in
from documents.services.search.text.words import Word, words_in

LONGEST_QUERY = 2000
DOCKET = "docket:"  # how the key of a docket number begins
MOST_TERMS = 64
MOST_CONDITIONS = 20
DEEPEST = 20
SHORTEST_PREFIX = 3
_VALUE = (WORD, PHRASE, "cite")
# Citations have numbers, but for the Constitution's amendments. The grammars take a second to load in a new process, so a
# query that cannot have any does not wait for them.
_MAY_CITE = re.compile(r"\d|amend|const|\bart", re.IGNORECASE)


# What stands in the values of conditions is no citation that is looked for.
_VALUES = re.compile(rf"(?<!\w)(?:{'|'.join(CONDITIONS)}):(?:[{QUOTES}][^{QUOTES}]*[{QUOTES}]|\([^)]*\)|[^\s()]+)", re.IGNORECASE)
# 925 F.3D 1339, 12 F. SUPP. 2D 34: as they stand in a caption.
_REPORTERS_IN_CAPITALS = re.compile(r"(?<![^\W\d_])(?:SUPP|CT|ED|APP)(?=\.)|(?<=[. ])[2-5](?:D|TH)\b")


@dataclass
class Query:
    """A query understood. `root` is what is looked for; None where it has only conditions, so that all they leave is listed. `text` is
    what it says without operators; `strict` says that it has some, so that meaning alone makes no hit; `citations` are (key, as typed);
    `cut` says that words beyond MOST_TERMS were left out; `words` are the plain ones, with their places in the query."""

    root: Node | None
    text: str
    strict: bool = False
    citations: list[tuple[str, str]] = field(default_factory=list)
    cut: bool = False
    filters: tuple[Filter, ...] = ()
    """All must hold, besides the dates; a "kind" is one of `Document.Kind`, and broad kinds stand for their group."""
    date_from: datetime.date | None = None
    date_to: datetime.date | None = None
    notices: list[Notice] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)

    @property
    def only_cited(self) -> bool:
        """Is it nothing but authorities and docket numbers? To a vector, one number is like any other."""
        return self.root is not None and all(_is_cited(leaf) for leaf in leaves_of(self.root))

    def narrowed(self, request: SearchRequest) -> SearchRequest:
        """The request with this query's conditions, as if it had asked for them itself: both its own and these must hold.

        Raises SearchError where one excludes the other by its kind.
        """
        kind, filters = request.kind, self.filters
        alone = next((one.values[0] for one in filters if one.field == "kind" and not one.excluded and len(one.values) == 1), None)
        if alone and kind and not set(Document.Kind.within(alone)) & set(Document.Kind.within(kind)):
            raise SearchError(_("The query and the filter name different kinds."), "two_kinds")
        if alone and not kind:
            kind, filters = alone, tuple(one for one in filters if one != Filter("kind", (alone,)))
        return replace(
            request,
            kind=kind,
            filters=(*request.filters, *filters),
            date_from=max(filter(None, (request.date_from, self.date_from)), default=None),
            date_to=min(filter(None, (request.date_to, self.date_to)), default=None),
        )


def parse(query: str) -> Query:
    """Raises SearchError, and nothing else, for whatever cannot be understood."""
    if len(query) > LONGEST_QUERY:
        sentence = _("A query may have %(most)d characters; this one has %(length)d.") % {"most": LONGEST_QUERY, "length": len(query)}
        raise SearchError(sentence, "too_long", LONGEST_QUERY, len(query))
    query = "".join(" " if char == "\0" or "\ud800" <= char <= "\udfff" else char for char in query)
    spans, recognised = _citations(query)
    lexer = Lexer(query, spans)
    pieces, notices = list(lexer), lexer.notices
    if captions.is_caption(query, pieces):
        pieces, notices = captions.in_words(pieces), [*notices, captions.notice()]
    parser = Parser(pieces, {text: key for key, text in recognised})
    root, conditions = parser.parse()
    if parser.strict:  # "2023 OR 2024" is two years, not a page of the Oregon Reports
        recognised = [(key, text) for key, text in recognised if key in {span.key for span in spans}]
    loose = [Cite(key) for key, _text in recognised if key not in {span.key for span in spans}]
    if loose and not parser.strict:
        root = Some((root, *loose)) if root else Some(tuple(loose))
    if root is None and not conditions:
        raise SearchError(_("Type a word, a sentence or a citation to look for."), "empty")
    dates = _dates(conditions)
    return Query(
        root,
        " ".join(parser.said) or (query if root else ""),
        parser.strict,
        recognised,
        parser.cut,
        tuple(Filter(one.field, one.values, excluded) for one, excluded in conditions if one.field != "date"),
        *dates,
        notices,
        parser.typed,
    )


def _dates(conditions: Sequence[tuple[Condition, bool]]) -> tuple[datetime.date | None, datetime.date | None]:
    """The narrowest of the bounds."""
    first = max((one.date_from for one, _excluded in conditions if one.date_from), default=None)
    last = min((one.date_to for one, _excluded in conditions if one.date_to), default=None)
    if first and last and first > last:
        wrong = next(one for one, _excluded in conditions if one.date_to == last)
        raise SearchError(
            _("This ends before it begins: the date after “to:” is before the one after “from:”."), "no_time", wrong.at, wrong.end
        )
    return first, last


def _citations(query: str) -> tuple[list[Span], list[tuple[str, str]]]:
    """Where citations stand in a query, and every (key, as typed) recognised in it."""
    if not _MAY_CITE.search(query):
        return [], []
    query = _VALUES.sub(lambda found: " " * len(found[0]), query)
    query = _REPORTERS_IN_CAPITALS.sub(lambda found: found[0].capitalize(), query)
    mentions = [mention for mention in citations.extract(query) if mention.key and mention.role == AUTHORITY]
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
        self.said: list[str] = []
        self.typed: list[Word] = []
        self.conditions = 0
        self.negative = False

    def parse(self) -> tuple[Node | None, list[tuple[Condition, bool]]]:
        """What is looked for, and the conditions that narrow it, each with whether it excludes."""
        root = self._any()
        if self.at < len(self.pieces):
            raise _error(_("This bracket was never opened."), "unopened_bracket", self.pieces[self.at])
        root, conditions = fields.taken_out(root)
        _refuse_only_negative(root)
        return root, conditions

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
            if parts[-1] is None or not self._begins():
                raise _lonely(joint)
            parts.append(side())
            self.strict |= sum(not _narrows(part) for part in parts) > 1
        kept = [part for part in parts if part is not None]
        if made is Some and len(kept) > 1:
            for part in kept:
                if not fields.conditions_in(part):
                    _refuse_only_negative(part)
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
        """Of a chain, a w/3 b w/5 c, each and its neighbour."""
        last = self._one() if not self._peek("near") else None
        pairs: list[Node] = []
        while joint := self._next("near"):
            self.strict = True
            right = self._one() if last is not None and self._begins() else None
            if last is None or right is None:
                raise _lonely(joint)
            pairs.append(Near(_side(last, joint), _side(right, joint), joint.number))
            last = right
        if not pairs:
            return last
        return All(tuple(pairs)) if len(pairs) > 1 else pairs[0]

    def _one(self) -> Node | None:
        piece = self.pieces[self.at]
        self.at += 1
        if piece.kind in ("not", "minus"):
            return self._without(piece)
        if piece.kind == "(":
            return self._group(piece)
        if piece.kind == "condition":
            return self._condition(piece)
        if piece.kind == "field":
            return self._field(piece)
        return self._leaf(piece)

    def _condition(self, piece: Piece) -> Node:
        self.conditions += 1
        if self.conditions > MOST_CONDITIONS:
            raise _error(_("A query may have %(most)d fields.") % {"most": MOST_CONDITIONS}, "too_many_fields", piece)
        return fields.condition(piece)

    def _without(self, piece: Piece) -> Node | None:
        if not self._begins():
            raise _lonely(piece)
        self.negative = not self.negative
        self._deeper(piece)
        part = self._one()
        self.depth -= 1
        self.negative = not self.negative
        self.strict |= not _narrows(part)
        if isinstance(part, Without):
            return part.part
        return Without(part, piece.at, self.pieces[self.at - 1].end) if part is not None else None

    def _deeper(self, piece: Piece) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise _error(_("These brackets are nested too deeply."), "too_deep", piece)

    def _group(self, piece: Piece) -> Node | None:
        self._deeper(piece)
        node = self._any() if self._begins() else None
        if not self._next(")"):
            stray = self.pieces[self.at] if self.at < len(self.pieces) else None
            if stray and stray.kind in ("and", "or", "near"):
                raise _lonely(stray)
            raise _error(_("This bracket is never closed."), "unclosed_bracket", piece)
        self.depth -= 1
        return node

    def _field(self, piece: Piece) -> Node | None:
        self.strict = True
        opened = self._next(OPEN)
        if opened is None:
            return self._value(piece)
        sides = [self._side_of_values(piece)]
        while self._next("or"):
            sides.append(self._side_of_values(piece))
        if not self._next(CLOSE):
            if self.at == len(self.pieces):
                raise _error(_("This bracket is never closed."), "unclosed_bracket", opened)
            sentence = _("Between these brackets stand values with OR between them, as in %(field)s(first OR second).")
            raise _error(sentence % {"field": piece.text}, "bad_values", self.pieces[self.at])
        kept = tuple(side for side in sides if side is not None)
        return Some(kept) if len(kept) > 1 else kept[0] if kept else None

    def _side_of_values(self, piece: Piece) -> Node | None:
        """Words without an OR between them must all stand in the title; of citations any will do."""
        values = [self._value(piece)]
        while self._peek(*_VALUE):
            values.append(self._value(piece))
        kept = tuple(value for value in values if value is not None)
        if len(kept) < 2:
            return kept[0] if kept else None
        return Some(kept) if piece.text.lower() == "cite:" else All(kept)

    def _value(self, piece: Piece) -> Node | None:
        value = self._next(*_VALUE)
        if value is None:
            sentence = _("Say after “%(field)s” what to look for, as in %(field)sname.") % {"field": piece.text}
            raise _error(sentence, "empty_field", piece)
        if piece.text.lower() == "cite:":
            return _cited(value)
        leaf = self._leaf(value)
        if isinstance(leaf, Cite):
            leaf = Term(leaf.words)
        return replace(leaf, heading=True) if isinstance(leaf, Term) else leaf

    def _leaf(self, piece: Piece) -> Node | None:
        found = list(words_in(piece.text))
        words = tuple(word.folded for word in found)
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
        prefix = _is_prefix(piece, words)
        self._note(piece, found, prefix)
        return _term(piece.text, words, prefix=prefix)

    def _note(self, piece: Piece, found: Sequence[Word], prefix: bool) -> None:
        """Keep the words that are looked for as they are typed."""
        if not self.negative:
            first = piece.at + (piece.kind == PHRASE)
            self.typed += [Word(first + word.start, first + word.end, word.folded) for word in (found[:-1] if prefix else found)]

    def _phrase(self, piece: Piece, words: tuple[str, ...]) -> Node:
        self.strict = True
        if key := self.cited.get(piece.text.strip()):
            return Some((Term(words, quoted=True), Cite(key)))
        prefix = _is_prefix(piece, words)
        self._note(piece, list(words_in(piece.text)), prefix)
        if not piece.number or len(words) == 1:
            return _term(piece.text, words, quoted=True, prefix=prefix)
        pairs = [Near(Term((a,)), Term((b,)), piece.number) for a, b in pairwise(words)]
        return All(tuple(pairs)) if len(pairs) > 1 else pairs[0]

    def _leave_out(self, piece: Piece) -> None:
        if self.strict:
            sentence = _("A query with operators may have %(most)d words.") % {"most": MOST_TERMS}
            raise _error(sentence, "too_many_words", piece)
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
    if narrowing := [part for part in parts if _narrows(part)]:
        rest = _together([part for part in parts if not _narrows(part)])
        both = (*narrowing, *([rest] if rest is not None else []))
        return All(both) if len(both) > 1 else both[0]
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


def leaves_of(node: Node) -> Iterator[Node]:
    """What is joined by OR, or stands side by side, whatever brackets are around it."""
    if isinstance(node, Some):
        for part in node.parts:
            yield from leaves_of(part)
    else:
        yield node


def _is_cited(node: Node) -> bool:
    numbers = (f"{MARK}{DOCKET}", f"{MARK}docket-any:")
    return isinstance(node, Cite) or (isinstance(node, Term) and any(form.startswith(numbers) for form in node.variants))


def _narrows(node: Node | None) -> bool:
    """Is it nothing but conditions?"""
    match node:
        case Condition() | Without(Condition()):
            return True
        case All(parts) | Some(parts) | Without(Some(parts)):
            return all(_narrows(part) for part in parts)
    return node is None


def _is_prefix(piece: Piece, words: Sequence[str]) -> bool:
    """Does its last word end in an asterisk? Raises SearchError where that says too little."""
    prefix = piece.text.rstrip(".,;!? ").endswith("*")
    if prefix and len(words[-1]) < SHORTEST_PREFIX:
        raise _error(_("Put at least three letters before the asterisk."), "short_prefix", piece)
    return prefix


def _cited(value: Piece) -> Node:
    keys = [value.key] if value.kind == "cite" else citations.keys_in(value.text)
    if not keys:
        raise _error(_('This is not a citation that can be recognised, as in cite:"410 U.S. 113".'), "unknown_citation", value)
    return All((Some(tuple(Cite(key) for key in keys)),))


def _error(sentence: str, code: str, piece: Piece) -> SearchError:
    return SearchError(sentence, code, piece.at, piece.end)


def _lonely(piece: Piece) -> SearchError:
    sentence = _("“%(operator)s” needs something to look for on both sides. To look for the word itself, put it in quotes.")
    if piece.kind in ("not", "minus"):
        sentence = _("“%(operator)s” needs something after it. To look for the word itself, put it in quotes.")
    return _error(sentence % {"operator": piece.text}, "lonely_operator", piece)


def _side(node: Node, joint: Piece) -> Node:
    """One side of a distance; a citation is its words there. Raises SearchError for what has no one place."""
    if isinstance(node, Near):
        raise _error(_("What is near to each other is written in a row, without brackets: a w/3 b w/3 c."), "chained_distance", joint)
    if isinstance(node, Cite):
        return Term(node.words)
    parts = node.parts if isinstance(node, Some) else (node,)
    if not all(isinstance(part, Term) for part in parts):
        sentence = _("Only words, phrases and groups of words joined with OR can be near each other.")
        raise _error(sentence, "bad_distance_side", joint)
    return node


def _refuse_only_negative(node: Node | None) -> None:
    parts = node.parts if isinstance(node, All) else (node,)
    unwanted = [part for part in parts if isinstance(part, Without)]
    if node is not None and len(unwanted) == len(parts):
        sentence = _("Say also what to look for, not only what to leave out.")
        raise SearchError(sentence, "only_negative", unwanted[0].at, unwanted[-1].end)
