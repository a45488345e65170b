"""From bytes to a row, in three steps: look at the file, keep its bytes, make its row with its task.

Any file is taken, also one that nothing here reads: only what is empty, over a limit or forbidden by a setting is refused.

Bytes are durable before the row is committed, so that an accepted file can't be lost; bytes whose row never came are harmless.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import AuditEvent, Case, Role
from documents.errors import Refused
from documents.models import Document
from documents.services.extraction import detection, registry
from documents.services.extraction.formats import Format
from documents.services.extraction.sentences import notice_sentence
from documents.services.facts.proposing import given_kind
from documents.services.ingest import takers
from documents.services.organising import tags
from documents.services.pipeline import keeping, lifecycle
from documents.services.storage import blobs
from documents.services.storage.names import clean_name, kind_of, suffix_of, title_of
from tasks.batches import control
from tasks.models import Batch, TaskRecord


@dataclass(frozen=True)
class Accepted:
    """A document, or what a taker makes, that is safe. `task_id` is None for a duplicate, which is not processed again; `batch_id` where
    it came with others."""

    item: Document | takers.Item
    task_id: UUID | None
    duplicate_of: Document | takers.Item | None
    batch_id: UUID | None = None

    @property
    def document(self) -> Document:
        """The document. Raises TypeError where the file became something else."""
        if not isinstance(self.item, Document):
            raise TypeError(f"{self.item.topic} is no document.")
        return self.item


@dataclass
class Candidate:
    """A file that passed the look and lies beside its place, waiting for its row."""

    incoming: blobs.Incoming
    name: str
    mime: str
    notices: list[dict[str, str]] = field(default_factory=list)
    taker: takers.Taker | None = None
    about: dict[str, str] = field(default_factory=dict)
    """What the file it came in says of it (extraction.results.GIVEN)."""
    tags: Sequence[str] = ()


def limit_bytes() -> int:
    return int(settings.MAX_UPLOAD_MB) * 1024 * 1024


def require_size(size: int) -> None:
    """Refuse what is empty or over MAX_UPLOAD_MB."""
    if size == 0:
        raise Refused(_("The file is empty. Please check the original and upload it again."), "empty_file")
    if size > limit_bytes():
        raise Refused(_("The file is larger than the limit of %(limit)s MB.") % {"limit": settings.MAX_UPLOAD_MB}, "too_large")


def require_type(name: str, mime: str = "") -> None:
    """Refuse what REFUSED_TYPES names, by the ending of the name and by what the file is (where that is known already)."""
    for told in (suffix_of(name), mime, f"{mime.partition('/')[0]}/*"):
        if told in settings.REFUSED_TYPES:
            raise Refused(
                _("Files of this kind (%(kind)s) are not taken on this server; ask your administrator.") % {"kind": told}, "refused_type"
            )


def examine(incoming: blobs.Incoming, name: str) -> Candidate:
    """Decide by content what the file is and who takes it. One that is not taken is discarded, and Refused raised."""
    name = clean_name(name)
    try:
        require_size(incoming.size)
        mime = detection.detect(incoming.path, name)
        require_type(name, mime)
        form = registry.by_mime(mime)
        if form:
            require_size_for(form, incoming.size)
        taker = None if form else takers.taker_of(incoming.path, suffix_of(name))
    except Refused:
        incoming.discard()
        raise
    return Candidate(incoming, name, mime, _notices_about(name, mime), taker)


def require_size_for(form: Format, size: int) -> None:
    """Refuse what is larger than files of its format are read."""
    if form.limits.bytes and size > form.limits.bytes:
        limits = {"format": _(form.label), "limit": form.limits.bytes // 1024**2}
        raise Refused(_("This is larger than a file of its kind (%(format)s) may be: %(limit)s MB. Please split it.") % limits, "too_large")


def accept(
    file: blobs.Readable | blobs.Incoming,
    *,
    case: Case,
    user: Any,
    name: str,
    kind: str | None = None,
    parent: Document | None = None,
    source: str = "upload",
    batch: Batch | None = None,
) -> Accepted:
    """Take a file into a case. When it returns (and the caller's transaction commits), bytes, row and task are safe.

    Raises Http404 or PermissionDenied for who may not, Refused for what can't be taken.
    """
    return accept_many([(file, name)], case=case, user=user, kind=kind, parent=parent, source=source, batch=batch)[0]


def accept_many(
    files: Sequence[tuple[blobs.Readable | blobs.Incoming, str]],
    *,
    case: Case,
    user: Any,
    kind: str | None = None,
    parent: Document | None = None,
    source: str = "upload",
    batch: Batch | None = None,
) -> list[Accepted]:
    """Take several files, all or none; results in the order given. A refusal names its file where there are several.

    Several files are a batch of their own where they are not part of one.
    """
    case.require(user, Role.EDITOR)
    candidates: list[Candidate] = []
    try:
        for file, name in files:
            candidates.append(_examined(file, name, case, named=len(files) > 1))
        for candidate in candidates:
            candidate.incoming.send()
        with transaction.atomic():
            if batch is None and len(candidates) > 1:
                batch = control.create("upload", _title_of(candidates), case.pk, user, expected=len(candidates))
            return admit(candidates, case=case, user=user, kind=kind, parent=parent, source=source, batch=batch)
    finally:
        for candidate in candidates:
            candidate.incoming.discard()


def admit(
    candidates: Sequence[Candidate],
    *,
    case: Case,
    user: Any,
    kind: str | None,
    parent: Document | None,
    source: str,
    batch: Batch | None = None,
    found_by: TaskRecord | None = None,
) -> list[Accepted]:
    """Keep the bytes, then make all rows in one transaction; what a task found belongs to that task's batch."""
    # In one order everywhere, so that two requests with the same files don't wait for each other in a circle.
    order = sorted(range(len(candidates)), key=lambda index: candidates[index].incoming.sha256)
    results: dict[int, Accepted] = {}
    with transaction.atomic():
        stored = [candidate.incoming.keep() for candidate in candidates]
        for index in order:
            if (taker := candidates[index].taker) is not None:
                one = candidates[index]
                arrival = takers.Arrival(stored[index], one.name, case, user, batch, parent, found_by, one.about, one.tags)
                results[index] = _taken(taker.enter(arrival), batch)
                continue
            document = _row(candidates[index], stored[index], case=case, user=user, kind=kind, parent=parent)
            results[index] = _enter(document, user=user, source=source, batch=batch, found_by=found_by)
            if kind:
                given_kind(document).save()
        _tag(case, [(results[index].item, candidates[index].tags) for index in order], user)
    return [results[index] for index in range(len(stored))]


def _tag(case: Case, taken: Sequence[tuple[Document | takers.Item, Sequence[str]]], user: Any) -> None:
    """Put tags on the documents among what was taken; what a taker made keeps its tags itself."""
    by_tags: dict[tuple[str, ...], list[UUID]] = {}
    for item, names in taken:
        if names and isinstance(item, Document):
            by_tags.setdefault(tuple(names), []).append(item.pk)
    for wanted, documents in by_tags.items():
        tags.put_on(case, documents, wanted, user)


def _taken(item: takers.Item, batch: Batch | None) -> Accepted:
    return Accepted(item, item.task_id, item.duplicate_of, batch.pk if batch is not None else None)


def _title_of(candidates: Sequence[Candidate]) -> str:
    more = len(candidates) - 1
    sentence = ngettext("%(name)s and %(n)d more file", "%(name)s and %(n)d more files", more)
    return sentence % {"name": candidates[0].name, "n": more}


def _examined(file: blobs.Readable | blobs.Incoming, name: str, case: Case, *, named: bool) -> Candidate:
    try:
        return examine(file if isinstance(file, blobs.Incoming) else blobs.receive(file, case.pk), name)
    except Refused as refusal:
        raise refusal.about(clean_name(name)) if named else refusal from None


def _row(candidate: Candidate, stored: blobs.Stored, *, case: Case, user: Any, kind: str | None, parent: Document | None) -> Document:
    return Document(
        case=case,
        parent=parent,
        title=title_of(candidate.name),
        name=candidate.name,
        kind=kind or kind_of(candidate.name, candidate.mime),
        mime=candidate.mime,
        notices=candidate.notices,
        size=stored.size,
        sha256=stored.sha256,
        stored_as=stored.name,
        metadata=candidate.about,
        created_by=user if getattr(user, "pk", None) else None,
    )


def _enter(document: Document, *, user: Any, source: str, batch: Batch | None, found_by: TaskRecord | None) -> Accepted:
    """Save the row: as the case's first with these bytes, which is processed, or as a duplicate of that first."""
    original = _insert(document)
    AuditEvent.write("document.added", case=document.case, actor=user, target=document, name=document.name, sha256=document.sha256)
    batch_id = batch.pk if batch is not None else None
    if original is not None:
        return Accepted(document, None, _linked(document, original, user, batch), batch_id)
    record = lifecycle.process_document_pipeline(document, user, source=source, batch=batch, parent=found_by)
    return Accepted(document, record.pk, None, batch_id)


def _linked(document: Document, original: Document, user: Any, batch: Batch | None) -> Document:
    """A duplicate is ready at once, or kept as its original is; uploading again what failed before is a wish to try again."""
    keeping.follow(document, original)
    if original.status in (Document.Status.FAILED, Document.Status.CANCELLED) and original.task_id:
        lifecycle.restart(original, user, batch)
    elif batch is not None:
        control.withdraw(batch.pk)
    return original


def _insert(document: Document) -> Document | None:
    def insert() -> None:
        document.status = Document.Status.READY if document.duplicate_of else Document.Status.PENDING
        document.save(force_insert=True)

    return as_original_or_duplicate(document, insert)


def as_original_or_duplicate(document: Document, save: Callable[[], None]) -> Document | None:
    """Save as the case's original of these bytes, else as its duplicate; returns the original. The unique constraint decides between
    two who come at once, so `save` may be called again."""
    for _attempt in range(5):
        document.duplicate_of = _original_of(document)
        try:
            with transaction.atomic():
                save()
        except IntegrityError as error:
            if "bytes_once_in_a_case" not in str(error):
                raise
            # Another request was first with the same bytes; it is visible now.
            continue
        return document.duplicate_of
    raise RuntimeError("The same bytes were added and deleted five times while this row was being made.")


def _original_of(document: Document) -> Document | None:
    if not document.sha256:
        return None
    same = Document.objects.filter(case=document.case, sha256=document.sha256, duplicate_of=None, deleted_at=None)
    return same.select_for_update(of=("self",)).first()


def _notices_about(name: str, mime: str) -> list[dict[str, str]]:
    """A notice where the name promises another format that we know; an unknown ending promises nothing."""
    suffix, form = suffix_of(name), registry.by_mime(mime)
    if form is None or not registry.misnamed(mime, suffix):
        return []
    return [{"code": "type_by_content", "text": notice_sentence("type_by_content", {"claimed": suffix, "actual": _(form.label)})}]
