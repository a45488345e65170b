"""Log lines: readable on a terminal, JSON elsewhere (LOG_FORMAT=text|json decides otherwise); each names the task it belongs to."""

from __future__ import annotations

import logging
import sys
from typing import Any

from tasks.engine import attempt_log


class TaskFilter(logging.Filter):
    """Put the task that this thread works for on each line: its record's id, its name, the attempt and the case."""

    def filter(self, record: logging.LogRecord) -> bool:
        page = attempt_log.current()
        if page is not None:
            record.task, record.task_name, record.attempt = str(page.task), page.name, page.attempt
            if page.case is not None:
                record.case = str(page.case)
        return True


class ReadableFormatter(logging.Formatter):
    """For a terminal: the end of the record's id is enough to find it."""

    def format(self, record: logging.LogRecord) -> str:
        known = vars(record)
        record.for_task = f" [{known['task_name']} {known['task'][-8:]}#{known['attempt']}]" if "task_name" in known else ""
        return super().format(record)


def configuration(format_: str, level: str) -> dict[str, Any]:
    """Django's LOGGING. `format_`: text or json."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"task": {"()": "lexintel.monitoring.logs.TaskFilter"}},
        "formatters": {
            "text": {
                "()": "lexintel.monitoring.logs.ReadableFormatter",
                "format": "%(asctime)s %(levelname)-7s %(name)s%(for_task)s %(message)s",
            },
            "json": {
                "()": "pythonjsonlogger.json.JsonFormatter",
                "format": "%(asctime)s %(levelname)s %(name)s %(message)s %(process)d",
                "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
            },
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": format_, "filters": ["task"]},
            "diary": {"class": "tasks.engine.attempt_log.DiaryHandler", "level": "INFO"},
        },
        "root": {"handlers": ["stderr", "diary"], "level": level},
        "loggers": {
            "django.request": {"level": "ERROR"},  # a 404 is no event
            "celery.app.trace": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "daphne": {"level": "WARNING"},
            "eyecite": {"level": "ERROR"},
        },
    }


def default_format() -> str:
    return "text" if sys.stderr.isatty() else "json"
