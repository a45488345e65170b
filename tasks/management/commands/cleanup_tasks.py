"""manage.py cleanup_tasks: delete the records of tasks that ended long ago."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from tasks.recovery import retention


class Command(BaseCommand):
    help = (
        "Delete old records of tasks and what belongs to them (TASK_KEEP_SUCCEEDED_DAYS, TASK_KEEP_FAILED_DAYS). "
        "Example: manage.py cleanup_tasks"
    )

    def handle(self, **options: Any) -> None:
        removed = retention.clean_up(lambda done, total: self.stdout.write(f"{done}/{total} records"))
        self.stdout.write(
            f"{removed['records']} records removed, with {removed['batches']} batches, {removed['topics']} topics, "
            f"{removed['workers']} ended processes and {removed['results']} results of foreign tasks."
        )
