"""`manage.py up`. The work is done by lexintel.startup.supervisor before Django is loaded; this class is what `help` shows."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = (
        "Run all of LexIntel on this machine: embedded servers (unless DATABASE_URL and REDIS_URL are set), migrations, static files, "
        "web and worker. Ctrl-C stops it."
        " With --admin NAME, NAME is an administrator, and chooses a password with a link that is printed. "
        "Examples: LEXINTEL_PORT=8080 python3 manage.py up; python3 manage.py up --admin grace"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        raise CommandError("Run this as `python3 manage.py up`.")
