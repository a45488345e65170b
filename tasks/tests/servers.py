"""PostgreSQL and Valkey of a test's own, on the embedded binaries: they may be killed, emptied, frozen and started again."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Generic, TypeVar

import environ
import redis
from celery import current_app
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from lexintel.embedded.place import Place
from lexintel.embedded.postgres import Postgres
from lexintel.embedded.valkey import Valkey
from tasks.executors import selection
from tasks.progress.transport import publisher

Kind = TypeVar("Kind", Postgres, Valkey)


class Own(Generic[Kind]):
    """One server with its folder."""

    def __init__(self, kind: type[Kind]) -> None:
        # Short: the path of a socket below it may have 107 bytes. Not below pytest's folder: the servers' user may not enter that.
        self.place = Place(Path(tempfile.mkdtemp(prefix="lexintel-fault-")))
        self.server = kind(self.place)
        self.server.prepare()
        self.server.start()

    def kill(self) -> None:
        """-9 to the server, as the kernel does when memory is short; what it started ends by itself."""
        assert self.server.process is not None
        self.server.process.kill()
        self.server.process.wait(10)

    def start(self) -> None:
        """Start it again where it was, and wait until it answers."""
        self.server.start()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It takes connections (the kernel does) and answers nobody."""
        assert self.server.process is not None
        os.killpg(self.server.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self.server.process.pid, signal.SIGCONT)

    def remove(self) -> None:
        self.server.stop()
        shutil.rmtree(self.place.home, ignore_errors=True)
        shutil.rmtree(self.place.var, ignore_errors=True)


@contextmanager
def own_valkey() -> Iterator[Own[Valkey]]:
    """A broker of its own for this process and for those it starts inside the block."""
    own = Own(Valkey)
    before = current_app.conf.broker_url
    try:
        with override_settings(REDIS_URL=own.server.url):
            _use_broker(own.server.url)
            yield own
    finally:
        _use_broker(before)
        own.remove()


def _use_broker(url: str) -> None:
    """Celery and the publisher of this process keep their connections; they begin anew."""
    current_app.conf.update(broker_url=url)
    current_app._pool = current_app.amqp._producer_pool = None
    publisher._client = selection.CELERY._client = None


def empty(own: Own[Valkey]) -> None:
    with redis.Redis.from_url(own.server.url) as client:
        client.flushall()


@contextmanager
def own_postgres() -> Iterator[Own[Postgres]]:
    """A database of its own, migrated, for this process and for those it starts inside the block."""
    own = Own(Postgres)
    before = dict(connection.settings_dict)
    name = f"test_faults_{os.getpid()}"
    url = urllib.parse.urlsplit(own.server.url)._replace(path=f"/{name}").geturl()
    try:
        _use_database(environ.Env.db_url_config(own.server.url))
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
        _use_database(environ.Env.db_url_config(url))
        call_command("migrate", verbosity=0)
        with override_settings(DATABASE_URL=url):
            yield own
    finally:
        _use_database(before)
        own.remove()


def _use_database(values: dict[str, object]) -> None:
    """All threads' connections share one dict of settings."""
    connection.close()
    connection.settings_dict.update(dict.fromkeys(("HOST", "PORT", "USER", "PASSWORD"), "") | values)
