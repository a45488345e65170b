"""Answers written by a language model at an address that an administrator configured. Off by default."""

from documents.services.chat.llm.configured import answerer, leaves_to

__all__ = ["answerer", "leaves_to"]
