"""The verbs for many documents: a few statements where these do, else the verb of one document for each, in a task once they are many.

Each raises Http404 for who may not see the case, PermissionDenied for who may not change it, and Refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import AuditEvent, Case, Role
from documents.errors import Refused
from documents.filters import RUNNING
from documents.jobs import BulkJob
from documents.models import Document
from documents.services.bulk.selection import BULK, Selection
from documents.services.facts import proposing
from documents.services.ingest import restoring
from documents.services.organising import tags
from documents.services.pipeline import keeping, lifecycle
from documents.services.timeline import filings
from tasks.base.causes import hopeless_codes
from tasks.errors import PermanentError
from tasks.manager import manager
from tasks.run import TaskRun

SMALL = 20
"""So many are done while the person waits for the answer."""
TOLD = 50
MOVE = "move"
DELETE, RESTORE = "delete", "restore"
CAREFUL = (DELETE, MOVE)
"""Where another number of documents fits than was seen, nothing is done."""


@dataclass(frozen=True)
class Outcome:
    """`count` documents were meant and are (or, by the task, will be) changed; `refused` are those that could not be, as
    {document, title, reason, code}. `changed` says that another number was seen before."""

    verb: str
    count: int
    changed: bool = False
    documents: list[UUID] = field(default_factory=list)
    refused: list[dict[str, str]] = field(default_factory=list)
    task_id: UUID | None = None


EACH: dict[str, Callable[[Document, Any], Any]] = {
    DELETE: lifecycle.delete,
    RESTORE: restoring.restore,
    "cancel": lifecycle.cancel,
    "keep": keeping.keep,
    "retry": lifecycle.retry,
}


def fits(verb: str) -> Q:
    """Which of a selection a verb is for; the others are left alone."""
    failed = Q(status=Document.Status.FAILED)
    return {
        "cancel": Q(status__in=RUNNING),
        "keep": failed,
        "retry": Q(status=Document.Status.CANCELLED) | (failed & ~Q(error_code__in=hopeless_codes())),
        RESTORE: Q(deleted_at__isnull=False),
    }.get(verb, Q())


def tag(selection: Selection, user: Any, names: Sequence[str]) -> Outcome:
    with transaction.atomic():
        ids = selection.resolved(user)
        tags.put_on(selection.case, ids, names, user)
    return Outcome("tag", len(ids), selection.changed(len(ids)))


def untag(selection: Selection, user: Any, names: Sequence[str]) -> Outcome:
    with transaction.atomic():
        ids = selection.resolved(user)
        tags.take_off(selection.case, ids, names, user)
    return Outcome("untag", len(ids), selection.changed(len(ids)))


def set_kind(selection: Selection, user: Any, kind: str) -> Outcome:
    with transaction.atomic():
        ids = selection.resolved(user)
        others = list(Document.objects.filter(pk__in=ids).exclude(kind=kind).only("kind"))
        proposing.decide_kind(others, kind, user)
        changed = Document.objects.filter(pk__in=[one.pk for one in others]).update(kind=Document.Kind(kind), updated=timezone.now())
        filings.follow(Document.objects.filter(pk__in=[one.pk for one in others]))
        if changed:
            AuditEvent.write("documents.kind_set", case=selection.case, actor=user, kind=str(Document.Kind(kind).label), count=changed)
    return Outcome("kind", len(ids), selection.changed(len(ids)))


def change_many(selection: Selection, user: Any, verb: str) -> Outcome:
    """Any verb of EACH."""
    meant = selection.resolved(user, deleted=verb == RESTORE, careful=verb in CAREFUL)
    ids = meant if selection.task is not None else _fitting(meant, verb)
    if not ids:
        raise Refused(_("This is for none of the selected documents as they are now."), "nothing_to_do")
    changed = selection.changed(len(meant))
    if len(ids) > SMALL or selection.task is not None:
        return Outcome(verb, len(ids), changed, task_id=submit(selection.case, user, verb, ids))
    refused = do_each(selection.case, user, verb, ids, lambda done: None)
    bad = {one["document"] for one in refused}
    return Outcome(verb, len(ids) - len(bad), changed, [pk for pk in ids if str(pk) not in bad], refused)


def submit(case: Case, user: Any, verb: str, ids: Sequence[UUID], to: UUID | None = None) -> UUID:
    job = BulkJob(case_id=case.pk, verb=verb, document_ids=list(ids), to=to)
    return manager.submit(BULK, job, scope=case.pk, user=user, priority=3).pk


def _fitting(ids: Sequence[UUID], verb: str) -> list[UUID]:
    found = set(Document.objects.filter(fits(verb), pk__in=ids).values_list("pk", flat=True))
    return [pk for pk in ids if pk in found]


def do_each(case: Case, user: Any, verb: str, ids: Sequence[UUID], step: Callable[[int], None]) -> list[dict[str, str]]:
    """The verb on each of them; gives why some could not be. What is done already, or gone, counts as done: a task may run twice."""
    refused = []
    for done, pk in enumerate(ids):
        step(done)
        document = Document.objects.select_related("case").filter(pk=pk, case=case).first()
        if document is None:
            continue
        try:
            EACH[verb](document, user)
        except Http404:
            continue
        except Refused as refusal:
            if refusal.code != "not_deleted":
                refused.append(refused_line(document, refusal))
    return refused


def refused_line(document: Document, refusal: Refused) -> dict[str, str]:
    return {"document": str(document.pk), "title": document.title, "reason": refusal.message, "code": refusal.code}


def carry_out(job: BulkJob, run: TaskRun) -> dict[str, Any]:
    """The task: whoever submitted it must still be an editor of the case."""
    case = case_of(job.case_id, run.record.user)
    count = len(job.document_ids)

    def step(done: int) -> None:
        run.progress(100 * done / count, job.verb, _("%(done)d of %(all)d") % {"done": done, "all": count})

    refused = do_each(case, run.record.user, job.verb, job.document_ids, step)
    return {"verb": job.verb, "count": count - len(refused), "refused": refused[:TOLD], "refused_count": len(refused)}


def case_of(case_id: UUID, user: Any) -> Case:
    """Raises PermanentError where this user is no editor there (any more)."""
    case = Case.objects.filter(pk=case_id).first()
    try:
        if case is None:
            raise Http404
        case.require(user, Role.EDITOR)
    except (Http404, PermissionDenied) as error:
        raise PermanentError(_("You may not change this case any more."), code="not_allowed") from error
    return case
