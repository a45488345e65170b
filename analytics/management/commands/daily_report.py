"""Make the report of a day, at once and in this process."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from analytics.services.reports import days, making
from cases.models import Case
from documents.errors import Refused

EXAMPLE = """examples:
  python3 manage.py daily_report
  python3 manage.py daily_report --date 2026-03-04
  python3 manage.py daily_report --date 2026-03-04 --case 0195f3a2-7c1e-7b43-9a55-0d6f1b2c3d4e

The same is done each night at 01:00 UTC for the day before. A day that has a report is counted anew, and written over."""


class Command(BaseCommand):
    help = "Make the report of a UTC day that is over (yesterday): of the installation and all cases, or of one case."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = EXAMPLE
        parser.add_argument("--date", default="", help="as 2026-03-04; yesterday where none is given")
        parser.add_argument("--case", type=_case_id, help="the id of a case")

    def handle(self, *args: Any, **options: Any) -> None:
        case = Case.objects.filter(pk=options["case"], deleted_at=None).first() if options["case"] else None
        if options["case"] and case is None:
            raise CommandError("There is no case with this id.")
        try:
            day = days.parse(options["date"]) if options["date"] else days.yesterday()
            self.stdout.write(f"Counting {day.isoformat()} (UTC)")
            made = making.make(day, case)
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(f"{made} {'report' if made == 1 else 'reports'} of {day.isoformat()} (UTC) made.")


def _case_id(written: str) -> UUID:
    try:
        return UUID(written)
    except ValueError as error:
        raise ArgumentTypeError(f"{written} is no id of a case.") from error
