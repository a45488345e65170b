"""Read stored files again and compare them with what was put there."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from documents.errors import StorageAway
from documents.management.commands.ingest import find_case
from documents.models import StorageCheck
from documents.services.storage import checking, checks

EXAMPLE = """examples:
  python3 manage.py check_storage                      those that are due, as the nightly task does
  python3 manage.py check_storage --all                every file
  python3 manage.py check_storage --case "Acme v. Roe" --all

A run that was stopped is gone on with by the next: what was not looked at for longest comes first. The exit code is 1 where a file is
missing or changed."""


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = EXAMPLE
        parser.add_argument("--case", help="title, docket number or id of a case; without it all cases")
        parser.add_argument("--all", action="store_true", help="also what was checked a few days ago, without the limit of a night")

    def handle(self, *args: Any, **options: Any) -> None:
        case_id = find_case(options["case"]).pk if options["case"] else None
        try:
            tally = checking.run(lambda: None, self.progress, case_id=case_id, everything=options["all"])
        except StorageAway as away:
            raise CommandError(str(away), returncode=2) from away
        for row in checks.broken().filter(**({"case": case_id} if case_id else {})):
            self.stdout.write(f"{StorageCheck.State(row.state).label}: {row.stored_as}")
        self.stdout.write(
            f"{tally.files} files of {tally.bytes / 1e9:.1f} GB checked: {tally.missing} missing, {tally.changed} changed, "
            f"{tally.mended} well again; {tally.left} are still due."
        )
        if tally.missing or tally.changed:
            raise SystemExit(1)

    def progress(self, done: int, of: int) -> None:
        percent = 100 * done // max(of, 1)
        if percent != getattr(self, "_told", None):
            self._told = percent
            self.stdout.write(f"{percent} %: {done / 1e9:.1f} of {of / 1e9:.1f} GB")
