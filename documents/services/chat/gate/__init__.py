"""Whether a sentence of an answer is so: judged against the text of its sources, without any model."""

from documents.services.chat.gate.judging import Gate

__all__ = ["Gate"]
