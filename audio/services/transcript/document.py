"""The transcript as a document of the case: a WebVTT file that passes reading, embedding and citing like any other."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from audio.models import AudioSession
from audio.services.transcript import exports
from audio.services.transcript.reading import transcript_of
from documents.models import Document
from documents.services.extraction.parsers.subtitles import VTT
from documents.services.organising import tags
from documents.services.pipeline import lifecycle
from documents.services.storage import blobs
from tasks.models import TaskRecord

TAGS = "tags"


def publish(session: AudioSession, *, user: Any = None, parent: TaskRecord | None = None) -> Document | None:
    """Write the transcript's document, or write it anew, and have it read; in the caller's transaction, which has locked the recording.

    Gives None where there are no words.
    """
    transcript = transcript_of(session)
    if not transcript.lines:
        return None
    content = exports.vtt(transcript, note=f"written: {timezone.now().isoformat()}", timed=True)  # so that no other file has the same bytes
    stored = blobs.store(ContentFile(content.encode()), session.case_id)
    document = _locked(session) or Document(
        case=session.case,
        title=session.title,
        kind=Document.Kind.TRANSCRIPT,
        name=f"{session.title}.vtt"[:255],
        created_by=session.created_by,
    )
    document.mime, document.size, document.sha256, document.stored_as = VTT, stored.size, stored.sha256, stored.name
    document.language = session.language
    new = document._state.adding
    document.metadata = {**document.metadata, **{key: value for key, value in session.about.items() if key != TAGS}}
    document.save()
    if new and session.about.get(TAGS):
        tags.put_on(session.case, [document.pk], session.about[TAGS], session.created_by)
    session.document = document
    session.save(update_fields=["document", "updated"])
    lifecycle.process_document_pipeline(document, user, source="transcription", parent=parent)
    return document


def _locked(session: AudioSession) -> Document | None:
    """The living document of an earlier version."""
    if session.document_id is None:
        return None
    return Document.objects.select_for_update(of=("self",)).filter(pk=session.document_id, deleted_at=None).first()
