"""Events of what was read before there were any, or before the rules of now: after a migration, once for each version of the rules."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from documents.models import Document
from documents.services.timeline import filings, finding
from tasks.manager import manager
from tasks.models import TaskRecord
from tasks.run import TaskRun

TASK = "documents.find_events"
RULES = 1
"""To be counted up when `dates` or `happened` read otherwise."""
AT_ONCE = 100


def begin(**_signal: Any) -> None:
    """Nothing where no document of a case was read."""
    if waiting().exists() and not TaskRecord.objects.filter(name=TASK, payload__rules=RULES).exists():
        manager.submit(TASK, {"rules": RULES}, unique=True)


def waiting(case_id: UUID | None = None) -> QuerySet[Document]:
    found = Document.objects.filter(status=Document.Status.READY, deleted_at=None, duplicate_of=None, text_version__isnull=False)
    return found.exclude(case=None) if case_id is None else found.filter(case=case_id)


def work_off(run: TaskRun, case_id: UUID | None = None) -> dict[str, int]:
    """Look at each document again, in a transaction of its own; gives how many there were, and how many events are new."""
    total, done, made = waiting(case_id).count(), 0, 0
    last: UUID | None = None
    while keys := _following(last, case_id):
        for key in keys:
            run.check()
            made += _look(key, run)
        done, last = done + len(keys), keys[-1]
        run.progress(min(99, 100 * done / max(total, 1)), "dating")
    return {"documents": done, "events": made}


def _following(last: UUID | None, case_id: UUID | None) -> list[UUID]:
    rows = waiting(case_id) if last is None else waiting(case_id).filter(pk__gt=last)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


def _look(key: UUID, run: TaskRun) -> int:
    """Held, so that a reading that is published at this moment comes before or after."""
    with run.publish():
        rows = waiting().select_for_update(of=("self",)).select_related("text_version").filter(pk=key)
        document = rows.first()
        if document is None or document.text_version is None:
            return 0
        version = document.text_version
        pages = list(version.pages.order_by("number").values_list("number", "text"))
        made = finding.keep(document, version, pages, finding.look(document, pages, version.citations.all()))
        filings.follow([document])
    return made
