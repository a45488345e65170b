"""Importing rulings into the law library, against the bare bulk insert of the same rows.

The import reads the file in the sandbox, checks and compares each record, and writes its place and its counts with each batch; the bare
insert only writes the rows. Passages and their words are measured apart: they are made after the load, as an index is.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from bench.figures import Figures, Plan
from bench.installation import own_database
from bench.materials import corpus_opinions, opinions
from cases.models import Opinion, Ruling
from documents.models import Chunk, Document, LawImport, Page, TextVersion
from documents.services.library import loading, passages, starting

RULINGS = 2_000
BATCH = 500
TABLES: tuple[type[Model], ...] = (Ruling, Opinion, TextVersion, Document, Page)


class Here:
    """Runs an import in this process."""

    def check(self) -> None: ...

    def progress(self, percent: float, step: str = "", message: str = "") -> None: ...

    def publish(self) -> AbstractContextManager[None]:
        return transaction.atomic()


def run(out: Callable[[str], object], plan: Plan, template: str) -> Figures:
    """Makes a database of its own on the configured server and drops it. Ratio: the bare insert's time to the load's (goal .5)."""
    figures = Figures()
    texts = corpus_opinions(plan.corpus) if plan.corpus else opinions(plan.size(40, 2), paragraphs=plan.size(60, 10))
    with own_database("lexintel_bench_law", template), tempfile.TemporaryDirectory() as folder:
        path = _file(Path(folder), texts, plan.size(RULINGS, 30))
        record = starting.import_path(LawImport.Kind.RULINGS, path)
        load = _seconds(lambda: loading.load(record, Here()))
        again = _seconds(lambda: loading.load(starting.import_path(LawImport.Kind.RULINGS, _touched(path)), Here()))
        index = _seconds(_index)
        count, made = Ruling.objects.count(), Chunk.objects.count()
        bare = _bare()
        figures.ratios["load of rulings to the bare bulk insert of the same rows"] = bare / load
        figures.absolute["rulings loaded a second"] = count / load
        figures.absolute["rulings a second that have not changed"] = count / again
        figures.absolute["rulings made findable a second"] = count / index
        figures.absolute["passages of them"] = float(made)
    return figures


def _file(folder: Path, texts: Sequence[str], count: int) -> Path:
    path = folder / "rulings.jsonl"
    with path.open("w") as file:
        for number in range(count):
            text = f"No. {number}\n\n{texts[number % len(texts)]}"
            record = {"name": f"A v. B{number}", "source_id": str(number), "court_id": "ca1", "date": "2010-06-02",
                      "citations": [f"{number + 1} F.3d {number + 10}"], "text": text}  # fmt: skip
            file.write(json.dumps(record) + "\n")
    return path


def _touched(path: Path) -> Path:
    path.touch()
    return path


def _index() -> None:
    while passages.index_some(transaction.atomic):
        pass


def _seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _bare() -> float:
    """Seconds in which the same rows are inserted again, so many at once, in one transaction."""
    rows: dict[type[Model], list[Any]] = {model: list(model._default_manager.order_by("pk")) for model in TABLES}
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(model._meta.db_table for model in TABLES)} CASCADE")
    began = time.perf_counter()
    with transaction.atomic():
        for model, found in rows.items():
            model._default_manager.bulk_create(found, batch_size=BATCH)
    return time.perf_counter() - began
