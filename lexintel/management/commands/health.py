"""`manage.py health`: how the installation is, part by part."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lexintel.monitoring.health import examine, is_ready


class Command(BaseCommand):
    help = "Look at every part (database, storage, broker, workers, models) and say why one is not well."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = "example:\n  python3 manage.py health || mail -s 'LexIntel is not ready' you@example.com"

    def handle(self, *args: Any, **options: Any) -> None:
        parts = examine()
        for part in parts:
            self.stdout.write(f"{'ok' if part.ok else 'FAILED':<7} {part.name:<12} {part.reason}")
        well = sum(part.ok for part in parts)
        self.stdout.write(f"{well} of {len(parts)} parts are well")
        if not is_ready(parts):
            raise CommandError("LexIntel is not ready.")
