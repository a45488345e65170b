"""What `up` does between the servers and the processes: migrations, static files, and the demo on an empty embedded database."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from audio.services.demo import fill
from documents.services import embedding
from lexintel.accounts.people import AccountError, first_administrator
from lexintel.environment import boolean
from lexintel.steps import step

DEMO = "demo"
# Redoc asks other machines for fonts and pictures; Swagger is what /api/docs/ shows.
NOT_SERVED = ["redoc"]


class Command(BaseCommand):
    help = "Bring the database and the static files up to date, as `up` does at its start. Example: python3 manage.py prepare"
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        with step("migrations and schedules"):
            call_command("migrate", verbosity=0, interactive=False)
        with step("static files"):
            collect_static()
        if not settings.EMBEDDING_URL:
            with step("embedding model"):
                embedding.prepare()
        prepare_demo(allowed=boolean("LEXINTEL_DEMO"))
        if name := os.environ.get("LEXINTEL_ADMIN"):
            prepare_administrator(name)


def prepare_administrator(name: str) -> None:
    """As `up --admin` asks. The path of the link goes into a file that `up` alone can read, shows, and removes."""
    left = settings.VAR / "embedded" / "admin-link"
    left.unlink(missing_ok=True)
    try:
        path = first_administrator(name)
    except AccountError as error:
        raise CommandError(str(error.message)) from error
    if path:
        with os.fdopen(os.open(left, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(path)


def collect_static() -> None:
    """Collect and compress, unless nothing changed since the last time."""
    stamp = Path(settings.STATIC_ROOT) / ".sources"
    digest = digest_of_sources()
    if stamp.exists() and stamp.read_text() == digest:
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True, ignore_patterns=NOT_SERVED)
    stamp.write_text(digest)


def digest_of_sources() -> str:
    """Changes with every static file's path, size or time, and with how they are stored."""
    seen = [str(settings.STORAGES["staticfiles"])]
    for finder in get_finders():
        for path, storage in finder.list(NOT_SERVED):
            found = os.stat(storage.path(path))
            seen.append(f"{path} {found.st_size} {found.st_mtime_ns}")
    return hashlib.sha256("\n".join(sorted(seen)).encode()).hexdigest()


def prepare_demo(*, allowed: bool) -> None:
    """The user demo / demo and its case on a database without people; elsewhere a demo user may not sign in."""
    users = get_user_model().objects
    marker, filled = settings.VAR / "embedded" / "demo", settings.VAR / "embedded" / "demo-filled"
    if allowed and not users.exists():
        users.create_user(DEMO, password=DEMO, first_name="Demo")
    demo = users.filter(username=DEMO, is_staff=False).first()
    if demo is None or not demo.check_password(DEMO):
        marker.unlink(missing_ok=True)
        return
    if demo.is_active != allowed:
        demo.is_active = allowed
        demo.save(update_fields=["is_active"])
    if allowed and not filled.exists():
        with step("demo case"):
            fill(demo)
        filled.touch()
    marker.touch() if allowed else marker.unlink(missing_ok=True)
