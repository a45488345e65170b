"""Operations on documents, and on what people have them looked through for."""

from documents.admin import alerts, chat, documents, review, searches
from documents.admin.base import Shown

__all__ = ["Shown", "alerts", "chat", "documents", "review", "searches"]
