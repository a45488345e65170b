"""Moving documents to another case: with all that is inside them, all that was read of them, and their bytes.

A family moves in one transaction of a task, or not at all. Its bytes lie in both cases' folders before any row changes; those that no row
names any more go with the nightly clean-up.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases.models import AuditEvent, Case, Role
from documents.errors import Refused
from documents.jobs import BulkJob
from documents.models import Document
from documents.services.alerts import arrivals
from documents.services.annotations import following
from documents.services.authorities.record import linking
from documents.services.bulk import belongings
from documents.services.bulk.families import families_of
from documents.services.bulk.selection import Selection
from documents.services.bulk.verbs import MOVE, TOLD, Outcome, case_of, refused_line, submit
from documents.services.pipeline import keeping, lifecycle
from documents.services.search import indexing
from documents.services.similarity import signatures
from documents.services.storage import blobs
from tasks.batches import control
from tasks.progress.access import access_changed
from tasks.run import TaskRun

TRIES = 5
Ties = Callable[[Collection[UUID]], Mapping[UUID, str]]
_ties: list[Ties] = []
Carrier = Callable[[Case, Case, Collection[UUID]], None]
_carriers: list[Carrier] = []


def register_ties(ties: Ties) -> None:
    """`ties(document ids)` names those that something of a higher app holds in their case, each with a sentence that says what."""
    if ties not in _ties:
        _ties.append(ties)


def register_carrier(carry: Carrier) -> None:
    """`carry(source, target, document ids)` has what a higher app keeps of documents go with them, in the transaction of their move."""
    if carry not in _carriers:
        _carriers.append(carry)


def move(selection: Selection, user: Any, target: Case) -> Outcome:
    """Have the selected documents moved by a task. Raises Http404 and PermissionDenied (an editor in both cases may), Refused (same_case,
    legal_hold, and as `Selection.resolved`)."""
    target.require(user, Role.EDITOR)
    ids = selection.resolved(user, careful=True)
    _require_movable(selection.case, target)
    task = submit(selection.case, user, MOVE, ids, target.pk)
    return Outcome(MOVE, len(ids), selection.changed(len(ids)), task_id=task)


def _require_movable(source: Case, target: Case) -> None:
    if source.pk == target.pk:
        raise Refused(_("These documents are in this case already."), "same_case")
    if source.legal_hold:
        raise Refused(_("This case is under legal hold; nothing in it can be moved away."), "legal_hold")


def carry_out(job: BulkJob, run: TaskRun) -> dict[str, Any]:
    """The task. What an attempt before this one moved is not in the source any more, so that it goes on with the rest."""
    user = run.record.user
    source, target = case_of(job.case_id, user), case_of(job.to, user)  # type: ignore[arg-type]
    families = families_of(source.pk, job.document_ids)
    torn = Document.objects.filter(pk__in=families.torn)
    refused = [refused_line(document, _torn()) for document in torn]
    for number, group in enumerate(families.groups):
        told = {"done": number + 1, "all": len(families.groups)}
        run.progress(100 * number / len(families.groups), "moving", _("%(done)d of %(all)d") % told)
        refused += _move_family(group, set(job.document_ids), source, target, run)
    kept = {one["document"] for one in refused}
    count = sum(str(pk) not in kept for pk in job.document_ids)
    return {"verb": MOVE, "count": count, "refused": refused[:TOLD], "refused_count": len(refused), "to": str(target.pk)}


def _torn() -> Refused:
    return Refused(_("It came out of another document. Move that one, and all that is inside goes along."), "attached")


def _move_family(group: list[UUID], chosen: set[UUID], source: Case, target: Case, run: TaskRun) -> list[dict[str, str]]:
    """Move one family; gives why its chosen documents could not be moved."""
    try:
        for _attempt in range(TRIES):
            documents = list(Document.objects.filter(pk__in=group, case=source).order_by("pk"))
            names = blobs.carry({document.stored_as for document in documents if document.stored_as}, target.pk)
            try:
                with run.publish():
                    Family(group, chosen, source, target, names, run.record.user).move()
            except IntegrityError as error:
                if "bytes_once_in_a_case" not in str(error):
                    raise
                continue  # the same bytes came into the target at this moment; they are visible now
            control.leave(*(document.topic for document in documents))
            return []
    except FileNotFoundError:
        refusal = Refused(_("Its file is not where it should be; it was left in its case."), "no_file")
    except Refused as found:
        refusal = found
    else:
        refusal = Refused(_("The same files came into the other case meanwhile. Please try again."), "busy")
    return [refused_line(document, refusal) for document in Document.objects.filter(pk__in=chosen & set(group))]


class Family:
    """Documents that move together, in the caller's transaction. `names` are {name of the bytes in the source: in the target}."""

    def __init__(self, group: list[UUID], chosen: set[UUID], source: Case, target: Case, names: Mapping[str, str], user: Any) -> None:
        self.source, self.target, self.names, self.user = source, target, names, user
        locked = Document.objects.select_for_update(of=("self",)).filter(pk__in=group, case=source)
        self.documents = list(locked.order_by("pk"))
        self.ids = {document.pk for document in self.documents}
        self.chosen = chosen
        self.unread: list[Document] = []
        """Duplicates that become originals in the target, where their bytes have to be read."""
        self.repeating: list[Document] = []
        """Those whose bytes the target has already."""

    def move(self) -> None:
        """Raises Refused: busy, legal_hold, and what ties of other apps say."""
        self._require_free()
        if not self.documents:
            return
        self._settle_duplicates()
        arrivals.leave(self.ids)
        self._write_rows()
        self._carry_search()
        belongings.carry(self.source, self.target, self.documents, self.user)
        for carry in _carriers:
            carry(self.source, self.target, self.ids)
        linking.renew_later([document.pk for document in self.documents], left=self.source.pk)
        self._leave_source_in_order()
        arrivals.note([document.pk for document in self.documents if document.status == Document.Status.READY])
        for document in self.unread:
            lifecycle.process_document_pipeline(document, self.user, source="move")
        self._tell()

    def _require_free(self) -> None:
        """The cases are held, so that a legal hold or the loss of a role comes before this or after it."""
        held = {case.pk: case for case in Case.objects.select_for_update().filter(pk__in=[self.source.pk, self.target.pk]).order_by("pk")}
        try:
            for case in (self.source, self.target):
                held[case.pk].require(self.user, Role.EDITOR)
        except PermissionDenied as error:
            raise Refused(str(error), "not_allowed") from error
        _require_movable(held[self.source.pk], self.target)
        if any(document.processing and document.deleted_at is None for document in self.documents):
            raise Refused(_("It, or something inside it, is being read just now. Move it when that is done."), "busy")
        for ties in _ties:
            if sentences := list(ties(self.ids).values()):
                raise Refused(sentences[0], "tied")

    def _settle_duplicates(self) -> None:
        """Of the same bytes the first is the target's original, unless it has one already."""
        hashes = {document.sha256 for document in self.documents if document.sha256 and document.deleted_at is None}
        there = Document.objects.select_for_update(of=("self",)).filter(
            case=self.target, sha256__in=hashes, duplicate_of=None, deleted_at=None
        )
        originals = {document.sha256: document for document in there.order_by("pk")}
        for document in sorted(self.documents, key=lambda document: (document.duplicate_of_id is not None, document.pk)):
            self._settle(document, originals)

    def _settle(self, document: Document, originals: dict[str, Document]) -> None:
        before = document.duplicate_of_id
        if document.deleted_at is not None or not document.sha256:
            document.duplicate_of = None
            return
        original = originals.setdefault(document.sha256, document)
        document.duplicate_of = original if original is not document else None
        if original is document and before is not None:
            self.unread.append(document)
        elif original is not document and before is None:
            self.repeating.append(document)

    def _write_rows(self) -> None:
        for document in self.documents:
            document.case = self.target
            document.stored_as = self.names.get(document.stored_as, document.stored_as)
            if document.parent_id not in self.ids:
                document.parent = None
        for document in self.repeating:
            document.text_version, document.status, document.error, document.error_code = None, Document.Status.READY, "", ""
        fields = ["case", "stored_as", "duplicate_of", "parent", "text_version", "status", "error", "error_code"]
        with transaction.atomic():
            Document.objects.bulk_update(self.documents, fields, batch_size=500)

    def _carry_search(self) -> None:
        for document in self.repeating:
            indexing.unindex(document)
            signatures.forget(document)
            if document.duplicate_of is not None:
                keeping.follow(document, document.duplicate_of)
                following.move(document, document.duplicate_of)
        indexing.move([document.pk for document in self.documents], self.target.pk)

    def _leave_source_in_order(self) -> None:
        """What repeated a moved document's bytes and stays is read in its place; what was deleted repeats nothing."""
        staying = Document.objects.filter(case=self.source, duplicate_of__in=self.ids)
        for original in Document.objects.filter(pk__in=staying.filter(deleted_at=None).values("duplicate_of")).order_by("pk"):
            lifecycle.promote_a_duplicate(original, self.user, within=self.source)
        staying.exclude(deleted_at=None).update(duplicate_of=None)

    def _tell(self) -> None:
        """Neither case's people learn anything of the other."""
        heads = [document for document in self.documents if document.pk in self.chosen]
        inside = len(self.documents) - len(heads)
        for document in heads:
            for verb, case in (("moved_out", self.source), ("moved_in", self.target)):
                AuditEvent.write(f"document.{verb}", case=case, actor=self.user, target=document, title=document.title, inside=inside)
            lifecycle.announce(document)
        access_changed(topics=[document.topic for document in self.documents])
