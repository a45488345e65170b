"""The index of vectors: made when there are many, made anew when there are many more, and what it finds is what is nearest."""

from __future__ import annotations

import numpy as np
import pytest
from django.db import connection, transaction

from cases.models import Case, Membership
from documents.models import Chunk, EmbeddingModel
from documents.services import embedding
from documents.services.search import SearchError, SearchRequest, engine, indexing, meaning, search, vector_index
from documents.services.search.scope import scope_of
from documents.tests.searching import document
from lexintel.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_index, "LEAST", 40)
    monkeypatch.setattr(vector_index, "A_LIST", 10)
    monkeypatch.setattr(meaning, "EXACT_UP_TO", 10)
    monkeypatch.setattr(meaning, "NEAREST", 10)


def crowd(case: Case, count: int, seed: int) -> np.ndarray:
    """A document of so many passages whose vectors, of length 1, lie around one point."""
    chance = np.random.default_rng(seed)
    vectors = chance.normal(size=384) + 0.5 * chance.normal(size=(count, 384))
    vectors = np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)
    made = document(case, f"Crowd {seed}", *[f"passage {n}" for n in range(count)], vectors=False)
    with transaction.atomic():
        indexing.index_vectors(list(Chunk.objects.filter(text_version=made.text_version).order_by("index")), vectors)
    return vectors


def found(vector: np.ndarray, user: User) -> meaning.Near:
    model = embedding.active_model()
    with transaction.atomic(), engine.tuned(borrowed=True):
        return meaning.search_meaning(vector, model, scope_of(SearchRequest("", user), "", model.pk))


def indexes(model: EmbeddingModel) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE indexname LIKE %s ORDER BY 1", [f"documents_vectors_of_model_{model.pk}_%"])
        return [row[0] for row in cursor.fetchall()]


def test_lists_are_made_when_there_are_enough_vectors_and_anew_when_many_more(few_are_many: None, case: Case, owner: User) -> None:
    first = crowd(case, 30, 1)
    assert vector_index.build_where_due() == {}
    assert found(first[0], owner).route == "exact, without an index"
    crowd(case, 30, 2)
    name = embedding.active_model().name
    assert vector_index.build_where_due() == {name: 6}
    assert vector_index.build_where_due() == {}
    crowd(case, 130, 3)
    assert vector_index.build_where_due() == {name: 19}
    assert [index.rpartition("_")[2] for index in indexes(embedding.active_model())] == ["19"]


def test_what_is_found_by_lists_is_what_is_nearest_for_who_sees_a_part(few_are_many: None, case: Case, owner: User) -> None:
    other = Case.objects.create(title="Another matter")
    Membership.objects.create(case=other, user=User.objects.create_user("somebody"), role="owner")
    for seed in range(1, 7):
        crowd(other, 20, seed)
    seen = np.concatenate([crowd(case, 15, 11), crowd(case, 15, 12)])
    assert vector_index.build_where_due()
    # Near to what the reader may not see, and near to what she may.
    for vector in (crowd(other, 1, 3)[0], seen[3], seen[20]):
        near = found(vector, owner)
        assert near.route == "index"
        best = sorted((float(cosine) for cosine in seen @ vector), reverse=True)[:10]
        assert [passage.cosine for passage in near.passages] == pytest.approx(best, abs=2e-3)


@pytest.mark.parametrize("mode", ["semantic", "hybrid"])
def test_what_takes_too_long_without_an_index_is_said_in_a_sentence(
    few_are_many: None, case: Case, owner: User, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    crowd(case, 12, 1)
    slow = "SELECT chunk_id, document_id, 0.5 FROM documents_chunkembedding, pg_sleep(3) WHERE model_id = %(model)s {condition}"
    monkeypatch.setattr(meaning, "_NEAREST_EXACTLY", slow)
    monkeypatch.setitem(engine.SETTINGS, "statement_timeout", "300ms")
    with pytest.raises(SearchError, match="took too long"):
        search(SearchRequest("passage", owner, mode=mode))  # type: ignore[arg-type]


def test_what_a_killed_process_left_half_made_is_made_anew(few_are_many: None, case: Case, owner: User) -> None:
    crowd(case, 50, 1)
    model = embedding.active_model()
    vector_index.build(model, 5)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'documents_vectors_of_model_{model.pk}_lists_5'::regclass"
        )
    assert vector_index.lists_of(model) == 0
    assert vector_index.build_where_due() == {model.name: 5}
    assert vector_index.lists_of(model) == 5


def test_each_model_has_lists_of_its_own(few_are_many: None, case: Case) -> None:
    crowd(case, 50, 1)
    model, other = embedding.active_model(), EmbeddingModel.objects.create(name="another", sha256="0", dimensions=384)
    for one in (model, other):
        vector_index.build(one, 5)
    assert (vector_index.lists_of(model), vector_index.lists_of(other), len(indexes(model))) == (5, 5, 1)
    vector_index.build(model, 7)
    assert (vector_index.lists_of(model), vector_index.lists_of(other), len(indexes(model))) == (7, 5, 1)


@pytest.mark.parametrize(("share", "least", "most"), [(1.0, 20, 20), (0.3, 35, 50), (0.1, 75, 100), (0.0001, 700, 700)])
def test_the_less_is_visible_the_more_lists_are_looked_at(share: float, least: int, most: int) -> None:
    assert least <= vector_index.probes(700, share) <= most
