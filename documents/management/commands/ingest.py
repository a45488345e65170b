"""Put files and folders into a case from the command line."""

from __future__ import annotations

import os
import time
import uuid
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.http import Http404

from cases.models import Case, Role
from documents.errors import Refused
from documents.models import Document
from documents.services import ingest
from tasks.batches import control
from tasks.models import Batch, TopicState

WORDS = {"succeeded": "ready", "failed": "failed", "cancelled": "cancelled"}

EXAMPLE = """example:
  python3 manage.py ingest ~/matters/acme --case "Acme v. Roe" --wait

Folders are walked; hidden files are left out. Several files are followed, paused or cancelled as one on the case's
page. The exit code is 0 where every file was taken (and, with --wait, became ready)."""


class Command(BaseCommand):
    help = "Put files and folders into a case. Processing runs in the web process or the workers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = EXAMPLE
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="file or folder")
        parser.add_argument("--case", required=True, help="the case: its id, docket number or exact title")
        parser.add_argument("--user", help="who adds them (default: the case's first owner)")
        parser.add_argument("--kind", choices=[str(kind) for kind in Document.Kind], help="what they are (default: guessed from each name)")
        parser.add_argument("--wait", action="store_true", help="wait until everything is processed")

    def handle(self, *args: Any, **options: Any) -> None:
        case = find_case(options["case"])
        user = find_user(case, options["user"])
        files = list(walk(options["paths"]))
        if not files:
            raise CommandError("There are no files at this path.")
        title = ", ".join(path.resolve().name for path in options["paths"])
        batch = control.create("import", title, case.pk, user, expected=len(files)) if len(files) > 1 else None
        try:
            counts, made = self.take_all(files, case, user, options["kind"], batch)
        finally:
            if batch is not None:
                control.close(batch.pk)  # also where it was interrupted: complete with what came
        if options["wait"]:
            counts += self.wait(made)
        self.stdout.write(", ".join(f"{count} {what}" for what, count in counts.items()) + ".")
        if counts["refused"] or counts["failed"] or counts["cancelled"]:
            raise SystemExit(1)

    def take_all(self, files: list[Path], case: Case, user: Any, kind: str | None, batch: Batch | None) -> tuple[Counter[str], list[str]]:
        """Accept files one by one; gives how many ended how, and the topics of what was made."""
        counts: Counter[str] = Counter()
        made: list[str] = []
        for number, path in enumerate(files, 1):
            outcome, topic = self.take(path, case, user, kind, batch)
            counts[outcome.partition(":")[0]] += 1
            if topic:
                made.append(topic)
            self.stdout.write(f"[{number}/{len(files)}] {path}: {outcome}")
        return counts, made

    def take(self, path: Path, case: Case, user: Any, kind: str | None, batch: Batch | None) -> tuple[str, str]:
        """Accept one file; gives what happened in words, and the topic of what was made ("" for nothing)."""
        try:
            with open(path, "rb") as file:
                accepted = ingest.accept(file, case=case, user=user, name=path.name, kind=kind, source="command", batch=batch)
        except Refused as refusal:
            return f"refused: {refusal.message}", ""
        except OSError as error:
            return f"refused: {error.strerror}", ""
        if accepted.duplicate_of is not None:
            return f"already here: {accepted.duplicate_of.title}", ""
        return "accepted", accepted.item.topic

    def wait(self, made: list[str]) -> Counter[str]:
        """Until each of these topics has ended; gives how many ended how. Ctrl-C stops the waiting, not the processing."""
        shown = -1
        while True:
            states = Counter(TopicState.objects.filter(topic__in=made).values_list("status", flat=True))
            ended = sum(states[status] for status in WORDS)
            if ended != shown:
                self.stdout.write(f"{ended} of {len(made)} processed")
                shown = ended
            if ended >= sum(states.values()):
                return Counter({word: states[status] for status, word in WORDS.items() if states[status]})
            time.sleep(0.5)


def find_case(wanted: str) -> Case:
    """The one living case of that id, docket number or title. Raises CommandError."""
    cases = Case.objects.filter(deleted_at=None)
    try:
        found = list(cases.filter(pk=uuid.UUID(wanted)))
    except ValueError:
        found = list(cases.filter(docket_number__iexact=wanted) or cases.filter(title__iexact=wanted))
    if len(found) != 1:
        raise CommandError(f"{'Several cases are' if found else 'No case is'} called '{wanted}'. Give its id, as its address shows it.")
    return found[0]


def find_user(case: Case, name: str | None) -> Any:
    """The named user, else the case's first owner; checked for the right to add documents. Raises CommandError."""
    if name is None:
        owner = case.memberships.filter(role=Role.OWNER).select_related("user").first()
        if owner is None:
            raise CommandError("This case has no owner; say with --user who adds the files.")
        return owner.user
    user = get_user_model().objects.filter(username=name).first()
    if user is None:
        raise CommandError(f"There is no user '{name}'.")
    try:
        case.require(user, Role.EDITOR)
    except (Http404, PermissionDenied) as error:
        raise CommandError(f"'{name}' may not add documents to this case.") from error
    return user


def walk(paths: list[Path]) -> Iterator[Path]:
    """The files named and those in the folders named, sorted, without hidden ones. Raises CommandError for what does not exist."""
    for path in paths:
        if path.is_file():
            yield path
        elif path.is_dir():
            for folder, folders, names in os.walk(path):
                folders[:] = sorted(name for name in folders if not name.startswith("."))
                yield from (Path(folder) / name for name in sorted(names) if not name.startswith("."))
        else:
            raise CommandError(f"There is nothing at '{path}'.")
