"""Answers without a language model: the sentences that answer, quoted word for word."""

from documents.services.chat.extractive.answering import Extractive

__all__ = ["Extractive"]
