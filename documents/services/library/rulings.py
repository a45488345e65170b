"""Records of rulings become rows: for a batch a fixed number of statements, in the caller's transaction.

What a source says of a ruling is known again by the source's own id; that two sources speak of one ruling, by its citations (`merging`).
An empty field says nothing: it takes nothing away that another table of the same source, or an earlier import, has told.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Opinion, Ruling, RulingSource, shown_date
from cases.services.authorities import keys_of_ruling
from documents.models import Document
from documents.services.library import tables
from documents.services.library.copying import insert, numbers
from documents.services.library.merging import sources
from documents.services.library.merging.joining import Neighbours, join
from documents.services.library.merging.sources import Name
from documents.services.library.outcome import ADDED, UNCHANGED, UPDATED, Outcome
from documents.services.library.records import OpinionRecord, RulingRecord, digest
from documents.services.library.texts import ROWS, Text, publish
from documents.services.pipeline import retitling
from tasks.ids import uuid7

FACTS = [
    "name", "full_name", "court", "court_id", "date", "date_precision", "docket_number", "judges", "status", "citations", "inferred",
    "source_docket", "source_url", "keys", "fingerprint", "updated",
]  # fmt: skip
OF_SOURCE = ["citations", "fingerprint", "updated"]
OF_OPINION = ["kind", "author", "position", "fingerprint"]
_MAIN = frozenset([Opinion.Kind.COMBINED, Opinion.Kind.LEAD, Opinion.Kind.PER_CURIAM])


@dataclass
class Cluster:
    """All that a batch says of one ruling."""

    name: Name
    records: list[RulingRecord] = field(default_factory=list)
    facts: RulingRecord | None = None
    opinions: dict[str, OpinionRecord] = field(default_factory=dict)
    fate: str = UNCHANGED
    retitled: bool = False

    def take(self, record: RulingRecord) -> bool:
        """False for a second record of the facts, which says nothing more."""
        if record.is_ == "ruling":
            if self.facts is not None:
                return False
            self.facts = record
        self.records.append(record)
        for one in record.opinions:
            if one.pages:
                self.opinions.setdefault(one.source_id, one)
        return True

    def becomes(self, fate: str) -> None:
        """What is new stays new, whatever else changes of it."""
        if self.fate != ADDED:
            self.fate = fate


def write(items: Iterable[dict[str, Any]], outcome: Outcome) -> None:
    """Take the records of a batch; `outcome` says what became of each."""
    records = list(_believed(items, outcome))
    _write_clusters([record for record in records if record.is_ in ("ruling", "opinion")], outcome)
    retitle(tables.write_citations([record for record in records if record.is_ == "citation"], outcome))
    tables.write_dockets([record for record in records if record.is_ == "docket"], outcome)


def _believed(items: Iterable[dict[str, Any]], outcome: Outcome) -> Iterable[RulingRecord]:
    for record in outcome.shaped(items, RulingRecord, "date"):
        if record.remark:
            outcome.remark(record.where, record.remark, record.name)
        if record.is_ != "docket" and not record.source_id:
            outcome.skip(record.where, _("The record has no id by which it could be found again."), record.name)
        elif record.is_ == "ruling" and not record.name:
            outcome.skip(record.where, _("The ruling has no name."))
        else:
            yield record


def _write_clusters(records: Sequence[RulingRecord], outcome: Outcome) -> None:
    clusters: dict[Name, Cluster] = {}
    for record in records:
        name = (record.source, record.source_id)
        if not clusters.setdefault(name, Cluster(name)).take(record):
            outcome.skip(record.where, _("The same ruling comes twice; the first counts."), record.name)
    known = sources.known(clusters)
    new = _admit(clusters, known)
    fresh = {ruling.pk for ruling in new}
    before = {ruling.pk: list(ruling.keys) for ruling in known.rulings.values()}
    changed, rows = _take_facts(clusters, known, outcome)
    insert(Ruling, new)
    Ruling.objects.bulk_update([ruling for ruling in changed if ruling.pk not in fresh], FACTS, batch_size=ROWS)
    added = {row.pk for row in RulingSource.objects.bulk_create([row for row in rows if row.pk is None], batch_size=ROWS)}
    RulingSource.objects.bulk_update([row for row in rows if row.pk not in added], OF_SOURCE, batch_size=ROWS)
    outcome.keys.update(key for ruling in (*new, *changed) for key in ruling.keys)
    written = _write_opinions(clusters, known)
    touched = [*new, *(ruling for ruling in changed if ruling.pk not in fresh and ruling.keys != before[ruling.pk])]
    where = {known.rulings[name].pk: cluster.records[0].where for name, cluster in clusters.items()}
    joined = join(touched, outcome, where)
    retitle([*(known.rulings[name] for name, cluster in clusters.items() if cluster.retitled), *joined], written)
    for cluster in clusters.values():
        outcome.counts[cluster.fate] += len(cluster.records)
        if cluster.fate == ADDED and cluster.facts is not None and not cluster.opinions and any(one.opinions for one in cluster.records):
            outcome.remark(cluster.records[0].where, _("The ruling has no text."), cluster.facts.name)


def _admit(clusters: dict[Name, Cluster], known: sources.Known) -> list[Ruling]:
    """The rulings that are new. One that the library has from another source, or that an earlier record of the batch gives, is none: it
    gets a further source."""
    fresh = [(cluster, _new_ruling(cluster)) for name, cluster in clusters.items() if name not in known.rulings]
    near = Neighbours((key for _cluster, ruling in fresh for key in ruling.keys), known.rulings.values())
    new = []
    for cluster, ruling in fresh:
        other = near.same_as(ruling)
        if other is None:
            near.add(ruling)
            new.append(ruling)
        else:
            near.sources[other.pk].add(ruling.source)
            cluster.fate = UPDATED
            known.further[cluster.name] = RulingSource(
                ruling=other, source=ruling.source, source_id=ruling.source_id, source_docket=ruling.source_docket,
                source_url=ruling.source_url,
            )  # fmt: skip
        known.rulings[cluster.name] = other or ruling
    return new


def _take_facts(clusters: dict[Name, Cluster], known: sources.Known, outcome: Outcome) -> tuple[list[Ruling], list[RulingSource]]:
    """What the records say of rulings that are there, first as their own sources say it; gives those that changed, and the further sources
    that have said something else than before."""
    own = [name for name, cluster in clusters.items() if name not in known.further and cluster.fate != ADDED]
    changed = {known.rulings[name].pk: known.rulings[name] for name in own if _changed(known.rulings[name], clusters[name], outcome)}
    sources.with_further_citations(changed.values())
    rows = []
    for name, row in known.further.items():
        cluster, ruling = clusters[name], known.rulings[name]
        facts = cluster.facts.facts() if cluster.facts is not None else None
        if facts is None or row.fingerprint == digest(facts):
            continue
        cluster.becomes(UPDATED)
        date = ruling.date
        if sources.fill(ruling, facts, row.source, cluster.records[0].where, outcome):
            changed[ruling.pk] = ruling
            cluster.retitled = date != ruling.date
        row.citations, row.fingerprint, row.updated = facts["citations"], digest(facts), timezone.now()
        rows.append(row)
    return list(changed.values()), rows


def _new_ruling(cluster: Cluster) -> Ruling:
    """A ruling; where only a text of it came so far, a stub that the record with its facts will fill."""
    cluster.fate = ADDED
    source, source_id = cluster.name
    record = cluster.facts
    if record is None:
        first = cluster.records[0]
        url = first.url if first.url.startswith("http") else ""
        return Ruling(
            pk=uuid7(), source=source, source_id=source_id, name=first.name[:500] or f"{source} {source_id}", source_url=url[:500]
        )
    facts = record.facts()
    return Ruling(pk=uuid7(), source=source, source_id=source_id, keys=record.keys(), fingerprint=digest(facts), **facts)


def _changed(ruling: Ruling, cluster: Cluster, outcome: Outcome) -> bool:
    """Whether its facts are others than at the last import; then they are set."""
    if cluster.facts is None:
        return False
    facts = cluster.facts.facts()
    fingerprint = digest(facts)
    if fingerprint == ruling.fingerprint:
        return False
    outcome.keys.update(ruling.keys)  # of those that it loses
    before = (ruling.name, ruling.date)
    for field_name, value in facts.items():
        if value or field_name == "inferred":
            setattr(ruling, field_name, value)
    ruling.keys = keys_of_ruling(ruling.citations, ruling.court_id, ruling.docket_number)
    ruling.fingerprint, ruling.updated = fingerprint, timezone.now()
    cluster.becomes(UPDATED)
    cluster.retitled = before != (ruling.name, ruling.date)
    return True


def _write_opinions(clusters: dict[Name, Cluster], known: sources.Known) -> set[UUID]:
    """Opinions with their texts, all of the source that had one of the ruling first; gives the documents whose text was replaced."""
    old = [known.rulings[name].pk for name, cluster in clusters.items() if cluster.fate != ADDED and cluster.opinions]
    there = {
        (opinion.ruling_id, opinion.source_id): opinion
        for opinion in Opinion.objects.filter(ruling__in=old).select_related("document").order_by("pk")
    }
    teller = {owner: opinion.source for (owner, _id), opinion in there.items()}
    made: list[tuple[Ruling, Opinion, OpinionRecord]] = []
    changed: list[tuple[Ruling, Opinion, OpinionRecord]] = []
    for name, cluster in clusters.items():
        ruling, source = known.rulings[name], known.further[name].source if name in known.further else ""
        if cluster.opinions and teller.setdefault(ruling.pk, source) != source:
            continue
        for record in cluster.opinions.values():
            opinion = there.get((ruling.pk, record.source_id))
            if opinion is not None and opinion.fingerprint == record.fingerprint:
                continue
            cluster.becomes(UPDATED)
            (made if opinion is None else changed).append((ruling, _opinion(opinion, ruling, record, source), record))
    for (_ruling, opinion, _record), number in zip(made, numbers(Opinion, len(made)), strict=True):
        opinion.pk = number
    insert(Opinion, (opinion for _ruling, opinion, _record in made))
    Opinion.objects.bulk_update([opinion for _ruling, opinion, _record in changed], OF_OPINION, batch_size=ROWS)
    had = {opinion.pk for _ruling, opinion, _record in changed}
    texts = [_text(ruling, opinion, record, had) for ruling, opinion, record in (*made, *changed)]
    publish(texts)
    return {text.document for text in texts if text.document is not None}


def _opinion(opinion: Opinion | None, ruling: Ruling, record: OpinionRecord, source: str) -> Opinion:
    opinion = opinion or Opinion(ruling=ruling, source=source, source_id=record.source_id)
    opinion.kind, opinion.author, opinion.position, opinion.fingerprint = record.kind, record.author, record.position, record.fingerprint
    return opinion


def _text(ruling: Ruling, opinion: Opinion, record: OpinionRecord, known: Container[int]) -> Text:
    # A new opinion has none, and is not asked: that would be a query for each.
    document = getattr(opinion, "document", None) if opinion.pk in known else None
    return Text(
        title=title_of(ruling, opinion), kind=Document.Kind.RULING, pages=record.pages, date=ruling.date,
        document=document.pk if document is not None else None, ruling=ruling.pk, opinion=opinion.pk,
    )  # fmt: skip


def title_of(ruling: Ruling, opinion: Opinion | None) -> str:
    """Roe v. Wade (1973), and of a separate opinion whose it is."""
    year = shown_date(ruling.date, ruling.date_precision)[:4]
    whose = f", {opinion}" if opinion is not None and opinion.kind not in _MAIN else ""
    return f"{ruling.name[:200]}{f' ({year})' if year else ''}{whose}"[:300]


def retitle(rulings: Sequence[Ruling], written: Container[UUID] = ()) -> None:
    """Documents of rulings whose name or date changed, except those that were just written; passages and words follow in tasks."""
    by_id = {ruling.pk: ruling for ruling in rulings}
    documents = []
    for document in Document.objects.filter(ruling__in=by_id, deleted_at=None).select_related("opinion", "ruling").order_by("pk"):
        ruling = by_id[document.ruling_id] if document.ruling_id else None
        if ruling is None or document.pk in written or (document.title, document.date) == (title_of(ruling, document.opinion), ruling.date):
            continue
        document.title, document.date, document.updated = title_of(ruling, document.opinion), ruling.date, timezone.now()
        documents.append(document)
    Document.objects.bulk_update(documents, ["title", "date", "updated"], batch_size=ROWS)
    retitling.renew_many([document.pk for document in documents])
