"""manage.py vacuum: tidy every table of the database."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from tasks.operations import maintenance


class Command(BaseCommand):
    help = "VACUUM ANALYZE every table and say what it freed. Example: manage.py vacuum"

    def handle(self, **options: Any) -> None:
        result = maintenance.vacuum(lambda done, count, name: self.stdout.write(f"{done + 1}/{count} {name}"))
        before, after = result["bytes_before"], result["bytes_after"]
        self.stdout.write(f"{result['tables']} tables, {before:,} bytes before, {after:,} after.")
