"""What an answer may rest on: passages that were retrieved for who asks, and how much of the case was looked at."""

from documents.services.chat.evidence.gathering import gather, whole
from documents.services.chat.evidence.looked_at import searched
from documents.services.chat.evidence.statements import Statement, statements_of

__all__ = ["Statement", "gather", "searched", "statements_of", "whole"]
