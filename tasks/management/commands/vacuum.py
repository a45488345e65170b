"""manage.py vacuum: tidy every table of the database."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.template.defaultfilters import filesizeformat

from tasks.operations.vacuum import in_words, vacuum


class Command(BaseCommand):
    help = "VACUUM ANALYZE every table and say what that won. Example: manage.py vacuum"

    def handle(self, **options: Any) -> None:
        result = vacuum(lambda done, count, name: self.stdout.write(f"{done + 1}/{count} {name}"))
        for one in result["most"]:
            self.stdout.write(f"{one['table']:<40} {filesizeformat(one['bytes_won']):>12} {one['dead_rows']:>12,} dead rows")
        before, after = result["bytes_before"], result["bytes_after"]
        self.stdout.write(f"{in_words(result)} The database has {after:,} bytes; it had {before:,} bytes before.")
