"""Records of sections become rows: one for each section and as-of date, which is a version. In the caller's transaction."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Statute
from documents.models import Document
from documents.services.library.copying import insert
from documents.services.library.outcome import ADDED, UNCHANGED, UPDATED, Outcome
from documents.services.library.records import PageRecord, StatuteRecord, digest
from documents.services.library.texts import ROWS, Text, publish
from documents.services.pipeline import retitling
from tasks.ids import uuid7

FACTS = [
    "code", "title", "section", "citation", "heading", "hierarchy", "as_of_precision", "status", "source_credit", "currency", "source",
    "source_url", "fingerprint", "text_fingerprint", "updated",
]  # fmt: skip
Version = tuple[str, datetime.date | None, int]


def write(items: Iterable[dict[str, Any]], outcome: Outcome) -> None:
    """Take the records of a batch; `outcome` says what became of each."""
    records: dict[Version, StatuteRecord] = {}
    for record in _believed(items, outcome):
        version = (record.key, record.as_of, record.occurrence)
        if version in records:
            outcome.skip(record.where, _("The same section comes twice with this date."), record.citation)
        else:
            records[version] = record
    known = _known(records)
    new = [_new(record) for version, record in records.items() if version not in known]
    marks = {statute.pk: statute.text_fingerprint for statute in known.values()}
    changed = [known[version] for version, record in records.items() if version in known and _changed(known[version], record)]
    insert(Statute, new)
    Statute.objects.bulk_update(changed, FACTS, batch_size=ROWS)
    _write_texts([*new, *changed], records, marks)
    outcome.counts[ADDED] += len(new)
    outcome.counts[UPDATED] += len(changed)
    outcome.counts[UNCHANGED] += len(records) - len(new) - len(changed)
    outcome.keys.update(statute.key for statute in new)


def _version(statute: Statute) -> Version:
    return statute.key, statute.as_of, statute.occurrence


def _believed(items: Iterable[dict[str, Any]], outcome: Outcome) -> Iterable[StatuteRecord]:
    for record in outcome.shaped(items, StatuteRecord, "as_of"):
        if record.remark:
            outcome.remark(record.where, record.remark, record.citation)
        if record.key:
            yield record
        else:
            outcome.skip(record.where, _("The section's number is too long to be one."), record.citation)


def _known(versions: Iterable[Version]) -> dict[Version, Statute]:
    keys = {key for key, _as_of, _occurrence in versions}
    return {_version(statute): statute for statute in Statute.objects.select_for_update().filter(key__in=keys).order_by("pk")}


def _new(record: StatuteRecord) -> Statute:
    return Statute(
        pk=uuid7(), key=record.key, as_of=record.as_of, occurrence=record.occurrence, fingerprint=_fingerprint(record),
        text_fingerprint=_mark(record), **record.facts(),
    )  # fmt: skip


def _fingerprint(record: StatuteRecord) -> str:
    return digest(record.facts(), record.text)


def _mark(record: StatuteRecord) -> str:
    """Tells one text from another; "" where there is none."""
    return digest(text) if (text := _words(record)) else ""


def _changed(statute: Statute, record: StatuteRecord) -> bool:
    """Whether facts or text are others than at the last import; then they are set."""
    if statute.fingerprint == _fingerprint(record):
        return False
    for field_name, value in record.facts().items():
        setattr(statute, field_name, value)
    statute.fingerprint, statute.updated, statute.text_fingerprint = _fingerprint(record), timezone.now(), _mark(record)
    return True


def _write_texts(statutes: Sequence[Statute], records: dict[Version, StatuteRecord], marks: dict[UUID, str]) -> None:
    """Texts that are new or others than before (`marks` of those that were there); only another title where no more has changed."""
    old = [statute.pk for statute in statutes if statute.pk in marks]
    documents = {document.statute_id: document for document in Document.objects.filter(statute__in=old).order_by("pk")}
    texts, retitled = [], []
    for statute in statutes:
        document = documents.get(statute.pk)
        if statute.text_fingerprint not in ("", marks.get(statute.pk)):
            texts.append(_text(statute, _words(records[_version(statute)]), document.pk if document is not None else None))
        elif document is not None and document.title != title_of(statute):
            document.title = title_of(statute)
            retitled.append(document)
    publish(texts)
    Document.objects.bulk_update(retitled, ["title"], batch_size=ROWS)
    retitling.renew_many([document.pk for document in retitled])


def _words(record: StatuteRecord) -> str:
    """The law's words; of a section without any what its heading says of it, as that it is repealed."""
    return record.text if record.text.strip() else record.heading if record.status != Statute.Status.IN_FORCE else ""


def _text(statute: Statute, text: str, document: UUID | None) -> Text:
    return Text(
        title=title_of(statute), kind=Document.Kind.STATUTE, pages=[PageRecord(text=text)], date=statute.as_of, document=document,
        statute=statute.pk,
    )  # fmt: skip


def title_of(statute: Statute) -> str:
    """9 U.S.C. § 1. Heading (as of 2013-07-26): the date goes wherever the text is shown."""
    name = str(statute)
    second = f" ({statute.occurrence})" if statute.occurrence > 1 else ""
    heading = f". {statute.heading[:160]}" if statute.heading else ""
    as_of = _("as of %(date)s") % {"date": statute.dated} if statute.as_of else _("date unknown")
    return f"{name[:90]}{second}{heading} ({as_of})"[:300]
