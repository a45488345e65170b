"""manage.py eval_votes: how good search is by what a case's members thought of its hits."""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.http import Http404

from analytics.services.ratings.judgements import labelled_searches
from cases.models import Case, Role
from documents.services.search.evaluation import reporting
from documents.services.search.evaluation.running import run

EXAMPLE = """examples:
  python3 manage.py eval_votes --case 0195f3a2-7c1e-7b43-9a55-0d6f1b2c3d4e
  python3 manage.py eval_votes --case 0195f3a2-7c1e-7b43-9a55-0d6f1b2c3d4e --user grace --json votes.json

Each text that was searched for without filters is asked again; right is what more people found useful than not. It is asked as an owner of
the case sees it, and no vote is told."""


class Command(BaseCommand):
    help = "Ask again what members of a case marked hits of, in every way of searching, and measure nDCG, recall and MRR by their votes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = EXAMPLE
        parser.add_argument("--case", type=UUID, required=True, help="the id of a case")
        parser.add_argument("--user", default="", help="an owner of the case (default: its first)")
        parser.add_argument("--json", type=Path, help="also write the figures, and those of each search, to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        case = Case.objects.filter(pk=options["case"], deleted_at=None).first()
        if case is None:
            raise CommandError("There is no case with this id.")
        owner = _owner(case, options["user"])
        try:
            searches = labelled_searches(case, owner)
        except (Http404, PermissionDenied) as error:
            raise CommandError(f"{owner.get_username()} does not own this case.") from error
        if not searches:
            raise CommandError("Nobody has found a hit of a search without filters useful in this case.")
        measured = run(f"votes of {case.pk}", searches, owner)
        for line in reporting.tables(measured):
            self.stdout.write(line)
        if options["json"]:
            options["json"].write_text(json.dumps(reporting.as_json(measured), indent=1, ensure_ascii=False) + "\n")


def _owner(case: Case, name: str) -> Any:
    if name:
        found = get_user_model().objects.filter(username=name, is_active=True).first()
    else:
        first = case.memberships.filter(role=Role.OWNER, user__is_active=True).select_related("user").first()
        found = first.user if first else None
    if found is None:
        raise CommandError(f"There is no account {name}." if name else "Nobody owns this case.")
    return found
