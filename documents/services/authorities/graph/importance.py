"""How much the rulings of the library rely on each of them: PageRank over who cites whom.

S. Brin and L. Page, "The Anatomy of a Large-Scale Hypertextual Web Search Engine", Computer Networks 30 (1998), section 2.1:
PR(A) = (1 - d) + d (PR(T1)/C(T1) + ... + PR(Tn)/C(Tn)), here divided by the number of rulings, so that all scores add up to 1; d is .85 as
there. A ruling that cites nobody passes its score on to all alike. A ruling that cites another is one link, however often it does.

Only published texts of the library count, each mention that is an authority to them; no document of a case does. What is shown is the
percentile: how many percent of the rulings of this library have a lower score.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np
from django.db import connection, transaction
from django.utils import timezone
from numpy.typing import NDArray

from documents.models import Document
from tasks.manager import manager
from tasks.models import TaskRecord

if TYPE_CHECKING:
    from scipy import sparse

TASK = "documents.rank_rulings"
DAMPING = 0.85
TOLERANCE = 1e-10
"""Of the change of all scores together, at which it is over."""
MOST_ROUNDS = 200
AFTER_IMPORT = timedelta(minutes=10)
"""The texts of an import are cited by tasks that follow it; each further import within this time waits for the same run."""

_NODES = "CREATE TEMPORARY TABLE ranked ON COMMIT DROP AS SELECT id, (row_number() OVER (ORDER BY id) - 1)::int AS n FROM cases_ruling"
# As bytes, many links a row: a row for each would cost more than the query.
_EDGES = """
SELECT string_agg(int4send(s.n) || int4send(t.n), '')
FROM documents_document d
JOIN ranked s ON s.id = d.ruling_id
JOIN documents_citation c ON c.text_version_id = d.text_version_id
JOIN ranked t ON t.id = c.ruling_id
WHERE d.case_id IS NULL AND d.deleted_at IS NULL AND c.role = 'authority' AND s.n <> t.n
GROUP BY s.n / 1024
"""
_SCORES = "CREATE TEMPORARY TABLE scored (n int, score float8, percentile float8, cited_by int) ON COMMIT DROP"
_SCORE_ROW = np.dtype(
    [("fields", ">i2"), ("l0", ">i4"), ("n", ">i4"), ("l1", ">i4"), ("score", ">f8"),
     ("l2", ">i4"), ("percentile", ">f8"), ("l3", ">i4"), ("cited_by", ">i4")]
)  # fmt: skip
_COPY_HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_WRITE = """
INSERT INTO cases_importance (ruling_id, score, percentile, cited_by, counted, computed)
SELECT r.id, s.score, s.percentile, s.cited_by, %s, %s FROM scored s JOIN ranked k ON k.n = s.n JOIN cases_ruling r ON r.id = k.id
"""
Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


def links(sources: Ints, targets: Ints, count: int) -> sparse.csr_array:
    """Who cites whom as a matrix (citing, cited) of zeros and ones; several mentions are one link, and who cites himself is left out."""
    from scipy import sparse  # 8 MB that a process without this task does without

    other = sources != targets
    matrix = sparse.coo_array((np.ones(int(other.sum())), (sources[other], targets[other])), shape=(count, count)).tocsr()
    matrix.data[:] = 1.0
    return matrix


def pagerank(matrix: sparse.csr_array) -> Floats:
    """The score of each node of a (citing, cited) matrix of zeros and ones; they add up to 1 (see this module's first lines)."""
    count = matrix.shape[0]
    if not count:
        return np.empty(0)
    cites = np.asarray(matrix.sum(axis=1)).ravel()
    silent = cites == 0
    share = 1.0 / np.where(silent, 1.0, cites)
    received = matrix.T.tocsr()
    scores: Floats = np.full(count, 1.0 / count)
    for _ in range(MOST_ROUNDS):
        given = received @ (scores * share)
        new: Floats = (1.0 - DAMPING) / count + DAMPING * (given + scores[silent].sum() / count)
        change = float(np.abs(new - scores).sum())
        scores = new
        if change < TOLERANCE:
            break
    return scores


def percentiles(scores: Floats) -> Floats:
    """For each score, how many percent of all are lower; equal ones (to ten digits) have the same."""
    if not len(scores):
        return np.empty(0)
    alike = np.round(scores * len(scores), 10)
    lower = np.searchsorted(np.sort(alike), alike, side="left").astype(np.float64)
    return lower * (100.0 / len(scores))


def rank(
    check: Callable[[], None] = lambda: None, publish: Callable[[], AbstractContextManager[Any]] = transaction.atomic
) -> dict[str, Any]:
    """Score all rulings anew, in one short transaction that `publish` opens: {rulings, links}."""
    with publish():
        with connection.cursor() as cursor:
            cursor.execute(_NODES)
            cursor.execute("SELECT count(*) FROM ranked")
            (count,) = cursor.fetchone()
            cursor.execute("ANALYZE ranked")
        sources, targets = _edges()
        check()
        matrix = links(sources, targets, count)
        scores = pagerank(matrix)
        check()
        _write(scores, percentiles(scores), np.asarray(matrix.sum(axis=0)).ravel())
    return {"rulings": count, "links": int(matrix.nnz)}


def _edges() -> tuple[Ints, Ints]:
    with connection.cursor() as cursor:
        cursor.execute(_EDGES)
        raw = b"".join(bytes(some) for (some,) in cursor.fetchall())
    pairs = np.frombuffer(raw, dtype=">i4").astype(np.int32).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def _write(scores: Floats, ranks: Floats, cited_by: Floats) -> None:
    rows = np.zeros(len(scores), dtype=_SCORE_ROW)
    rows["fields"], rows["l0"], rows["l1"], rows["l2"], rows["l3"] = 4, 4, 8, 8, 4
    rows["n"], rows["score"], rows["percentile"], rows["cited_by"] = np.arange(len(scores)), scores, ranks, cited_by
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO off")  # what is lost in a crash is computed again the next day
        cursor.execute(_SCORES)
        with cursor.copy("COPY scored FROM STDIN (FORMAT binary)") as copy:
            copy.write(_COPY_HEADER + rows.tobytes() + b"\xff\xff")
        cursor.execute("LOCK TABLE cases_importance IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("DELETE FROM cases_importance")
        cursor.execute(_WRITE, [len(scores), timezone.now()])


def submit_soon(after: UUID | None = None) -> TaskRecord:
    """After what changed the library's texts, in its transaction; one run for all that comes within the time. `after` is the run that
    submits the next one."""
    return manager.submit(TASK, unique=f"after {after}" if after else True, run_after=timezone.now() + AFTER_IMPORT)


def still_citing() -> bool:
    """Whether texts of the library wait for their citations, so that the scores will change again."""
    return (
        Document.objects.filter(case=None, deleted_at=None, status__in=[Document.Status.EMBEDDING, Document.Status.CITING])
        .exclude(ruling=None)
        .exists()
    )
