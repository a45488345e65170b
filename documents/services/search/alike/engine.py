"""One question for more like this: three ways, one order, the door again, a page of hits with reasons."""

from __future__ import annotations

import time
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import Count, F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from psycopg.errors import QueryCanceled

from documents.models import Chunk, TextSignature
from documents.services.search import lexical
from documents.services.search.alike import near as nearness
from documents.services.search.alike.citing import Citing, citing
from documents.services.search.alike.joining import Found, Reasons, found_by, of_documents, of_passages
from documents.services.search.alike.source import Source
from documents.services.search.alike.telling import Telling, shared, telling_words
from documents.services.search.engine import tuned
from documents.services.search.errors import SearchError
from documents.services.search.fusion import spread
from documents.services.search.meaning import Near
from documents.services.search.request import PAGE_SIZE, Hit, Leg, Notice, SearchRequest, SearchResponse
from documents.services.search.scope import Scope, scope_of
from documents.services.search.showing.facets import facets
from documents.services.search.showing.passages import Evidence, Permitted, hits, permitted
from documents.services.similarity.neighbours import NEAR
from documents.services.similarity.signatures import likeness, minhash_in

WORDS_SAID = 5
FEWEST_WORDS = 2
"""Words that two texts must share, where nothing else makes them alike: one alone is an accident."""


@dataclass(frozen=True)
class Others(Scope):
    """A scope without the documents that are no answer."""

    left_out: tuple[uuid.UUID, ...] = ()

    def condition(self) -> tuple[str, dict[str, Any]]:
        condition, values = super().condition()
        return condition + " AND document_id <> ALL(%(left_out)s::uuid[])", values | {"left_out": list(self.left_out)}


@dataclass
class _Comparison:
    """The state of one question."""

    source: Source
    scope: Scope
    telling: Telling = field(default_factory=lambda: Telling({}, {}))
    near: Near = field(default_factory=lambda: Near([], ""))
    words: lexical.Found = field(default_factory=lambda: lexical.Found([]))
    citing: Citing = field(default_factory=lambda: Citing({}, {}, {}, {}, {}))
    partial: list[Notice] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    legs: list[Leg] = field(default_factory=list)


def alike_to(request: SearchRequest, source: Source) -> SearchResponse:
    """What is most like the source, within the places and filters of the request, whose `q` and `mode` are not read. Of a passage other
    passages, else one passage of each document. Raises Http404 for a case that does not exist for the user, and SearchError."""
    began = time.perf_counter()
    # "document" in an address names the source here, where a search is narrowed by it.
    request = replace(request, filters=tuple(one for one in request.filters if one.field != "document"))
    try:
        borrowed = connection.in_atomic_block
        with transaction.atomic(), tuned(borrowed=borrowed):
            answer = _compared(request, source)
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        raise SearchError(_("This took too long; look in one case, or for what is like a single passage."), "timeout") from error
    return replace(answer, took_ms=_since(began))


def _compared(request: SearchRequest, source: Source) -> SearchResponse:
    model = nearness.model_of_vectors()
    scope = scope_of(request, request.kind or "", model.pk if model else None)
    inside = {one.name: getattr(scope, one.name) for one in fields(scope)}
    job = _Comparison(source, Others(**inside, left_out=source.left_out))
    if not source.passages:
        job.notices.append(Notice("no_text", _without_text(source)))
        return _answer(request, job, [], {})
    _by_meaning(job, model)
    _by_words(job)
    _by_authorities(job)
    found = found_by(job.near.passages, job.words.passages, job.citing)
    found = _judged(job, found)
    ranked, reasons = (of_passages if source.of_passage else of_documents)(found, job.telling, job.citing)
    return _answer(request, job, permitted(spread(ranked) if source.of_passage else ranked, request.user), reasons)


def _by_meaning(job: _Comparison, model: Any) -> None:
    began = time.perf_counter()
    vectors, having = nearness.vectors_of(job.source, model) if model is not None else ([], 0)
    if not vectors:
        job.partial.append(Notice("vectors_pending", _("Its meaning has not been indexed yet; compared are words and citations only.")))
        return
    if having < len(job.source.passages):
        job.partial.append(Notice("vectors_pending", _("The meaning of some of its passages has not been indexed yet.")))
    job.near = nearness.near_to(vectors, model, job.scope)
    if job.near.incomplete:
        job.partial.append(Notice("meaning_incomplete", _("Not everything could be compared by meaning; narrow this to a case.")))
    job.legs.append(Leg("meaning", job.near.told, len(job.near.passages), _since(began)))


def _by_words(job: _Comparison) -> None:
    began = time.perf_counter()
    job.telling = telling_words(job.source, job.scope)
    if (matching := job.telling.matching) is None:
        return
    job.words = lexical.search_words(matching, job.scope)
    job.legs.append(Leg("words", "index", len(job.words.passages), _since(began)))


def _by_authorities(job: _Comparison) -> None:
    began = time.perf_counter()
    job.citing = citing(job.source, job.scope)
    if job.citing.documents or job.citing.beginnings:
        job.legs.append(
            Leg("authorities", "index", len(job.citing.documents | dict.fromkeys(job.citing.beginnings.values())), _since(began))
        )


def _judged(job: _Comparison, found: Found) -> Found:
    """With the words that each passage shares, without the source, its copies, and what only a single word leads to."""
    has = shared(job.telling, sorted(found.documents))
    reasons = {chunk: replace(one, words=has.get(chunk, frozenset())) for chunk, one in found.reasons.items()}
    near = {passage.chunk for passage in job.near.passages}
    least = min(FEWEST_WORDS, len(job.telling.weights))
    kept = {chunk for chunk, one in reasons.items() if chunk in near or one.authorities or one.together or len(one.words) >= least}
    kept -= _copies(job.source, kept)
    return Found({chunk: found.documents[chunk] for chunk in kept}, {chunk: reasons[chunk] for chunk in kept})


def _copies(source: Source, chunks: Collection[int]) -> set[int]:
    """Of a passage: itself, and others with its text. Of a short source: the passages of documents with just its passages."""
    same = Chunk.objects.filter(pk__in=chunks, text__in=source.texts)
    if source.of_passage or not source.texts:
        return set(same.values_list("pk", flat=True))
    equal = Chunk.objects.filter(text_version__in=same.values("text_version")).order_by()
    counted = equal.values("text_version").annotate(n=Count("pk")).filter(n=len(source.texts)).values("text_version")
    having = Chunk.objects.filter(text_version__in=counted, text__in=source.texts).values("text_version").annotate(n=Count("pk"))
    copies = having.filter(n=len(source.texts)).values("text_version")
    return set(Chunk.objects.filter(pk__in=chunks, text_version__in=copies).values_list("pk", flat=True))


def _answer(request: SearchRequest, job: _Comparison, found: list[Permitted], reasons: dict[int, Reasons]) -> SearchResponse:
    page, pages = max(request.page, 1), max(1, -(-len(found) // PAGE_SIZE))
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    having_words = frozenset(chunk for chunk, one in reasons.items() if one.words)
    by_meaning = frozenset(passage.chunk for passage in job.near.passages)
    evidence = Evidence(having_words, by_meaning, job.telling.matching, {}, job.source.text)
    near = _nearly_same(job.source, [passage.document for passage, _place in shown])
    made = [replace(hit, why=_why(job, reasons[hit.chunk], hit, near), mentions=[]) for hit in hits(shown, evidence)]
    return SearchResponse(
        count=len(found),
        mode="hybrid",
        page=page,
        pages=pages,
        took_ms=0.0,
        results=made,
        facets=facets(found),
        partial=job.partial,
        notices=job.notices,
        legs=job.legs,
    )


def _why(job: _Comparison, reasons: Reasons, hit: Hit, near: Collection[uuid.UUID]) -> list[str]:
    why = [_("nearly the same text")] if hit.document in near else []
    if reasons.authorities:
        n = len(reasons.authorities)
        why.append(ngettext("cites the same: %(n)d authority", "cites the same: %(n)d authorities", n) % {"n": n})
    if reasons.together:
        why.append(ngettext("cited together in %(n)d text", "cited together in %(n)d texts", reasons.together) % {"n": reasons.together})
    if reasons.words:
        why.append(_("shares: %(words)s") % {"words": ", ".join(job.telling.said(reasons.words)[:WORDS_SAID])})
    if reasons.similarity:
        why.append(_("like in meaning"))
    return why


def _nearly_same(source: Source, documents: Sequence[Any]) -> set[uuid.UUID]:
    """Those of the documents whose text is nearly that of the source, by their signatures (see services.similarity)."""
    signatures = TextSignature.objects.filter(text_version=F("document__text_version")).exclude(digest="")
    if source.of_passage or len(source.documents) != 1 or (own := signatures.filter(pk=source.documents[0]).first()) is None:
        return set()
    others = list(signatures.filter(pk__in=documents).exclude(pk=own.pk))
    return {other.pk for other in others if likeness(minhash_in(own), minhash_in(other)[None])[0] >= NEAR}


def _without_text(source: Source) -> str:
    if source.what == "ruling":
        return _("The library does not have the text of this ruling, so nothing can be compared with it.")
    return _("This document has no text that has been read, so nothing can be compared with it.")


def _since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)
