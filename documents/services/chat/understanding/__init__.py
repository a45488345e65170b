"""What a question asks: its type, what it states itself, and the same question without the conversation before it."""

from documents.services.chat.understanding.questions import understand
from documents.services.chat.understanding.seeking import sought

__all__ = ["sought", "understand"]
