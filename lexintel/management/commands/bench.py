"""`manage.py bench`: measure this machine; figures and ratios of one run, as docs/PERFORMANCE.md quotes them."""

from __future__ import annotations

import importlib
import json
import platform
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

PREFIX = "bench_"


def names() -> list[str]:
    """The benchmarks there are: files bench/bench_<name>.py with a function run(out)."""
    return sorted(path.stem.removeprefix(PREFIX) for path in Path(settings.BASE_DIR, "bench").glob(f"{PREFIX}*.py"))


class Command(BaseCommand):
    help = "Measure extraction, embedding, search, progress and the whole pipeline on this machine."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        kwargs.update(epilog="Example: python3 manage.py bench extraction search", formatter_class=RawDescriptionHelpFormatter)
        return super().create_parser(prog_name, subcommand, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", help=f"which ones (default all): {', '.join(names())}")
        parser.add_argument("--json", type=Path, help="also write the figures to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = options["names"] or names()
        if unknown := set(chosen) - set(names()):
            raise CommandError(f"There is no benchmark named {', '.join(sorted(unknown))}; there are {', '.join(names())}.")
        self.stdout.write(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
        figures: dict[str, dict[str, float]] = {}
        for name in chosen:
            self.stdout.write(self.style.MIGRATE_HEADING(f"\n{name}"))
            figures[name] = importlib.import_module(f"bench.{PREFIX}{name}").run(self.stdout.write)
            for figure, value in figures[name].items():
                self.stdout.write(f"  {figure:<60} {value:>12.3f}")
        if options["json"]:
            options["json"].write_text(json.dumps(figures, indent=2) + "\n")
        self.stdout.write(f"\n{len(figures)} benchmarks, {sum(map(len, figures.values()))} figures")
