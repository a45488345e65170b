"""`manage.py demo`: put the demonstration case into the system for one user."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from audio.services.demo import fill


class Command(BaseCommand):
    help = "Make the demonstration case (a fictional matter with real citations) for a user; what is there already stays."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        kwargs.update(epilog="Example: python3 manage.py demo --user alice", formatter_class=RawDescriptionHelpFormatter)
        return super().create_parser(prog_name, subcommand, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", required=True, help="user name of the case's owner")

    def handle(self, *args: Any, **options: Any) -> None:
        user = get_user_model().objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no user named {options['user']}.")
        case = fill(user)
        documents, recordings = (rows.filter(deleted_at=None).count() for rows in (case.documents, case.audio))
        self.stdout.write(f"{case.title}: documents {documents}, recordings {recordings}; they are read in the background")
