"""`manage.py eval_answers`: how good answers are, by questions whose answers are known, and whether they have become worse."""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bench import evaluated
from cases.models import Case
from documents.services.chat.evaluation import comparing, reporting
from documents.services.chat.evaluation.questions import HALVES, demo_questions
from documents.services.chat.evaluation.running import Run, run
from documents.services.demo.matter import DOCKET_NUMBER
from lexintel.models import User

EXAMPLE = """examples:
  python3 manage.py eval_answers
  python3 manage.py eval_answers --half 1 --wrong --json figures.json

It works in a database of its own with the demonstration matter, and asks as a person does; a language model that is configured answers as
it would there. The exit code is 1 where answers are worse beyond chance than in the accepted run, and always where a question that
nothing in the case answers gets a sentence that is shown as supported, or a quotation does not stand in its source."""


class Command(BaseCommand):
    help = "Measure how good answers are: found, quoted word for word, refused rightly and wrongly, compared with the last accepted run."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        kwargs.update(epilog=EXAMPLE, formatter_class=RawDescriptionHelpFormatter)
        return super().create_parser(prog_name, subcommand, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--half", type=int, choices=HALVES, default=0, help="ask only these; who tunes looks at half 1 alone")
        parser.add_argument(
            "--wrong", action="store_true", help="also show each question that was not answered rightly, with what was said"
        )
        parser.add_argument("--json", type=Path, help="also write the figures, and the answer to each question, to this file")
        parser.add_argument("--accept", action="store_true", help="let this be the run that later ones are compared with")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["accept"] and options["half"]:
            raise CommandError("Only a whole run can be accepted, not a half.")
        with evaluated.evaluated(None) as user:
            done = self._run(user, options["half"])
        if options["wrong"]:
            self._say("\nnot right", reporting.not_right(done))
        if options["json"]:
            options["json"].write_text(json.dumps(reporting.as_json(done), indent=1, ensure_ascii=False) + "\n")
        failed = list(self._verdict(done))
        if options["accept"]:
            comparing.accept(done)
            self.stdout.write(f"Accepted; commit {comparing.ACCEPTED.name}.")
        if failed:
            raise CommandError("\n".join(failed), returncode=1)

    def _run(self, user: User, half: int) -> Run:
        case = Case.objects.visible_to(user).get(docket_number=DOCKET_NUMBER)
        questions = [one for one in demo_questions(user) if half in (0, one.half)]
        done = run(questions, case, user, evaluated.run_tasks)
        self._say("", (*reporting.table(done), "", *reporting.totals(done)))
        return done

    def _verdict(self, done: Run) -> Iterator[str]:
        """Says how the run compares; gives a sentence for each promise that it breaks."""
        compared = comparing.compare(done, comparing.accepted(done.name))
        self._say("\nagainst the accepted run", reporting.changes(compared) if compared else ["There is none to compare with."])
        yield from comparing.broken(done)
        yield from (f"{one.name}: worse beyond chance." for one in compared if one.worse)

    def _say(self, title: str, lines: Any) -> None:
        if title:
            self.stdout.write(self.style.MIGRATE_HEADING(title))
        for line in lines:
            self.stdout.write(line)
