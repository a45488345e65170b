"""Answers without a language model: the sentences that answer, quoted word for word."""

from documents.services.chat.extractive.answering import Extractive
from documents.services.chat.extractive.single import best
from documents.services.chat.extractive.values import value_in

__all__ = ["Extractive", "best", "value_in"]
