"""Rules look at a document; what they say is kept beside it, and fills its own columns where nobody has set them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from cases.models import AuditEvent
from documents.models import Document, DocumentFact, FactDecision, Page
from documents.services.classification import FIELDS, Material, Proposal, classify, sheets_of
from documents.services.classification.lessons import Lesson, marks_of, taught
from documents.services.classification.material import BEGINNING, END
from documents.services.extraction import Extraction, registry
from documents.services.storage.names import MAX_TITLE, kind_of, title_of

FILLS = {"kind": 0.6, "title": 0.7, "date": 0.7, "language": 0.6}
"""How sure a proposal must be before the document itself has it."""
BLANK_PAGES = 4
"""So many pages without words may stand before the first that is looked at."""
Field, State = DocumentFact.Field, DocumentFact.State


class Look(NamedTuple):
    """What the rules say of a document by itself, and the marks by which it resembles others."""

    proposals: list[Proposal]
    marks: dict[str, str]


def look_at(document: Document, reading: Extraction) -> Look:
    """At a reading that is not stored yet."""
    form = registry.by_mime(reading.mime)
    return _look(
        Material(
            name=document.name,
            named=title_of(document.name),
            mime=reading.mime,
            sheets=sheets_of([(page.number, page.text) for page in reading.pages]),
            kind=form.kind if form else "",
            title=reading.title,
            titled=bool(form and form.titled),
            date=reading.date,
            metadata=reading.metadata,
        )
    )


def look_again(document: Document) -> Look:
    """At the published reading, as it is stored."""
    form = registry.by_mime(document.mime)
    near = Q(number__lte=BEGINNING + BLANK_PAGES) | Q(number__gt=document.page_count - END)
    pages = Page.objects.filter(near, text_version=document.text_version_id).order_by("number").values_list("number", "text")
    titled = bool(form and form.titled)
    return _look(
        Material(
            name=document.name,
            named=title_of(document.name),
            mime=document.mime,
            sheets=sheets_of(list(pages)),
            kind=form.kind if form else "",
            title=str(document.metadata.get("subject") or "") if titled else "",
            titled=titled,
            date=_day_sent(document),
            metadata=document.metadata,
        )
    )


def _look(material: Material) -> Look:
    proposals = classify(material)
    return Look(proposals, marks_of(material, proposals))


def _day_sent(document: Document) -> datetime.date | None:
    try:
        moment = parse_datetime(str(document.metadata.get("sent") or ""))
    except ValueError:
        return None
    return moment.date() if moment else None


def title_for(document: Document, look: Look) -> str:
    """The title that the document has with this look: a sure proposal, unless a person or a program gave it another."""
    ours = {title_of(document.name), *document.facts.filter(field=Field.TITLE, state=State.PROPOSED).values_list("value", flat=True)}
    found = next((one for one in look.proposals if one.field == "title"), None)
    if document.title not in ours or found is None or found.confidence < FILLS["title"] or _decided(document, "title"):
        return document.title
    return str(found.value)[:MAX_TITLE]


def _decided(document: Document, field: str) -> bool:
    return document.facts.filter(field=field).exclude(state=State.PROPOSED).exists()


def propose(
    document: Document, look: Look, lessons: Sequence[Lesson] | None = None, *, fields: Iterable[str] = FIELDS, read_before: bool = True
) -> bool:
    """Keep what is proposed in place of earlier proposals, in the caller's transaction; whether anything has changed.

    The document's own columns are changed on the object and not saved; its title is `title_for`'s to say. What a person decided stays.
    The library's texts are known from where they come: nothing is proposed of them. `read_before`: whether it may have been read, and
    corrected, when facts were not kept yet.
    """
    if document.case_id is None:
        return False
    kept = {fact.field: fact for fact in document.facts.all()} or {fact.field: fact for fact in _words_of_people(document, read_before)}
    said = lessons_of(document) if lessons is None else [lesson for lesson in lessons if lesson.document != document.pk]
    proposed = {one.field: (one, teacher) for one, teacher in taught(look.proposals, look.marks, said)}
    changed, new = False, []
    for field in fields:
        fact = kept.get(field)
        if fact is not None and fact.is_decided:
            continue
        if fact is not None and column_of(document, field) == fact.value:
            unfill(document, field)
        if field in proposed:
            said_now = _news(*proposed[field])
            changed |= fact is not None and _keep(fact, said_now)
            new += [DocumentFact(document=document, field=field, **said_now)] if fact is None else []
            _fill(document, proposed[field][0])
        elif fact is not None:
            fact.delete()
            changed = True
    DocumentFact.objects.bulk_create(new)
    return changed or bool(new)


def _news(one: Proposal, teacher: Any) -> dict[str, Any]:
    return {
        "value": one.value, "confidence": one.confidence, "reason": one.reason, "evidence": one.evidence[:300], "page": one.page,
        "start": one.start, "end": one.end, "learned_from_id": teacher,
    }  # fmt: skip


def _keep(fact: DocumentFact, news: dict[str, Any]) -> bool:
    if all(getattr(fact, key) == value for key, value in news.items()):
        return False
    for key, value in news.items():
        setattr(fact, key, value)
    fact.save()
    return True


def unfill(document: Document, field: str) -> None:
    """A column as it is before anything is proposed; the title stays with `title_for`. Not saved."""
    if field != "title":
        set_column(document, field, kind_of(document.name, document.mime) if field == "kind" else "")


def _fill(document: Document, one: Proposal) -> None:
    if one.confidence < FILLS.get(one.field, 2.0) or one.field == "title":
        return
    set_column(document, one.field, one.value)


def set_column(document: Document, field: str, value: Any) -> None:
    """The document's own column of a field, where it has one; not saved."""
    if field in FILLS:
        setattr(document, field, parse_date(value) if field == "date" and value else value or (None if field == "date" else ""))


def column_of(document: Document, field: str) -> Any:
    """The value of the document's own column as a fact has it; None where there is none."""
    if field not in FILLS:
        return None
    value = getattr(document, field)
    return value.isoformat() if isinstance(value, datetime.date) else value


def lessons_of(document: Document) -> list[Lesson]:
    return [lesson for lesson in lessons_in(document.case_id) if lesson.document != document.pk]


def lessons_in(case_id: Any) -> list[Lesson]:
    """What people corrected in a case, the newest first."""
    rows = DocumentFact.objects.filter(document__case=case_id, document__deleted_at=None, state=State.CORRECTED).exclude(marks={})
    return [Lesson(*row) for row in rows.order_by("-decided", "-pk").values_list("field", "value", "marks", "document_id")]


def _words_of_people(document: Document, read_before: bool) -> list[DocumentFact]:
    """What people had said of it before facts were kept: their recorded changes, and a kind that its name does not explain."""
    if read_before and document.fact_decisions.exists():
        return []
    changes = AuditEvent.objects.filter(case=document.case_id, verb="document.updated", target_type="document", target_id=str(document.pk))
    events = changes.order_by("id") if read_before else changes.none()
    found: dict[str, DocumentFact] = {}
    for event in events:
        for field in set(event.detail.get("changes", {})) & set(FILLS):
            value = column_of(document, field)
            found[field] = DocumentFact(
                document=document, field=field, value=value, state=State.CORRECTED, decided_by_id=event.actor_id, decided=event.created
            )
    if "kind" not in found and _is_given(document):
        found["kind"] = given_kind(document)
    for fact in found.values():
        fact.save()
    return list(found.values())


def _is_given(document: Document) -> bool:
    """Names were read more broadly once, so a kind of the same group may be the first guess of then."""
    given, guess = (Document.Kind(kind).broad for kind in (document.kind, kind_of(document.name, document.mime)))
    once = {guess, Document.Kind.OTHER, Document.Kind.FILING if guess == Document.Kind.RULING else guess}
    return given not in once


def given_kind(document: Document) -> DocumentFact:
    """That the kind was given with the file: a person's word, which teaches nothing. Not saved."""
    return DocumentFact(
        document=document, field=Field.KIND, value=document.kind, state=State.CONFIRMED, reason="given",
        decided_by_id=document.created_by_id, decided=document.created,
    )  # fmt: skip


def decide_kind(documents: Sequence[Document], kind: str, user: Any) -> None:
    """A person's word on the kind of many documents at once, in the caller's transaction. It teaches nothing: what was selected together
    need not be alike."""
    now = timezone.now()
    facts = [
        DocumentFact(document=document, field=Field.KIND, value=kind, state=State.CORRECTED, decided_by=user, decided=now, updated=now)
        for document in documents
    ]
    said = ["value", "state", "confidence", "reason", "evidence", "page", "start", "end", "learned_from", "marks"]
    DocumentFact.objects.bulk_create(
        facts, batch_size=500, update_conflicts=True, unique_fields=["document", "field"],
        update_fields=[*said, "decided_by", "decided", "updated"],
    )  # fmt: skip
    verb = FactDecision.Verb.CORRECTED
    FactDecision.objects.bulk_create(
        (FactDecision(document=one, field=Field.KIND, verb=verb, before=one.kind, after=kind, by=user) for one in documents), batch_size=500
    )


def decide(fact: DocumentFact, user: Any, state: str, value: Any, when: datetime.datetime) -> FactDecision:
    """Save a person's word, and that it was said."""
    verb = FactDecision.Verb.CORRECTED if state == State.CORRECTED else FactDecision.Verb.CONFIRMED
    before = fact.value if fact.pk else column_of(fact.document, fact.field)
    fact.value, fact.state, fact.confidence, fact.decided_by, fact.decided = value, state, 1.0, user, when
    if state == State.CORRECTED:
        fact.reason, fact.evidence, fact.page, fact.start, fact.end, fact.learned_from = "", "", None, None, None, None
    fact.save()
    return FactDecision.objects.create(document=fact.document, field=fact.field, verb=verb, before=before, after=value, by=user)
