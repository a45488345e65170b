"""What people say of a document: that a proposal is right, that something else is, or that they take that back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from cases.models import AuditEvent, Role
from documents.models import Document, DocumentFact, FactDecision
from documents.services.classification import FIELDS
from documents.services.classification.lessons import MARKS
from documents.services.facts import proposing
from documents.services.facts.teaching import teach_later
from documents.services.pipeline.retitling import renew_later
from documents.services.storage.names import title_of
from documents.services.timeline import filings

EDITABLE = FIELDS
COLUMNS = tuple(proposing.FILLS)


def update(document: Document, user: Any, **changes: Any) -> Document:
    """Change any of EDITABLE. What is the same as before is neither written nor recorded; the rest is a person's word from now on."""
    if unknown := set(changes) - set(EDITABLE):
        raise TypeError(f"update() cannot change {', '.join(sorted(unknown))}")
    with _changing(document, user) as (locked, facts):
        plain = {field: _plain(value) for field, value in changes.items()}
        changed = {field: (_now(locked, facts, field), value) for field, value in plain.items() if _now(locked, facts, field) != value}
        if changed:
            _correct(locked, facts, {field: value for field, (_before, value) in changed.items()}, user)
            told = {field: [_told(before), _told(value)] for field, (before, value) in changed.items()}
            AuditEvent.write("document.updated", case=document.case, actor=user, target=document, changes=told)
    return document


def decide(document: Document, user: Any, *, confirm: Iterable[str] = (), take_back: Iterable[str] = (), **changes: Any) -> Document:
    """All three at once: who corrects a field to what is proposed confirms it."""
    proposed = {fact.field: fact.value for fact in document.facts.filter(state=DocumentFact.State.PROPOSED)}
    same = [field for field, value in changes.items() if field in proposed and proposed[field] == _plain(value)]
    with transaction.atomic():
        taken_back(document, user, take_back)
        update(document, user, **{field: value for field, value in changes.items() if field not in same})
        confirmed(document, user, [*same, *confirm])
    return document


def confirmed(document: Document, user: Any, fields: Iterable[str]) -> Document:
    """Say that what is proposed for these fields is right. What was decided before, or has nothing to confirm, stays as it is."""
    with _changing(document, user) as (locked, facts):
        done = []
        for field in fields:
            fact = facts.get(field) or DocumentFact(document=locked, field=field, value=proposing.column_of(locked, field) or "")
            if not fact.is_decided and fact.value:
                proposing.set_column(locked, field, fact.value)
                proposing.decide(fact, user, DocumentFact.State.CONFIRMED, fact.value, timezone.now())
                done.append(field)
        if done:
            AuditEvent.write("document.confirmed", case=document.case, actor=user, target=document, fields=done)
    return document


def taken_back(document: Document, user: Any, fields: Iterable[str]) -> Document:
    """Undo what people decided on these fields: the rules propose again, and what was learned from it is forgotten."""
    with _changing(document, user) as (locked, facts):
        undone = [field for field in fields if field in facts and facts[field].is_decided]
        for field in undone:
            facts[field].delete()
            before = facts[field].value
            FactDecision.objects.create(document=locked, field=field, verb=FactDecision.Verb.TAKEN_BACK, before=before, by=user)
            proposing.unfill(locked, field)
            locked.title = title_of(locked.name) or locked.title if field == "title" else locked.title
        if undone:
            look = proposing.look_again(locked)
            proposing.propose(locked, look)
            locked.title = proposing.title_for(locked, look)
            teach_later(locked.case_id, set(undone), user)
            AuditEvent.write("document.taken_back", case=document.case, actor=user, target=document, fields=undone)
    return document


@contextmanager
def _changing(document: Document, user: Any) -> Iterator[tuple[Document, dict[str, DocumentFact]]]:
    """The document locked, with its facts by field; its columns are saved at the end, and given to the caller's object."""
    document.require(user, Role.EDITOR)
    with transaction.atomic():
        locked = Document.objects.select_for_update(of=("self",)).get(pk=document.pk)
        before = [getattr(locked, column) for column in COLUMNS]
        yield locked, {fact.field: fact for fact in locked.facts.all()}
        changed = [column for column, value in zip(COLUMNS, before, strict=True) if getattr(locked, column) != value]
        if changed:
            locked.save(update_fields=[*changed, "updated"])
            filings.follow([locked])
        if "title" in changed:
            renew_later(locked, user)
    for column in COLUMNS:
        setattr(document, column, getattr(locked, column))


def _plain(value: Any) -> Any:
    """A value as it is kept."""
    if isinstance(value, list):
        return [{"name": one["name"], "role": one["role"]} for one in value]
    return value.isoformat() if isinstance(value, date) else value or ""


def _now(document: Document, facts: dict[str, DocumentFact], field: str) -> Any:
    return (proposing.column_of(document, field) if field in COLUMNS else facts[field].value if field in facts else "") or ""


def _told(value: Any) -> str:
    return "; ".join(one["name"] for one in value) if isinstance(value, list) else str(value)


def _correct(document: Document, facts: dict[str, DocumentFact], changes: dict[str, Any], user: Any) -> None:
    look = proposing.look_again(document) if set(changes) & set(MARKS) else proposing.Look([], {})
    rules = {one.field: str(one.value) for one in look.proposals}
    for field, value in changes.items():
        fact = facts.get(field) or DocumentFact(document=document, field=field)
        wanted = {**look.marks, "proposed": rules.get(field, "")}
        fact.marks = {mark: wanted[mark] for mark in MARKS.get(field, ()) if wanted.get(mark)}
        proposing.decide(fact, user, DocumentFact.State.CORRECTED, value, timezone.now())
        proposing.set_column(document, field, value)
    teach_later(document.case_id, set(changes), user)
