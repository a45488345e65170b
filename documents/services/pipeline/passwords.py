"""Passwords of encrypted files. One is kept with its document, sealed by a key made of SECRET_KEY, so that the file can be read again; it
stands in no task, no log and no answer. One that does not open its file is forgotten."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import AuditEvent
from documents import sealing
from documents.errors import Refused
from documents.models import Document
from documents.services.pipeline import lifecycle
from tasks.models import TaskRecord

ASKED_FOR = ("encrypted", "wrong_password")
"""The failures that a password mends."""
LONGEST = 500
PURPOSE = "passwords of documents"


def sealed(password: str) -> str:
    return sealing.sealed(password, PURPOSE)


def unsealed(token: str) -> str:
    """ "" for none, and for one that was sealed under another SECRET_KEY: then it is asked for again."""
    return sealing.unsealed(token, PURPOSE)


def is_asked_for(document: Document) -> bool:
    """Whether a password would help: it failed for want of one, or is kept unread for that reason."""
    return document.error_code in ASKED_FOR and (document.status == Document.Status.FAILED or document.kept)


def give(document: Document, user: Any, password: str) -> TaskRecord:
    """Read an encrypted document with this password. Raises Refused (no_password_needed, duplicate)."""
    with transaction.atomic():
        document = lifecycle.locked(document, user)
        if not is_asked_for(document):
            raise Refused(_("This document does not wait for a password."), "no_password_needed")
        document.password = sealed(password)
        document.save(update_fields=["password", "updated"])
        AuditEvent.write("document.password_given", case=document.case, actor=user, target=document)
        return lifecycle.process_document_pipeline(document, user, source="password")
