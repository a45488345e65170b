"""Importance of rulings over a made-up library: the scores alone (from arrays of links), and the whole as the task does it, which reads
the mentions from the database and writes a row for each ruling."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from django.db import connection

from bench.figures import Figures, Plan
from bench.installation import own_database
from documents.models import Document, TextVersion
from documents.services.authorities.graph import importance

NODES, LINKS = 100_000, 1_500_000
_RULINGS = """
INSERT INTO cases_ruling (id, name, full_name, court, court_id, date, date_precision, docket_number, judges, status, citations, inferred,
    keys, source, source_id, source_docket, source_url, fingerprint, created, updated)
SELECT md5('r' || n)::uuid, 'A v. B ' || n, '', '', 'ca1', '2000-01-01', 'day', '', '', '', '{}', '{}', ARRAY['us:1:' || n],
    '', '', '', '', '', now(), now()
FROM generate_series(0, %s - 1) n
"""
_MENTIONS = """
INSERT INTO documents_citation (text_version_id, page, start, "end", text, key, pin, kind, method, confidence, name, role,
    cluster, court, ruling_id)
SELECT v.id, 1, g.i, g.i + 6, '1 U.S. 1', 'us:1:1', '', 'case', 'bench', 1, '', 'authority', 'us:1:1', '',
    md5('r' || floor(%s * power(random(), 3))::int)::uuid
FROM generate_series(1, %s) AS g(i) JOIN numbered v ON v.n = g.i %% %s
"""


def run(out: Callable[[str], object], plan: Plan, template: str) -> Figures:
    """In a database of its own on the configured server. Goal: the whole under 5 s at 100,000 rulings and 1.5 million links."""
    with own_database("lexintel_bench_importance", template):
        return _figures(plan)


def _figures(plan: Plan) -> Figures:
    figures = Figures()
    nodes, count = plan.size(NODES, 200), plan.size(LINKS, 2_000)
    scores, kept = _scores_alone(nodes, count)
    _fill(nodes, count)
    began = time.perf_counter()
    found = importance.rank()
    whole = time.perf_counter() - began
    figures.ratios["importance: the scores' share of the whole with the database"] = scores / whole
    figures.absolute["importance: scores alone, seconds"] = scores
    figures.absolute["importance: whole with the database, seconds"] = whole
    figures.absolute["importance: rulings"] = float(found["rulings"])
    figures.absolute["importance: mentions"] = float(count)
    figures.absolute["importance: links of them (several mentions are one)"] = float(found["links"])
    figures.absolute["importance: links of the scores alone"] = float(kept)
    return figures


def _scores_alone(nodes: int, count: int) -> tuple[float, int]:
    chance = np.random.default_rng(7)
    sources = chance.integers(0, nodes, count, dtype=np.int32)
    targets = (nodes * chance.random(count) ** 3).astype(np.int32)
    began = time.perf_counter()
    matrix = importance.links(sources, targets, nodes)
    importance.percentiles(importance.pagerank(matrix))
    return time.perf_counter() - began, int(matrix.nnz)


def _fill(nodes: int, count: int) -> None:
    """Rulings with a text each, and their mentions, written as SQL."""
    with connection.cursor() as cursor:
        cursor.execute(_RULINGS, [nodes])
        cursor.execute("SELECT id FROM cases_ruling ORDER BY name")
        rulings = [pk for (pk,) in cursor.fetchall()]
    documents = Document.objects.bulk_create((Document(title="A text", ruling_id=pk, status="ready") for pk in rulings), batch_size=5_000)
    versions = TextVersion.objects.bulk_create((TextVersion(document=document, number=1) for document in documents), batch_size=5_000)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE documents_document d SET text_version_id = v.id FROM documents_textversion v WHERE v.document_id = d.id")
        cursor.execute("CREATE TEMPORARY TABLE numbered AS SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM documents_textversion")
        cursor.execute(_MENTIONS, [nodes, count, len(versions)])
        cursor.execute("VACUUM ANALYZE cases_ruling, documents_document, documents_citation")
