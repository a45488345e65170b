"""What people say of events: that one is right, that it is otherwise, that it does not matter; and events and deadlines of their own.

Each verb raises Http404 for who may not see the event, PermissionDenied for who sees it but is no editor, Refused (bad_date, no_text,
not_a_deadline), and writes its AuditEvent.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import AuditEvent, Case, DatePrecision, Event, Role
from documents.errors import Refused

LONGEST = 2000
EDITABLE = ("date", "date_precision", "end_date", "time", "text")
DATED = ("date", "date_precision", "end_date")


def add(
    case: Case, user: Any, kind: str, text: str, date: datetime.date, *, date_precision: str = DatePrecision.DAY,
    end_date: datetime.date | None = None, time: datetime.time | None = None,
) -> Event:  # fmt: skip
    """An event of a person's own, or a deadline: confirmed by who enters it."""
    case.require(user, Role.EDITOR)
    if kind not in Event.BY_PEOPLE:
        raise Refused(_("People enter events and deadlines; the other kinds come from documents and recordings."), "bad_kind")
    event = Event(
        case=case, kind=kind, text=text, date=date, date_precision=date_precision, end_date=end_date, time=time,
        state=Event.State.CONFIRMED, created_by=user, decided_by=user, decided=timezone.now(),
    )  # fmt: skip
    _clean(event)
    with transaction.atomic():
        event.save()
        AuditEvent.write("event.added", case=case, actor=user, target=event, **_told(event))
    return event


def decide(event: Event, user: Any, *, state: str | None = None, done: bool | None = None, **changes: Any) -> Event:
    """All at once: correct any of EDITABLE, then confirm, hide or propose again; a deadline may be `done`. A correction confirms, unless
    another state is asked for. What is the same as before is neither written nor recorded."""
    if unknown := set(changes) - set(EDITABLE):
        raise TypeError(f"decide() cannot change {', '.join(sorted(unknown))}")
    with _changing(event.pk, user) as (held, case):
        before = {name: getattr(held, name) for name in EDITABLE}
        for name, value in changes.items():
            setattr(held, name, value)
        _clean(held)
        changed = {name: [_plain(old), _plain(getattr(held, name))] for name, old in before.items() if getattr(held, name) != old}
        if changed:
            _correct(held, before)
            AuditEvent.write("event.corrected", case=case, actor=user, target=held, changes=changed)
        _settle(held, case, user, state or (Event.State.CONFIRMED if changed and held.state == Event.State.PROPOSED else None))
        if done is not None and done != held.done:
            if held.kind != Event.Kind.DEADLINE:
                raise Refused(_("Only a deadline can be done."), "not_a_deadline")
            held.done = done
            AuditEvent.write("event.done" if done else "event.reopened", case=case, actor=user, target=held, **_told(held))
        if changed:
            held.decided_by, held.decided = user, timezone.now()
        held.save()
    return held


def take_back(event: Event, user: Any) -> Event:
    """Forget what people decided: it is proposed again as it was found. What a person entered is shown again."""
    with _changing(event.pk, user) as (held, case):
        if held.said is not None:
            said = held.said
            held.date, held.date_precision, held.text = datetime.date.fromisoformat(said["date"]), said["date_precision"], said["text"]
            held.end_date = datetime.date.fromisoformat(said["end_date"]) if said.get("end_date") else None
            held.said, held.time = None, None
        by_people = held.kind in Event.BY_PEOPLE
        held.state = Event.State.CONFIRMED if by_people else Event.State.PROPOSED
        held.decided, held.decided_by = (timezone.now(), user) if by_people else (None, None)
        held.save()
        AuditEvent.write("event.taken_back", case=case, actor=user, target=held, **_told(held))
    return held


@contextmanager
def _changing(key: UUID, user: Any) -> Iterator[tuple[Event, Case]]:
    """The event as it is now, held with its case, which is locked first, as whoever moves documents does."""
    with transaction.atomic():
        seen = Event.objects.visible_to(user).filter(pk=key).first()
        if seen is None:
            raise Http404
        case = Case.objects.select_for_update(no_key=True).get(pk=seen.case_id)
        case.require(user, Role.EDITOR)
        held = Event.objects.select_for_update(of=("self",)).filter(pk=key, case=case).first()
        if held is None:
            raise Http404
        yield held, case


def _correct(event: Event, before: dict[str, Any]) -> None:
    """Keep what was found, once; a date that a person wrote is not doubtful."""
    if event.kind not in Event.BY_PEOPLE and event.said is None:
        event.said = {name: _plain(before[name]) for name in (*DATED, "text")}
    if any(getattr(event, name) != before[name] for name in DATED):
        event.doubtful = False


def _settle(event: Event, case: Case, user: Any, state: str | None) -> None:
    if state is None or state == event.state:
        return
    event.state = Event.State(state)
    event.decided_by, event.decided = user, timezone.now()
    if state == Event.State.PROPOSED:
        event.decided_by, event.decided = None, None
    verb = {Event.State.CONFIRMED: "confirmed", Event.State.HIDDEN: "hidden", Event.State.PROPOSED: "unconfirmed"}[Event.State(state)]
    AuditEvent.write(f"event.{verb}", case=case, actor=user, target=event, **_told(event))


def _clean(event: Event) -> None:
    event.text = " ".join(event.text.replace("\x00", "").split())
    if not event.text:
        raise Refused(_("Say what happened, or what is due."), "no_text")
    if len(event.text) > LONGEST:
        raise Refused(_("This is too long: at most %(limit)s characters.") % {"limit": LONGEST}, "too_long")
    if not (1700 <= event.date.year <= 2200 and (event.end_date is None or event.end_date.year <= 2200)):
        raise Refused(_("This year is outside of what a case can be about."), "bad_date")
    event.date_precision = DatePrecision(event.date_precision)
    if event.date_precision != DatePrecision.DAY:
        event.end_date, event.time = None, None
        event.date = event.date.replace(day=1, month=1 if event.date_precision == DatePrecision.YEAR else event.date.month)
    if event.end_date is not None and event.end_date < event.date:
        raise Refused(_("The last day is before the first."), "bad_date")
    if event.end_date == event.date:
        event.end_date = None


def _told(event: Event) -> dict[str, str]:
    """For the audit log: which event, without the words of a document."""
    return {"kind": str(event.get_kind_display()), "date": event.dated}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else value if value is None else str(value)
