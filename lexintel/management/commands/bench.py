"""`manage.py bench`: measure this machine; figures and ratios of one run, as docs/PERFORMANCE.md quotes them."""

from __future__ import annotations

import importlib
import json
import platform
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bench.figures import Figures, Plan

PREFIX = "bench_"


def names() -> list[str]:
    """The benchmarks there are: files bench/bench_<name>.py with a function run(out, plan)."""
    return sorted(path.stem.removeprefix(PREFIX) for path in Path(settings.BASE_DIR, "bench").glob(f"{PREFIX}*.py"))


class Command(BaseCommand):
    help = "Measure this machine with files made on the spot: extraction, embedding, search, progress, tasks, memory, the whole pipeline."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        kwargs.update(epilog="Example: python3 manage.py bench extraction search", formatter_class=RawDescriptionHelpFormatter)
        return super().create_parser(prog_name, subcommand, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", help=f"which ones (default all): {', '.join(names())}")
        parser.add_argument("--quick", action="store_true", help="small runs of some seconds, which show that everything works")
        parser.add_argument(
            "--corpus", type=Path, help="a folder of real files to measure beside those that are made (../shared/corpus, if it is there)"
        )
        parser.add_argument("--json", type=Path, help="also write the figures to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = options["names"] or names()
        if unknown := set(chosen) - set(names()):
            raise CommandError(f"There is no benchmark named {', '.join(sorted(unknown))}; there are {', '.join(names())}.")
        quick, named = options["quick"], options["corpus"]
        plan = Plan(quick, corpus(named) if named or not quick else None)
        self.stdout.write(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
        self.stdout.write("Ratios are of one run and hold elsewhere; absolute figures are those of this machine in this hour.")
        found: dict[str, Figures] = {}
        for name in chosen:
            self.stdout.write(self.style.MIGRATE_HEADING(f"\n{name}"))
            found[name] = self.measure(name, plan)
            for title, figures in (("ratios and amounts", found[name].ratios), ("absolute", found[name].absolute)):
                self.stdout.write(f" {title}")
                for figure, value in figures.items():
                    self.stdout.write(f"  {figure:<64} {value:>10.3f}")
        if options["json"]:
            options["json"].write_text(json.dumps({name: asdict(figures) for name, figures in found.items()}, indent=2) + "\n")
        self.stdout.write(f"\n{len(found)} benchmarks, {sum(len(each.ratios) + len(each.absolute) for each in found.values())} figures")

    def measure(self, name: str, plan: Plan) -> Figures:
        try:
            figures: Figures = importlib.import_module(f"bench.{PREFIX}{name}").run(self.stdout.write, plan)
        except ModuleNotFoundError as error:
            raise CommandError(f"The benchmark {name} needs the package {error.name}, which is not installed.") from error
        return figures


def corpus(given: Path | None) -> Path | None:
    """The folder that was named, or the one beside the project; one that was named must be there."""
    folder = (given or Path(settings.BASE_DIR).parent / "shared" / "corpus").resolve()
    if (folder / "documents").is_dir() and (folder / "law" / "rulings.jsonl").is_file():
        return folder
    if given:
        raise CommandError(f"{given} is no corpus: it needs the folder documents/ with PDFs, and law/rulings.jsonl.")
    return None
