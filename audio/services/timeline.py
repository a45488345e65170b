"""Hearings and depositions are events of their case, where the recording's name says when they were."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from audio.models import AudioSession
from cases.models import Event, register_events
from documents.services.timeline.dates import DAY, dates_in
from documents.services.timeline.entries import Origin, register_origins

HELD = (AudioSession.Kind.HEARING, AudioSession.Kind.DEPOSITION)


def register() -> None:
    register_events([Event.Kind.HEARING], _is_seen)
    register_origins(Event.Kind.HEARING, origins)


def follow(session: AudioSession) -> None:
    """Make the event of a recording that has none yet, in the caller's transaction. A copy of the same bytes has none of its own."""
    if session.event_id is not None or session.kind not in HELD or session.duplicate_of_id is not None:
        return
    found = [one for one in dates_in(session.title.replace("_", " ")) if one.precision == DAY]
    if len(found) != 1:
        return
    (one,) = found
    session.event = Event.objects.create(
        case=session.case, kind=Event.Kind.HEARING, date=one.date, end_date=one.end_date, doubtful=one.doubtful, text=session.title
    )
    session.save(update_fields=["event"])


def follow_all(**_signal: Any) -> None:
    """After a migration: of what was recorded before there were events."""
    for session in AudioSession.objects.filter(event=None, kind__in=HELD, duplicate_of=None, deleted_at=None).select_related("case"):
        with transaction.atomic():
            follow(session)


def origins(user: Any, events: Collection[UUID]) -> dict[UUID, Origin]:
    """{event: its recording} of those that the user sees."""
    found = AudioSession.objects.visible_to(user).filter(event__in=events)
    return {session.event_id: Origin(session.title, session.get_absolute_url()) for session in found if session.event_id is not None}


def _is_seen(user: Any) -> Q:
    return Q(Exists(AudioSession.objects.visible_to(user).filter(event=OuterRef("pk"))))
