"""The demonstration matter: fictional parties, real citations, written by us and read by the real pipeline."""

from documents.services.demo.matter import fill

__all__ = ["fill"]
