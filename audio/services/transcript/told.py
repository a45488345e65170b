"""Recordings as papers tell them (`documents.services.papers.kinds.hearing`)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format

from audio.models import AudioSession
from audio.services.transcript.reading import transcript_of
from cases.models import Case
from documents.services.papers.kinds.hearing import Hearing, Line, register_hearings

MOST = 500


class Recordings:
    """The recordings of a case that have a transcript."""

    def choices(self, case: Case, user: Any) -> list[tuple[UUID, str]]:
        found = AudioSession.objects.visible_to(user).filter(case=case, transcript_version__gt=0, duplicate_of=None)
        return list(found.order_by("-created", "pk").values_list("pk", "title")[:MOST])

    def hearing(self, case: Case, user: Any, key: UUID) -> Hearing | None:
        found = AudioSession.objects.visible_to(user).filter(case=case, pk=key, transcript_version__gt=0).first()
        if found is None:
            return None
        lines = [
            Line(said.start_s, said.lines[-1].segment.end_s, said.speaker, said.text, said.proposed)
            for said in transcript_of(found).paragraphs()
        ]
        return Hearing(found.pk, found.title, found.get_absolute_url(), found.duration_s or 0.0, _recorded(found), lines)


def _recorded(session: AudioSession) -> str:
    """The day that the recording itself tells; "" where it tells none."""
    document = session.document
    if document is not None and document.date is not None:
        return date_format(document.date, "F j, Y")
    return date_format(timezone.localtime(session.created), "F j, Y") if session.kind == AudioSession.Kind.DICTATION else ""


def register() -> None:
    register_hearings(Recordings())
