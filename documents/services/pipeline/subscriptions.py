"""Who may watch the progress of a document, and what its tasks' pages call it: for who may see it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from documents.models import Document
from tasks.progress.topics import Subject


def documents_of(user: Any) -> QuerySet[Document]:
    return Document.objects.visible_to(user)


def documents_named(user: Any, ids: Collection[UUID]) -> dict[UUID, Subject]:
    """Title and page of those of the documents that the user sees."""
    documents = Document.objects.visible_to(user).filter(pk__in=ids).only("title")
    return {document.pk: Subject(document.title, document.get_absolute_url()) for document in documents}
