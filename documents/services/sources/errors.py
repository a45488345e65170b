"""Why a look at a source ended early, in sentences for people."""

from __future__ import annotations


class SourceError(Exception):
    """`lasting`: looking again by itself would not help (a wrong password asked for often locks the account), so it waits for a person.
    `stop`: the source is switched off."""

    def __init__(self, message: str, code: str, *, lasting: bool = False, stop: bool = False) -> None:
        super().__init__(message)
        self.message, self.code, self.lasting, self.stop = str(message), code, lasting, stop
