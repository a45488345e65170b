"""Have what is kept unread looked at: whatever this version can read is submitted."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand

from documents.services.pipeline import keeping

EXAMPLE = """example:
  python3 manage.py read_kept

The same is done each Saturday and once at the first start of a version that reads other formats. Reading runs in the web process
or the workers."""


class Command(BaseCommand):
    help = "Read documents that were kept unread and whose kind of file can be read by now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = EXAMPLE

    def handle(self, *args: Any, **options: Any) -> None:
        waiting = keeping.kept().count()
        begun = keeping.read_kept()
        self.stdout.write(f"{begun} of {waiting} kept documents can be read now and were submitted.")
