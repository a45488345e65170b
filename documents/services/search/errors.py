from __future__ import annotations


class SearchError(ValueError):
    """A query that cannot be run. `message` is for the person who typed it, `position` is the code point where it goes wrong."""

    def __init__(self, message: object, code: str, position: int = 0) -> None:
        super().__init__(str(message))
        self.message, self.code, self.position = str(message), code, position
