"""Tables of bulk data that add to rulings which are there: parallel citations, and the courts and numbers of dockets."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Ruling, RulingSource
from cases.services.authorities import court_named, keys_of_ruling
from documents.services.library.merging import sources
from documents.services.library.merging.joining import join
from documents.services.library.merging.sources import Name
from documents.services.library.outcome import SKIPPED, UNCHANGED, UPDATED, Outcome
from documents.services.library.records import RulingRecord
from documents.services.library.texts import ROWS


def write_citations(records: Sequence[RulingRecord], outcome: Outcome) -> list[Ruling]:
    """Parallel citations of a table of their own; gives the rulings that by them were found to be others that are there."""
    known = sources.known({(record.source, record.source_id) for record in records})
    changed: dict[UUID, Ruling] = {}
    rows: dict[Name, RulingSource] = {}
    where: dict[UUID, str] = {}
    for record in records:
        name = (record.source, record.source_id)
        ruling, row = known.rulings.get(name), known.further.get(name)
        if ruling is None:
            outcome.skip(record.where, _("Its cluster %(id)s is not in the library.") % {"id": record.source_id})
            continue
        said = ruling.citations if row is None else row.citations
        missing = [cite[:200] for cite in record.citations if cite[:200] not in said]
        outcome.counts[UPDATED if missing else UNCHANGED] += 1
        if not missing:
            continue
        if row is None:
            ruling.citations = [*ruling.citations, *missing]
            ruling.keys = keys_of_ruling(ruling.citations, ruling.court_id, ruling.docket_number)
        else:
            row.citations = [*row.citations, *missing]
            rows[name] = row
            sources.add_citations(ruling, missing)
        changed[ruling.pk] = ruling
        where.setdefault(ruling.pk, record.where)
    for ruling in changed.values():
        ruling.updated = timezone.now()
        outcome.keys.update(ruling.keys)
    Ruling.objects.bulk_update(changed.values(), ["citations", "inferred", "keys", "updated"], batch_size=ROWS)
    RulingSource.objects.bulk_update(rows.values(), ["citations", "updated"], batch_size=ROWS)
    return join(list(changed.values()), outcome, where)


def write_dockets(records: Sequence[RulingRecord], outcome: Outcome) -> None:
    """Court and docket number of the rulings of a docket; dockets without a ruling here are passed over in silence, as most are."""
    if not records:
        return
    by_docket = {(record.source, record.source_docket): record for record in records}
    changed: dict[UUID, Ruling] = {}
    seen, heard = set(), set()
    for docket, ruling, first in _of_dockets(by_docket):
        seen.add(docket)
        record, known = by_docket[docket], (ruling.court_id, ruling.court, ruling.docket_number)
        told = (*court_named(record.court_id, record.court), record.docket_number[:300])
        # What the ruling's own source says of its docket counts; a further one only fills what is open.
        court_id, court, number = (one or other for one, other in (zip(told, known) if first else zip(known, told)))  # noqa: B905
        if (court_id, court, number) != known:
            ruling.court_id, ruling.court, ruling.docket_number, ruling.updated = court_id, court, number, timezone.now()
            ruling.keys = keys_of_ruling(ruling.citations, court_id, number)
            outcome.keys.update(ruling.keys)
            changed[ruling.pk] = ruling
            heard.add(docket)
    Ruling.objects.bulk_update(changed.values(), ["court_id", "court", "docket_number", "keys", "updated"], batch_size=ROWS)
    outcome.counts[UPDATED] += len(heard)
    outcome.counts[UNCHANGED] += len(seen) - len(heard)
    outcome.counts[SKIPPED] += len(records) - len(seen)


def _of_dockets(dockets: Collection[Name]) -> Iterator[tuple[Name, Ruling, bool]]:
    """The rulings of these (source, docket), and whether that is the source that gave the ruling first."""
    names, numbers = {source for source, _docket in dockets}, {docket for _source, docket in dockets}
    asked: dict[str, Any] = {"source__in": names, "source_docket__in": numbers - {""}}
    rulings = {ruling.pk: ruling for ruling in Ruling.objects.filter(**asked).order_by("pk")}
    for ruling in rulings.values():
        if (docket := (ruling.source, ruling.source_docket)) in dockets:
            yield docket, ruling, True
    for row in RulingSource.objects.filter(**asked).select_related("ruling").order_by("pk"):
        if (docket := (row.source, row.source_docket)) in dockets:
            yield docket, rulings.setdefault(row.ruling_id, row.ruling), False
