"""What a case's documents look like from above: how many are in which state, how far the running ones are, what needs a person."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from cases.activity import register_targets, register_words
from cases.models import AuditEvent, Case
from cases.services.summaries import register_summary
from cases.tabs import Overview, register_overview, register_tab
from documents.filters import RUNNING, STATES
from documents.models import Document
from documents.services.pipeline.purging import gone_at
from documents.services.reading.failures import remedy_of
from tasks.batches import control
from tasks.models import TaskRecord, TopicState
from tasks.progress.live import live_of

Status = Document.Status
# Where a stage begins, of 100; used until the first event of the stage has been stored.
BEGINS = {Status.EXTRACTING: 0.0, Status.EMBEDDING: 45.0, Status.CITING: 90.0}


VERBS = {
    "added": _("added"),
    "updated": _("changed"),
    "confirmed": _("confirmed what was proposed of"),
    "taken_back": _("took back what was said of"),
    "retried": _("tried again to read"),
    "kept": _("kept unread:"),
    "password_given": _("gave the password of"),
    "replaced": _("put another file in the place of"),
    "reprocessed": _("had read anew:"),
    "cancelled": _("stopped the reading of"),
    "deleted": _("deleted"),
    "restored": _("took back the deletion of"),
    "moved_out": _("moved to another case:"),
    "moved_in": _("moved here from another case:"),
    "purged": _("deleted for good, its time being over:"),
    "file_missing": _("found the stored file missing of"),
    "file_changed": _("found the stored file damaged or changed of"),
    "file_mended": _("found the stored file well again of"),
}
MANY = {
    "case.reread": _("had %(count)s documents read anew"),
    "case.downloaded": _("downloaded %(count)s documents as a ZIP"),
    "documents.tagged": _("tagged %(documents)s documents"),
    "documents.untagged": _("took tags off %(documents)s documents"),
    "documents.kind_set": _("called %(count)s documents %(kind)s"),
    "tag.renamed": _("renamed the tag “%(before)s” to “%(name)s”"),
    "tag.merged": _("merged the tag “%(name)s” with “%(into)s”"),
    "tag.deleted": _("deleted the tag “%(name)s”"),
    "filter.saved": _("shared the filter “%(name)s”"),
    "filter.changed": _("changed the filter “%(name)s”"),
    "filter.deleted": _("deleted the filter “%(name)s”"),
    "download.discarded": _("discarded a download"),
}
NOTE_VERBS = {
    "added": _("wrote a note on"),
    "changed": _("changed a note on"),
    "deleted": _("deleted a note on"),
    "restored": _("took back the deletion of a note on"),
}
CITATION_VERBS = {
    "confirmed": _("confirmed a citation in"),
    "rejected": _("rejected a citation in"),
    "taken_back": _("took back what was said of a citation in"),
}
# What was read, but not all of it: a person should look.
NOTICED_CODES = (
    "needs_ocr", "no_text", "pages_unreadable", "repaired", "attachment_unreadable", "body_unreadable", "encoding_guessed",
    "too_many_attachments", "attachments_too_deep", "members_encrypted", "members_damaged", "members_bomb", "members_beyond",
    "messages_beyond", "mailbox_incomplete", "load_file_unreadable", "file_missing", "file_changed",
)  # fmt: skip


def documents_of(case: Case) -> QuerySet[Document]:
    """The case's living documents with what a row says of them; the right to see the case has been checked."""
    found = Document.objects.filter(case=case, deleted_at=None).select_related("created_by", "duplicate_of", "parent")
    return found.prefetch_related("tags")


def deleted_of(case: Case) -> QuerySet[Document]:
    """What an editor may still take back."""
    deletions = AuditEvent.objects.filter(case=case, verb="document.deleted", target_id=Cast(OuterRef("pk"), TextField())).order_by("-id")
    found = Document.objects.filter(case=case).exclude(deleted_at=None).select_related("created_by", "duplicate_of", "parent", "case")
    return found.prefetch_related("tags").annotate(deleted_by=Subquery(deletions.values("actor__username")[:1]))


def counts_of(case: Case) -> dict[str, int]:
    """How many documents are in each of STATES, `all` of them, and beside them the `deleted` ones."""
    living = Q(deleted_at=None)
    by_state = {key: Count("pk", filter=living & state) for key, (_label, state) in STATES.items()}
    counted = Document.objects.filter(case=case).aggregate(all=Count("pk", filter=living), deleted=Count("pk", filter=~living), **by_state)
    return dict(counted)


def attach_live(documents: Iterable[Document]) -> list[Any]:
    """The same documents, each with `live` as its last progress event told it: right before the next one comes. Of those whose reading
    was stopped also `stopped_by`, where it was a person, and of those that failed the `remedy`."""
    listed: list[Any] = list(documents)
    topics = [document.topic for document in listed if document.status in RUNNING]
    states = TopicState.objects.in_bulk(topics) if topics else {}
    stopped_by = who_stopped(document for document in listed if document.status == Status.CANCELLED)
    for document in listed:
        document.stopped_by = stopped_by.get(document.task_id)
        document.live = live_of(states.get(document.topic), document.get_status_display(), BEGINS.get(Status(document.status), 0.0))
        document.gone_at = gone_at(document)
        document.remedy = remedy_of(document.error_code) if document.status == Status.FAILED else ""
    return listed


def who_stopped(documents: Iterable[Document]) -> dict[UUID, Any]:
    """For each task of these cancelled documents the person who cancelled it, by itself or with all of its batch."""
    tasks = [document.task_id for document in documents if document.task_id]
    found = TaskRecord.objects.filter(pk__in=tasks).exclude(cancelled_by=None).select_related("cancelled_by") if tasks else []
    return {record.pk: record.cancelled_by for record in found}


def overview(case: Case, user: Any) -> Overview:
    """What came in, what is running, what needs a person."""
    counts = counts_of(case)
    noticed = documents_of(case).filter(_noticed(), status=Status.READY)
    running = attach_live(documents_of(case).filter(status__in=RUNNING).order_by("created")[:200]) if counts["running"] else []
    context = {
        "counts": counts,
        "running": running[:5],
        "running_percent": _mean_percent(running),
        "batches": control.shown(case.pk),
        "topics": " ".join(document.topic for document in running),
        "failed": attach_live(documents_of(case).filter(status=Status.FAILED)[:5]) if counts["failed"] else [],
        "noticed": noticed[:5],
        "attention": counts["failed"] + noticed.count(),
        "recent": documents_of(case).filter(status=Status.READY).order_by("-updated")[:6],
        "pages": Document.objects.filter(case=case, deleted_at=None, status=Status.READY).aggregate(n=Sum("page_count"))["n"] or 0,
    }
    return Overview("documents/overview.html", context)


def _noticed() -> Q:
    """Documents that were read, but with something missing that a person should know."""
    found = Q()
    for code in NOTICED_CODES:
        found |= Q(notices__contains=[{"code": code}])
    return found


def _mean_percent(running: Sequence[Any]) -> float:
    return sum(document.live.percent for document in running) / len(running) if running else 0.0


def summary(case_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """Numbers of documents for lists of cases (cases.services.summaries)."""
    running = Count("pk", filter=Q(status__in=RUNNING))
    failed = Count("pk", filter=Q(status=Status.FAILED))
    rows = (
        Document.objects.filter(case__in=case_ids, deleted_at=None)
        .order_by()
        .values_list("case")
        .annotate(total=Count("pk"), running=running, bad=failed)
    )
    return {case_id: {"documents": total, "processing": busy, "failed": bad} for case_id, total, busy, bad in rows}


def titles(document_ids: Sequence[str], case_ids: Collection[UUID]) -> dict[str, tuple[str, str]]:
    """What documents are called in the activity of their case, and where they are; deleted ones are nowhere."""
    found = Document.objects.filter(pk__in=document_ids, case__in=case_ids)
    return {str(document.pk): (document.title, "" if document.deleted_at else document.get_absolute_url()) for document in found}


def register() -> None:
    """Tell the pages of cases what this app adds to them."""
    register_tab("documents", _("Documents"), "documents:case-documents", 10)
    register_tab("authorities", _("Authorities"), "documents:case-authorities", 50)
    register_tab("search", _("Search"), "documents:case-search", 20)
    register_overview(overview)
    register_summary(summary)
    register_targets("document", titles)
    for verb, words in MANY.items():
        register_words(verb, words)
    for verb, words in VERBS.items():
        register_words(f"document.{verb}", words)
    for verb, words in NOTE_VERBS.items():
        register_words(f"note.{verb}", words)
    for verb, words in CITATION_VERBS.items():
        register_words(f"citation.{verb}", words)
    register_words("authorities.exported", _("exported the authorities of"))
    register_words("search.exported", _("exported passages (%(rows)s) that a search found in"))
