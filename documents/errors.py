"""What the room of documents refuses, in sentences for people. Each has a code for programs and the HTTP status that fits it."""

from __future__ import annotations

HTTP_STATUS = {
    "too_large": 413,
    "tus_version": 412,
    "upload_lost": 410,
    "refused_type": 415,
    "legal_hold": 409,
    "busy": 409,
    "not_running": 409,
    "not_deleted": 409,
    "not_failed": 409,
    "duplicate": 409,
    "no_password_needed": 409,
    "not_replaceable": 409,
    "not_a_document": 415,
    "nothing_to_do": 409,
    "voices_missing": 409,
    "offset_conflict": 409,
    "upload_finished": 409,
    "storage_full": 507,
}


class Refused(Exception):
    """A person asked for something that can't be done; `message` says why and what to do, `code` never changes."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.message = str(message)
        self.code = code

    @property
    def status(self) -> int:
        return HTTP_STATUS.get(self.code, 400)

    def about(self, name: str) -> Refused:
        """The same refusal, saying which file of several it is about."""
        return Refused(f"{name}: {self.message}", self.code)
