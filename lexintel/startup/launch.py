"""Run a command inside the finished environment: the embedded servers it needs around it, wrong settings said in one sentence."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import environ

from lexintel.steps import StepFailed, report

ROOT = Path(__file__).resolve().parent.parent
# Commands that touch no database: they start no server.
ALONE = {"help", "version", "collectstatic", "compilemessages", "diffsettings", "findstatic", "makemessages", "spectacular", "startapp"}


def run(argv: list[str]) -> int:
    """Run `manage.py` with these words; returns the exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lexintel.settings")
    environ.Env.read_env(ROOT / ".env")
    command = argv[1] if len(argv) > 1 else "help"
    asks_help = command.startswith("-") or bool({"-h", "--help"} & set(argv[2:3]))
    try:
        if command == "up" and not asks_help:
            from lexintel.startup import supervisor

            return supervisor.main(argv[2:])
        if command == "test" and not asks_help:
            from lexintel import testing

            return testing.main(argv[2:])
        with servers(needed=not asks_help and command not in ALONE):
            return run_django(argv)
    except StepFailed as failure:
        report(failure)
        return 1


def run_django(argv: list[str]) -> int:
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        _ = settings.INSTALLED_APPS
    except ImproperlyConfigured as error:
        raise StepFailed(str(error)) from error
    execute_from_command_line(argv)
    return 0


@contextmanager
def servers(needed: bool) -> Iterator[None]:
    """Where DATABASE_URL or REDIS_URL is not set, the embedded servers stand in while the command runs."""
    if not needed or has_servers():
        yield
        return
    from lexintel.embedded import client

    with client.attached(var_folder()) as addresses:
        os.environ.update(addresses)
        yield


def has_servers() -> bool:
    """Has the environment named every server that an installation of its kind has? (djangoq and background do without Redis.)"""
    needs_redis = os.environ.get("TASK_EXECUTOR", "").strip() not in ("background", "djangoq")
    return bool(os.environ.get("DATABASE_URL")) and (not needs_redis or bool(os.environ.get("REDIS_URL")))


def var_folder() -> Path:
    """Where everything that changes lives: LEXINTEL_VAR, else var/ in the project."""
    return Path(os.environ.get("LEXINTEL_VAR") or ROOT / "var").resolve()


if __name__ == "__main__":
    sys.exit(run(sys.argv))
