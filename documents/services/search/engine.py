"""One search from the query to the page of hits: understand, look by words and by meaning, fuse, check the door again, show."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
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

from documents.models import ChunkEmbedding, ChunkWords, Document, EmbeddingModel
from documents.services import embedding
from documents.services.search import lexical, meaning, vector_index
from documents.services.search.diagnosis import languages_of_documents, scores, steps, understood, ways
from documents.services.search.errors import SearchError
from documents.services.search.explained import Diagnosis
from documents.services.search.fusion import Fused, Ranked, Signals, fuse, spread
from documents.services.search.narrowing.conditions import narrowed
from documents.services.search.query.authorities import texts_asked
from documents.services.search.query.matching import Matching, matching
from documents.services.search.query.parser import MOST_TERMS, Query, parse
from documents.services.search.query.spelling import suggestions
from documents.services.search.request import MODES, PAGE_SIZE, Hit, Leg, Notice, SearchRequest, SearchResponse
from documents.services.search.scope import Scope, scope_of
from documents.services.search.sentences import nearest
from documents.services.search.showing import listing, priors
from documents.services.search.showing.facets import facets
from documents.services.search.showing.order import in_order
from documents.services.search.showing.passages import Evidence, Permitted, hits, permitted
from tasks import service_registry
from tasks.base.connections import AWAY, drop_connection, refresh_connection
from tasks.errors import PermanentError, RetryableError

# Relaxed order over all lists is what finds the few visible passages among many others (see meaning.py). A sequential scan
# never is: the planner likes it for common words because of the LIMIT, and then reads the table to its end.
SETTINGS = {
    "ivfflat.iterative_scan": "relaxed_order",
    "ivfflat.max_probes": str(vector_index.MOST_LISTS),
    "ivfflat.probes": str(vector_index.LOOKED_AT),
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
    compare: Callable[[list[int] | None], meaning.Near] | None = None
    near: list[meaning.Passage] = field(default_factory=list)
    cosines: dict[int, float] = field(default_factory=dict)
    sentences: dict[int, nearest.Sentence] = field(default_factory=dict)
    at_least: bool = False
    partial: list[Notice] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    legs: list[Leg] = field(default_factory=list)
    times: dict[str, float] = field(default_factory=dict)
    signals: dict[int, Signals] = field(default_factory=dict)


def search(request: SearchRequest) -> SearchResponse:
    """Raises SearchError for a query that cannot be run and Http404 for a case that does not exist for the user."""
    began = time.perf_counter()
    if request.mode not in MODES:
        raise SearchError(_("The mode must be hybrid, text or semantic."), "unknown_mode")
    query = parse(request.q)
    request = query.narrowed(request)
    times = {"parse": _since(began)}
    try:
        borrowed = connection.in_atomic_block
        with transaction.atomic(), tuned(borrowed=borrowed):
            response = _searched(request, query, times, borrowed=borrowed)
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        raise SearchError(_("This query took too long; look for fewer or rarer words."), "timeout") from error
    took = _since(began)
    explained = replace(response.explain, total_ms=took) if response.explain is not None else None
    return replace(response, took_ms=took, explain=explained)


_SET = "SELECT set_config(name, value, true) FROM unnest(%s::text[], %s::text[]) AS settings(name, value)"


@contextmanager
def tuned(*, borrowed: bool) -> Iterator[None]:
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


def _searched(request: SearchRequest, query: Query, times: dict[str, float], *, borrowed: bool) -> SearchResponse:
    """`times` are the milliseconds of each step, here added to."""
    began = time.perf_counter()
    job = _begun(request, query)
    job.times = times
    times["scope"] = _since(began)
    if query.root is None:
        return _listed(job)
    if job.model is not None and job.scope.counts.vectors_within:
        job.compare = _begin_meaning(job, job.model, alone=borrowed)
    if request.mode != "semantic":
        _look_for_words(job)
    if request.mode != "text":
        _look_for_meaning(job)
    with _timed(job, "fusion"):
        fused = priors.weighed(_fused(job), job.signals, request.user)
    with _timed(job, "door"):
        found = in_order(permitted(spread(fused.ranked), request.user), request.sort)
    _say_what_was_cut(job)
    if found:
        _say_what_is_cited_nowhere(job)
    return replace(_response(job, found), suggestions=_suggestions(job), weights=fused.weights)


def _suggestions(job: _Search) -> list[str]:
    """Other spellings, beside the first page of a search by words."""
    if job.matching is None or job.request.page > 1 or job.request.mode == "semantic":
        return []
    found = [passage[0] for passage in job.words.passages]
    return suggestions(job.request.q, job.query.words, found, job.scope, job.request.user)


def _listed(job: _Search) -> SearchResponse:
    """A query of conditions only: the first passage of each document that fulfils them, in the order of their dates."""
    first = listing.first_passages(job.scope, oldest_first=job.request.sort == "oldest")
    job.at_least = len(first) >= listing.MOST
    job.notices.append(Notice("listed", _("There are no words to look for, so documents are listed by their dates.")))
    job.legs.append(Leg("listing", "documents", len(first), 0.0))
    return _response(job, permitted([Ranked(chunk, document, 0.0) for chunk, document in first], job.request.user))


def _response(job: _Search, found: Sequence[Permitted]) -> SearchResponse:
    """The page of what was found that was asked for."""
    request, query = job.request, job.query
    evidence = Evidence(
        frozenset(passage.chunk for passage in job.words.passages),
        frozenset(passage.chunk for passage in job.near),
        job.matching,
        dict(query.citations),
        query.text,
        frozenset(passage.chunk for passage in job.words.passages if passage.own),
        {chunk: found.start for chunk, found in job.sentences.items()},
        job.words.weights,
    )
    number, size = (1, max(len(found), 1)) if request.whole else (max(request.page, 1), PAGE_SIZE)
    page = list(found[(number - 1) * size : number * size])
    with _timed(job, "display"):
        shown = hits(page, evidence)
    found = _without_gone(list(found), page, shown)
    return SearchResponse(
        count=len(found),
        mode=request.mode,
        page=number,
        pages=max(1, -(-len(found) // size)),
        took_ms=0.0,
        results=shown,
        facets=facets(found),
        at_least=job.at_least,
        partial=job.partial,
        notices=job.notices,
        citations=[{"key": key, "text": text} for key, text in query.citations],
        legs=job.legs,
        explain=_explained(job, found, shown) if request.explain else None,
    )


@contextmanager
def _timed(job: _Search, step: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    job.times[step] = _since(began)


def _explained(job: _Search, found: Sequence[Permitted], shown: Sequence[Hit]) -> Diagnosis:
    """Of what the reader may see only: `found` has passed the door."""
    visible = {passage.chunk for passage, _place in found}
    words = [passage.chunk for passage in job.words.passages if passage.chunk in visible]
    near = [passage.chunk for passage in job.near if passage.chunk in visible]
    counts = job.scope.counts
    return Diagnosis(
        understood=understood(job.query, languages_of_documents({hit.document for hit in shown})),
        passages=counts.visible_chunks,
        vectors=counts.visible_vectors if job.model is not None else None,
        times=steps(job.times, job.legs),
        ways=ways(words, near, job.legs),
        scores=scores([(hit.chunk, hit.score) for hit in shown], words, near, job.signals, job.request.mode),
    )


def _without_gone(found: list[Permitted], page: list[Permitted], shown: list[Hit]) -> list[Permitted]:
    """Without those of the page that could not be shown, for their documents were deleted or read again meanwhile: nobody counts them."""
    there = {hit.chunk for hit in shown}
    gone = {passage.chunk for passage, _place in page} - there
    return [one for one in found if one[0].chunk not in gone] if gone else found


def _begun(request: SearchRequest, query: Query) -> _Search:
    unavailable = ""
    model = None
    if request.mode != "text":
        try:
            model = embedding.active_model()
        except (PermanentError, RetryableError) as error:
            unavailable = error.message
    wanted = matching(query.root)
    if wanted is not None and query.strict:
        wanted = replace(wanted, phrase="")  # what has operators is no phrase
    scope = scope_of(request, request.kind or "", model.pk if model else None)
    job = _Search(request, query, wanted, model, scope, notices=list(query.notices))
    if unavailable and query.root is not None:
        _without_meaning(job, unavailable)
    return job


def _look_for_words(job: _Search) -> None:
    began = time.perf_counter()
    if job.matching is None:
        sentence = _("These words are too common to be looked for.")
        if job.request.mode == "text":
            raise SearchError(sentence, "only_common_words")
        job.notices.append(Notice("only_common_words", sentence))
        return
    job.words = lexical.search_words(job.matching, job.scope, texts_asked(job.query))
    job.at_least |= job.words.skimmed or job.words.capped or job.words.matched > len(job.words.passages)
    if job.words.capped:
        sentence = _("So many passages have these words that only %(most)d of them were compared.") % {"most": job.words.matched}
        job.partial.append(Notice("common_words", sentence))
    job.legs.append(Leg("words", "index", job.words.matched, _since(began)))


def _look_for_meaning(job: _Search) -> None:
    began = time.perf_counter()
    if job.model is None:
        return
    _say_what_has_no_vectors(job, job.model)
    strict = job.query.strict and job.request.mode == "hybrid"
    only = [passage.chunk for passage in job.words.passages] if strict else None
    if only == [] or job.compare is None:
        return
    try:
        near = job.compare(only)
    except (PermanentError, RetryableError) as error:
        _without_meaning(job, error.message)
        return
    job.cosines = {passage.chunk: passage.cosine for passage in near.passages}
    job.near = [passage for passage in near.passages if passage.cosine >= meaning.LEAST_SIMILAR]
    job.at_least |= len(job.near) >= meaning.NEAREST
    if near.incomplete:
        job.partial.append(Notice("meaning_incomplete", _("Not everything could be compared by meaning; narrow the search to a case.")))
    job.legs.append(Leg("meaning", near.told, len(near.passages), _since(began)))


def _begin_meaning(job: _Search, model: EmbeddingModel, *, alone: bool) -> Callable[[list[int] | None], meaning.Near]:
    """Begin to look for what is near beside the search for words; what is returned waits for it, and raises what it raised.

    Where the hits of the words decide what is compared, only the query is embedded meanwhile; and where the caller's transaction
    may hold what nobody else sees (`alone`), everything is asked on his connection.
    """
    if alone or job.query.strict or job.request.mode != "hybrid":
        vector = _beside.submit(copy_context().run, _embedded, job.query, job.times)
        return lambda only: meaning.search_meaning(vector.result(), model, job.scope, only=only)
    near = _beside.submit(copy_context().run, _near_apart, job.query, job.times, model, job.scope)
    return lambda _only: near.result()


def _embedded(query: Query, times: dict[str, float]) -> np.ndarray:
    began = time.perf_counter()
    vector: np.ndarray = service_registry.get("embedding").embed_query(query.text[:EMBEDDED_CHARACTERS])
    times.setdefault("embedding", _since(began))  # the first time; after that it is remembered
    return vector


def _near_apart(query: Query, times: dict[str, float], model: EmbeddingModel, scope: Scope) -> meaning.Near:
    """On this thread's own connection, which is kept for the next search."""
    vector = _embedded(query, times)
    refresh_connection()
    try:
        with transaction.atomic(), tuned(borrowed=False):
            return meaning.search_meaning(vector, model, scope)
    except AWAY:
        drop_connection()
        raise


def _fused(job: _Search) -> Fused:
    """The passages of both ways, each with what the other knows of it."""
    words = {passage.chunk: passage for passage in job.words.passages}
    documents = {passage.chunk: passage.document for passage in job.words.passages}
    documents |= {passage.chunk: passage.document for passage in job.near}
    words |= {passage.chunk: passage for passage in job.words.also([chunk for chunk in documents if chunk not in words])}
    cosines = _cosines(job, documents.keys())
    passages = {}
    for chunk, document in documents.items():
        worded = words.get(chunk, lexical.Passage(chunk, document, 0.0))
        passages[chunk] = Signals(document, worded.score, cosines.get(chunk, 0.0), worded.coverage, worded.exact)
    job.signals = passages
    common = job.matching.common if job.matching else 1.0
    fused = fuse(passages, words=job.request.mode != "semantic", meaning=job.request.mode != "text", common=common)
    if job.request.mode == "hybrid" and fused.weights.unsure and job.cosines:
        _look_into_passages(job, fused)
        passages |= {chunk: passages[chunk]._replace(sentence=found.cosine) for chunk, found in job.sentences.items()}
        fused = fuse(passages, common=common)
    return fused


def _look_into_passages(job: _Search, fused: Fused) -> None:
    """Which sentences of the first passages are nearest to the query."""
    began = time.perf_counter()
    if job.model is None:
        return
    first = [passage.chunk for passage in spread(fused.ranked)[: nearest.PASSAGES]]
    try:
        job.sentences = nearest.nearest(first, job.query.text, _embedded(job.query, job.times), job.model.pk)
    except (PermanentError, RetryableError) as error:
        sentence = _("The sentences of the first passages could not be compared: %(reason)s") % {"reason": error.message}
        job.partial.append(Notice("sentences_unavailable", sentence))
        return
    job.legs.append(Leg("sentences", "first passages", len(job.sentences), _since(began)))


def _cosines(job: _Search, chunks: Iterable[int]) -> dict[int, float]:
    """Of all these passages, where the meaning was looked for; those that are not among the nearest are compared by their keys."""
    unknown = [chunk for chunk in chunks if chunk not in job.cosines]
    if not unknown or not job.cosines or job.model is None or job.query.strict:
        return job.cosines
    near = meaning.search_meaning(_embedded(job.query, job.times), job.model, job.scope, only=unknown)
    return job.cosines | {passage.chunk: passage.cosine for passage in near.passages}


def _without_meaning(job: _Search, reason: str) -> None:
    sentence = _("Searching by meaning is not available now: %(reason)s") % {"reason": reason}
    if job.request.mode == "semantic":
        raise SearchError(sentence, "meaning_unavailable")
    job.partial.append(Notice("meaning_unavailable", sentence))


def _say_what_has_no_vectors(job: _Search, model: EmbeddingModel) -> None:
    """Only where the sums differ, so that a search at rest does not ask."""
    if job.scope.counts.visible_vectors >= job.scope.counts.visible_chunks:
        return
    visible = Document.objects.visible_to(job.request.user).filter(Exists(ChunkWords.objects.filter(document=OuterRef("pk"))))
    waiting = narrowed(visible, job.request).filter(~Exists(ChunkEmbedding.objects.filter(document=OuterRef("pk"), model=model))).count()
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


def _say_what_is_cited_nowhere(job: _Search) -> None:
    """Of hits that have nothing of the authorities and docket numbers that were asked for."""
    if job.request.mode != "hybrid" or job.query.strict or not (job.matching and job.matching.numbers):
        return
    if any(passage.exact or passage.cited for passage in job.words.passages):
        return
    sentence = _("No passage that was searched has %(cited)s. What is shown has other words of the query, or is near in meaning only.")
    cited = ", ".join(dict.fromkeys(text for _key, text in job.query.citations))
    job.notices.append(Notice("cited_nowhere", sentence % {"cited": cited}))


def _since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)
