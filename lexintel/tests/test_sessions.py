"""However many sessions are left on a test database, it can be dropped; one of another process is named."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection

from lexintel.tests.sessions import end_sessions
from tasks.tests.committed import db  # noqa: F401
from tasks.tests.processes import database_url

NAME = "test_of_sessions"
STRANGER = """
import sys, time, psycopg
held = psycopg.connect(sys.argv[1])
held.execute("SELECT 7 AS stranger")
print("connected", flush=True)
time.sleep(60)
"""


@pytest.fixture
def database(db: None) -> Iterator[str]:  # noqa: F811
    url = database_url()
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {NAME}")
        before = connection.settings_dict["NAME"]
        connection.close()
        connection.settings_dict["NAME"] = NAME
        yield url.replace(before, NAME)
        connection.close()
        connection.settings_dict["NAME"] = before
        admin.execute(f"DROP DATABASE {NAME}")  # fails where anybody is left


def test_a_thread_that_keeps_its_session_is_no_hindrance_and_none_comes_after_it(database: str) -> None:
    leaving = threading.Event()
    connected = threading.Event()

    def work() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        connected.set()
        leaving.wait(30)

    thread = threading.Thread(target=work)
    thread.start()
    assert connected.wait(10)
    assert end_sessions(NAME) == []
    with pytest.raises(psycopg.OperationalError, match="not currently accepting connections"):
        psycopg.connect(database)
    leaving.set()
    thread.join()


def test_a_process_that_a_test_left_behind_is_named_and_ended(database: str) -> None:
    left = subprocess.Popen([sys.executable, "-c", STRANGER, database], stdout=subprocess.PIPE)
    assert left.stdout is not None
    left.stdout.readline()
    assert end_sessions(NAME, patience=0.3) == ["unnamed: SELECT 7 AS stranger"]
    left.kill()
    left.communicate()


def test_a_process_that_was_killed_just_now_is_waited_for(database: str) -> None:
    left = subprocess.Popen([sys.executable, "-c", STRANGER, database], stdout=subprocess.PIPE)
    assert left.stdout is not None
    left.stdout.readline()
    threading.Timer(0.5, left.kill).start()
    assert end_sessions(NAME) == []
    left.communicate()
