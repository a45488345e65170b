"""Why something cannot be read aloud, in sentences for people."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from documents.errors import Refused

EITHER = _("Send either a text, or a document and a page.")
NOT_SET_UP = _("Reading aloud is not set up on this installation.")
SENTENCES = {
    "speech_not_set_up": (409, NOT_SET_UP),
    "speech_too_long": (
        413,
        _("This text is too long to be read aloud: it has %(characters)s characters, and at most %(most)s can be read."),
    ),
    "speech_empty": (400, _("There is no text to read aloud.")),
    "speech_no_piece": (404, _("This text has only %(pieces)s pieces.")),
    "speech_busy": (503, _("Much is being read aloud just now. Please try again in a moment.")),
    "speech_stopped": (503, _("The server is being stopped. Please try again in a moment.")),
    "speech_timeout": (502, _("The program that reads aloud took longer than %(seconds)s seconds and was stopped.")),
    "speech_too_much": (502, _("The program that reads aloud wrote more than %(megabytes)s MB for a short text and was stopped.")),
    "speech_failed": (502, _("The program that reads aloud failed (exit code %(code)s). Please tell your administrator.")),
    "speech_missing": (502, _("The program that reads aloud cannot be started (%(reason)s). Please tell your administrator.")),
    "speech_garbage": (502, _("The program that reads aloud wrote no sound that can be read (WAV). Please tell your administrator.")),
}

FAILURES = {
    409: "reading aloud is not set up",
    413: "the text is too long",
    429: "asked too often; Retry-After says for how long",
    502: "the program that reads aloud failed, took too long, or wrote no sound",
    503: "too much is being read aloud just now, or the server is being stopped",
    507: "the disk of the server is full",
}
"""The statuses of these errors, for the API's schema."""


class SpeechRefused(Refused):
    def __init__(self, code: str, /, **details: str | int) -> None:
        super().__init__(str(SENTENCES[code][1]) % details, code)

    @property
    def status(self) -> int:
        return SENTENCES[self.code][0]
