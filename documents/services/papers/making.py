"""The task: say what the paper says, have a child lay it out, and keep it as a document of the case."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cases.models import AuditEvent, Case, Role
from documents.errors import Refused
from documents.jobs import PaperGenerationJob
from documents.models import Document, Paper
from documents.services.ingest import acceptance
from documents.services.papers import laying_out
from documents.services.papers.kinds import KINDS, Draft, Making
from documents.services.storage import blobs
from documents.services.storage.names import clean_name
from tasks.errors import PermanentError
from tasks.models import TaskRecord
from tasks.run import TaskRun

logger = logging.getLogger(__name__)
Status = Paper.Status


def make(job: PaperGenerationJob, run: TaskRun) -> dict[str, Any]:
    """Raises PermanentError with a sentence where the paper cannot be made."""
    with _as_permanent():
        paper = Paper.objects.select_related("case", "created_by", "template").filter(pk=job.paper_id).first()
        if paper is None or paper.created_by is None:
            raise PermanentError(_("This paper is gone, or who asked for it."), code="gone")
        if paper.status == Status.READY:
            return _result(paper)
        paper.case.require(paper.created_by, Role.EDITOR)
        run.progress(5, "reading", _("Reading"))
        Paper.objects.filter(pk=paper.pk).exclude(status__in=Paper.OVER).update(status=Status.MAKING)
        draft = _drafted(paper, run)
        run.progress(60, "laying_out", _("Laying it out"))
        return _laid_out(paper, draft, run)


@contextmanager
def _as_permanent() -> Iterator[None]:
    """What was refused stays so; who lost his role meanwhile is told so."""
    try:
        yield
    except Refused as refusal:
        raise PermanentError(refusal.message, code=refusal.code) from refusal
    except (Http404, PermissionDenied) as error:
        raise PermanentError(_("Who asked for this paper may no longer make papers in this case."), code="not_allowed") from error


def _drafted(paper: Paper, run: TaskRun) -> Draft:
    making = Making(paper.case, paper.created_by, paper.inputs, str(paper.inputs.get("site", "")), run.check)
    return KINDS[paper.kind].built(making)


def _laid_out(paper: Paper, draft: Draft, run: TaskRun) -> dict[str, Any]:
    folder = laying_out.pool.folder()
    try:
        made = laying_out.lay_out(
            paper.format, described(paper.case, paper.created_by, draft, paper.kind), paper.template, folder, run.check
        )
        run.progress(90, "keeping", _("Keeping it"))
        incoming = _received(made, paper)
    finally:
        folder.remove()
    try:
        incoming.send()
        result: dict[str, Any] = {}
        with run.publish(result):
            _enter(paper, draft, incoming, run)
            result |= _result(paper)
            return result
    finally:
        incoming.discard()


def _received(made: Path, paper: Paper) -> blobs.Incoming:
    with made.open("rb") as file:
        return blobs.receive(file, paper.case_id)


def described(case: Case, user: Any, draft: Draft, kind: str) -> dict[str, Any]:
    """The paper as the layouts read it."""
    today = timezone.localdate()
    note = _("Made with LexIntel on %(date)s by %(user)s from the documents of the case.") % {
        "date": f"{today:%B} {today.day}, {today.year}",
        "user": str(user),
    }
    return {
        "kind": kind, "title": draft.title, "subject": draft.subject, "case_title": case.title, "court": case.court,
        "docket_number": case.docket_number, "made_on": f"{today:%B} {today.day}, {today.year}", "made_by": str(user), "note": note,
        "lang": (get_language() or settings.LANGUAGE_CODE).partition("-")[0], "blocks": draft.blocks,
    }  # fmt: skip


def _enter(paper: Paper, draft: Draft, incoming: blobs.Incoming, run: TaskRun) -> None:
    """The paper as a document of the case, which is read and found as every other; in the transaction of the attempt."""
    kept = Paper.objects.select_for_update(of=("self",)).get(pk=paper.pk)
    name = clean_name(f"{_title(draft)}.{paper.format}".replace("/", "-"))
    accepted = acceptance.accept(incoming, case=paper.case, user=paper.created_by, name=name, kind=Document.Kind.GENERATED, source="paper")
    document = accepted.document
    document.metadata = {"made_by": str(run.id), "paper": str(paper.pk), "paper_kind": paper.kind}
    document.save(update_fields=["metadata", "updated"])
    kept.document, kept.status, kept.error, kept.error_code = document, Status.READY, "", ""
    kept.title, kept.content, kept.finished_at = _title(draft), draft.blocks, timezone.now()
    kept.save()
    AuditEvent.write("paper.made", case=paper.case, actor=paper.created_by, target=kept, document=str(document.pk), kind=kept.kind)
    paper.document, paper.status = document, Status.READY


def _title(draft: Draft) -> str:
    return (f"{draft.title}, {draft.subject}" if draft.subject else draft.title)[:200]


def _result(paper: Paper) -> dict[str, Any]:
    return {"paper": str(paper.pk), "document": str(paper.document_id) if paper.document_id else None}


def ended(record: TaskRecord, job: PaperGenerationJob, outcome: str) -> None:
    """The task ended for good, in the transaction that says so of it."""
    if outcome != "succeeded":
        status = Status.CANCELLED if outcome == "cancelled" else Status.FAILED
        Paper.objects.filter(pk=job.paper_id).exclude(status=Status.READY).update(
            status=status, error=record.error, error_code=record.error_code[:50], finished_at=timezone.now()
        )


def retried(again: Sequence[tuple[TaskRecord, PaperGenerationJob]]) -> None:
    """They wait again."""
    Paper.objects.filter(pk__in=[job.paper_id for _record, job in again]).exclude(status=Status.READY).update(
        status=Status.PENDING, error="", error_code="", finished_at=None
    )
