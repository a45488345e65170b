"""Taking back a deletion."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import AuditEvent, Role
from documents.errors import Refused
from documents.models import Document
from documents.services.annotations import following
from documents.services.ingest.acceptance import as_original_or_duplicate
from documents.services.pipeline import lifecycle


def restore(document: Document, user: Any, *, operator: bool = False) -> None:
    """Back into its case, to be read anew, for its passages left the search; what could not be read stays so.

    Where the same bytes came into the case meanwhile it is their duplicate from now on. Raises Refused (not_deleted).
    With `operator` an administrator acts from the admin, who needs no role in the case.
    """
    with transaction.atomic():
        restored = Document.objects.select_for_update(of=("self",)).select_related("case").get(pk=document.pk)
        was_deleted = restored.deleted_at is not None
        restored.deleted_at = None  # the door of a deleted document is closed for everybody
        if not operator:
            restored.require(user, Role.EDITOR)
        if not was_deleted:
            raise Refused(_("This document is not deleted."), "not_deleted")
        original = as_original_or_duplicate(restored, lambda: restored.save(update_fields=["deleted_at", "duplicate_of", "updated"]))
        AuditEvent.write("document.restored", case=restored.case, actor=user, target=restored, operator=operator)
        if original is not None:
            following.move(restored, original)
            lifecycle.settle(restored, Document.Status.READY)
        elif restored.status == Document.Status.FAILED or restored.kept:
            lifecycle.announce(restored)
        else:
            lifecycle.process_document_pipeline(restored, user, source="restore")
