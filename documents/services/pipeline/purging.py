"""Deleted documents go for good when their time is over: text, passages, vectors, citations, and with the nightly clean-up the bytes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from cases.models import AuditEvent, Case
from documents.models import Document
from documents.services.timeline import carrying

AT_ONCE = 100


def kept_for() -> timedelta:
    """How long a deletion can be taken back."""
    return timedelta(days=settings.DELETED_KEEP_DAYS)


def gone_at(document: Document) -> datetime | None:
    """When a deleted document goes for good; None while its case is under legal hold."""
    if document.deleted_at is None or (document.case is not None and document.case.legal_hold):
        return None
    return document.deleted_at + kept_for()


def due() -> QuerySet[Document]:
    """What was deleted long enough ago and is not under legal hold."""
    return Document.objects.filter(Q(case=None) | Q(case__legal_hold=False), deleted_at__lt=timezone.now() - kept_for())


def purge(check: Callable[[], None]) -> int:
    """Delete what is due, each document in a transaction of its own; gives how many. `check` is called before each and may raise."""
    purged = 0
    while keys := list(due().order_by("deleted_at", "id").values_list("pk", flat=True)[:AT_ONCE]):
        for key in keys:
            check()
            purged += _purge(key)
    return purged


def _purge(key: UUID) -> bool:
    """Held with its case, so that a legal hold or a restoration of this moment comes before or after, never in between."""
    with transaction.atomic():
        document = due().select_related("case").select_for_update(of=("self",)).filter(pk=key).first()
        if document is None:
            return False
        if document.case is not None:
            Case.objects.select_for_update().get(pk=document.case.pk)
            if not due().filter(pk=key).exists():
                return False
        Document.objects.filter(parent=document).update(parent=None)
        Document.objects.filter(duplicate_of=document).update(duplicate_of=None)
        AuditEvent.write("document.purged", case=document.case, actor=None, target=document, title=document.title)
        carrying.forget(document)
        document.delete()
    return True
