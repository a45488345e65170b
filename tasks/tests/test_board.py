"""The board of operators, and the lists, over a few records and over a hundred thousand."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lexintel.models import User
from tasks.manager import manager
from tasks.models import Status, TaskRecord, Worker
from tasks.operations.board import board
from tasks.tests.functions import Job

pytestmark = pytest.mark.django_db

MANY = """
INSERT INTO tasks_taskrecord (id, name, status, payload, error, error_code, error_class, user_id, scope, topic, schedule, schedule_key,
    unique_key, priority, turn, concurrency_key, concurrency_limit, executor, route_reason, worker, attempt, retries, lost,
    cancel_requested, percent, step, message, created, queued_at, started_at, finished_at)
SELECT (lpad(to_hex((extract(epoch FROM made) * 1000)::bigint), 12, '0') || '70008' || lpad(to_hex(n), 15, '0'))::uuid,
    'trial.kind' || n %% 5, CASE n %% 13 WHEN 0 THEN 'failed' ELSE 'succeeded' END, '{}', '', '',
    CASE n %% 13 WHEN 0 THEN (ARRAY['ConnectionRefusedError', 'ValueError', 'OSError'])[1 + n %% 3] ELSE '' END, NULL,
    CASE n %% 50 WHEN 0 THEN NULL WHEN 1 THEN %(case)s::uuid ELSE md5((n %% 50)::text)::uuid END, '',
    CASE n %% 50 WHEN 0 THEN 'Nightly ' || n %% 20 ELSE '' END, '', '',
    5, n, '', 0, 'background', '', 'vm:1:a', 1, 0, 0, false, 100, '', '', made, made, made, made + interval '1 s'
FROM (SELECT n, now() - n * interval '30 s' AS made FROM generate_series(%(first)s, %(last)s) n) AS numbered
"""
LISTS = [
    "/tasks/",
    "/tasks/?state=failed",
    "/tasks/?state=failed&error_class=ValueError",
    "/tasks/?name=trial.kind3",
    "/tasks/?schedule=Nightly+10",
    "/tasks/?since=hour",
    "/api/tasks/",
    "/api/tasks/?status=failed&page_size=200",
    "/api/tasks/?page=2",
]


@pytest.fixture
def operator(db) -> User:
    return User.objects.create_user("operator", is_staff=True)


@pytest.fixture
def browser(operator) -> Client:
    client = Client()
    client.force_login(operator)
    return client


def worker(name: str = "vm:7:abc", *, kind: str = "web", seconds_ago: float = 1, **fields: object) -> Worker:
    host, pid = name.split(":")[:2]
    now = timezone.now()
    seen = now - timedelta(seconds=seconds_ago)
    return Worker.objects.create(kind=kind, name=name, host=host, pid=pid, started=now - timedelta(days=1), last_seen=seen, **fields)


def running(scope: object = None, by: str = "vm:7:abc") -> TaskRecord:
    record = manager.submit("trial.slow", Job(), scope=scope)
    TaskRecord.objects.filter(pk=record.pk).update(status=Status.STARTED, worker=by, started_at=timezone.now(), attempt=1)
    return record


def ended(status: str, *, minutes_ago: float = 2, **fields: object) -> TaskRecord:
    record = manager.submit("trial.light", Job())
    end = timezone.now() - timedelta(minutes=minutes_ago)
    TaskRecord.objects.filter(pk=record.pk).update(status=status, started_at=end - timedelta(seconds=4), finished_at=end, **fields)
    return record


def test_only_staff_have_a_board(browser, owner):
    assert browser.get("/tasks/board/").status_code == 200
    member = Client()
    member.force_login(owner)
    assert member.get("/tasks/board/").status_code == 404
    assert "/tasks/board/" not in member.get("/tasks/").content.decode()
    assert "/tasks/board/" in browser.get("/tasks/").content.decode()


def test_it_counts_by_kind_and_says_how_long_the_oldest_waits(operator):
    manager.submit("trial.light", Job())
    later = manager.submit("trial.light", Job(), run_after=timezone.now() + timedelta(hours=1))
    TaskRecord.objects.filter(pk=later.pk).update(created=timezone.now() - timedelta(days=1))
    paused = manager.submit("trial.ok", Job())
    manager.pause(paused.pk)
    running()
    ended("succeeded")
    ended("failed")
    kinds = {kind.name: kind for kind in board(operator).kinds}
    light = kinds["trial.light"]
    assert (light.waiting, light.running, light.done, light.failed, light.typical) == (2, 0, 1, 1, 4.0)
    assert light.oldest is not None
    assert light.oldest < 60
    assert (kinds["trial.ok"].waiting, kinds["trial.ok"].paused) == (0, 1)
    assert kinds["trial.slow"].running == 1


def test_throughput_shows_the_minutes_of_the_last_hour(operator):
    ended("succeeded")
    ended("succeeded")
    ended("failed")
    ended("succeeded", minutes_ago=90)
    seen = board(operator)
    assert len(seen.bars) == 60
    assert seen.peak == 3
    assert [(bar.done, bar.failed) for bar in seen.bars if bar.done or bar.failed] == [(2, 1)]
    assert seen.per_minute == 0.6


def test_each_process_shows_what_it_does_and_a_pools_child_belongs_to_its_parent(browser, operator):
    worker(slots=2, memory_mb=123.4)
    worker("node:8:def", kind="celery", slots=4)
    mine, childs = running(), running(by="node:8:9:xyz")
    web, celery = sorted(board(operator).workers, key=lambda one: one.worker.slots)
    assert [one.record.pk for one in web.doing] == [mine.pk]
    assert [one.record.pk for one in celery.doing] == [childs.pk]
    page = browser.get("/tasks/board/").content.decode()
    assert "123 MB" in page
    assert f"/tasks/{childs.pk}/" in page


def test_the_dead_are_told_from_those_that_were_stopped_and_their_work_from_others(operator):
    worker("vm:1:dead", seconds_ago=600)
    worker("vm:2:stopped", seconds_ago=300, stopped=timezone.now())
    worker("vm:3:old", seconds_ago=3 * 86400)
    lost = running(by="vm:1:dead")
    seen = board(operator)
    assert [one.worker.name for one in seen.gone] == ["vm:2:stopped", "vm:1:dead"]
    assert [one.record.pk for one in seen.astray] == [lost.pk]


def test_of_a_case_that_is_not_his_an_operator_sees_the_kind_but_no_link(browser, case):
    worker(slots=2)
    record = running(case.pk)
    page = browser.get("/tasks/board/").content.decode()
    assert "trial.slow" in page
    assert str(record.pk) not in page
    assert case.title not in page


def test_failures_are_told_by_their_cause_and_lead_to_their_list(browser):
    for _ in range(2):
        ended("failed", error_class="ConnectionRefusedError", error_code="ConnectionRefusedError", error="[Errno 111]")
    ended("failed", minutes_ago=60 * 30, error_class="MemoryError", error_code="MemoryError")
    page = browser.get("/tasks/board/").content.decode()
    assert "Connection refused" in page
    assert "Out of memory" not in page
    link = re.search(r'href="(/tasks/\?state=failed[^"]*error_class=ConnectionRefusedError[^"]*)"', page)
    assert link
    listed = browser.get(link[1].replace("&amp;", "&"))
    assert len(listed.context["rows"]) == 2


def test_with_nobody_alive_it_says_that_nothing_will_be_done(browser):
    assert "Nothing will be done until one is started." in browser.get("/tasks/board/").content.decode()


def _asked(client: Client, address: str) -> list[str]:
    """The queries of a page."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in queries.captured_queries]


def _walks_through_all(sql: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + sql)
        return "Seq Scan on tasks_taskrecord" in "\n".join(line for (line,) in cursor.fetchall())


def test_a_hundred_thousand_records_cost_no_more_queries_than_a_few_and_are_found_by_index(browser, case, operator, viewer):
    member = Client()
    member.force_login(viewer)
    visits = [(browser, "/tasks/board/"), *((client, address) for client in (browser, member) for address in LISTS)]
    with connection.cursor() as cursor:
        cursor.execute(MANY, {"case": case.pk, "first": 1, "last": 5_000})
        before = [len(_asked(client, address)) for client, address in visits]
        cursor.execute(MANY, {"case": case.pk, "first": 5_001, "last": 100_000})
        cursor.execute("ANALYZE tasks_taskrecord")
    queries = [_asked(client, address) for client, address in visits]
    # Beyond ten thousand a count is an estimate, which asks once more.
    assert all(len(sqls) <= few + 1 for sqls, few in zip(queries, before, strict=True))
    assert max(map(len, queries)) <= 13
    slow = {sql for sqls in queries for sql in sqls if sql.startswith("SELECT") and "tasks_taskrecord" in sql and _walks_through_all(sql)}
    assert slow == set()
