"""`manage.py eval_search`: how good search is, by labelled searches, and whether it has become worse than it was accepted to be."""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bench import evaluated
from documents.services.search.evaluation import comparing, reporting
from documents.services.search.evaluation.citing import citing_searches
from documents.services.search.evaluation.labels import HALVES, LabelledSearch, demo_searches
from documents.services.search.evaluation.running import Run, run
from lexintel.management.commands.bench import corpus
from lexintel.models import User

CITING = 120
EXAMPLE = """examples:
  python3 manage.py eval_search
  python3 manage.py eval_search --half development --json figures.json

It works in a database of its own, with the demonstration matter among the rulings of the corpus (../shared/corpus), or among made-up papers
where there is none. The exit code is 1 where search is worse beyond chance than the accepted run, where the fused way is behind one of its
two ways in a style where it was not, or where its margins over simpler recipes are gone."""


class Command(BaseCommand):
    help = "Measure how good search is: nDCG, recall and MRR of labelled searches, compared with the last accepted run."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        kwargs.update(epilog=EXAMPLE, formatter_class=RawDescriptionHelpFormatter)
        return super().create_parser(prog_name, subcommand, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--corpus", type=Path, help="the folder with law/rulings.jsonl (../shared/corpus, if it is there)")
        parser.add_argument(
            "--made-up", action="store_true", help="among made-up papers, as where there is no corpus (and as the tests do)"
        )
        parser.add_argument("--half", choices=HALVES, default="", help="ask only these searches; who tunes looks at development alone")
        parser.add_argument("--json", type=Path, help="also write the figures, and those of each search, to this file")
        parser.add_argument("--accept", action="store_true", help="let this be the run that later ones are compared with")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["accept"] and options["half"]:
            raise CommandError("Only a whole run can be accepted, not a half.")
        if options["made_up"] and options["corpus"]:
            raise CommandError("Either made-up papers or a corpus; not both.")
        folder = None if options["made_up"] else corpus(options["corpus"])
        with evaluated.evaluated(folder) as user:
            runs = [self._run(name, searches, user) for name, searches in _sets(user, folder, options["half"])]
        if folder is None:
            self.stdout.write(f"\nSkipped: {evaluated.CITING} (there is no corpus, or made-up papers were asked for).")
        if options["json"]:
            options["json"].write_text(json.dumps([reporting.as_json(one) for one in runs], indent=1, ensure_ascii=False) + "\n")
        broken = [sentence for one in runs for sentence in self._verdict(one, whole=not options["half"])]
        if options["accept"]:
            for one in runs:
                comparing.accept(one)
            self.stdout.write(f"Accepted; commit {comparing.ACCEPTED.name}.")
        elif broken:
            raise CommandError("\n".join(broken), returncode=1)

    def _run(self, name: str, searches: Sequence[LabelledSearch], user: User) -> Run:
        done = run(name, searches, user)
        self.stdout.write("")
        for line in reporting.tables(done):
            self.stdout.write(line)
        return done

    def _verdict(self, one: Run, *, whole: bool) -> Iterator[str]:
        """Says how the run compares; gives a sentence for each promise that it breaks. A half is too small to promise every style."""
        self.stdout.write(self.style.MIGRATE_HEADING(f"\n{one.name}"))
        kept = comparing.accepted(one.name)
        compared, behind = comparing.compare(one, kept), comparing.lost(one)
        for line in (*reporting.losses(one, behind), *reporting.ahead(one), *reporting.changes(compared)):
            self.stdout.write(line)
        if not compared:
            self.stdout.write("There is no accepted run to compare with.")
        yield from (f"{one.name}: worse beyond chance, {found.mode}." for found in compared if found.worse)
        if whole:
            yield from (f"{one.name}: hybrid is behind {found.way} in {found.style}." for found in behind if found.style not in kept.behind)
            yield from (f"{one.name}: {sentence}" for sentence in comparing.short_of(one))


def _sets(user: User, folder: Path | None, half: str) -> Iterator[tuple[str, list[LabelledSearch]]]:
    sets = [(evaluated.OF_CORPUS if folder else evaluated.MADE_UP, demo_searches(user))]
    if folder:
        sets.append((evaluated.CITING, citing_searches(user, CITING)))
    for name, searches in sets:
        yield name, [one for one in searches if half in ("", one.half)]
