"""manage.py rescue_tasks: put right now what the rescuer would put right within seconds."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from tasks.recovery.rescuer import rescue


class Command(BaseCommand):
    help = "Give up attempts whose worker died, send what was not sent, send again what the broker lost. Example: manage.py rescue_tasks"

    def handle(self, **options: Any) -> None:
        done = rescue()
        self.stdout.write(f"{done.expired} attempts given up, {done.sent} sent, {done.resent} sent again, {done.rerouted} rerouted.")
