"""Recordings that go for good: old ones, failed ones, and deleted ones whose time is over. This is the one place where rows go.

Never under legal hold. The bytes are taken by the nightly clean-up of leftover files, which leaves those that another row still names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from audio.models import AudioSession, AudioSessionQuerySet
from cases.models import AuditEvent, Case
from documents.services.pipeline.purging import kept_for
from documents.services.storage import holders
from tasks.progress.access import access_changed

OLD, FAILED, DELETED = "old", "failed", "deleted"
INHERITED = (
    "status", "error", "error_code", "notices", "container", "codec", "duration_s", "sample_rate", "channels", "speech_s", "snr_db",
    "language", "version", "engine", "transcribed_s", "transcript_version", "document", "task_id",
)  # fmt: skip
"""What was heard of a recording, for the copy that becomes the case's own."""


@dataclass(frozen=True)
class Summary:
    """What went, or with `dry_run` would go. `bytes` is the space that the nightly clean-up gives back for it."""

    reason: str
    dry_run: bool
    titles: list[str]
    bytes: int

    def as_result(self) -> dict[str, Any]:
        return {"reason": self.reason, "dry_run": self.dry_run, "recordings": len(self.titles), "bytes": self.bytes}


def due(reason: str) -> AudioSessionQuerySet:
    """Which recordings go for this reason now."""
    now = timezone.now()
    free = AudioSession.objects.filter(case__legal_hold=False)
    if reason == DELETED:
        return free.filter(deleted_at__lt=now - kept_for())
    in_use = Q(pinned=True) | Q(document__isnull=False, document__deleted_at=None)
    living = free.filter(deleted_at=None, status__in=AudioSession.TERMINAL).exclude(in_use)
    if reason == FAILED:
        stopped = (AudioSession.Status.FAILED, AudioSession.Status.CANCELLED)
        return living.filter(status__in=stopped, updated__lt=now - timedelta(hours=settings.AUDIO_KEEP_FAILED_HOURS))
    return living.filter(created__lt=now - timedelta(days=settings.AUDIO_KEEP_DAYS))


def clean_up(reason: str, *, dry_run: bool = False, user: Any = None, check: Callable[[], None] = lambda: None) -> Summary:
    """Let go what is due, each recording in a transaction of its own. `check` is called before each and may raise to stop."""
    going = [(row.pk, row.title, row.stored_as, row.size) for row in due(reason).order_by("created", "pk")]
    gone = []
    for row in going:
        check()
        if dry_run or _purge(row[0], reason, user):
            gone.append(row)
    return Summary(reason, dry_run, [title for _pk, title, _name, _size in gone], _freed(gone, dry_run=dry_run))


def _freed(gone: list[tuple[UUID, str, str, int]], *, dry_run: bool) -> int:
    """Bytes that no row names once these are gone; before they are, each still names its own."""
    own = Counter(name for _pk, _title, name, _size in gone)
    sizes = {name: size for _pk, _title, name, size in gone}
    return sum(size for name, size in sizes.items() if holders.count(name) == (own[name] if dry_run else 0))


def _purge(key: UUID, reason: str, user: Any) -> bool:
    """Held with its case, so that a legal hold, a pin or a restoration of this moment comes before or after, never in between."""
    with transaction.atomic():
        session = due(reason).select_related("case").select_for_update(of=("self",)).filter(pk=key).first()
        if session is None:
            return False
        Case.objects.select_for_update().get(pk=session.case_id)
        if not due(reason).filter(pk=key).exists():
            return False
        _hand_on(session)
        verb = "audio.purged" if reason == DELETED else "audio.cleaned_up"
        AuditEvent.write(verb, case=session.case, actor=user, target=session, title=session.title, reason=reason, size=session.size)
        access_changed(topics=[session.topic])
        session.delete()
    return True


def _hand_on(session: AudioSession) -> None:
    """Copies of it stay readable: they become copies of the case's new original, or the oldest inherits what was heard."""
    copies = list(session.duplicates.select_for_update().order_by("created", "pk"))
    if not copies:
        return
    same = AudioSession.objects.filter(case=session.case_id, sha256=session.sha256, deleted_at=None, duplicate_of=None)
    heir = same.exclude(pk=session.pk).first()
    if heir is None:
        heir = next((copy for copy in copies if copy.deleted_at is None), copies[0])
        for field in INHERITED:
            setattr(heir, field, getattr(session, field))
        _move_rows(session, heir)
        AudioSession.objects.filter(pk=session.pk).update(sha256="")  # its place as the original is free
        heir.duplicate_of = None
        heir.save()
    session.duplicates.exclude(pk=heir.pk).update(duplicate_of=heir)


def _move_rows(session: AudioSession, heir: AudioSession) -> None:
    heir.parts.all().delete()
    for related in AudioSession._meta.related_objects:
        if related.related_model is not AudioSession and related.field.name == "session":
            related.related_model._default_manager.filter(session=session).update(session=heir)
