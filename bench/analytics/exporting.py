"""Exports of a million rows (hours of usage) as CSV and JSON against PostgreSQL's own COPY of the same rows to a file, and what memory the
process takes that writes them."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.test import override_settings

from analytics.models import Export, UsageHour
from analytics.services.exports import asking, places
from bench.figures import Figures, Plan
from bench.installation import own_database
from lexintel.models import User
from tasks.engine.attempts import claim_next, execute

ROWS, QUICK = 1_000_000, 20_000
FORMS = ("csv", "json")
FILL = """
INSERT INTO analytics_usagehour (hour, method, route, "case", requests, client_errors, server_errors, ms, size, buckets)
SELECT timestamptz '2020-01-01 00:00Z' + (n / 40) * interval '1 hour', CASE WHEN n %% 5 = 0 THEN 'POST' ELSE 'GET' END,
    'api/documents/<pk>/part-' || n %% 40 || '/', CASE WHEN n %% 3 = 0 THEN gen_random_uuid() END,
    n %% 977, n %% 13, n %% 3, (n %% 977) * 12.345, n * 1000::bigint, ARRAY[n %% 5, n %% 7, n %% 11, n %% 3, 0, 0, 1, 0]
FROM generate_series(1, %s) n
"""
MEMORY = """
import django; django.setup()
from bench.installation import most_memory
from django.test.utils import override_settings
from tasks.engine.attempts import claim_next, execute
before = most_memory()
with override_settings(TASK_EXECUTOR="background"):
    execute(claim_next("background"))
print(before, most_memory())
"""


def run(out: Callable[[str], object], plan: Plan, template: str) -> Figures:
    """Goals: rows a second at least 0.3 of those of COPY; less than 200 MB in the process that writes."""
    figures, rows = Figures(), plan.size(ROWS, QUICK)
    with (
        tempfile.TemporaryDirectory() as folder,
        own_database("lexintel_bench_exporting", template),
        override_settings(TASK_EXECUTOR="background", STORAGE_URL=f"file://{folder}"),
    ):
        with connection.cursor() as cursor:
            cursor.execute(FILL, [rows])
            cursor.execute("ANALYZE analytics_usagehour")
        user = User.objects.create_user("bench", is_staff=True)
        copied = min(_copied(Path(folder) / "copied") for _time in range(plan.size(2, 1)))
        figures.absolute["COPY, rows/s"] = rows / copied
        for form in FORMS:
            seconds = min(_exported(user, form) for _time in range(plan.size(2, 1)))
            figures.absolute[f"export as {form}, rows/s"] = rows / seconds
            figures.ratios[f"export as {form}: rows/s over COPY's"] = copied / seconds
            out(f"  {rows} rows as {form} in {seconds:.1f} s, COPY in {copied:.1f} s")
        for form in (*FORMS, "xlsx"):
            if form == "xlsx" and not plan.quick:
                UsageHour.objects.filter(pk__gt=rows // 10).delete()
            before, most = _memory(user, form, folder)
            figures.absolute[f"export as {form}, MB before it"] = before
            figures.ratios[f"export as {form}, MB of memory at most"] = most
    return figures


def _copied(path: Path) -> float:
    began = time.perf_counter()
    with connection.cursor() as cursor, path.open("wb") as file, cursor.copy("COPY analytics_usagehour TO STDOUT (FORMAT csv)") as copy:
        for block in copy:
            file.write(block)
    seconds = time.perf_counter() - began
    path.unlink()
    return seconds


def _asked(user: User, form: str) -> Export:
    return asking.ask(user, asking.order(user, "usage", None, form, {}))


def _exported(user: User, form: str) -> float:
    export = _asked(user, form)
    claimed = claim_next("background")
    began = time.perf_counter()
    if claimed is None:
        raise RuntimeError("The export does not wait.")
    execute(claimed)
    seconds = time.perf_counter() - began
    export.refresh_from_db()
    if export.status != Export.Status.READY or export.rows != UsageHour.objects.count():
        raise RuntimeError(f"The export is {export.status}: {export.error}")
    places.place_of(export.pk).unlink()
    return seconds


def _memory(user: User, form: str, folder: str) -> tuple[float, float]:
    """MB of the writing process, before it begins and at most."""
    export = _asked(user, form)
    environment = {**os.environ, "DATABASE_URL": _address(), "STORAGE_URL": f"file://{folder}", "LEXINTEL_BOOTSTRAP": "off"}
    environment["DJANGO_SETTINGS_MODULE"] = "lexintel.settings"
    told = subprocess.run(
        [sys.executable, "-c", MEMORY], cwd=settings.BASE_DIR, env=environment, check=True, capture_output=True, text=True
    ).stdout
    export.refresh_from_db()
    if export.status != Export.Status.READY:
        raise RuntimeError(f"The export is {export.status}: {export.error}")
    places.place_of(export.pk).unlink()
    before, most = told.split()[-2:]
    return float(before), float(most)


def _address() -> str:
    return urllib.parse.urlsplit(settings.DATABASE_URL)._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
