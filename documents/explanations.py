"""What the error codes of reading a file mean and what to do about them, for the pages of tasks."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from tasks.base.causes import Cause, register_causes

_ANOTHER_FILE = _("Put a better copy in its place; trying this one again gives the same answer.")
ENCRYPTED = Cause(
    _("The file is encrypted"),
    _("The file is protected with a password, so its text cannot be read."),
    _("Give the password, and it is read. Without it, trying again gives the same answer."),
    retry=False,
    hopeless=True,
)
WRONG_PASSWORD = replace(ENCRYPTED, title=_("The password is wrong"), sentence=_("The password that was given does not open the file."))
UNREADABLE = Cause(
    _("The file is damaged"), _("The file is not what its name says, or parts of it are broken."), _ANOTHER_FILE, retry=False, hopeless=True
)
EMPTY = Cause(_("The file is empty"), _("There is nothing in the file that could be read."), _ANOTHER_FILE, retry=False, hopeless=True)
UNSUPPORTED = Cause(
    _("A format that cannot be read"),
    _("LexIntel does not know this kind of file."),
    _("Save it in another format, for example as PDF, and put that in its place, or keep it as it is."),
    retry=False,
    hopeless=True,
)
NEEDS_PROGRAM = Cause(
    _("A program is missing"),
    _("This kind of file is read by another program, which is not installed on the server."),
    _("Install it on every machine that reads files, then try again; or add the content in another format."),
    retry=True,
)
TOO_LARGE = Cause(
    _("Too much in one file"),
    _("The file holds more than is read in one piece; the limits protect the other files."),
    _("Split it and add the parts; trying the whole again gives the same answer."),
    retry=False,
    hopeless=True,
)
PARSER = Cause(
    _("The file broke its reader"),
    _("The program that reads this kind of file ran out of memory or time, or crashed on it. Nothing else was touched."),
    _("Save the file anew with its program, or as PDF, and put that copy in its place."),
    retry=False,
    hopeless=True,
)
SLOW_PARSER = replace(PARSER, hopeless=False)
FILE_MISSING = Cause(
    _("The stored file is missing"),
    _("The file that was uploaded is no longer in the storage."),
    _("Put the file in its place again, and tell your administrator. Try again once the storage is back."),
    retry=True,
)
FILE_CHANGED = Cause(
    _("The stored file is not the one that was added"),
    _("Its bytes in the storage were damaged or changed, so that nothing was read of it."),
    _("Add the same file again, which puts it in its place, or restore it from a backup. Then try again."),
    retry=True,
)
STORAGE_AWAY = Cause(
    _("The storage does not answer"),
    _("The place where the files are kept could not be reached, or refused."),
    _("Look at /readyz, which says why, and at STORAGE_URL. Nothing is lost; try again once it is back."),
    retry=True,
)
EMBEDDING = Cause(
    _("The embedding service refused"),
    _("The outside service that makes the vectors gave no usable answer."),
    _("Look at EMBEDDING_URL and the service's own log, then try again."),
    retry=True,
)

UNCONFINED = Cause(
    _("The reader could not be confined"),
    _("The kernel refused to confine the program that reads files; none is opened without."),
    _("Look at the log of that process and at /readyz (confinement); then try again."),
    retry=True,
)

NO_LONGER_ALLOWED = Cause(
    _("The case is no longer open to who asked"),
    _("Who asked has left the case, or the account or the conversation was closed while the answer was made."),
    _("Somebody who may read the case can ask the question again."),
    retry=False,
    hopeless=True,
)
NO_ANSWER = Cause(
    _("The answer failed"),
    _("Something went wrong while a question was answered; what was asked is not told here."),
    _("Ask the question again. Where it fails again, an administrator finds the place in the log."),
    retry=True,
)


def register() -> None:
    register_causes(["encrypted"], ENCRYPTED)
    register_causes(["wrong_password"], WRONG_PASSWORD)
    register_causes(["file_missing"], FILE_MISSING)
    register_causes(["file_changed"], FILE_CHANGED)
    register_causes(["storage_away"], STORAGE_AWAY)
    register_causes(["unreadable", "type_mismatch"], UNREADABLE)
    register_causes(["empty_file"], EMPTY)
    register_causes(["needs_program"], NEEDS_PROGRAM)
    register_causes(["unsupported_type"], UNSUPPORTED)
    register_causes(["too_many_pages", "text_too_long", "too_many_attachments", "decompression_bomb"], TOO_LARGE)
    register_causes(["parser_memory", "parser_crashed"], PARSER)
    register_causes(["parser_timeout", "parser_failed"], SLOW_PARSER)
    register_causes(["parser_unconfined"], UNCONFINED)
    register_causes(["embedding_answer", "embedding_refused"], EMBEDDING)
    register_causes(["no_longer_allowed"], NO_LONGER_ALLOWED)
    register_causes(["answer_failed"], NO_ANSWER)
