"""One search from the query to the page of hits: understand, look by words and by meaning, fuse, check the door again, show."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field, replace

import numpy as np
from django.db import OperationalError, connection, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from psycopg.errors import QueryCanceled

from documents.models import ChunkEmbedding, Document, EmbeddingModel
from documents.services import embedding
from documents.services.search import lexical, meaning
from documents.services.search.errors import SearchError
from documents.services.search.fusion import Ranked, fuse, spread
from documents.services.search.matching import Matching, matching
from documents.services.search.parser import MOST_TERMS, Query, parse
from documents.services.search.passages import Evidence, facets, hits, permitted
from documents.services.search.request import MODES, PAGE_SIZE, Leg, Notice, SearchRequest, SearchResponse
from documents.services.search.scope import Scope, scope_of
from tasks import service_registry
from tasks.base.connections import AWAY, drop_connection, refresh_connection
from tasks.errors import PermanentError, RetryableError

# Relaxed order over many tuples is what finds the few visible passages among many others (see meaning.py). A sequential scan
# never is: the planner likes it for common words because of the LIMIT, and then reads the table to its end.
SETTINGS = {
    "hnsw.iterative_scan": "relaxed_order",
    "hnsw.ef_search": "200",
    "hnsw.max_scan_tuples": "40000",
    "enable_seqscan": "off",
    "statement_timeout": "10s",
}
EMBEDDED_CHARACTERS = 1000
# What is near to the query is looked for while PostgreSQL looks for its words.
_beside = ThreadPoolExecutor(max_workers=4, thread_name_prefix="search-by-meaning")


@dataclass
class _Search:
    """The state of one search, filled by its legs."""

    request: SearchRequest
    query: Query
    matching: Matching | None
    model: EmbeddingModel | None
    scope: Scope
    words: lexical.Found = field(default_factory=lambda: lexical.Found([]))
    nearest: Callable[[list[int] | None], meaning.Near] | None = None
    near: list[tuple[int, object]] = field(default_factory=list)
    at_least: bool = False
    partial: list[Notice] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    legs: list[Leg] = field(default_factory=list)


def search(request: SearchRequest) -> SearchResponse:
    """Raises SearchError for a query that cannot be run and Http404 for a case that does not exist for the user."""
    began = time.perf_counter()
    if request.mode not in MODES:
        raise SearchError(_("The mode must be hybrid, text or semantic."), "unknown_mode")
    query = parse(request.q)
    try:
        borrowed = connection.in_atomic_block
        with transaction.atomic(), _tuned(borrowed=borrowed):
            response = _searched(request, query, borrowed=borrowed)
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        raise SearchError(_("This query took too long; look for fewer or rarer words."), "timeout") from error
    return replace(response, took_ms=_since(began))


_SET = "SELECT set_config(name, value, true) FROM unnest(%s::text[], %s::text[]) AS settings(name, value)"


@contextmanager
def _tuned(*, borrowed: bool) -> Iterator[None]:
    """Settings for the statements of one search. They end with the transaction; where that is borrowed, they are given back."""
    names = list(SETTINGS)
    with connection.cursor() as cursor:
        before = {}
        if borrowed:
            cursor.execute("SELECT name, current_setting(name, true) FROM unnest(%s::text[]) AS name", [names])
            before = dict(cursor.fetchall())
        cursor.execute(_SET, [names, list(SETTINGS.values())])
        yield
        if borrowed:
            cursor.execute(_SET, [names, [before[name] or SETTINGS[name] for name in names]])


def _searched(request: SearchRequest, query: Query, *, borrowed: bool) -> SearchResponse:
    job = _begun(request, query)
    if job.model is not None and job.scope.counts.visible_vectors:
        job.nearest = _begin_meaning(job, job.model, alone=borrowed)
    if request.mode != "semantic":
        _look_for_words(job)
    if request.mode != "text":
        _look_for_meaning(job)
    found = permitted(_ranked(job), request.user)
    _say_what_was_cut(job)
    pages = max(1, -(-len(found) // PAGE_SIZE))
    start = (max(request.page, 1) - 1) * PAGE_SIZE
    evidence = Evidence(
        frozenset(chunk for chunk, _document in job.words.passages),
        frozenset(chunk for chunk, _document in job.near),
        job.matching,
        dict(query.citations),
        query.text,
    )
    return SearchResponse(
        count=len(found),
        mode=request.mode,
        page=max(request.page, 1),
        pages=pages,
        took_ms=0.0,
        results=hits(found[start : start + PAGE_SIZE], evidence),
        facets=facets(found),
        at_least=job.at_least,
        partial=job.partial,
        notices=job.notices,
        citations=[{"key": key, "text": text} for key, text in query.citations],
        legs=job.legs,
    )


def _begun(request: SearchRequest, query: Query) -> _Search:
    unavailable = ""
    model = None
    if request.mode != "text":
        try:
            model = embedding.active_model()
        except (PermanentError, RetryableError) as error:
            unavailable = error.message
    kind = query.kind or request.kind or ""
    job = _Search(request, query, matching(query.root), model, scope_of(request, kind, model.pk if model else None))
    if unavailable:
        _without_meaning(job, unavailable)
    if request.kind and query.kind and request.kind != query.kind:
        raise SearchError(_("The query and the filter name different kinds."), "two_kinds")
    return job


def _look_for_words(job: _Search) -> None:
    began = time.perf_counter()
    if job.matching is None:
        sentence = _("These words are too common to be looked for.")
        if job.request.mode == "text":
            raise SearchError(sentence, "only_common_words")
        job.notices.append(Notice("only_common_words", sentence))
        return
    job.words = lexical.search_words(job.matching, job.scope)
    job.at_least |= job.words.skimmed or job.words.capped or job.words.matched > len(job.words.passages)
    if job.words.capped:
        sentence = _("So many passages have these words that only %(most)d of them were compared.") % {"most": lexical.CANDIDATES}
        job.partial.append(Notice("common_words", sentence))
    job.legs.append(Leg("words", "index", job.words.matched, _since(began)))


def _look_for_meaning(job: _Search) -> None:
    began = time.perf_counter()
    if job.model is None:
        return
    _say_what_has_no_vectors(job, job.model)
    strict = job.query.strict and job.request.mode == "hybrid"
    only = [chunk for chunk, _document in job.words.passages] if strict else None
    if only == [] or job.nearest is None:
        return
    try:
        near = job.nearest(only)
    except (PermanentError, RetryableError) as error:
        _without_meaning(job, error.message)
        return
    job.near = [(chunk, document) for chunk, document, similarity in near.passages if similarity >= meaning.LEAST_SIMILAR]
    job.at_least |= len(job.near) >= meaning.NEAREST
    if near.incomplete:
        job.partial.append(Notice("meaning_incomplete", _("Not everything could be compared by meaning; narrow the search to a case.")))
    job.legs.append(Leg("meaning", near.route, len(near.passages), _since(began)))


def _begin_meaning(job: _Search, model: EmbeddingModel, *, alone: bool) -> Callable[[list[int] | None], meaning.Near]:
    """Begin to look for what is near beside the search for words; what is returned waits for it, and raises what it raised.

    Where the hits of the words decide what is compared, only the query is embedded meanwhile; and where the caller's transaction
    may hold what nobody else sees (`alone`), everything is asked on his connection.
    """
    if alone or job.query.strict or job.request.mode != "hybrid":
        vector = _beside.submit(copy_context().run, _embedded, job.query)
        return lambda only: meaning.search_meaning(vector.result(), model, job.scope, only=only)
    near = _beside.submit(copy_context().run, _near_apart, job.query, model, job.scope)
    return lambda _only: near.result()


def _embedded(query: Query) -> np.ndarray:
    vector: np.ndarray = service_registry.get("embedding").embed_query(query.text[:EMBEDDED_CHARACTERS])
    return vector


def _near_apart(query: Query, model: EmbeddingModel, scope: Scope) -> meaning.Near:
    """On this thread's own connection, which is kept for the next search."""
    vector = _embedded(query)
    refresh_connection()
    try:
        with transaction.atomic(), _tuned(borrowed=False):
            return meaning.search_meaning(vector, model, scope)
    except AWAY:
        drop_connection()
        raise


def _ranked(job: _Search) -> list[Ranked]:
    legs: dict[str, Sequence[tuple[int, object]]] = {}
    if job.request.mode != "semantic":
        legs["words"] = job.words.passages
    if job.request.mode != "text":
        legs["meaning"] = job.near
    return spread(fuse(legs))


def _without_meaning(job: _Search, reason: str) -> None:
    sentence = _("Searching by meaning is not available now: %(reason)s") % {"reason": reason}
    if job.request.mode == "semantic":
        raise SearchError(sentence, "meaning_unavailable")
    job.partial.append(Notice("meaning_unavailable", sentence))


def _say_what_has_no_vectors(job: _Search, model: EmbeddingModel) -> None:
    """Only where the sums differ, so that a search at rest does not ask."""
    if job.scope.counts.visible_vectors >= job.scope.counts.visible_chunks:
        return
    documents = Document.objects.visible_to(job.request.user).exclude(text_version=None)
    if job.request.case is not None:
        documents = documents.filter(case=job.request.case)
    waiting = documents.filter(~Exists(ChunkEmbedding.objects.filter(document=OuterRef("pk"), model=model))).count()
    if waiting:
        sentence = ngettext(
            "The meaning of %(n)d document is still being indexed; it is found by its words only.",
            "The meaning of %(n)d documents is still being indexed; they are found by their words only.",
            waiting,
        )
        job.partial.append(Notice("vectors_pending", sentence % {"n": waiting}))


def _say_what_was_cut(job: _Search) -> None:
    if job.query.cut:
        job.notices.append(Notice("words_cut", _("Only the first %(most)d words were looked for.") % {"most": MOST_TERMS}))
    if job.request.mode == "semantic" and job.query.strict:
        job.notices.append(Notice("operators_ignored", _("Operators and quotation marks mean nothing to a search by meaning.")))


def _since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)
