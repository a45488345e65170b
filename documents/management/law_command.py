"""What `import_rulings` and `import_statutes` share. The file is read here, in this process; vectors and citations follow as tasks."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from documents.errors import Refused
from documents.models import LawImport
from documents.services.library import formats, importing, report, starting
from tasks.errors import PermanentError

SHOWN_LINES = 20


class Console:
    """Where an import runs that no task carries."""

    def __init__(self, out: Any) -> None:
        self._out, self._last = out, ""

    def check(self) -> None:
        return None

    def publish(self) -> AbstractContextManager[None]:
        return transaction.atomic()

    def progress(self, percent: float, step: str = "", message: str = "") -> None:
        line = f"  {percent:3.0f} %  {step}  {message}"
        if line != self._last:
            self._out.write(line)
        self._last = line


class LawCommand(BaseCommand):
    kind: LawImport.Kind
    example = ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        known = [form.name for form in formats.formats() if form.kind == self.kind]
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = self.example
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="file or folder")
        parser.add_argument("--report", type=Path, metavar="FILE", help="write what was skipped and remarked there, as CSV")
        parser.add_argument("--format", default="", choices=known, help="recognised by content where it is not given")

    def handle(self, *args: Any, **options: Any) -> None:
        files = list(self._files(options["paths"]))
        if not files:
            raise CommandError("There are no files at this path.")
        ended = [self._take(path, options["format"]) for path in files]
        finished = [record for record in ended if record is not None]
        totals = {name: sum(record.counts()[name] for record in finished) for name in ("added", "updated", "unchanged", "skipped")}
        said = ", ".join(f"{count} {name}" for name, count in totals.items())
        self.stdout.write(f"{len(finished)} of {len(files)} files: {said}.")
        if options["report"]:
            options["report"].write_bytes(report.as_csv(finished))
        if len(finished) < len(files):
            sys.exit(1)

    def _files(self, paths: list[Path]) -> Any:
        for path in paths:
            if path.is_dir():
                yield from sorted(found for found in path.rglob("*") if found.is_file() and not found.name.startswith("."))
            elif path.is_file():
                yield path
            else:
                raise CommandError(f"There is nothing at '{path}'.")

    def _take(self, path: Path, form: str) -> LawImport | None:
        """The import when it is over; None where the file could not be read."""
        self.stdout.write(str(path))
        record = None
        try:
            record = importing.run((begun := starting.import_path(self.kind, path, form)).pk, Console(self.stdout))
        except (Refused, PermanentError) as reason:
            self.stderr.write(f"  {reason}")
            if isinstance(reason, PermanentError):
                importing.fail(begun.pk, LawImport.State.FAILED, str(reason))
            return None
        self._tell(record)
        return record

    def _tell(self, record: LawImport) -> None:
        said = ", ".join(f"{count} {name}" for name, count in record.counts().items())
        self.stdout.write(f"  {said}")
        for line in record.report[:SHOWN_LINES]:
            self.stdout.write(f"    {line['where']}: {line['name'] + ': ' if line['name'] else ''}{line['reason']}")
        if record.remarks > SHOWN_LINES:
            self.stdout.write(
                f"    and {record.remarks - SHOWN_LINES} more; the page of the import lists the first {LawImport.LONGEST_REPORT}."
            )
