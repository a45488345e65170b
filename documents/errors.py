"""What the room of documents refuses, in sentences for people. Each has a code for programs and the HTTP status that fits it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tasks.errors import PermanentError, RetryableError

HTTP_STATUS = {
    "too_large": 413,
    "tus_version": 412,
    "upload_lost": 410,
    "refused_type": 415,
    "legal_hold": 409,
    "busy": 409,
    "not_running": 409,
    "by_command": 409,
    "not_deleted": 409,
    "not_failed": 409,
    "duplicate": 409,
    "no_password_needed": 409,
    "not_replaceable": 409,
    "not_a_document": 415,
    "nothing_to_do": 409,
    "number_changed": 409,
    "same_case": 409,
    "tag_exists": 409,
    "filter_exists": 409,
    "search_exists": 409,
    "not_ready": 409,
    "no_text": 409,
    "not_found_in_text": 409,
    "voices_missing": 409,
    "offset_conflict": 409,
    "upload_finished": 409,
    "source_paused": 409,
    "source_exists": 409,
    "not_looked_at": 409,
    "kind_is_off": 409,
    "alert_exists": 409,
    "email_is_off": 409,
    "webhook_is_off": 409,
    "answers_at_work": 409,
    "download_too_large": 413,
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


class StorageAway(RetryableError):
    """The place where files are kept does not answer, or refuses us; `reason` says it to administrators. What needed it is tried again."""

    def __init__(self, reason: str) -> None:
        super().__init__(_("The storage of the files does not answer just now. Please try again in a while."), "storage_away")
        self.reason = str(reason)

    def __str__(self) -> str:
        return f"{self.message} {self.reason}"


class FileChanged(PermanentError):
    """The bytes in the storage are not those that were put there."""

    def __init__(self) -> None:
        text = _(
            "The stored file is not the one that was uploaded: it was damaged or changed on the server. Please tell your administrator."
        )
        super().__init__(text, "file_changed")
