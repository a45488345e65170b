"""What a person corrected changes the proposals for other documents of the case that nobody decided on: at once, by a light task."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from documents.jobs import TeachingJob
from documents.models import Document
from documents.services.classification import FIELDS
from documents.services.classification.lessons import MARKS
from documents.services.facts.proposing import lessons_in, look_again, propose
from documents.services.timeline import filings
from tasks.manager import manager
from tasks.run import TaskRun

TASK = "documents.teach_facts"
GROUP = 25


def teach_later(case_id: UUID | None, fields: set[str], user: Any) -> None:
    """After a decision on these fields, in its transaction. The task reads what has been decided when it runs."""
    if case_id is not None and fields & set(MARKS):
        manager.submit(TASK, {"case_id": str(case_id)}, scope=case_id, user=user)


def teach(job: TeachingJob, run: TaskRun) -> dict[str, Any]:
    """Propose again, with what people have said, for all documents of the case; what they decided on stays."""
    found = Document.objects.filter(case=job.case_id, deleted_at=None).exclude(text_version=None)
    ids = list(found.order_by("pk").values_list("pk", flat=True))
    changed = 0
    for first in range(0, len(ids), GROUP):
        run.check()
        changed += _group(job, ids[first : first + GROUP], run)
        run.progress(100 * min(first + GROUP, len(ids)) / len(ids), "proposing")
    return {"documents": len(ids), "changed": changed}


def _group(job: TeachingJob, ids: list[UUID], run: TaskRun) -> int:
    """One transaction; a document that is deleted or read anew meanwhile is as it is then."""
    with run.publish():
        lessons = lessons_in(job.case_id)
        documents = Document.objects.select_for_update(of=("self",)).filter(pk__in=ids, deleted_at=None).prefetch_related("facts")
        return sum(propose_again(document, lessons) for document in documents.order_by("pk"))


def propose_again(document: Document, lessons: list[Any] | None = None, *, everything: bool = False) -> bool:
    """Propose for a locked document whose text is stored: what can be taught, or `everything`. Whether anything has changed."""
    before = (document.kind, document.date, document.language)
    changed = propose(document, look_again(document), lessons, fields=FIELDS if everything else tuple(MARKS))
    if (document.kind, document.date, document.language) != before:
        document.save(update_fields=["kind", "date", "language", "updated"])
        filings.follow([document])
    return changed
