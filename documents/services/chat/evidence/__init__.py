"""What an answer may rest on: passages that were retrieved for who asks, and how much of the case was looked at."""

from documents.services.chat.evidence.gathering import gather

__all__ = ["gather"]
