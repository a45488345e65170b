"""How the installation is, part by part, each with its reason in words."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from documents.errors import StorageAway
from documents.models import EmbeddingModel
from documents.services.chat import llm
from documents.services.pipeline import confinement
from documents.services.storage import blobs, checks, space
from tasks import service_registry
from tasks.models import Worker
from tasks.scheduling import overview

# Without these nothing can be answered; the other parts only make some things wait.
ESSENTIAL = ("database", "storage", "migrations")
BROKER_SECONDS = 2.0


@dataclass(frozen=True)
class Part:
    """`essential`: the installation is not ready without it."""

    name: str
    ok: bool
    reason: str
    milliseconds: float = 0.0

    @property
    def essential(self) -> bool:
        return self.name in ESSENTIAL


class NotWell(Exception):
    """A part is not as it should be; the message says why."""


def examine() -> list[Part]:
    """Look at every part. Never raises: what a part raises is its reason."""
    return [_examine(name, check) for name, check in CHECKS.items()]


def is_ready(parts: list[Part]) -> bool:
    return all(part.ok for part in parts if part.essential)


def _examine(name: str, check: Callable[[], str]) -> Part:
    began = time.perf_counter()
    try:
        ok, reason = True, check()
    except StorageAway as error:
        ok, reason = False, error.reason
    except (NotWell, DatabaseError, OSError, redis.RedisError) as error:
        ok, reason = False, str(error).strip().split("\n")[0] or type(error).__name__
    return Part(name, ok, reason, round((time.perf_counter() - began) * 1000, 1))


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version')")
        return f"PostgreSQL {cursor.fetchone()[0]}"


def _storage() -> str:
    """Whether files can be stored; how many there are, and what room is left on this machine."""
    told, gigabytes = blobs.state(), blobs.free_bytes() / 1e9
    if gigabytes < settings.MAX_UPLOAD_MB / 1000:
        raise NotWell(_("Only %(gb).1f GB are free where files are stored.") % {"gb": gigabytes})
    files, size = space.total()
    stored = ngettext("%(n)d file of %(gb).1f GB", "%(n)d files of %(gb).1f GB", files) % {"n": files, "gb": size / 1e9}
    return f"{told}; {stored}"


def _stored_files() -> str:
    """Whether files are still what was stored."""
    well, told = checks.summary()
    if not well:
        raise NotWell(told)
    return told


_migrated = False


def _migrations() -> str:
    """Migrations cannot be undone under a running process, so the good answer is kept."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        if waiting:
            raise NotWell(_("%(number)d migrations have not been applied.") % {"number": waiting})
        _migrated = True
    return _("all applied")


def _broker() -> str:
    if not settings.REDIS_URL:
        return _("none configured; tasks run in the web process")
    with redis.from_url(settings.REDIS_URL, socket_timeout=BROKER_SECONDS, socket_connect_timeout=BROKER_SECONDS) as client:
        client.ping()
    return _("answers")


def _web() -> str:
    return _alive(Worker.Kind.WEB, _("No web process works on background tasks."))


def _workers() -> str:
    if settings.TASK_EXECUTOR == "background":
        return _("not used; tasks run in the web process")
    if settings.TASK_EXECUTOR == "djangoq":
        return _alive(Worker.Kind.DJANGOQ, _("No cluster answers; tasks wait."))
    return _alive(Worker.Kind.CELERY, _("No worker answers; heavy tasks wait or run in the web process."))


def _beat() -> str:
    if settings.TASK_SCHEDULES_IN_WEB:
        return _("not used; a web process obeys the schedules")
    return _alive(Worker.Kind.BEAT, _("Nothing obeys the schedules."))


def _schedules() -> str:
    """Whether all have run that were due."""
    on_time, told = overview.check()
    if not on_time:
        raise NotWell(told)
    return told


def _alive(kind: Worker.Kind, sentence: str) -> str:
    number = Worker.objects.alive(kind).count()
    if not number:
        raise NotWell(sentence)
    return _("%(number)d alive") % {"number": number}


def _models() -> str:
    active = EmbeddingModel.objects.filter(active=True).first()
    if active is None:
        return _("the embedding model is prepared at its first use")
    loaded = "embedding" in service_registry.built()
    return _("%(name)s, loaded in this process") % {"name": active.name} if loaded else active.name


def _confinement() -> str:
    return confinement.check()[1]


def _language_model() -> str:
    """Configured or not; it is not called."""
    return llm.state()


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "storage": _storage,
    "files": _stored_files,
    "migrations": _migrations,
    "broker": _broker,
    "web": _web,
    "workers": _workers,
    "beat": _beat,
    "schedules": _schedules,
    "models": _models,
    "confinement": _confinement,
    "language model": _language_model,
}
