"""What a question asks: its type, and the same question without the conversation before it."""

from documents.services.chat.understanding.questions import understand

__all__ = ["understand"]
