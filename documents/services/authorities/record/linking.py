"""What a record citation means: the one document of the same case that answers to it. Told when a document's citations are found, and again
when a document comes, gets another title or kind, moves or goes.

Documents keep the keys they answer to (`record_keys`), so that both ways are one statement in the database. Where two answer, none is
meant. All of it happens in transactions of its own behind those that changed something, one at a time in a case: of a mention and a
document that come in the same moment one sees the other.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.models.signals import post_save

from cases.services.citations.grammars.records import bates
from cases.services.citations.mentions import RECORD
from documents.models import Citation, Document, TextVersion
from documents.services.authorities.record.labels import bates_of, labels_of

logger = logging.getLogger(__name__)

LOCK = 7_150_441  # advisory, with the case: one at a time
ATTEMPTS = 3  # at a transaction that a deadlock with another ended
AT_ONCE = 1_000
BATES = "record:bates:"
_TOLD_BY = frozenset({"title", "name", "kind", "metadata", "deleted_at", "case", "duplicate_of"})

_MEANT = """
SELECT w.key, CASE WHEN count(DISTINCT coalesce(d.duplicate_of_id, d.id)) = 1
    THEN (array_agg(coalesce(d.duplicate_of_id, d.id)))[1] END
FROM unnest(%s::varchar[]) AS w(key)
LEFT JOIN documents_document d ON d.case_id = %s AND d.deleted_at IS NULL AND d.record_keys @> ARRAY[w.key]::varchar(120)[]
GROUP BY w.key
"""
_LINK = """
UPDATE documents_citation c SET target_id = CASE WHEN m.target = own.id THEN NULL ELSE m.target END
FROM unnest(%s::varchar[], %s::uuid[]) AS m(key, target), documents_document own
WHERE c.key = m.key AND c.role = 'record' AND c.text_version_id = own.text_version_id AND own.case_id = %s
    AND (%s::bigint IS NULL OR c.text_version_id = %s)
    AND c.target_id IS DISTINCT FROM CASE WHEN m.target = own.id THEN NULL ELSE m.target END
"""


def connect() -> None:
    """Documents tell of their changes; called when the app is ready."""
    post_save.connect(_saved, Document, dispatch_uid="documents.records")


def _saved(instance: Document, update_fields: Collection[str] | None, **kwargs: Any) -> None:
    if instance.case_id is not None and (update_fields is None or _TOLD_BY & set(update_fields)):
        renew_later([instance.pk])


def renew_later(documents: Sequence[UUID], left: UUID | None = None) -> None:
    """Behind the transaction: what these documents answer to now, and who meant them. `left` is the case that they were moved out of."""
    transaction.on_commit(lambda: _insist(lambda: renew(documents, left)), robust=True)


def link_later(version: TextVersion) -> None:
    """Behind the transaction: what the record citations of a reading mean that were just written."""
    transaction.on_commit(lambda: _insist(lambda: link_reading(version.pk)), robust=True)


def renew(documents: Iterable[UUID], left: UUID | None = None) -> int:
    """How many mentions now lead elsewhere."""
    changed: dict[UUID, set[str]] = defaultdict(set)
    moved: list[tuple[UUID, int]] = []
    with transaction.atomic():
        for document in Document.objects.filter(pk__in=list(documents)).exclude(case=None).order_by("pk"):
            labels, before = labels_of(document), document.record_keys or []
            numbered = list(_numbers_within(document))
            if labels != before or document.record_keys is None:
                Document.objects.filter(pk=document.pk).update(record_keys=labels)
            if labels != before or left is not None:
                changed[_case(document)].update(labels, before)
                if left is not None:
                    changed[left].update(labels, before)
            changed[_case(document)].update(numbered)
            if left is not None:
                changed[left].update(numbered)
                moved += [(_case(document), document.text_version_id)] if document.text_version_id else []
        linked = 0
        for case in sorted(case for case, keys in changed.items() if keys):
            linked += link(case, changed[case])
        return linked + sum(_link_reading(case, version) for case, version in moved)


def link_reading(version: int) -> int:
    """How many mentions of this reading now lead elsewhere than before."""
    case = Document.objects.filter(text_version=version, case__isnull=False).values_list("case", flat=True).first()
    with transaction.atomic():
        return _link_reading(case, version) if case is not None else 0


def _link_reading(case: UUID, version: int) -> int:
    keys = set(Citation.objects.filter(text_version=version, role=RECORD).exclude(key="").values_list("key", flat=True))
    return link(case, keys, version)


def link(case: UUID, keys: Collection[str], version: int | None = None) -> int:
    """Mentions of these keys in a case (or in one of its readings) lead to what each means; to none where none or several answer."""
    if not keys:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK, str(case)])
    _complete(case)
    linked, wanted = 0, sorted(keys)
    for first in range(0, len(wanted), AT_ONCE):
        meant = _meant(case, wanted[first : first + AT_ONCE])
        with connection.cursor() as cursor:
            cursor.execute(_LINK, [list(meant), list(meant.values()), case, version, version])
            linked += cursor.rowcount
    return linked


def _meant(case: UUID, keys: Sequence[str]) -> dict[str, UUID | None]:
    meant: dict[str, UUID | None] = {}
    if plain := [key for key in keys if not key.startswith(BATES)]:
        with connection.cursor() as cursor:
            cursor.execute(_MEANT, [plain, case])
            meant.update(cursor.fetchall())
    if numbers := [key for key in keys if key.startswith(BATES)]:
        ranges = _ranges(case)
        for key in numbers:
            prefix, _, number = key.removeprefix(BATES).partition(":")
            holders = {document for first, last, document in ranges.get(prefix, ()) if first <= int(number) <= last}
            meant[key] = holders.pop() if len(holders) == 1 else None
    return meant


def _ranges(case: UUID) -> dict[str, list[tuple[int, int, UUID]]]:
    """The numbers of the productions in a case, by their prefix."""
    ranges: dict[str, list[tuple[int, int, UUID]]] = defaultdict(list)
    for document in Document.objects.filter(case=case, deleted_at=None, metadata__has_key="bates_begin").only(
        "id", "metadata", "duplicate_of"
    ):
        if (found := _range(document)) is not None:
            ranges[found[0]].append((found[1], found[2], document.duplicate_of_id or document.pk))
    return ranges


def _range(document: Document) -> tuple[str, int, int] | None:
    numbers = bates_of(document)
    if numbers is None:
        return None
    prefix, _, first = bates(numbers[0]).partition(":")
    other, _, last = bates(numbers[1]).partition(":")
    return (prefix, int(first), int(last)) if first and last and prefix == other and int(first) <= int(last) else None


def _numbers_within(document: Document) -> Iterator[str]:
    """Keys of the mentions in its case that name one of its numbers."""
    found = _range(document)
    if found is None:
        return
    prefix, first, last = found
    mentions = Citation.objects.filter(role=RECORD, key__startswith=f"{BATES}{prefix}:", text_version__document__case=document.case_id)
    for key in mentions.values_list("key", flat=True).distinct():
        if first <= int(key.rpartition(":")[2]) <= last:
            yield key


def _complete(case: UUID) -> None:
    """Documents that came before they were asked what they answer to, or many at a time."""
    unknown = list(Document.objects.filter(case=case, record_keys=None, deleted_at=None))
    for document in unknown:
        document.record_keys = labels_of(document)
    if unknown:
        Document.objects.bulk_update(unknown, ["record_keys"], batch_size=500)


def _case(document: Document) -> UUID:
    if document.case_id is None:
        raise ValueError("The library has no record.")
    return document.case_id


def _insist(work: Any) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            work()
            return
        except OperationalError as error:  # a deadlock ended it; nothing was written
            if attempt == ATTEMPTS:
                logger.warning("Record citations could not be linked: %s", error)
                raise
