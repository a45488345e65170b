from __future__ import annotations

from documents.services.chat.contracts import Listing, Question


def counted(question: Question) -> Listing | None:
    """None where it is no question for the database, or one that it can't answer exactly."""
    return None
