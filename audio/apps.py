from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from audio.models import AudioSession
    from tasks.progress.topics import Subject


class AudioConfig(AppConfig):
    name = "audio"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from audio import errors
        from audio.models import AudioSession, NoiseModel
        from audio.services import intake, sessions, timeline
        from audio.services.hearing import listening_page
        from audio.services.speaking import engine
        from audio.services.transcript import told
        from audio.services.transcription import client, weights
        from documents.services.bulk.moving import register_ties
        from documents.services.search.showing.moments import register_player
        from documents.services.storage.holders import Holder
        from documents.services.storage.holders import register as register_holder
        from tasks.progress.topics import register_subjects, register_topic

        weights.require_settings()
        client.register()
        errors.register()
        listening_page.register()
        engine.register()
        intake.register_taker()
        timeline.register()
        post_migrate.connect(timeline.follow_all, sender=self, dispatch_uid="audio.services.timeline")
        told.register()
        register_topic("audio", sessions_of)
        register_subjects("audio", sessions_named)
        register_holder(Holder(AudioSession.objects, sessions.announce))
        register_holder(Holder(NoiseModel.objects))
        register_player(players_of)
        register_ties(held_by_recordings)


def sessions_of(user: Any) -> QuerySet[AudioSession]:
    from audio.models import AudioSession

    return AudioSession.objects.visible_to(user)


def sessions_named(user: Any, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Subject]:
    """Titles of those of the recordings that the user sees."""
    from audio.models import AudioSession
    from tasks.progress.topics import Subject

    return {
        session.pk: Subject(session.title, session.get_absolute_url())
        for session in AudioSession.objects.visible_to(user).filter(pk__in=ids)
    }


def players_of(documents: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """{document: address of the player} of transcripts among these documents."""
    from audio.models import AudioSession

    found = AudioSession.objects.filter(document__in=documents, deleted_at=None)
    return {session.document_id: session.get_absolute_url() for session in found.only("pk", "document") if session.document_id}


def held_by_recordings(documents: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Transcripts, and e-mails that recordings came with: recordings stay in their case, and these with them."""
    from django.utils.translation import gettext as _

    from audio.models import AudioSession

    sessions = AudioSession.objects.filter(deleted_at=None)
    held = {pk: _("A recording came with it, and recordings stay in their case.") for pk in _keys(sessions, "attached_to", documents)}
    return held | {
        pk: _("It is the transcript of a recording, and recordings stay in their case.") for pk in _keys(sessions, "document", documents)
    }


def _keys(sessions: QuerySet[AudioSession], field: str, documents: Collection[uuid.UUID]) -> list[uuid.UUID]:
    return list(sessions.filter(**{f"{field}__in": documents}).values_list(field, flat=True))
