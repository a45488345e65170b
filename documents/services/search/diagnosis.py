"""Why a search answered as it did, for who asks: how the query was understood, what each step took, what each way found, and what each
passage has of each.

Nothing in it is counted over what the reader may not see: ranks are among the passages that have passed the door, sums are those of his own
cases and the library, and how the rows were reached is said only as far as it does not depend on what else the installation holds. Stems
are those of the languages of the passages shown, not of all that are in use.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from django.utils.translation import gettext as _

from documents.models import Document
from documents.services.search.explained import Line, Scored, Step, Way
from documents.services.search.fusion import Signals
from documents.services.search.query.parser import Query
from documents.services.search.query.syntax import All, Cite, Near, Node, Optional, Some, Term, Without
from documents.services.search.request import Leg
from documents.services.search.text.variants import MARK
from documents.services.search.text.words import ENGLISH, stems


def languages_of_documents(documents: Collection[uuid.UUID]) -> tuple[str, ...]:
    """The languages of what is shown, English first."""
    if not documents:
        return (ENGLISH,)
    found = Document.objects.filter(pk__in=documents).exclude(text_version=None).order_by()
    return (ENGLISH, *sorted({*found.values_list("text_version__language", flat=True).distinct()} - {ENGLISH, ""}))


# -- how the query was understood -------------------------------------------------------------------------------------------------


def understood(query: Query, languages: Sequence[str]) -> list[Line]:
    """The tree in words, and what was recognised or left out beside it."""
    leaves = list(_leaves(query.root)) if query.root is not None else []
    words = {word for leaf in leaves for word in leaf.words}
    known = {language: stems(words, language) for language in languages}
    lines = list(_lines(query.root, 0, known)) if query.root is not None else [Line(0, _("no words: documents that fulfil the conditions"))]
    lines += _conditions(query)
    if query.cut:
        lines.append(Line(0, _("words beyond the longest query were left out")))
    if query.strict:
        lines.append(Line(0, _("it has operators, so that a passage must have its words: meaning only orders what they found")))
    return lines


def _conditions(query: Query) -> Iterator[Line]:
    for one in query.filters:
        sentence = _("no documents of %(field)s: %(values)s") if one.excluded else _("only documents of %(field)s: %(values)s")
        yield Line(0, sentence % {"field": one.field, "values": _(" or ").join(one.values)})
    if query.date_from:
        yield Line(0, _("only documents dated %(date)s or later") % {"date": query.date_from.isoformat()})
    if query.date_to:
        yield Line(0, _("only documents dated %(date)s or earlier") % {"date": query.date_to.isoformat()})


def _leaves(node: Node) -> Iterator[Term | Cite]:
    if isinstance(node, Term | Cite):
        yield node
    elif isinstance(node, Near):
        yield from (*_leaves(node.left), *_leaves(node.right))
    elif isinstance(node, All | Some):
        yield from (leaf for part in node.parts for leaf in _leaves(part))
    elif isinstance(node, Without | Optional):
        yield from _leaves(node.part)


def _lines(node: Node, depth: int, known: Mapping[str, Mapping[str, str]]) -> Iterator[Line]:
    if isinstance(node, Term):
        yield Line(depth, _term(node, known))
        return
    if isinstance(node, Cite):
        yield Line(depth, _("the authority %(key)s, however it is written") % {"key": node.key})
        return
    heading, parts = _("other"), ()  # type: tuple[str, tuple[Node, ...]]
    if isinstance(node, All):
        heading, parts = _("all of:"), node.parts
    elif isinstance(node, Some):
        heading, parts = _("any of, the more the better:"), node.parts
    elif isinstance(node, Near):
        heading, parts = _("within %(n)d words of each other:") % {"n": node.distance}, (node.left, node.right)
    elif isinstance(node, Without):
        heading, parts = _("without:"), (node.part,)
    elif isinstance(node, Optional):
        heading, parts = _("not needed, but counted where it stands:"), (node.part,)
    yield Line(depth, heading)
    for part in parts:
        yield from _lines(part, depth + 1, known)


def _term(term: Term, known: Mapping[str, Mapping[str, str]]) -> str:
    said = " ".join(term.words)
    if term.prefix:
        text = _("words that begin with “%(words)s”") % {"words": said}
    elif term.quoted and len(term.words) > 1:
        text = _("the phrase “%(words)s”") % {"words": said}
    else:
        text = f"“{said}”"
    if term.heading:
        text = _("%(what)s in the title or heading") % {"what": text}
    notes = []
    if not term.prefix and not term.only_variants:
        kept = {word: dict.fromkeys(of[word] for of in known.values() if of.get(word)) for word in term.words}
        common = [word for word, forms in kept.items() if not forms]
        if len(common) == len(kept) and not term.variants and not term.quoted:
            notes.append(_("too common to be looked for"))
        elif common:
            notes.append(_("%(words)s: counted, not looked for") % {"words": ", ".join(common)})
        forms = [form for word, stemmed in kept.items() for form in stemmed if form != word]
        if forms:
            notes.append(_("by its stem %(stems)s") % {"stems": ", ".join(forms)})
    if term.variants:
        notes.append(_("also as %(forms)s") % {"forms": ", ".join(variant.removeprefix(MARK) for variant in term.variants)})
    return text + (f" ({'; '.join(notes)})" if notes else "")


# -- what was done ----------------------------------------------------------------------------------------------------------------


def steps(times: Mapping[str, float], legs: Iterable[Leg]) -> list[Step]:
    """The steps in their order, those that were taken. The query is embedded, and what is near is looked for, beside the words."""
    labels = {
        "parse": _("understanding the query"),
        "scope": _("what may be searched"),
        "embedding": _("the query as a vector, beside the words"),
        "words": _("by words"),
        "meaning": _("by meaning, what had to be waited for after the words"),
        "fusion": _("one order of both"),
        "door": _("what may be seen, asked once more"),
        "display": _("excerpts and marks"),
    }
    taken = dict(times) | {leg.name: leg.took_ms for leg in legs}
    return [Step(name, label, taken[name]) for name, label in labels.items() if name in taken]


def ways(words: Sequence[int], near: Sequence[int], legs: Iterable[Leg]) -> list[Way]:
    """`words` and `near` are what each found of what may be seen."""
    found = {"words": set(words), "meaning": set(near)}
    return [
        Way(leg.name, _route(leg), len(found[leg.name]), len(found[leg.name] - found[_OTHER[leg.name]]), leg.took_ms)
        for leg in legs
        if leg.name in found
    ]


_OTHER = {"words": "meaning", "meaning": "words"}


def _route(leg: Leg) -> str:
    """Without whether the index was tried in vain: that depends on how much of others lies between."""
    if leg.name == "words":
        return _("by the index of words, then BM25")
    if leg.route == "hits of the words":
        return _("only what the words found")
    return _("by the index of vectors") if leg.route == "index" else _("every passage compared")


def scores(
    shown: Iterable[tuple[int, float]], words: Sequence[int], near: Sequence[int], signals: Mapping[int, Signals], mode: str
) -> list[Scored]:
    """Of the passages shown, as (chunk, score)."""
    by_words = {chunk: rank for rank, chunk in enumerate(words, 1)}
    by_meaning = {chunk: rank for rank, chunk in enumerate(near, 1)}
    most = max((_finite(signals[chunk].bm25) for chunk in words if chunk in signals), default=0.0)
    made = []
    for chunk, score in shown:
        known = signals.get(chunk, Signals(None))
        worded = round(_finite(known.bm25) / most, 2) if most and mode != "semantic" and known.bm25 else None
        cosine = round(_finite(known.cosine), 3) if known.cosine and mode != "text" else None
        made.append(Scored(chunk, score, by_words.get(chunk), worded, by_meaning.get(chunk), cosine, round(known.exact, 2)))
    return made


def _finite(number: float) -> float:
    return number if math.isfinite(number) else 0.0
