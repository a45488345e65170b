"""Search over 10,000, 100,000 and 500,000 passages for readers who see 1, 10, 30 and 100 % of them: recall against the exact answer; both
ways together against the slower of the two; the slow searches against the usual ones; the largest size against the middle one; time
against PostgreSQL's own full-text search over the same rows (websearch_to_tsquery, ts_rank, the best twenty); and the size of a page.

The text is windows of opinions (the corpus's, where there is one; else made), the vectors are real ones of that text, perturbed:
100,000 of them would take twenty minutes to embed. Each case has its own topics, so that most of what a query is near to lies
outside of what a reader of few cases may see, which is where an approximate index goes wrong. A passage counts as one of the ten best
where its score is that of the tenth: the windows overlap, and hundreds have the same.
"""

from __future__ import annotations

import random
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from unittest import mock

import numpy as np
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import connection, transaction
from django.db.models import F
from django.test import Client, override_settings
from pgvector import HalfVector

from bench.figures import Figures, Plan
from bench.installation import UNHASHED, own_database
from bench.materials import corpus_opinions, opinions
from cases.models import Case, Membership
from documents.models import Chunk, ChunkEmbedding, ChunkWords, Document, TextVersion
from documents.services import embedding
from documents.services.search import SearchRequest, engine, lexical, meaning, search, vector_index
from documents.services.search.query.matching import matching
from documents.services.search.query.parser import parse
from documents.services.search.scope import scope_of
from documents.services.search.statistics import fold
from documents.services.search.text.words import quoted, stems, words_in
from lexintel.models import User
from tasks import service_registry

SIZES = {"10k": 10_000, "100k": 100_000, "500k": 500_000}
QUICK = {"5k": 5_000}
CASES, TOPICS, TOPICS_OF_A_CASE = 100, 400, 40
WORDS, PER_DOCUMENT = 150, 50
NOISE = 0.6  # length of the perturbation; the vectors have length 1
QUERIES = 30
SHARES = {"1 %": 1, "10 %": 10, "30 %": 30, "100 %": 100}
COMMON = (
    "the court granted the motion",
    "judgment of the district court",
    "defendant",
    '"district court" AND evidence',
    "appeal -criminal",
)


def run(out: Callable[[str], object], plan: Plan) -> Figures:
    """Makes databases of its own on the configured server and drops them. Goals: recall@10 at least .95; both ways at most 2.2 times the
    slower; p95 at most 4 times p50; 500k at most 3 times 100k; a page of results under 100 KB."""
    figures = Figures()
    for size, chunks in (QUICK if plan.quick else SIZES).items():
        chance = random.Random(4)  # noqa: S311 -- the same every time
        with own_database(f"lexintel_bench_search_{size}"):
            began = time.perf_counter()
            corpus = Corpus(chance, text_of(plan), plan.size(TOPICS, 80))
            fill(corpus, chunks)
            out(f"  {chunks:,} passages in {CASES} cases, loaded and indexed in {time.perf_counter() - began:.0f} s")
            queries = [*COMMON, *(corpus.question() for _ in range(plan.size(QUERIES, 10) - len(COMMON)))]
            for share, cases in SHARES.items():
                _measure(figures, f"{size}, {share}", _reader(share, cases), corpus, queries, plan)
            figures.ratios[f"{size}, a page of results to 100 KB"] = _page_bytes(queries) / 100_000
    for share in SHARES:
        if not plan.quick:
            of = {size: figures.absolute[f"{size}, {share}, hybrid p50 ms"] for size in ("100k", "500k")}
            figures.ratios[f"500k to 100k, {share}, hybrid p50"] = of["500k"] / of["100k"]
    return figures


def _measure(figures: Figures, name: str, user: User, corpus: Corpus, queries: list[str], plan: Plan) -> None:
    times, plain = _speed(user, name, queries), _plain_ms(user, queries)
    figures.ratios |= _recall(user, name, corpus, plan)
    slower = max(times[f"{name}, text p50 ms"], times[f"{name}, semantic p50 ms"])
    figures.ratios[f"{name}, hybrid to the slower way, p50"] = times[f"{name}, hybrid p50 ms"] / slower
    figures.ratios[f"{name}, hybrid p95 to p50"] = times[f"{name}, hybrid p95 ms"] / times[f"{name}, hybrid p50 ms"]
    figures.ratios[f"{name}, hybrid to plain full text, time"] = times[f"{name}, hybrid p50 ms"] / plain
    figures.absolute |= times | {f"{name}, plain full text p50 ms": plain}


def _page_bytes(queries: list[str]) -> int:
    """The largest page of results of who sees everything."""
    client = Client()
    client.force_login(User.objects.get(username=f"reader of {max(SHARES, key=lambda share: SHARES[share])}"))
    with override_settings(STORAGES=UNHASHED):
        return max(len(client.get("/search/", {"q": query}, headers={"host": "localhost"}).content) for query in queries[:10])


def text_of(plan: Plan) -> str:
    if plan.corpus:
        return "\n".join(corpus_opinions(plan.corpus))
    return "\n".join(opinions(plan.size(60, 10)))


class Corpus:
    """A long real text as words with places and lexemes, and real vectors of some of its windows."""

    def __init__(self, chance: random.Random, text: str, topics: int) -> None:
        self.chance, self.text = chance, text
        self.words = list(words_in(self.text))
        lexemes = stems({word.folded for word in self.words})
        self.lexemes = [lexemes[word.folded] for word in self.words]
        starts = np.linspace(0, len(self.words) - WORDS - 1, topics).astype(int)
        self.topics = service_registry.get("embedding").embed([self.window(int(start)) for start in starts])
        self.noise = np.random.default_rng(4)

    def window(self, start: int, words: int = WORDS) -> str:
        return self.text[self.words[start].start : self.words[start + words].start]

    def random_start(self) -> int:
        return self.chance.randrange(len(self.words) - WORDS - 1)

    def question(self) -> str:
        start, words = self.random_start(), self.chance.randint(4, 9)
        asked = " ".join(word.folded for word in self.words[start : start + words])
        return asked if any(self.lexemes[start : start + words]) else self.question()

    def tsvector(self, start: int) -> tuple[str, int]:
        places: dict[str, list[str]] = defaultdict(list)
        for place, lexeme in enumerate(self.lexemes[start : start + WORDS], 1):
            if lexeme:
                places[lexeme].append(str(place))
        return " ".join(f"{quoted(lexeme)}:{','.join(at)}" for lexeme, at in places.items()), sum(map(len, places.values()))

    def vectors(self, case: int, count: int) -> np.ndarray:
        """Vectors (count, 384) of length 1 near the topics of a case."""
        topics = (case * 7 + self.noise.integers(0, TOPICS_OF_A_CASE, count)) % len(self.topics)
        return self.near(topics)

    def near(self, topics: np.ndarray) -> np.ndarray:
        noise = self.noise.normal(size=(len(topics), self.topics.shape[1]))
        vectors = self.topics[topics] + NOISE * noise / np.linalg.norm(noise, axis=1, keepdims=True)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def fill(corpus: Corpus, chunks: int, cases: int = CASES, mixtures: int = CASES) -> list[Case]:
    """Everything by COPY, the large indexes afterwards. Passages are of so many mixtures of topics, however many cases there are; of each
    at least PER_DOCUMENT."""
    made = [Case.objects.create(title=f"Matter {number}") for number in range(cases)]
    gin = [index for index in ChunkWords._meta.indexes if index.name in ("words_by_lexeme", "words_by_citation")]
    with connection.schema_editor() as editor:
        for index in gin:
            editor.remove_index(ChunkWords, index)
    for number in range(mixtures):
        with transaction.atomic():
            fill_case(corpus, made[number % cases], number, chunks // mixtures)
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
    with connection.schema_editor() as editor:
        for index in gin:
            editor.add_index(ChunkWords, index)
    fold()
    vector_index.build_where_due()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return made


def fill_case(corpus: Corpus, case: Case, mixture: int, chunks: int, per_document: int = PER_DOCUMENT) -> list[Document]:
    documents = [
        Document(case=case, title=f"Filing {n}", status="ready", page_count=50, kind="filing") for n in range(chunks // per_document)
    ]
    Document.objects.bulk_create(documents)
    versions = TextVersion.objects.bulk_create([TextVersion(document=document, number=1) for document in documents])
    for document, version in zip(documents, versions, strict=True):
        document.text_version = version
    Document.objects.bulk_update(documents, ["text_version"])
    starts = [corpus.random_start() for _ in range(len(versions) * per_document)]
    rows = [(versions[n // per_document].pk, n % per_document, corpus.window(start)) for n, start in enumerate(starts)]
    _copy(Chunk, "text_version_id index text context page_from page_to start end tokens", ((*row, "", 1, 1, 0, 1, 200) for row in rows))
    ids = list(Chunk.objects.filter(text_version__in=versions).order_by("text_version_id", "index").values_list("pk", flat=True))
    owners = [documents[n // per_document].pk for n in range(len(ids))]
    words = (
        (pk, owner, case.pk, tsv, "{}", length) for pk, owner, (tsv, length) in zip(ids, owners, map(corpus.tsvector, starts), strict=True)
    )
    _copy(ChunkWords, "chunk_id document_id case_id tsv cites length", words)
    model, vectors = embedding.active_model().pk, corpus.vectors(mixture, len(ids))
    made = ((pk, model, owner, case.pk, HalfVector(vector).to_text()) for pk, owner, vector in zip(ids, owners, vectors, strict=True))
    _copy(ChunkEmbedding, "chunk_id model_id document_id case_id vector", made)
    return documents


def _copy(model: type[Chunk | ChunkWords | ChunkEmbedding], columns: str, rows: Iterator[tuple[object, ...]]) -> None:
    names = ", ".join(f'"{column}"' for column in columns.split())
    with connection.cursor() as cursor, cursor.copy(f"COPY {model._meta.db_table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _reader(share: str, cases: int) -> User:
    user = User.objects.create_user(f"reader of {share}")
    # Not the first cases: those whose rows lie together at the start of the tables.
    chosen = Case.objects.order_by("pk")[CASES - cases : CASES]
    Membership.objects.bulk_create([Membership(case=case, user=user) for case in chosen])
    return user


def _speed(user: User, share: str, queries: list[str]) -> dict[str, float]:
    """Whole searches as the API runs them, each query once after one round to warm up."""
    figures = {}
    for mode in ("text", "semantic", "hybrid"):
        times = []
        for warm in (False, True):
            for query in queries:
                began = time.perf_counter()
                search(SearchRequest(query, user, mode=mode))  # type: ignore[arg-type]
                times += [1000 * (time.perf_counter() - began)] if warm else []
        figures[f"{share}, {mode} p50 ms"] = statistics.median(times)
        figures[f"{share}, {mode} p95 ms"] = statistics.quantiles(times, n=20)[18]
    return figures


def _plain_ms(user: User, queries: list[str]) -> float:
    """Median of what Django's documentation shows for full-text search, over the passages that the user sees."""
    times = []
    for warm in (False, True):
        for query in queries:
            began = time.perf_counter()
            asked = SearchQuery(query, search_type="websearch", config="english")
            seen = ChunkWords.objects.filter(case_id__in=Case.objects.visible_to(user).values("pk"), tsv=asked)
            list(seen.annotate(rank=SearchRank(F("tsv"), asked)).order_by("-rank").values_list("pk", "rank")[:20])
            times += [1000 * (time.perf_counter() - began)] if warm else []
    return statistics.median(times)


def _recall(user: User, share: str, corpus: Corpus, plan: Plan) -> dict[str, float]:
    """Of the ten best that an exhaustive answer has, how many the search has."""
    count = plan.size(QUERIES, 4)
    vectors = corpus.near(corpus.noise.integers(0, len(corpus.topics), count))
    questions = [corpus.question() for _ in range(count // 2)]
    with transaction.atomic(), engine.tuned(borrowed=True):
        with connection.cursor() as cursor:  # an exhaustive answer may take as long as it takes
            cursor.execute("SET LOCAL statement_timeout = '10min'")
        return {
            f"{share}, meaning recall@10": statistics.mean(_meaning_recall(user, vector) for vector in vectors),
            f"{share}, words recall@10": statistics.mean(_words_recall(user, question) for question in questions),
        }


def _meaning_recall(user: User, vector: np.ndarray) -> float:
    model = embedding.active_model()
    scope = scope_of(SearchRequest("", user), "", model.pk)
    found = [passage.cosine for passage in meaning.search_meaning(vector, model, scope).passages[:10]]
    with mock.patch.object(meaning, "EXACT_UP_TO", 10**9):
        exact = [passage.cosine for passage in meaning.search_meaning(vector, model, scope).passages[:10]]
    return _share_of_best(found, exact)


def _words_recall(user: User, question: str) -> float:
    wanted = matching(parse(question).root)
    if wanted is None:
        return 1.0
    scope = scope_of(SearchRequest("", user), "", None)
    found = [passage.score for passage in lexical.search_words(wanted, scope).passages[:10]]
    with mock.patch.multiple(lexical, CANDIDATES=10**9, MOST_CANDIDATES=10**9, COMPARED=10**9, BEST=10**9):
        exact = [passage.score for passage in lexical.search_words(wanted, scope).passages[:10]]
    return _share_of_best(found, exact)


def _share_of_best(found: list[float], exact: list[float]) -> float:
    """How many of the ten best were found, by their scores."""
    return sum(score >= exact[-1] - 1e-6 for score in found) / len(exact) if exact else 1.0
