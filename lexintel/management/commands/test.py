"""`manage.py test`. The work is done by lexintel.testing before Django is loaded; this class is what `help` shows."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = (
        "Run the tests with pytest on embedded servers of their own; words after `test` go to pytest. "
        "Example: python3 manage.py test -k upload tasks"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        raise CommandError("Run this as `python3 manage.py test`.")
