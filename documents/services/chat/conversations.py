"""What people do with their conversations."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.activity import register_words
from cases.models import AuditEvent, Case, Role
from documents.errors import Refused
from documents.models import Conversation, Document
from documents.services.chat import asking
from tasks.progress.access import access_changed

AT_ONCE = 100


def register() -> None:
    register_words("conversation.shared", gettext_lazy("shared a conversation with the case"))
    register_words("conversation.unshared", gettext_lazy("took a conversation back to themselves"))
    register_words("conversation.deleted", gettext_lazy("deleted a conversation"))


def begin(case: Case, user: Any, *, title: str = "", documents: Sequence[uuid.UUID] = (), shared: bool = False) -> Conversation:
    """Raises Http404 where the case does not exist for the user, Refused (no_such_document, too_many_documents)."""
    case.require(user, Role.VIEWER)
    chosen = _chosen(case, user, documents)
    with transaction.atomic():
        conversation = Conversation.objects.create(
            case=case, owner=user, title=_title(title), shared=shared, narrowed_to=len(chosen)
        )  # fmt: skip
        conversation.documents.set(chosen)
        if shared:
            AuditEvent.write("conversation.shared", case=case, actor=user, target=conversation)
    return conversation


def change(
    conversation: Conversation,
    user: Any,
    *,
    title: str | None = None,
    shared: bool | None = None,
    documents: Sequence[uuid.UUID] | None = None,
) -> Conversation:
    """What is None stays. Raises Http404, PermissionDenied (only who began it may), Refused as `begin`."""
    with transaction.atomic():
        held = _own(conversation, user)
        if title is not None:
            held.title = _title(title)
        if documents is not None:
            chosen = _chosen(held.case, user, documents)
            held.narrowed_to = len(chosen)
            held.documents.set(chosen)
        if shared is not None and shared != held.shared:
            held.shared = shared
            AuditEvent.write("conversation.shared" if shared else "conversation.unshared", case=held.case, actor=user, target=held)
            access_changed(topics=[held.topic])
        held.save(update_fields=["title", "shared", "narrowed_to"])
    return held


def remove(conversation: Conversation, user: Any) -> None:
    """Out of sight at once, and its answers stop; the rows go with the purge. Raises Http404, PermissionDenied."""
    with transaction.atomic():
        held = _own(conversation, user)
        asking.stop_all(held, user)
        held.deleted_at = timezone.now()
        held.save(update_fields=["deleted_at"])
        AuditEvent.write("conversation.deleted", case=held.case, actor=user, target=held)
        access_changed(topics=[held.topic])


def purge(check: Callable[[], None]) -> int:
    """Delete for good what was deleted (or whose case was, or what nobody can see any more) longer than DELETED_KEEP_DAYS ago and is not
    under legal hold; gives how many.
    `check` is called now and then and may raise."""
    before = timezone.now() - timedelta(days=settings.DELETED_KEEP_DAYS)
    gone = Q(deleted_at__lt=before) | Q(case__deleted_at__lt=before) | Q(owner=None, shared=False, last__lt=before)
    due = Conversation.objects.filter(gone, case__legal_hold=False)
    purged = 0
    while keys := list(due.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        check()
        Conversation.objects.filter(pk__in=keys).delete()
        purged += len(keys)
    return purged


def _own(conversation: Conversation, user: Any) -> Conversation:
    """The row, locked in the caller's transaction."""
    mine = Conversation.objects.visible_to(user).values("pk")
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("case")
    held = rows.filter(pk__in=mine, pk=conversation.pk).first()
    if held is None:
        raise Http404
    if held.owner_id != user.pk:
        raise PermissionDenied(_("You may read this conversation, but only who began it may change it."))
    return held


def _chosen(case: Case, user: Any, documents: Sequence[uuid.UUID]) -> list[Document]:
    if len(set(documents)) > Conversation.MOST_DOCUMENTS:
        most = {"most": Conversation.MOST_DOCUMENTS}
        raise Refused(_("A conversation is about the whole case, or about at most %(most)d of its documents.") % most, "too_many_documents")
    chosen = list(Document.objects.visible_to(user).filter(case=case, pk__in=documents))
    if {document.pk for document in chosen} != set(documents):
        raise Refused(_("One of these documents does not exist in this case."), "no_such_document")
    return chosen


def _title(title: str) -> str:
    return " ".join(title.replace("\0", "").split())[: Conversation.LONGEST_TITLE]
