"""What is held for true of a document, field by field, as pages and the API show it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import get_language_info

from documents.models import Document, DocumentFact
from documents.services.classification.languages import COMMON, SCRIPTS
from documents.services.facts import proposing, reasons

Field, State = DocumentFact.Field, DocumentFact.State
UNKNOWN = "unknown"
"""The state of a field of which nothing is known."""


class Fact(NamedTuple):
    """`value` as it is kept, `shown` for people; `is_used` whether the document itself goes by it (a guess is only shown)."""

    field: str
    label: str
    value: Any
    shown: str
    state: str
    is_used: bool
    confidence: float | None = None
    sure: str = ""
    reason: str = ""
    evidence: str = ""
    page: int | None = None
    start: int | None = None
    end: int | None = None
    learned_from: Document | None = None
    decided_by: str | None = None
    decided: datetime | None = None

    @property
    def proposed(self) -> bool:
        return self.state == State.PROPOSED

    @property
    def is_decided(self) -> bool:
        return self.state in (State.CONFIRMED, State.CORRECTED)


def facts_of(document: Document) -> list[Fact]:
    """One row for each field; a duplicate, where nobody has said anything of it, is what the document is whose bytes it repeats."""
    rows = DocumentFact.objects.select_related("learned_from", "decided_by")
    kept = {fact.field: fact for fact in rows.filter(document=document.duplicate_of_id)} if document.duplicate_of_id else {}
    kept |= {fact.field: fact for fact in rows.filter(document=document)}
    return [_row(document, Field(field), kept.get(field)) for field in proposing.FIELDS]


def _row(document: Document, field: DocumentFact.Field, fact: DocumentFact | None) -> Fact:
    column = proposing.column_of(document, field)
    if fact is None:
        known = column if column and column != Document.Kind.OTHER else ""
        return Fact(field, str(field.label), known, shown(field, known), UNKNOWN, bool(known))
    return Fact(
        field=field,
        label=str(field.label),
        value=fact.value,
        shown=shown(field, fact.value),
        state=fact.state,
        is_used=field not in proposing.FILLS or column == fact.value,
        confidence=round(fact.confidence, 2),
        sure="" if fact.is_decided else reasons.in_words(fact.confidence),
        reason=reasons.sentence(fact),
        evidence=fact.evidence,
        page=fact.page,
        start=fact.start,
        end=fact.end,
        learned_from=fact.learned_from,
        decided_by=str(fact.decided_by) if fact.decided_by else None,
        decided=fact.decided,
    )


def shown(field: str, value: Any) -> str:
    if not value:
        return ""
    if field == Field.KIND:
        return str(Document.Kind(value).label) if value in Document.Kind else str(value)
    if field == Field.DATE:
        day = parse_date(value)
        return date_format(day, "M j, Y") if day else str(value)
    if field == Field.LANGUAGE:
        return _language(value)
    if field == Field.PARTIES:
        return "; ".join(f"{one['name']} ({one['role']})" if one.get("role") else one["name"] for one in value)
    return str(value)


def kind_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """The kinds for a choice: name of the group, and (value, name) of its broad kind and the finer ones."""
    groups: dict[Document.Kind, list[tuple[str, str]]] = {}
    for kind in Document.Kind:
        groups.setdefault(kind.broad, []).append((str(kind.value), str(kind.label)))
    return [(str(broad.label), options) for broad, options in groups.items()]


def languages() -> list[tuple[str, str]]:
    """The languages that are recognised, as (code, name)."""
    return sorted(((code, _language(code)) for code in (*COMMON, *SCRIPTS)), key=lambda one: one[1])


def _language(code: str) -> str:
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code
