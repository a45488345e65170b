"""The sums behind BM25 and the router are exact, whatever indexed, failed, repeated or deleted, and however many did it at once."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from cases.models import Case
from cases.services import matters
from documents.models import (
    CaseVocabulary,
    Chunk,
    ChunkEmbedding,
    ChunkWords,
    Document,
    PassageCount,
    PassageCountDelta,
    TextVersion,
    Vocabulary,
    VocabularyDelta,
)
from documents.services import embedding
from documents.services.search import indexing, statistics
from documents.tests.searching import document, publish
from lexintel.models import User


def true_sums() -> tuple[Counter[uuid.UUID | None], Counter[uuid.UUID | None], Counter[str]]:
    """Passages and lengths by case, passages by lexeme, counted from the rows themselves."""
    chunks: Counter[uuid.UUID | None] = Counter()
    lengths: Counter[uuid.UUID | None] = Counter()
    for case, length in ChunkWords.objects.values_list("case_id", "length"):
        chunks[case] += 1
        lengths[case] += length
    with connection.cursor() as cursor:
        cursor.execute("SELECT lexeme, count(*) FROM documents_chunkwords, unnest(tsv) GROUP BY lexeme")
        return chunks, lengths, Counter(dict(cursor.fetchall()))


def true_frequencies() -> Counter[tuple[uuid.UUID | None, str]]:
    """Passages by case and lexeme, counted from the rows themselves."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT case_id, lexeme, count(*) FROM documents_chunkwords, unnest(tsv) GROUP BY case_id, lexeme")
        return Counter({(case, lexeme): n for case, lexeme, n in cursor.fetchall()})


def assert_exact() -> None:
    chunks, lengths, words = true_sums()
    by_case = true_frequencies()
    kept = statistics.counts([case for case in chunks if case], library=False, model_id=None)
    assert (kept.chunks, kept.length) == (sum(chunks.values()), sum(lengths.values()))
    for case, number in chunks.items():
        if case:
            seen_of = statistics.counts([case], library=False, model_id=None)
            assert (seen_of.visible_chunks, seen_of.visible_length) == (number, lengths[case])
    asked = {*words, *Vocabulary.objects.values_list("lexeme", flat=True), "absent"}
    assert statistics.frequencies(asked) == {lexeme: words[lexeme] for lexeme in asked}
    for case in chunks:
        seen = statistics.frequencies_seen(asked, [case] if case else [], library=case is None)
        assert seen == {lexeme: by_case[case, lexeme] for lexeme in asked}


@pytest.mark.django_db
def test_indexing_many_passages_asks_as_often_as_indexing_one(case: Case) -> None:
    asked = []
    for number in (1, 20):
        made = document(case, "Lien", *(f"Passage {n} about the lien." for n in range(number)), vectors=False)
        assert made.text_version is not None
        version = TextVersion.objects.get(pk=made.text_version.pk)
        with CaptureQueriesContext(connection) as queries:
            indexing.index_words(version)
        asked.append(len(queries))
    assert asked[0] == asked[1]


@pytest.mark.django_db
def test_sums_follow_indexing_repeating_citing_and_removing(case: Case) -> None:
    one = document(case, "One", "The lien on the estate, 410 U.S. 113.", "A second passage about the lien.", vectors=False)
    library = document(None, "Law", "A lien is a charge.", vectors=False)
    assert_exact()
    version = one.text_version
    assert version is not None
    indexing.index_words(version)
    assert_exact()
    statistics.fold()
    assert PassageCountDelta.objects.count() == VocabularyDelta.objects.count() == 0
    assert_exact()
    first = version.chunks.first()
    assert first is not None
    for keys in (["us:410:113", "o'brien\\key"], ["usc:42:1983"], [], ["us:410:113"]):
        indexing.index_citations(version, {first.pk: keys})
        assert ChunkWords.objects.get(chunk=first).cites == keys or len(keys) > 1
        assert_exact()
    publish(one, "Entirely other words.", vectors=False)
    indexing.unindex(library)
    assert_exact()
    indexing.unindex(one)
    indexing.unindex(one)
    statistics.fold()
    assert not Vocabulary.objects.exists()
    assert not CaseVocabulary.objects.exists()
    assert set(PassageCount.objects.values_list("chunks", "length")) == {(0, 0)}


@pytest.mark.django_db
def test_words_of_what_moves_are_counted_where_it_is(case: Case, owner: User) -> None:
    made = document(case, "One", "The lien on the estate.", vectors=False)
    other = matters.create_case("Other", user=owner)
    for fold in (False, True):
        if fold:
            statistics.fold()
        for target in (other, case):
            indexing.move([made.pk], target.pk)
            assert_exact()
            assert statistics.frequencies_seen(["lien"], [target.pk], library=True) == {"lien": 1}
    assert statistics.frequencies_seen(["lien"], [other.pk], library=True) == {"lien": 0}


@pytest.mark.django_db
def test_rows_deleted_behind_our_back_are_counted_too(case: Case) -> None:
    made = document(case, "One", "The lien on the estate.")
    Chunk.objects.filter(text_version__document=made).delete()
    assert_exact()
    assert statistics.counts([case.pk], library=True, model_id=embedding.active_model().pk).visible_vectors == 0


@pytest.mark.django_db
def test_what_is_rolled_back_is_not_counted(case: Case) -> None:
    made = document(case, "One", "The lien on the estate.", vectors=False)
    with transaction.atomic():
        publish(made, "Never to be seen.", vectors=False)
        transaction.set_rollback(True)
    assert_exact()
    assert statistics.frequencies(["never", "lien"]) == {"never": 0, "lien": 1}


@pytest.mark.django_db
def test_vectors_are_counted_by_model_and_replaced_when_repeated(case: Case) -> None:
    made = document(case, "One", "The lien.", "The estate.", vectors=False)
    chunks = list(Chunk.objects.filter(text_version=made.text_version))
    vectors = np.eye(384, dtype=np.float32)[:2]
    for _ in range(2):
        indexing.index_vectors(chunks, vectors)
        assert statistics.counts([case.pk], library=True, model_id=embedding.active_model().pk).visible_vectors == 2
    assert statistics.counts([], library=True, model_id=embedding.active_model().pk).visible_vectors == 0
    assert ChunkEmbedding.objects.count() == 2
    with pytest.raises(ValueError, match="2 chunks came with 1 vectors"):
        indexing.index_vectors(chunks, vectors[:1])


@pytest.fixture
def in_threads() -> Callable[[list[Callable[[], object]]], None]:
    """Runs functions at once, each in a thread with a connection of its own; raises what any of them raised."""

    def run(work: list[Callable[[], object]]) -> None:
        start = threading.Barrier(len(work))

        def one(function: Callable[[], object]) -> None:
            try:
                start.wait(10)
                function()
            finally:
                connection.close()

        with ThreadPoolExecutor(len(work)) as pool:
            for future in [pool.submit(one, function) for function in work]:
                future.result(60)

    return run


@pytest.mark.django_db(transaction=True)
def test_many_workers_and_folders_at_once_neither_block_nor_miscount(
    case: Case, in_threads: Callable[[list[Callable[[], object]]], None]
) -> None:
    kept = [document(case, f"D{n}", "The lien on the estate.", f"Passage {n} of the trust.", vectors=False) for n in range(6)]

    def rewrite(made: Document) -> Callable[[], object]:
        return lambda: [publish(made, *["The trust holds the lien."] * n, vectors=False) for n in range(1, 6)]

    def remove(made: Document) -> Callable[[], object]:
        return lambda: [indexing.unindex(made) for _ in range(5)]

    in_threads([*map(rewrite, kept[:3]), *map(remove, kept[3:]), remove(kept[3]), *[lambda: [statistics.fold() for _ in range(20)]] * 2])
    assert_exact()
    assert ChunkWords.objects.count() == 15
    assert statistics.fold()
    assert_exact()


@pytest.mark.django_db(transaction=True)
def test_deltas_are_folded_when_enough_of_them_wait(case: Case) -> None:
    for n in range(statistics.DUE + 1):
        document(case, f"D{n}", "The lien.", vectors=False)
    assert PassageCountDelta.objects.count() < statistics.DUE
    assert PassageCount.objects.get(case_id=case.pk).chunks > 0
    assert_exact()
