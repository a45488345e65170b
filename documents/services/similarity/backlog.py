"""Signatures of what was read before there were any."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from documents.services.similarity.signatures import sign, unsigned
from tasks.manager import manager
from tasks.run import TaskRun

TASK = "documents.sign_texts"
AT_ONCE = 100


def begin(**_signal: Any) -> None:
    """After a migration: have made what is missing. Nothing where nothing is."""
    if unsigned().exists():
        manager.submit(TASK, {}, unique=True)


def work_off(run: TaskRun) -> int:
    """Make the signatures that are missing, each in a transaction of its own; gives how many. A second run finds what the first did."""
    total, made = unsigned().count(), 0
    last: UUID | None = None
    while keys := _following(last):
        for key in keys:
            run.check()
            made += _sign(key)
        last = keys[-1]
        run.progress(min(99, 100 * made / max(total, 1)), "signing")
    return made


def _following(last: UUID | None) -> list[UUID]:
    rows = unsigned() if last is None else unsigned().filter(pk__gt=last)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


def _sign(key: UUID) -> bool:
    """Held, so that a reading that is published at this moment comes before or after."""
    with transaction.atomic():
        document = unsigned().select_for_update(of=("self",)).select_related("text_version").filter(pk=key).first()
        if document is None or document.text_version is None:
            return False
        sign(document.text_version)
    return True
