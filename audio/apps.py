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
        from audio import errors
        from audio.models import AudioSession, NoiseModel
        from audio.services import intake
        from audio.services.hearing import listening_page
        from audio.services.speaking import engine
        from audio.services.transcription import client, weights
        from documents.services.ingest.orphans import register_holder
        from documents.services.search.moments import register_player
        from tasks.progress.topics import register_subjects, register_topic

        weights.require_settings()
        client.register()
        errors.register()
        listening_page.register()
        engine.register()
        intake.register_taker()
        register_topic("audio", sessions_of)
        register_subjects("audio", sessions_named)
        register_holder(AudioSession.objects)
        register_holder(NoiseModel.objects)
        register_player(players_of)


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
