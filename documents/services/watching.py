"""Who may watch the progress of a document: who may see it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from documents.models import Document


def may_see(user: Any, document_id: UUID) -> bool:
    return Document.objects.visible_to(user).filter(pk=document_id).exists()
