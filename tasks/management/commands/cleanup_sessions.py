"""manage.py cleanup_sessions: remove logins that have expired."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from tasks.operations import maintenance


class Command(BaseCommand):
    help = "Remove expired logins. Example: manage.py cleanup_sessions"

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"{maintenance.cleanup_sessions()} expired sessions removed.")
