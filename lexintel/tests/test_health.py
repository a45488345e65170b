"""/healthz says that the process lives, /readyz how each part is and why."""

from __future__ import annotations

import pytest
from django.db import connection

from lexintel.monitoring import health

pytestmark = pytest.mark.django_db


def test_the_process_lives_without_asking_anything_else(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        reply = client.get("/healthz")
    assert (reply.status_code, reply.json()) == (200, {"status": "ok"})


def test_ready_with_database_storage_and_migrations_though_no_worker_answers(client):
    reply = client.get("/readyz")
    parts = reply.json()["parts"]
    assert reply.status_code == 200
    assert parts["database"]["reason"].startswith("PostgreSQL")
    assert not parts["workers"]["ok"]
    assert parts["workers"]["reason"] == "No worker answers; heavy tasks wait or run in the web process."
    assert parts["broker"]["ok"]


def test_not_ready_while_migrations_wait(client, monkeypatch):
    monkeypatch.setattr(health, "_migrated", False)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'cases'")
    reply = client.get("/readyz")
    assert reply.status_code == 503
    assert "migrations have not been applied" in reply.json()["parts"]["migrations"]["reason"]


def test_not_ready_when_files_cannot_be_stored(client, settings, tmp_path):
    (tmp_path / "file").touch()
    settings.STORAGE_URL = f"file://{tmp_path}/file/below"
    reply = client.get("/readyz")
    assert reply.status_code == 503
    assert not reply.json()["parts"]["storage"]["ok"]


def test_a_broker_that_does_not_answer_is_reported_but_no_reason_to_be_down(client, settings):
    settings.REDIS_URL = "redis://:secret@127.0.0.1:1/0"
    reply = client.get("/readyz")
    assert reply.status_code == 200
    broker = reply.json()["parts"]["broker"]
    assert not broker["ok"]
    assert "secret" not in broker["reason"]
