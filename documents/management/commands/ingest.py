"""Put files and folders into a case from the command line."""

from __future__ import annotations

import time
import uuid
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.http import Http404

from cases.models import Case, Role
from documents.errors import Refused
from documents.models import Document
from documents.services.organising.tags import cleaned
from documents.services.sources import importing
from documents.services.sources.errors import SourceError
from documents.services.sources.importing import Import, Wanted
from documents.services.sources.intake import Terms
from tasks.models import TopicState

WORDS = {"succeeded": "ready", "failed": "failed", "cancelled": "cancelled"}
SAID = {"here": "already here", "failed": "could not be read"}
ASKED_AT_ONCE = 5000

EXAMPLE = """example:
  python3 manage.py ingest ~/matters/acme --case "Acme v. Roe" --tag "First production" --wait

Folders of any size are walked; hidden files are left out, and links that lead out of the folder are not followed. Each folder on the way to
a file becomes a tag: of Discovery/Emails/2024 all three. Interrupted and called again it goes on where it was; --again looks at every file
anew, which takes none twice either. Several files are followed, paused or cancelled as one on the case's page, and the case's page
"Sources" tells what was refused. The exit code is 0 where every file was taken (and, with --wait, became ready), 1 where some were not, 130
where it was interrupted."""


class Command(BaseCommand):
    help = "Put files and folders into a case. Processing runs in the web process or the workers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = EXAMPLE
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="file or folder")
        parser.add_argument("--case", required=True, help="the case: its id, docket number or exact title")
        parser.add_argument("--user", help="who adds them (default: the case's first owner)")
        parser.add_argument("--kind", choices=[str(kind) for kind in Document.Kind], help="what they are (default: guessed from each name)")
        parser.add_argument("--tag", action="append", default=[], metavar="NAME", help="put this tag on all of them (may be repeated)")
        parser.add_argument("--no-folder-tags", action="store_true", help="make no tags of folders")
        parser.add_argument("--again", action="store_true", help="look at every file anew, also at those that were taken before")
        parser.add_argument("--dry-run", action="store_true", help="say what would be taken, and take nothing")
        parser.add_argument("--wait", action="store_true", help="wait until everything is processed")

    def handle(self, *args: Any, **options: Any) -> None:
        case = find_case(options["case"])
        wanted = Wanted(options["paths"], terms_of(options), options["again"], options["dry_run"])
        work = Import(case, find_user(case, options["user"]), wanted, count(wanted.paths), self.tell)
        self.total, work.made = work.total, [] if options["wait"] else None
        self.run(work)
        counts = Counter({SAID.get(outcome, outcome): number for outcome, number in work.counts.items()})
        if work.made is not None:
            counts += self.wait(work.made)
        self.say_refusals(work)
        self.stdout.write(", ".join(f"{number} {what}" for what, number in counts.items()) + ".")
        if any(counts[bad] for bad in ("refused", "could not be read", "failed", "cancelled")):
            raise SystemExit(1)

    def run(self, work: Import) -> None:
        try:
            work.run()
        except SourceError as error:
            raise CommandError(f"{error.message} Call it again when that is mended: it goes on where it was.") from error
        except KeyboardInterrupt:
            self.stdout.write(f"\nInterrupted after {work.counts.total()} of {work.total} files. Called again, it goes on where it was.")
            raise SystemExit(130) from None

    def tell(self, number: int, path: str, outcome: str, reason: str) -> None:
        said = SAID.get(outcome, outcome) + (f": {reason}" if reason else "")
        self.stdout.write(f"[{number}/{self.total}] {path}: {said}")

    def say_refusals(self, work: Import) -> None:
        bad = work.counts["refused"] + work.counts["failed"]
        if bad:
            self.stdout.write(f"Not taken ({bad}):")
        for path, reason in work.refused:
            self.stdout.write(f"  {path}: {reason}")
        if bad > len(work.refused):
            self.stdout.write(f"  and {bad - len(work.refused)} more, which the case's page of its sources lists.")

    def wait(self, made: list[str]) -> Counter[str]:
        """Until each of these topics has ended; gives how many ended how. Ctrl-C stops the waiting, not the processing."""
        shown = -1
        while True:
            states = states_of(made)
            ended = sum(states[status] for status in WORDS)
            if ended != shown:
                self.stdout.write(f"{ended} of {len(made)} processed")
                shown = ended
            if ended >= states.total():
                return Counter({word: states[status] for status, word in WORDS.items() if states[status]})
            time.sleep(0.5)


def states_of(topics: list[str]) -> Counter[str]:
    states: Counter[str] = Counter()
    for first in range(0, len(topics), ASKED_AT_ONCE):
        some = topics[first : first + ASKED_AT_ONCE]
        states.update(TopicState.objects.filter(topic__in=some).values_list("status", flat=True))
    return states


def terms_of(options: dict[str, Any]) -> Terms:
    """Raises CommandError for a tag that can't be one."""
    try:
        tags = tuple(cleaned(name) for name in options["tag"])
    except Refused as refusal:
        raise CommandError(refusal.message) from refusal
    return Terms("command", tags, not options["no_folder_tags"], options["kind"])


def count(paths: Sequence[Path]) -> int:
    """How many files there are at these paths. Raises CommandError where there are none."""
    try:
        total = importing.count(paths)
    except FileNotFoundError as error:
        raise CommandError(f"There is nothing at '{error.filename}'.") from error
    except OSError as error:
        raise CommandError(f"'{error.filename}' cannot be opened: {error.strerror}.") from error
    if not total:
        raise CommandError("There are no files at this path.")
    return total


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
