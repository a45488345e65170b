"""What the codes of the parsers mean, in sentences for people."""

from __future__ import annotations

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from documents.services.extraction import registry

Details = dict[str, str | int]


def error_sentence(code: str, details: Details) -> str:
    """Why a file could not be read and what a person can do about it."""
    return _errors().get(code, _errors()["parser_failed"]) % {
        "kind": "",
        "reason": "",
        "mime": "",
        "name": "",
        "limit": 0,
        "pages": 0,
        "formats": listed_formats(),
        **details,
    }


def listed_formats() -> str:
    """As "PDF, Word (DOCX), text and e-mail (EML)", in the reader's language."""
    return get_text_list([_(form.in_lists) for form in registry.formats()], _("and"))


def notice_sentence(code: str, details: Details) -> str:
    return _notices()[code] % {"pages": 0, "total": 0, "count": 0, "name": "", "claimed": "", "actual": "", **details}


def _errors() -> dict[str, str]:
    return {
        "empty_file": _("This file is empty. Please check the original and upload it again."),
        "unreadable": _("This %(kind)s file is damaged or incomplete and can't be opened. Please upload a fresh copy of it."),
        "encrypted": _("This file is protected with a password. Please remove the password and upload it again."),
        "unsupported_type": _("This kind of file (%(mime)s) can't be read yet. Formats that can: %(formats)s."),
        "type_mismatch": _(
            "The name of this file says %(name)s, but its content is something else. Please check that it is the file you meant."
        ),
        "too_many_pages": _("This PDF claims %(pages)s pages; up to %(limit)s can be read. Please split it and upload the parts."),
        "text_too_long": _("This file holds more than %(limit)s million characters. Please split it and upload the parts."),
        "too_many_attachments": _("This file holds more than %(limit)s attached files, or very large ones. Please upload them one by one."),
        "decompression_bomb": _(
            "This file unpacks to far more than its size allows and was stopped for safety. Please check where it came from."
        ),
        "needs_program": _(
            "Reading this kind of file needs %(name)s, which is not installed on the server. "
            "Please ask your administrator for it, or save the messages as MBOX or EML and upload those."
        ),
        "parser_timeout": _(
            "Reading this file took too long and was stopped. Please try a simpler copy, for example printed to a new PDF."
        ),
        "parser_memory": _("Reading this file needs more memory than allowed. Please split it and upload the parts."),
        "parser_crashed": _("The content of this file makes its reader stop. Please try a fresh copy, for example printed to a new PDF."),
        "parser_failed": _("This file could not be read (%(reason)s). Please try a fresh copy, for example printed to a new PDF."),
    }


def _notices() -> dict[str, str]:
    return {
        "needs_ocr": _(
            "Scanned pages without text: %(pages)s of %(total)s. Their words can't be searched until text recognition has read them."
        ),
        "no_text": _("No text was found in this file."),
        "pages_unreadable": _("Damaged pages that could not be read: %(pages)s."),
        "repaired": _("This PDF is damaged; its text was recovered, but some of it may be missing."),
        "attachment_unreadable": _("The attached file %(name)s is damaged and was left out."),
        "body_unreadable": _("The text of this message is kept in a form that could not be read; only its headers and files were."),
        "members_encrypted": _(
            "Files in this archive that are protected with a password and were left out: %(count)s. The first: “%(name)s”. "
            "Please unpack them with the password and upload them."
        ),
        "members_damaged": _("Damaged files in this archive that were left out: %(count)s. The first: “%(name)s”."),
        "members_bomb": _(
            "Files in this archive that unpack to far more than their size allows and were left out for safety: %(count)s. "
            "The first: “%(name)s”."
        ),
        "members_beyond": _("Too many or too large files for one archive, left out: %(count)s. The first: “%(name)s”. Please split it."),
        "members_no_files": _("Entries of this archive that are links or other things instead of files, left out: %(count)s."),
        "members_of_system": _("Files that a computer's system leaves in folders, left out: %(count)s. The first: “%(name)s”."),
        "members_strayed": _(
            "Files whose place in the archive led out of it; they were taken out in it: %(count)s. The first: “%(name)s”."
        ),
        "messages_beyond": _(
            "This mailbox holds %(total)s messages; %(count)s of them are too many or too large and were not taken out. Please split it."
        ),
        "mailbox_incomplete": _("This mailbox is damaged; what could be taken out of it was, but messages may be missing."),
        "load_file_unreadable": _("The load file %(name)s could not be read, so what it says of the other files is missing."),
        "tracked_changes": _("This document has tracked changes: insertions are shown as part of the text, deletions are left out."),
        "hidden_text": _("Hidden passages in this document: %(count)s. The first: “%(name)s”. They are read and found like the rest."),
        "not_shown": _("Passages that browsers don't show, left out: %(count)s. The first: “%(name)s”."),
        "comments": _("Comments in this document: %(count)s. They stand at the end of its text."),
        "encoding_guessed": _("This text doesn't say how it is encoded; it was read as %(name)s. Single letters may be wrong."),
        "type_by_content": _("The name of this file ends in %(claimed)s, but by its content it is: %(actual)s. It was read as that."),
    }
