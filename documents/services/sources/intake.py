"""What a source holds becomes documents, and a note of each becomes an item: in one transaction for a group of files, so that whoever is
killed in between has taken a file and noted it, or neither. Bytes that were noted before are not taken again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Role
from documents.errors import Refused
from documents.models import Document, Source, SourceItem
from documents.services.ingest import acceptance, takers
from documents.services.ingest.acceptance import Accepted, Candidate
from documents.services.organising.folders import tags_of
from documents.services.sources.errors import SourceError
from documents.services.storage import blobs
from tasks.models import Batch, TaskRecord

AT_ONCE = 100
"""Files that are noted in one transaction,"""
BYTES_AT_ONCE = 64 * 1024 * 1024
"""or so many bytes, whichever comes first."""
Outcome = SourceItem.Outcome
_CHANGED = ("path", "size", "stamp", "sha256", "outcome", "code", "reason", "document", "topic", "updated")


@dataclass(frozen=True)
class Found:
    """Something that a source holds. `key` identifies it there (`key_of`; "" for what only its bytes identify), `path` says where for
    people, `folder` is relative with slashes
    and gives its tags; `size` and `stamp` tell whether it is as it was."""

    key: str
    path: str
    name: str
    folder: str = ""
    size: int = 0
    stamp: int = 0


def key_of(*identity: bytes | str) -> str:
    parts = [part if isinstance(part, bytes) else part.encode("utf-8", "surrogateescape") for part in identity]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


@dataclass
class _Noted:
    found: Found
    candidate: Candidate | None = None
    sha256: str = ""
    outcome: Outcome = Outcome.ACCEPTED
    code: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Terms:
    """How files are taken: `origin` is the source that their tasks are told, `tags` go on all of them."""

    origin: str
    tags: tuple[str, ...] = ()
    folder_tags: bool = True
    kind: str | None = None


class Intake:
    """Files are given one by one (`take`, `settle`) and noted in groups (`flush`). `publishing` opens the transaction of a group; `told`
    hears what became of each file: its item, and whether it was there before unchanged."""

    def __init__(
        self,
        source: Source,
        user: Any,
        terms: Terms,
        *,
        publishing: Callable[[], AbstractContextManager[Any]] = transaction.atomic,
        found_by: TaskRecord | None = None,
        told: Callable[[SourceItem, bool], None] = lambda item, unchanged: None,
    ) -> None:
        self.source, self.user, self.terms = source, user, terms
        self.batch: Batch | None = None
        self._publishing, self._found_by, self._told = publishing, found_by, told
        self._group: dict[str, _Noted] = {}
        self._bytes = 0

    def __enter__(self) -> Intake:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._discard(list(self._group.values()))

    def known(self, found: Sequence[Found]) -> dict[str, SourceItem]:
        """What was noted of these before, by key."""
        return {item.key: item for item in self.source.items.filter(key__in=[one.key for one in found])}

    def take(self, found: Found, file: blobs.Readable) -> None:
        """Copy a file beside its place; it is accepted with its group. What is refused is noted so. Raises SourceError where nothing more
        can be taken (the disk is full), and what reading the file raises."""
        if found.key in self._group:
            return
        try:
            require_fit(found)
            incoming = self._received(file)
            found = found if found.key else replace(found, key=key_of(incoming.sha256))
            noted = _Noted(found, sha256=incoming.sha256, candidate=acceptance.examine(incoming, found.name))
        except Refused as refusal:
            self.settle(found, Outcome.REFUSED, refusal.code, refusal.message)
            return
        if found.key in self._group:  # by its bytes
            incoming.discard()
            return
        self._group[found.key] = noted
        self._bytes += incoming.size
        if len(self._group) >= AT_ONCE or self._bytes >= BYTES_AT_ONCE:
            self.flush()

    def settle(self, found: Found, outcome: Outcome, code: str = "", reason: str = "") -> None:
        """Note what is not taken, and why."""
        found = found if found.key else replace(found, key=key_of(found.path))
        self._group.setdefault(found.key, _Noted(found, None, "", outcome, code, reason))
        if len(self._group) >= AT_ONCE:
            self.flush()

    def flush(self, state: dict[str, Any] | None = None) -> None:
        """Accept and note the group, and how far the source has been read, in one transaction. Raises SourceError where the source was
        switched off, or its person may not add documents any more."""
        group, self._group, self._bytes = list(self._group.values()), {}, 0
        state = None if state == self.source.state else state
        if not group and state is None:
            return
        try:
            with self._publishing():
                source = self._held()
                noted = self._noted(group)
                if state is not None:
                    source.state = self.source.state = state
                    source.save(update_fields=["state", "updated"])
        finally:
            self._discard(group)
        for item, unchanged in noted:
            self._told(item, unchanged)

    def _received(self, file: blobs.Readable) -> blobs.Incoming:
        try:
            return blobs.receive(file, self.source.case_id)
        except Refused as refusal:
            raise SourceError(refusal.message, refusal.code) from refusal

    def _held(self) -> Source:
        """The source's row, locked: two who read the same source note one after the other."""
        source = Source.objects.select_for_update(of=("self",)).select_related("case").filter(pk=self.source.pk).first()
        if source is None or not source.active:
            raise SourceError(_("The source was switched off."), "off", lasting=True)
        if (source.options, source.secret) != (self.source.options, self.source.secret):
            raise SourceError(_("The source was changed meanwhile; it is looked at anew."), "changed")
        require_person(source, self.user)
        return source

    def _noted(self, group: list[_Noted]) -> list[tuple[SourceItem, bool]]:
        before = self.known([noted.found for noted in group])
        alive = _alive(list(before.values()))
        again = {noted.found.key for noted in group if noted.sha256 and _is_same(before.get(noted.found.key), noted.sha256, alive)}
        accepted = self._admitted([noted for noted in group if noted.candidate is not None and noted.found.key not in again])
        pairs = [(self._item(noted, before, accepted.get(noted.found.key)), noted.found.key in again) for noted in group]
        SourceItem.objects.bulk_create(
            [item for item, _again in pairs], update_conflicts=True, unique_fields=["source", "key"], update_fields=_CHANGED
        )
        return pairs

    def _admitted(self, group: list[_Noted]) -> dict[str, Accepted]:
        candidates = [noted.candidate for noted in group if noted.candidate is not None]
        for noted, candidate in zip(group, candidates, strict=True):
            candidate.about = {"folder": noted.found.folder} if noted.found.folder else {}
            candidate.tags = (*self.terms.tags, *(tags_of(candidate.about) if self.terms.folder_tags else ()))
        results = acceptance.admit(
            candidates, case=self.source.case, user=self.user, kind=self.terms.kind, parent=None, source=self.terms.origin,
            batch=self.batch, found_by=self._found_by,
        )  # fmt: skip
        return {noted.found.key: result for noted, result in zip(group, results, strict=True)}

    def _item(self, noted: _Noted, before: dict[str, SourceItem], accepted: Accepted | None) -> SourceItem:
        found, old = noted.found, before.get(noted.found.key)
        item = SourceItem(source=self.source, key=found.key, path=found.path, size=found.size, stamp=found.stamp, sha256=noted.sha256)
        item.outcome, item.code, item.reason = noted.outcome, noted.code, noted.reason
        if accepted is not None:
            item.topic = accepted.item.topic
            item.document = accepted.item if isinstance(accepted.item, Document) else None
            if accepted.duplicate_of is not None:
                item.outcome, item.reason = Outcome.HERE, str(accepted.duplicate_of.title)
        elif old is not None:  # the same bytes as before, or not taken: what it became stays
            item.topic, item.document_id = old.topic, old.document_id
            if noted.candidate is not None:
                item.outcome, item.reason = Outcome(old.outcome), old.reason
        return item

    def _discard(self, group: list[_Noted]) -> None:
        for noted in group:
            if noted.candidate is not None:
                noted.candidate.incoming.discard()


def require_fit(found: Found) -> None:
    """Refuse by its size and name what need not be read to be refused. Raises Refused."""
    acceptance.require_size(found.size)
    acceptance.require_type(found.name)


def require_person(source: Source, user: Any) -> None:
    """Documents come in the name of a person, who must be able to add them. Raises SourceError."""
    role = source.case.role_of(user) if user is not None and user.is_active else None
    if source.case.deleted_at is not None:
        raise SourceError(_("The case was deleted."), "case_deleted", stop=True)
    if role is None or not role.includes(Role.EDITOR):
        sentence = _("%(person)s, who set it up, may not add documents to this case any more. An owner can take it over.")
        raise SourceError(sentence % {"person": user or _("The person")}, "person_gone", stop=True)


def _alive(items: list[SourceItem]) -> set[str]:
    """Keys of the items whose document or recording is still in the case."""
    documents = [item.document_id for item in items if item.document_id is not None]
    living = set(Document.objects.filter(pk__in=documents, deleted_at=None).values_list("pk", flat=True))
    return {
        item.key
        for item in items
        if item.document_id in living or (item.document_id is None and item.topic and takers.find(item.topic) is not None)
    }


def _is_same(before: SourceItem | None, sha256: str, alive: set[str]) -> bool:
    return before is not None and before.sha256 == sha256 and before.key in alive
