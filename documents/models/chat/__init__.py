"""Conversations with their answers, and review tables."""

from documents.models.chat.conversations import Conversation, Message, MessageSentence, MessageSource
from documents.models.chat.review import ReviewCell, ReviewQuestion, ReviewRow, ReviewTable

__all__ = [
    "Conversation",
    "Message",
    "MessageSentence",
    "MessageSource",
    "ReviewCell",
    "ReviewQuestion",
    "ReviewRow",
    "ReviewTable",
]
