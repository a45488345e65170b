"""Rulings that turn out to be one become one: those that just came or got another citation, against all that share a citation with them.

The older row stays, with its facts and its text. What pointed to the other points to it; a text that would then be there twice goes out of
sight like a deleted document. All for many at once, in the caller's transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import ForeignKey
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import AuditEvent, Opinion, Ruling, RulingSource
from documents.models import ChunkEmbedding, ChunkWords, Document
from documents.services.library.merging import sources
from documents.services.library.merging.sameness import Likeness, compared
from documents.services.library.outcome import Outcome

ROWS = 500
_JOINED = ["full_name", "court", "court_id", "date", "date_precision", "docket_number", "judges", "status", "citations", "inferred",
           "keys", "updated"]  # fmt: skip
_POINT_ELSEWHERE = "UPDATE {table} SET {column} = m.kept FROM unnest(%s::uuid[], %s::uuid[]) AS m (gone, kept) WHERE {column} = m.gone"
Pair = tuple[Ruling, Ruling]
"""The one that goes, and the one that stays."""


class Neighbours:
    """The rulings that have one of these keys, with the sources that give each."""

    def __init__(self, keys: Iterable[str], own: Iterable[Ruling] = ()) -> None:
        """Under lock. `own` are the objects to use for those of the caller."""
        mine = {ruling.pk: ruling for ruling in own}
        self.rulings: dict[UUID, Ruling] = {}
        self.sources: defaultdict[UUID, set[str]] = defaultdict(set)
        self._by_key: defaultdict[str, list[UUID]] = defaultdict(list)
        if not (asked := sorted(set(keys))):
            return
        for ruling in Ruling.objects.select_for_update().filter(keys__overlap=asked).order_by("pk"):
            self.add(mine.get(ruling.pk, ruling))
        if self.rulings:
            for owner, source in RulingSource.objects.filter(ruling__in=self.rulings).values_list("ruling", "source"):
                self.sources[owner].add(source)

    def add(self, ruling: Ruling) -> None:
        self.rulings[ruling.pk] = ruling
        self.sources[ruling.pk].add(ruling.source)
        for key in ruling.keys:
            self._by_key[key].append(ruling.pk)

    def of(self, ruling: Ruling) -> list[tuple[Ruling, Likeness]]:
        """The others that share a key with it, oldest first, and what each is to it."""
        near = {pk for key in ruling.keys for pk in self._by_key[key] if pk != ruling.pk and pk in self.rulings}
        mine = (self.sources[ruling.pk] if ruling.pk in self.rulings else {ruling.source}) - {""}
        return [(self.rulings[pk], compared(ruling, self.rulings[pk], two_of_one=bool(mine & self.sources[pk]))) for pk in sorted(near)]

    def same_as(self, ruling: Ruling) -> Ruling | None:
        """The one that it is; None where there is none, or where one source gives two that it could be."""
        same = [other for other, likeness in self.of(ruling) if likeness is Likeness.SAME]
        seen = [source for other in same for source in self.sources[other.pk] if source]
        return same[0] if same and len(seen) == len(set(seen)) else None


DOUBTS_TOLD = 3
"""Of one ruling; the last says how many more there are."""


def join(touched: Sequence[Ruling], outcome: Outcome, where: Mapping[UUID, str]) -> list[Ruling]:
    """Make one of those that are one, and tell what is doubtful; gives those that stayed and changed."""
    changed: dict[UUID, Ruling] = {}
    gone: set[UUID] = set()
    first = True
    while touched:
        near = Neighbours((key for ruling in touched for key in ruling.keys), touched)
        if first:
            _tell_doubts(touched, near, outcome, where)
        first = False
        pairs = _pairs(touched, near)
        _merge(pairs, outcome, where)
        gone.update(one.pk for one, _kept in pairs)
        touched = list({kept.pk: kept for _gone, kept in pairs}.values())
        changed |= {kept.pk: kept for kept in touched}
        outcome.keys.update(key for kept in touched for key in kept.keys)
    return [ruling for pk, ruling in changed.items() if pk not in gone]


def _tell_doubts(touched: Sequence[Ruling], near: Neighbours, outcome: Outcome, where: Mapping[UUID, str]) -> None:
    """A few remarks for each ruling: of many that could be one, each would be told with each else."""
    told: set[frozenset[UUID]] = set()
    for ruling in touched:
        sure = near.same_as(ruling) is not None
        doubtful = [
            other for other, likeness in near.of(ruling)
            if (likeness is Likeness.DOUBTFUL or (likeness is Likeness.SAME and not sure)) and frozenset([ruling.pk, other.pk]) not in told
        ]  # fmt: skip
        if not doubtful:
            continue
        told.update(frozenset([ruling.pk, other.pk]) for other in doubtful)
        for place, other in enumerate(doubtful[:DOUBTS_TOLD], 1):
            said = {"name": other.name[:120], "date": other.dated or _("no date"), "source": other.source or _("typed by hand")}
            reason = _("It may be the same as “%(name)s” (%(date)s, %(source)s); they stay two.") % said
            if place == DOUBTS_TOLD and (further := len(doubtful) - place):
                words = ngettext("%(said)s So may %(count)d other.", "%(said)s So may %(count)d others.", further)
                reason = words % {"said": reason, "count": further}
            outcome.remark(where.get(ruling.pk, ""), reason, ruling.name)


def _pairs(touched: Sequence[Ruling], near: Neighbours) -> list[Pair]:
    """Which go into which; of two the older stays. None goes that something else goes into."""
    pairs: list[Pair] = []
    busy: set[UUID] = set()
    for ruling in sorted(touched, key=lambda one: one.pk):
        other = near.same_as(ruling)
        if other is None or busy & {ruling.pk, other.pk}:
            continue
        kept, gone = sorted([ruling, other], key=lambda one: (one.created, one.pk))
        busy |= {kept.pk, gone.pk}
        pairs.append((gone, kept))
    return pairs


def _merge(pairs: Sequence[Pair], outcome: Outcome, where: Mapping[UUID, str]) -> None:
    if not pairs:
        return
    for gone, kept in pairs:
        outcome.keys.update(gone.keys)
        sources.fill(kept, sources.facts_of(gone), gone.source, where.get(gone.pk, where.get(kept.pk, "")), outcome)
    _move_texts(pairs)
    _point_elsewhere(pairs)
    RulingSource.objects.bulk_create([_source_of(gone, kept) for gone, kept in pairs], batch_size=ROWS)
    AuditEvent.objects.bulk_create([_event(gone, kept) for gone, kept in pairs], batch_size=ROWS)
    Ruling.objects.filter(pk__in=[gone.pk for gone, _kept in pairs]).delete()
    Ruling.objects.bulk_update([kept for _gone, kept in pairs], _JOINED, batch_size=ROWS)


def _source_of(gone: Ruling, kept: Ruling) -> RulingSource:
    return RulingSource(
        ruling=kept, source=gone.source, source_id=gone.source_id or str(gone.pk), source_docket=gone.source_docket,
        source_url=gone.source_url, citations=gone.citations, fingerprint=gone.fingerprint, former=gone.pk,
    )  # fmt: skip


def _event(gone: Ruling, kept: Ruling) -> AuditEvent:
    detail = {"name": gone.name, "former": str(gone.pk), "source": gone.source}
    return AuditEvent(verb="ruling.merged", target_type=Ruling._meta.model_name or "", target_id=str(kept.pk), detail=detail)


def _move_texts(pairs: Sequence[Pair]) -> None:
    """The texts of what goes to what stays, where that has none; else they go out of sight."""
    with_text = set(Opinion.objects.filter(ruling__in=[kept.pk for _gone, kept in pairs]).values_list("ruling", flat=True))
    moving = {gone.pk: (gone, kept) for gone, kept in pairs if kept.pk not in with_text}
    doubled = {gone.pk: kept for gone, kept in pairs if kept.pk in with_text}
    opinions = list(Opinion.objects.filter(ruling__in=moving).order_by("pk"))
    for opinion in opinions:
        gone, kept = moving[opinion.ruling_id]
        opinion.ruling, opinion.source = kept, opinion.source or gone.source
    Opinion.objects.bulk_update(opinions, ["ruling", "source"], batch_size=ROWS)
    _take_out_of_sight(list(Document.objects.filter(ruling__in=doubled, deleted_at=None).order_by("pk")))
    Document.objects.filter(ruling__in=doubled).update(opinion=None)


def _take_out_of_sight(documents: Sequence[Document]) -> None:
    """They go for good with the purge of deleted documents."""
    ChunkWords.objects.filter(document__in=documents).delete()
    ChunkEmbedding.objects.filter(document__in=documents).delete()
    now = timezone.now()
    for document in documents:
        document.deleted_at = document.updated = now
        document.status = Document.Status.CANCELLED if document.processing else document.status
    Document.objects.bulk_update(documents, ["deleted_at", "updated", "status"], batch_size=ROWS)


def _point_elsewhere(pairs: Sequence[Pair]) -> None:
    """All rows that point to a ruling which goes: mentions, documents, further sources, and what other parts of the product keep. Where a
    table has one row for each ruling, the row of what stays is the right one, and the other goes with its ruling."""
    gone, kept = [one.pk for one, _kept in pairs], [one.pk for _gone, one in pairs]
    for field in _pointing():
        names = {"table": connection.ops.quote_name(field.model._meta.db_table), "column": connection.ops.quote_name(field.column)}
        with connection.cursor() as cursor:
            cursor.execute(_POINT_ELSEWHERE.format(**names), [gone, kept])


def _pointing() -> list[ForeignKey[Any, Any]]:
    fields = [relation.field for relation in Ruling._meta.related_objects]
    return [field for field in fields if isinstance(field, ForeignKey) and not field.unique and field.model is not Opinion]
