"""manage.py cleanup_audio: let old (or failed) recordings go."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.template.defaultfilters import filesizeformat

from audio.services import cleaning


class Command(BaseCommand):
    help = (
        "Let old recordings go for good (AUDIO_KEEP_DAYS); not pinned ones, nor those of a transcript or of a case under legal hold. "
        "Example: manage.py cleanup_audio --dry-run"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--failed", action="store_true", help="failed and cancelled ones instead (AUDIO_KEEP_FAILED_HOURS)")
        parser.add_argument("--dry-run", action="store_true", help="say what would go, and leave it")

    def handle(self, *args: Any, **options: Any) -> None:
        gone = cleaning.clean_up(cleaning.FAILED if options["failed"] else cleaning.OLD, dry_run=options["dry_run"])
        for title in gone.titles:
            self.stdout.write(title)
        would = "would be removed" if gone.dry_run else "removed"
        size = filesizeformat(gone.bytes).replace("\xa0", " ")
        self.stdout.write(f"{len(gone.titles)} recordings {would}; {size} of files go with the nightly clean-up.")
