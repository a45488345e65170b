"""Corrections that people make to what is known of a document."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from cases.models import AuditEvent, Role
from documents.models import Document
from documents.services.pipeline.retitling import renew_later

EDITABLE = ("title", "kind", "date")


def update(document: Document, user: Any, **changes: Any) -> Document:
    """Change any of EDITABLE. What is the same as before is neither written nor recorded."""
    if unknown := set(changes) - set(EDITABLE):
        raise TypeError(f"update() cannot change {', '.join(sorted(unknown))}")
    document.require(user, Role.EDITOR)
    with transaction.atomic():
        locked = Document.objects.select_for_update(of=("self",)).get(pk=document.pk)
        changed = {field: [str(getattr(locked, field)), str(value)] for field, value in changes.items() if getattr(locked, field) != value}
        for field in changed:
            setattr(locked, field, changes[field])
            setattr(document, field, changes[field])
        if changed:
            locked.save(update_fields=[*changed, "updated"])
            if "title" in changed:
                renew_later(locked, user)
            AuditEvent.write("document.updated", case=document.case, actor=user, target=document, changes=changed)
    return document
