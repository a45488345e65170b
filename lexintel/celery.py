"""Celery's application. Its configuration is in the settings, under CELERY_*."""

from __future__ import annotations

import logging.config
import signal
from typing import Any

from celery import Celery, signals

from lexintel.embedded.child import die_with_parent

app = Celery("lexintel")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def _log_as_django_does(**_: Any) -> None:
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)


@signals.worker_process_init.connect
def _end_with_the_worker(**_: Any) -> None:
    """A killed worker's children would finish what they do, unseen by anybody, and hold its memory."""
    die_with_parent(signal.SIGKILL)
