"""Answers written by a language model at an address that an administrator configured. Off by default.

configured (which one) -> answering -> prompt (what is sent), client (over the wire), parsing (what comes back, as drafts), sourcing (which
sentence of a passage says it), cleaning (text and nothing but text). chat.injection knows passages that try to give orders.
"""

from documents.services.chat.llm.configured import answerer, leaves_to, register, state

__all__ = ["answerer", "leaves_to", "register", "state"]
