"""Log lines: readable on a terminal, JSON elsewhere (LOG_FORMAT=text|json decides otherwise); each names the task it belongs to."""

from __future__ import annotations

import logging
import sys
from typing import Any


class TaskFilter(logging.Filter):
    """Put the id of the task record that this thread works for on each line."""

    def filter(self, record: logging.LogRecord) -> bool:
        module = sys.modules.get("tasks.run")  # not imported: logging is set up before the models are
        task = getattr(module, "current_task", None)
        record.task = task.get() if task is not None else ""
        return True


class ReadableFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        task = getattr(record, "task", "")
        record.for_task = f" [task {task}]" if task else ""
        return super().format(record)


def configuration(format_: str, level: str) -> dict[str, Any]:
    """Django's LOGGING. `format_`: text or json."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"task": {"()": "lexintel.logs.TaskFilter"}},
        "formatters": {
            "text": {"()": "lexintel.logs.ReadableFormatter", "format": "%(asctime)s %(levelname)-7s %(name)s%(for_task)s %(message)s"},
            "json": {
                "()": "pythonjsonlogger.json.JsonFormatter",
                "format": "%(asctime)s %(levelname)s %(name)s %(message)s %(task)s %(process)d",
                "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
            },
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": format_, "filters": ["task"]}},
        "root": {"handlers": ["stderr"], "level": level},
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
