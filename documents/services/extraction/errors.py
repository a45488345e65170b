"""The one error of the parsers. It carries a code; the sentence for people is made in the parent, in the reader's language."""

from __future__ import annotations

from documents.services.sandbox import JobRefused


class Unreadable(JobRefused):
    """The file can't become text. `code` is a key of `sentences.ERRORS`, `details` fill its sentence."""
