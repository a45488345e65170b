"""The index by which vectors are found where there are very many: inverted lists (IVFFlat) of each model, made anew as passages multiply.

Passages of a case lie close together in small crowds. A graph (HNSW) does not find its way from one crowd to another: of the ten best among
500,000 passages it found .66 to .90 however long it looked, where lists find .98 to 1.0 in the same time; and lists are made ten times as
fast, and cost little when a vector is added. They need vectors to be made of, so the index comes when there are enough of them; up to then,
and where a reader sees few, all are compared.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable

from django.db import connection

from documents.models import EmbeddingModel
from documents.services.search import statistics

TASK = "documents.index_vectors"
LEAST = 80_000  # vectors
A_LIST = 1000  # vectors, as pgvector's documentation advises
MOST_LISTS = 1000
GROWN = 3  # times what the lists were made for
LOOKED_AT = 20  # lists, where everything is visible
BUILD_LOCK = 7_150_432  # advisory: one maker of indexes at a time
SAMPLED = 50  # vectors for each list, from which its centre is computed

_INDEXES = """
SELECT relname, indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE indrelid = 'documents_chunkembedding'::regclass AND relname LIKE %s
"""


def lists_of(model: EmbeddingModel) -> int:
    """How many lists the model's index has; 0 where there is none."""
    return max((_lists(name) for name, valid in _indexes(model) if valid), default=0)


def probes(lists: int, share: float) -> int:
    """How many lists to look at where this share (above 0, to 1) of the vectors may be seen.

    Measured with 700 lists of 500,000 vectors: 20 suffice for everything, 40 for a third and 80 for a tenth of it.
    """
    return max(1, min(lists, math.ceil(LOOKED_AT * share**-0.6)))


def due(model: EmbeddingModel) -> int:
    """With how many lists the model's index should be made now; 0 where it is right as it is."""
    vectors = statistics.counts([], library=False, model_id=model.pk).vectors
    wanted = min(MOST_LISTS, vectors // A_LIST)
    there = lists_of(model)
    if vectors < LEAST or (there and wanted < GROWN * there):
        return 0
    return wanted


def build(model: EmbeddingModel, lists: int) -> None:
    """Make the model's index beside the one that is used, then drop that one. Neither readers nor writers wait for it; what a killed
    process left half made goes too. Outside of a transaction."""
    made = f"{_prefix(model)}_lists_{lists:d}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [BUILD_LOCK])
        try:
            _drop(name for name, valid in _indexes(model) if not valid)
            cursor.execute("SET maintenance_work_mem = %s", [f"{_megabytes(lists):d}MB"])
            cursor.execute(
                f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {made} ON documents_chunkembedding"
                f" USING ivfflat (vector halfvec_ip_ops) WITH (lists = {lists:d}) WHERE model_id = {model.pk:d}"
            )
            _drop(name for name, _valid in _indexes(model) if name != made)
        finally:
            cursor.execute("RESET maintenance_work_mem")
            cursor.execute("SELECT pg_advisory_unlock(%s)", [BUILD_LOCK])


def build_where_due(told: Callable[[str], None] = lambda _name: None) -> dict[str, int]:
    """{model: lists} of the indexes made now; `told` is called before each."""
    made = {}
    for model in EmbeddingModel.objects.order_by("pk"):
        if lists := due(model):
            told(model.name)
            build(model, lists)
            made[model.name] = lists
    return made


def _megabytes(lists: int) -> int:
    """What computing the centres takes: the sample as floats, and for each of it a bound to each centre."""
    sample = SAMPLED * lists
    return 64 + sample * (384 * 4 + lists * 4) // 2**20


def _prefix(model: EmbeddingModel) -> str:
    return f"documents_vectors_of_model_{model.pk:d}"


def _indexes(model: EmbeddingModel) -> list[tuple[str, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(_INDEXES, [_prefix(model).replace("_", r"\_") + r"\_lists\_%"])
        return list(cursor.fetchall())


def _drop(names: Iterable[str]) -> None:
    for name in names:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {connection.ops.quote_name(name)}")


def _lists(name: str) -> int:
    found = re.search(r"_lists_(\d+)$", name)
    return int(found[1]) if found else 0
