"""Questions that the database answers, exactly: how many, which documents, list all."""

from documents.services.chat.counting.counted import counted

__all__ = ["counted"]
