"""Scrubbed and stamped copies of a selection: asked for here, made one after the other by a task, each a document of its own."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import AuditEvent, Case, Role
from documents.errors import Refused
from documents.jobs import BatesJob, Copy, ScrubbingJob
from documents.models import Document
from documents.services.extraction.formats import PDF
from documents.services.extraction.sentences import error_sentence
from documents.services.ingest import acceptance
from documents.services.pipeline import passwords
from documents.services.production.child import MADE
from documents.services.production.numbering import Numbers, take
from documents.services.sandbox import JobFailed, JobRefused
from documents.services.sandbox.confinement.needs import FONTS, Needs
from documents.services.sandbox.folders import Folder
from documents.services.sandbox.pool import Pool
from documents.services.sandbox.room import made_in
from documents.services.storage import blobs
from tasks.manager import manager
from tasks.run import TaskRun

logger = logging.getLogger(__name__)
SCRUB, STAMP = "documents.scrub", "documents.bates_stamp"
MOST = 1000

pool = Pool("documents.services.production.child:make", scratch=lambda: settings.SCRATCH_FOLDER, needs=lambda: Needs(reads=FONTS))


@dataclass(frozen=True)
class Asked:
    """What was submitted: the task, the documents it copies, those that it can't (no PDF, or not read to the end), the numbers taken."""

    task_id: UUID
    documents: list[UUID]
    left_out: list[UUID]
    numbers: Numbers | None = None


def scrub_many(case: Case, user: Any, document_ids: Sequence[UUID]) -> Asked:
    """Have scrubbed copies made of these documents of the case. Raises Http404, PermissionDenied, Refused (nothing_to_do)."""
    with transaction.atomic():
        documents, left_out = _suitable(case, user, document_ids)
        AuditEvent.write("case.scrubbed", case=case, actor=user, count=len(documents))
        job = ScrubbingJob(case_id=case.pk, copies=[Copy(document_id=document.pk) for document in documents])
        record = manager.submit(SCRUB, job, scope=case.pk, user=user)
    return Asked(record.pk, [document.pk for document in documents], left_out)


def stamp_many(case: Case, user: Any, document_ids: Sequence[UUID], prefix: str, digits: int, start: int | None = None) -> Asked:
    """Have copies made with Bates numbers that run through these documents in the order given; the numbers are taken at once.

    Raises Http404, PermissionDenied, Refused (nothing_to_do, and as `numbering.take`).
    """
    with transaction.atomic():
        documents, left_out = _suitable(case, user, document_ids)
        numbers = take(case, prefix, digits, sum(document.page_count for document in documents), start)
        AuditEvent.write("case.bates_stamped", case=case, actor=user, begin=numbers.begin, end=numbers.end)
        copies, first = [], numbers.first
        for document in documents:
            copies.append(Copy(document_id=document.pk, first=first, pages=document.page_count))
            first += document.page_count
        job = BatesJob(case_id=case.pk, copies=copies, prefix=prefix, digits=digits)
        record = manager.submit(STAMP, job, scope=case.pk, user=user)
    return Asked(record.pk, [document.pk for document in documents], left_out, numbers)


def _suitable(case: Case, user: Any, document_ids: Sequence[UUID]) -> tuple[list[Document], list[UUID]]:
    """The PDFs among them that have been read, in the order given; and the others."""
    case.require(user, Role.EDITOR)
    ids = list(dict.fromkeys(document_ids))
    found = Document.objects.visible_to(user).filter(case=case, pk__in=ids).select_related("duplicate_of").in_bulk()
    documents = [found[pk] for pk in ids if pk in found and _is_read_pdf(found[pk])]
    if not documents:
        raise Refused(_("Copies can be made of PDF files that have been read; none of these documents is one."), "nothing_to_do")
    if len(documents) > MOST:
        raise Refused(_("Please choose at most %(most)d documents at once.") % {"most": MOST}, "too_many")
    for document in documents:
        document.page_count = (document.duplicate_of or document).page_count
    return documents, [pk for pk in ids if pk not in {document.pk for document in documents}]


def _is_read_pdf(document: Document) -> bool:
    source = document.duplicate_of or document
    return source.mime == PDF and bool(document.stored_as) and source.page_count > 0


def make_scrubbed(job: ScrubbingJob, run: TaskRun) -> dict[str, Any]:
    """Make the copies that are not there yet."""
    return _make_all(job, run, None)


def make_stamped(job: BatesJob, run: TaskRun) -> dict[str, Any]:
    return _make_all(job, run, job)


def _make_all(job: ScrubbingJob | BatesJob, run: TaskRun, bates: BatesJob | None) -> dict[str, Any]:
    """One copy after the other; one that can't be made is told of in the result and does not keep the others back."""
    made = dict(Document.objects.filter(case=job.case_id, metadata__made_by=str(run.id)).values_list("metadata__derived_from", "pk"))
    failed: list[dict[str, str]] = []
    for index, copy in enumerate(job.copies):
        run.progress(100 * index / len(job.copies), "copying", _("document %(n)d of %(all)d") % {"n": index + 1, "all": len(job.copies)})
        if str(copy.document_id) in made:
            continue
        numbers = Numbers(bates.prefix, bates.digits, copy.first, copy.pages) if bates is not None else None
        try:
            made[str(copy.document_id)] = _make(copy.document_id, run, numbers)
        except Refused as refusal:
            failed.append({"document": str(copy.document_id), "reason": refusal.message, "code": refusal.code})
    return {"documents": [str(pk) for pk in made.values()], "failed": failed}


def _make(document_id: UUID, run: TaskRun, numbers: Numbers | None) -> UUID:
    """Raises Refused where no copy can be made of this one."""
    document = Document.objects.filter(pk=document_id, deleted_at=None).select_related("case").first()
    if document is None or document.case is None:
        raise Refused(_("The document was deleted meanwhile."), "deleted")
    folder = pool.folder()
    try:
        with blobs.as_file(document) as path:
            made = _written(document, path, folder, run, numbers)
        with made.open("rb") as file:
            incoming = blobs.receive(file, document.case_id)
    finally:
        folder.remove()
    try:
        incoming.send()
        with run.publish():
            return _enter(document, document.case, incoming, run, numbers)
    finally:
        incoming.discard()


def _written(document: Document, path: Path, folder: Folder, run: TaskRun, numbers: Numbers | None) -> Path:
    """The copy, in the folder."""
    request: dict[str, Any] = {"what": "scrub", "path": path, "password": passwords.unsealed(document.password)}
    if numbers is not None:
        request |= {"what": "stamp", "labels": numbers.labels()}
    try:
        pool.run(request, check=run.check, progress=lambda done, total: run.check(), folder=folder)
        return made_in(folder.path, MADE)
    except JobRefused as refusal:
        raise Refused(_sentence(refusal.code), refusal.code) from refusal
    except JobFailed as death:
        logger.error("No copy could be made (%s).\n%s", death, death.traceback)
        raise Refused(error_sentence(f"parser_{death.code}", {"reason": death.reason}), death.code) from death


def _enter(document: Document, case: Case, incoming: blobs.Incoming, run: TaskRun, numbers: Numbers | None) -> UUID:
    """The copy as a document of the case, which is read as every other."""
    stem = PurePosixPath(document.name).stem or document.title
    name = f"{numbers.begin}-{numbers.end} {stem}.pdf" if numbers else f"{stem} {_('scrubbed')}.pdf"
    accepted = acceptance.accept(incoming, case=case, user=run.record.user, name=name, kind=document.kind, source="production")
    copy = accepted.document
    copy.metadata = {"derived_from": str(document.pk), "made_by": str(run.id)}
    if numbers is not None:
        copy.metadata |= {"bates_begin": numbers.begin, "bates_end": numbers.end}
    copy.save(update_fields=["metadata", "updated"])
    return copy.pk


def _sentence(code: str) -> str:
    own = {
        "other_pages": _("This file has another number of pages than were read. Please read it anew, and stamp it then."),
        "still_hidden": _("Something that is not shown could not be taken out of this file, so no copy was made."),
    }
    return own.get(code) or error_sentence(code, {"kind": "PDF"})
