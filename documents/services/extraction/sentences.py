"""What the codes of the parsers mean, in sentences for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from documents.services.extraction import families, registry
from documents.services.extraction.findings import Finding
from documents.services.extraction.formats import Format

MANY_PAGES = 10


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


def type_words(mime: str, name: str = "") -> str:
    """What a file is, as “Word document”; “Video (MP4)” of what can't be read, by its content and the ending of its name."""
    if form := registry.by_mime(mime):
        return _(form.label)
    label, ending = families.described(mime, PurePosixPath(name.lower()).suffix)
    return f"{_(label)} ({ending})" if ending else _(label)


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


def finding_sentences(findings: Sequence[Finding]) -> Iterator[tuple[str, str]]:
    """For each kind of hidden text how often and on which pages, as (kind, sentence)."""
    for kind, sentence in _findings().items():
        of_kind = [finding for finding in findings if finding.kind == kind]
        if of_kind:
            yield kind, sentence(len(of_kind)) % {"count": len(of_kind), "where": _where(of_kind)}


def _where(findings: Sequence[Finding]) -> str:
    """As "on pages 1, 4 and 9", some of them where there are many."""
    pages = sorted({finding.page for finding in findings if finding.page is not None})
    listed = [str(page) for page in pages[:MANY_PAGES]]
    if len(pages) > MANY_PAGES:
        listed.append(_("%(count)d more") % {"count": len(pages) - MANY_PAGES})
    return ngettext("on page %(pages)s", "on pages %(pages)s", len(pages)) % {"pages": get_text_list(listed, _("and"))}


def _findings() -> dict[str, Callable[[int], str]]:
    """For each kind of finding a sentence by their number."""
    return {
        "covered": lambda n: ngettext(
            "Text can still be read under %(count)d box, %(where)s.", "Text can still be read under %(count)d boxes, %(where)s.", n
        ),
        "invisible": lambda n: ngettext(
            "%(count)d invisible passage can be read, %(where)s.", "%(count)d invisible passages can be read, %(where)s.", n
        ),
        "same_colour": lambda n: ngettext(
            "%(count)d passage in the colour of its ground can be read, %(where)s.",
            "%(count)d passages in the colour of their ground can be read, %(where)s.",
            n,
        ),
        "off_page": lambda n: ngettext(
            "%(count)d passage beside the visible page can be read, %(where)s.",
            "%(count)d passages beside the visible page can be read, %(where)s.",
            n,
        ),
        "layer": lambda n: ngettext(
            "%(count)d passage in a hidden layer can be read, %(where)s.", "%(count)d passages in hidden layers can be read, %(where)s.", n
        ),
        "revision": lambda n: ngettext(
            "An earlier revision inside this file has %(count)d passage that was taken out since, %(where)s.",
            "Earlier revisions inside this file have %(count)d passages that were taken out since, %(where)s.",
            n,
        ),
        "metadata": lambda n: ngettext(
            "%(count)d property of this file says what its pages don't show.",
            "%(count)d properties of this file say what its pages don't show.",
            n,
        ),
    }


def _errors() -> dict[str, str]:
    return {
        "empty_file": _("This file is empty. Please check the original and upload it again."),
        "unreadable": _("This %(kind)s file is damaged or incomplete and can't be opened. Please upload a fresh copy of it."),
        "encrypted": _("This file is protected with a password."),
        "wrong_password": _("The password does not open this file. Please look at it again; small and capital letters count."),
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
        "parser_unconfined": _(
            "This machine could not lock the program that reads files, so the file was not opened. "
            "Please ask an administrator to look at the log, and try again then."
        ),
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
        "pages_cut_off": _("This file is damaged: %(pages)s pages could be read, and what follows them could not."),
        "repaired": _("This PDF is damaged; its text was recovered, but some of it may be missing."),
        "dynamic_form": _(
            "This is a form that only Adobe's programs show in full (XFA); what was filled in may be missing from its text. "
            "Please print it to a new PDF there."
        ),
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
        "tracked_changes": _(
            "This document has tracked changes (insertions: %(inserted)s, deletions: %(deleted)s). They stand in its text, marked as such."
        ),
        "hidden_text": _("Hidden passages in this document: %(count)s. The first: “%(name)s”. They are read and found like the rest."),
        "hidden_unchecked": _(
            "Pages that could not be checked for hidden text, because they are damaged or take too long to draw: %(pages)s."
        ),
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
