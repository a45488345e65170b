from __future__ import annotations


class DeliveryError(Exception):
    """Something could not be sent; `message` is for the alert's owner. A `lasting` one is not tried again."""

    def __init__(self, message: str, *, lasting: bool = False) -> None:
        super().__init__(message)
        self.message, self.lasting = str(message), lasting
