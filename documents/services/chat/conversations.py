"""What people do with their conversations."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Case, Role
from documents.errors import Refused
from documents.models import Conversation, Document


def begin(case: Case, user: Any, *, title: str = "", documents: Sequence[uuid.UUID] = ()) -> Conversation:
    """Raises Http404 where the case does not exist for the user, Refused (no_such_document)."""
    case.require(user, Role.VIEWER)
    chosen = list(Document.objects.visible_to(user).filter(case=case, pk__in=documents))
    if {document.pk for document in chosen} != set(documents):
        raise Refused(_("One of these documents does not exist in this case."), "no_such_document")
    with transaction.atomic():
        conversation = Conversation.objects.create(case=case, owner=user, title=title[: Conversation.LONGEST_TITLE])
        conversation.documents.set(chosen)
    return conversation
