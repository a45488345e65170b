"""Copy all stored files into another storage, to move there."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from documents.errors import StorageAway
from documents.services.storage import moving, selection

EXAMPLE = """example:
  AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... \\
  python3 manage.py copy_storage --to "s3://matters/lexintel?endpoint=https://s3.example.org"

Copies what is not there yet and compares each file with its hash; deletes nothing. Run it while LexIntel works, then stop LexIntel, run it
once more for what came meanwhile, set STORAGE_URL to the new address and start."""


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = EXAMPLE
        parser.add_argument("--to", required=True, metavar="STORAGE_URL", help="the address of the other storage")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            target = selection.at(options["to"])
            if target is selection.configured():
                raise CommandError("That is where the files are already.")
            done = moving.copy_all(target, self.progress)
        except ImproperlyConfigured as error:
            raise CommandError(str(error).replace("STORAGE_URL", "--to")) from error
        except StorageAway as away:
            raise CommandError(str(away), returncode=2) from away
        for name in done.failed:
            self.stderr.write(f"missing or changed where it is, not copied: {name}")
        self.stdout.write(f"{done.copied} files of {done.bytes / 1e9:.1f} GB copied, {done.there} were there, {len(done.failed)} failed.")
        if done.failed:
            raise SystemExit(1)

    def progress(self, done: int, of: int) -> None:
        if done % 100 == 0:
            self.stdout.write(f"{done} of {of} files")
