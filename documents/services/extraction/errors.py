"""The one error of the parsers. It carries a code; the sentence for people is made in the parent, in the reader's language."""

from __future__ import annotations


class Unreadable(Exception):
    """The file can't become text. `code` is a key of `sentences.ERRORS`, `details` fill its sentence."""

    def __init__(self, code: str, **details: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.details = details
