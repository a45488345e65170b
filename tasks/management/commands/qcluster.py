"""`manage.py qcluster`: the worker process of TASK_EXECUTOR=djangoq (in place of the command of django-q2, see tasks/djangoq.py)."""

from __future__ import annotations

import os
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tasks.workers.djangoq import Cluster


class Command(BaseCommand):
    help = "Work on tasks that wait in the database, with no other broker. Ends at SIGTERM or Ctrl-C; running work is handed back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = "example:\n  TASK_EXECUTOR=djangoq python3 manage.py qcluster --children 2"
        cores = len(os.sched_getaffinity(0))
        parser.add_argument("--children", type=int, default=cores, help="how many tasks run at once (default: one per core, %(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["children"] < 1:
            raise CommandError("A cluster needs at least one child.")
        Cluster(options["children"]).run()
        self.stdout.write("The cluster has ended.")
