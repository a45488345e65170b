"""The report of a busy day, beside one reading of the same rows: 100,000 documents, 1,000,000 requests, 300,000 tasks, all of one day."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from typing import Any

from django.db import connection, models

from bench.figures import Figures, Plan
from bench.installation import most_memory, own_database

CASES = 50
GOAL_S, GOAL_MB = 30.0, 300.0
TURNS = 3
OF_A_DAY = "%(day)s::timestamptz + (n %% 86400) * interval '1 second'"


def run(out: Callable[[str], object], plan: Plan, template: str) -> Figures:
    """In a database of its own on the configured server. Ratios: the goals to what was measured (1 and more: reached), and one reading of
    all the rows, by PostgreSQL alone and one table after the other, to the report; the best of three."""
    with own_database("lexintel_bench_reporting", template):
        return _figures(out, plan)


def _figures(out: Callable[[str], object], plan: Plan) -> Figures:
    from analytics.services.reports import days, making

    day = days.yesterday()
    tables = fill(day, plan.size(100_000, 1_000), plan.size(1_000_000, 5_000), plan.size(300_000, 2_000))
    reports = making.make(day)
    report = min(_timed(lambda: making.make(day)) for _turn in range(TURNS))
    reading = min(_timed(lambda: _read(tables)) for _turn in range(TURNS))
    peak = most_memory()
    out(f"{reports} reports in {report:.1f} s, the same rows read once in {reading:.1f} s, at most {peak:.0f} MB")
    figures = Figures()
    figures.ratios["goal of 30 s to the daily report"] = GOAL_S / report
    figures.ratios["goal of 300 MB to the memory of the daily report"] = GOAL_MB / peak
    figures.ratios["one reading of its rows to the daily report"] = reading / report
    figures.absolute["daily report of 100,000 documents, s"] = report
    figures.absolute["memory of the process that makes it, MB"] = peak
    return figures


def fill(day: datetime.date, documents: int, requests: int, tasks: int) -> list[str]:
    """Gives the tables that the report reads."""
    from analytics.models import APIRequest, UsageHour, UsageMark
    from analytics.services.usage.histogram import BUCKETS
    from cases.models import Case
    from cases.services import matters
    from documents.models import Citation, Document, Page, TextVersion
    from lexintel.models import User
    from tasks.models import TaskRecord

    user = User.objects.create_user("bench")
    User.objects.update(date_joined="2020-01-01T00:00Z")
    for number in range(CASES):
        matters.create_case(user=user, title=f"Case {number}")
    Case.objects.update(created="2020-01-01T00:00Z")
    case = Case.objects.latest("pk")
    of_case = "(SELECT array_agg(id) FROM cases_case)"
    of_case = f"({of_case})[1 + n %% {CASES}]"
    ids = {"id": "gen_random_uuid()", "case_id": of_case, "created": OF_A_DAY}
    document = Document.objects.create(case=case, title="Paper", size=200_000)
    kinds = "(ARRAY['email', 'motion', 'exhibit', 'order', 'contract'])[1 + n %% 5]"
    state = "CASE WHEN n %% 50 = 0 THEN 'failed' ELSE 'ready' END"
    stored = {"stored_as": "'bench/' || n", "sha256": "md5(n::text)"}
    _copies(
        document,
        documents,
        day,
        {**ids, **stored, "kind": kinds, "status": state, "error_code": "CASE WHEN n %% 50 = 0 THEN 'encrypted' ELSE '' END"},
    )
    version = TextVersion.objects.create(document=document, number=0)
    _copies(version, documents, day, {"document_id": "other.id", "number": "1", "created": OF_A_DAY}, of="documents_document")
    page = Page.objects.create(text_version=version, number=0, text="A page of a paper. " * 60)
    for number in (1, 2, 3):
        _copies(page, documents, day, {"text_version_id": "other.id", "number": str(number)}, of="documents_textversion")
    mention = Citation.objects.create(text_version=version, page=1, start=0, end=1, text="410 U.S. 113", kind="case", method="bench")
    _copies(mention, documents, day, {"text_version_id": "other.id"}, of="documents_textversion")
    request = APIRequest.objects.create(time=f"{day}T00:00Z", method="GET", route="api/documents/{pk}/", status=200, ms=5, user=user.pk)
    _copies(request, requests, day, {"time": OF_A_DAY, '"case"': of_case})
    UsageMark.objects.update_or_create(pk=UsageMark.KEY, defaults={"until": APIRequest.objects.latest("pk").pk})
    hour = UsageHour.objects.create(hour=f"{day}T00:00Z", method="GET", route="none", requests=20, buckets=[2] * BUCKETS, client_errors=1)
    hours = "%(day)s::timestamptz + (n %% 24) * interval '1 hour'"
    _copies(hour, requests // 20, day, {"hour": hours, "route": "'route ' || n / 24", '"case"': of_case})
    task = TaskRecord.objects.create(name="documents.extract", scope=case.pk, status="succeeded", attempt=1)
    ended = f"{OF_A_DAY} + interval '90 seconds'"
    times = {"created": OF_A_DAY, "started_at": f"{OF_A_DAY} + n %% 60 * interval '1 second'", "finished_at": ended}
    failed = {
        "status": "CASE WHEN n %% 40 = 0 THEN 'failed' ELSE 'succeeded' END",
        "error_code": "CASE WHEN n %% 40 = 0 THEN 'encrypted' ELSE '' END",
    }
    _copies(task, tasks, day, {"id": "gen_random_uuid()", "scope": of_case, **times, **failed})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    return [row._meta.db_table for row in (Document, TextVersion, Page, Citation, APIRequest, UsageHour, TaskRecord)]


def _copies(row: models.Model, count: int, day: datetime.date, changes: dict[str, str], of: str = "") -> None:
    """So many rows like this one, with other values in some columns: SQL of n, from 1; or of `other`, one for each row of a table."""
    table = row._meta.db_table
    columns = [f'"{field.column}"' for field in row._meta.concrete_fields if not (field.primary_key and "id" not in changes)]
    changed = {name if name.startswith('"') else f'"{name}"': value for name, value in changes.items()}
    given = ", ".join(changed.get(column, f"one.{column}") for column in columns)
    many = "generate_series(1, %(count)s) AS n"
    if of:
        many = f"(SELECT id, row_number() OVER () AS n FROM {of} LIMIT %(count)s) AS other"  # noqa: S608
    sql = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {given} FROM {table} one, {many} WHERE one.id = %(pk)s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, {"count": count, "pk": row.pk, "day": f"{day} 00:00+00"})


def _read(tables: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off")
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608
        cursor.execute("RESET enable_indexscan; RESET enable_indexonlyscan; RESET enable_bitmapscan")


def _timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
