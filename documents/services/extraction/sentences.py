"""What the codes of the parsers mean, in sentences for people."""

from __future__ import annotations

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from documents.services.extraction import registry
from documents.services.extraction.formats import Format

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
        "package": "",
        "formats": listed_formats(),
        **details,
    }


def missing_program(form: Format) -> tuple[str, Details] | None:
    """The code and the details of a refusal where this installation lacks the program that reads a format."""
    if form.needs is None or not form.needs.is_missing:
        return None
    return "needs_program", {"kind": _(form.label), "name": form.needs.command, "package": form.needs.package}


def listed_formats() -> str:
    """As "PDF, Word (DOCX), text and e-mail (EML)", in the reader's language."""
    return get_text_list([_(form.in_lists) for form in registry.formats()], _("and"))


def notice_sentence(code: str, details: Details) -> str:
    return _notices()[code] % {
        "pages": 0,
        "total": 0,
        "count": 0,
        "inserted": 0,
        "deleted": 0,
        "name": "",
        "claimed": "",
        "actual": "",
        **details,
    }


def _errors() -> dict[str, str]:
    return {
        "empty_file": _("This file is empty. Please check the original and upload it again."),
        "unreadable": _("This %(kind)s file is damaged or incomplete and can't be opened. Please upload a fresh copy of it."),
        "encrypted": _("This file is protected with a password. Please remove the password and upload it again."),
        "too_old": _("This %(kind)s file is of a version too old to be read. Please open it, save it in a newer format and upload that."),
        "needs_program": _(
            "Reading this file (%(kind)s) needs the program %(name)s, which is not installed on the server. Please ask your administrator "
            "to install it (package %(package)s), or upload the file in another format, for example as PDF."
        ),
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
        "tracked_changes": _(
            "This document has tracked changes (insertions: %(inserted)s, deletions: %(deleted)s). They stand in its text, marked as such."
        ),
        "hidden_text": _("Hidden passages in this document: %(count)s. The first: “%(name)s”. They are read and found like the rest."),
        "not_shown": _("Passages that browsers don't show, left out: %(count)s. The first: “%(name)s”."),
        "comments": _("Comments in this document: %(count)s. They stand at the end of its text."),
        "comments_beside": _("Comments in this document: %(count)s. Each stands at the end of the page that it is about."),
        "hidden_slides": _("Hidden slides: %(count)s (%(name)s). They are read and found like the rest."),
        "hidden_sheets": _("Hidden sheets: %(count)s (%(name)s). They are read and found like the rest."),
        "hidden_cells": _("Hidden rows and columns: %(count)s (%(name)s). They are read and found like the rest."),
        "sheets_left_out": _("This table is too large to be read as a whole. Left out: %(name)s."),
        "sheets_unreadable": _("Parts of this file are damaged and were left out: %(name)s."),
        "cells_left_out": _(
            "This table is too large to be read as a whole. Of %(name)s the rows up to %(count)s were read; what follows can't be searched."
        ),
        "formulas_without_values": _("Formulas whose results are not stored in the file: %(count)s. They are shown as written."),
        "encoding_guessed": _("This text doesn't say how it is encoded; it was read as %(name)s. Single letters may be wrong."),
        "type_by_content": _("The name of this file ends in %(claimed)s, but by its content it is: %(actual)s. It was read as that."),
    }
