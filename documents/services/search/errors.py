from __future__ import annotations


class SearchError(ValueError):
    """A query that cannot be run. `message` is for the person who typed it; code points [position, end) of the query are what is wrong
    with it, none where it is the whole."""

    def __init__(self, message: object, code: str, position: int = 0, end: int = 0) -> None:
        super().__init__(str(message))
        self.message, self.code, self.position, self.end = str(message), code, position, max(position, end)
