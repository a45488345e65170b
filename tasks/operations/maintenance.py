"""Looking after the installation: is every part well, is the database tidy, are old sessions gone."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from importlib import import_module
from typing import Any

import redis
from django.conf import settings
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from tasks.models import Status, TaskRecord, Worker


@dataclass(frozen=True)
class Part:
    """How one part of the installation is, with the reason where it is not well."""

    name: str
    ok: bool
    detail: str
    ms: float


Check = Callable[[], tuple[bool, str]]
_further: dict[str, Check] = {}


def register_check(name: str, check: Check) -> None:
    """A part that another app knows how to ask: `check()` gives (is it well, a sentence), or raises."""
    _further[name] = check


def check_parts() -> list[Part]:
    """Ask the database, the broker, the workers and what else was registered; a part that fails says why."""
    checks = {"database": _database, "broker": _broker, "workers": _workers, "tasks": _tasks, **_further}
    return [_timed(name, check) for name, check in checks.items()]


def _timed(name: str, check: Check) -> Part:
    began = time.perf_counter()
    try:
        ok, detail = check()
    except Exception as error:  # noqa: BLE001 (any failure is this part's answer)
        ok, detail = False, f"{type(error).__name__}: {error}"
    return Part(name, ok, detail, round((time.perf_counter() - began) * 1000, 1))


def _database() -> tuple[bool, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_size_pretty(pg_database_size(current_database()))")
        return True, str(cursor.fetchone()[0])


def _broker() -> tuple[bool, str]:
    if not settings.REDIS_URL:
        return True, _("No broker is configured; tasks stay in the web process.")
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=5) as client:
        client.ping()
    return True, _("The broker answers.")


def _workers() -> tuple[bool, str]:
    if settings.TASK_EXECUTOR == "djangoq":
        clusters = Worker.objects.alive(Worker.Kind.DJANGOQ).count()
        return clusters > 0, _("%(clusters)d Django Q clusters are alive.") % {"clusters": clusters}
    celery, web = Worker.objects.alive(Worker.Kind.CELERY).count(), Worker.objects.alive(Worker.Kind.WEB).count()
    needed = celery if settings.TASK_EXECUTOR == "celery" else celery + web
    return needed > 0, _("%(celery)d Celery workers and %(web)d web processes are alive.") % {"celery": celery, "web": web}


def _tasks() -> tuple[bool, str]:
    overdue = TaskRecord.objects.filter(status=Status.STARTED, lease_until__lt=Now() - timedelta(minutes=1)).count()
    waiting = TaskRecord.objects.filter(status=Status.QUEUED).count()
    return overdue == 0, _("%(waiting)d tasks wait, %(overdue)d hang without a worker.") % {"waiting": waiting, "overdue": overdue}


def health() -> dict[str, Any]:
    """{"ok": bool, "parts": [{name, ok, detail, ms}]}"""
    parts = check_parts()
    return {"ok": all(part.ok for part in parts), "parts": [asdict(part) for part in parts]}


def cleanup_sessions() -> int:
    """Remove logins that have expired; returns how many there were."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    expired: int = store.get_model_class().objects.filter(expire_date__lt=timezone.now()).count()
    store.clear_expired()
    return expired
