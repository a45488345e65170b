"""What was cited with older grammars is looked through again: after a migration, document by document, with low priority."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from cases.services import citations as law
from documents.models import Document
from documents.services.pipeline import citing
from tasks.manager import manager
from tasks.run import TaskRun

TASK = "documents.cite_again"
AT_ONCE = 100
PRIORITY = 9


def begin(**_signal: Any) -> None:
    """Nothing where all was cited with the grammars of now."""
    if waiting().exists():
        manager.submit(TASK, {}, unique=True, priority=PRIORITY)


def waiting() -> QuerySet[Document]:
    """Documents whose shown reading was cited with older grammars."""
    rows = Document.objects.filter(status=Document.Status.READY, deleted_at=None, duplicate_of=None)
    return rows.filter(text_version__cited_with__lt=law.VERSION)


def work_off(run: TaskRun) -> int:
    """Each document in a transaction of its own; gives how many. A second run goes on where the first stopped."""
    total, done = waiting().count(), 0
    last: UUID | None = None
    while keys := _following(last):
        for key in keys:
            done += _cite(key, run)
        last = keys[-1]
        run.progress(min(99, 100 * done / max(total, 1)), "citing")
    return done


def _following(last: UUID | None) -> list[UUID]:
    rows = waiting() if last is None else waiting().filter(pk__gt=last)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


def _cite(key: UUID, run: TaskRun) -> bool:
    """Looked through without a lock; kept where the reading is still the one that is shown."""
    document = waiting().select_related("text_version").filter(pk=key).first()
    if document is None or document.text_version is None:
        return False
    found = citing.look(document, document.text_version, run.check)
    with run.publish():
        held = waiting().select_for_update(of=("self",)).filter(pk=key, text_version=document.text_version_id).first()
        if held is None:
            return False
        citing.keep(held, document.text_version, found)
    return True
