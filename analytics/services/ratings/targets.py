"""What can be rated, found through the same door as everything else."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from analytics.models.ratings import TargetType
from cases.models import Ruling
from documents.errors import Refused
from documents.models import Document, Message


@dataclass(frozen=True)
class Target:
    """`case` is the one it belongs to; None: the public library."""

    type: str
    id: UUID
    case: UUID | None


def seen(user: Any, target_type: str) -> QuerySet[Any]:
    """What of a type the user may see. Rulings are for everybody who is signed in."""
    if target_type == TargetType.DOCUMENT:
        return Document.objects.visible_to(user)
    if target_type == TargetType.MESSAGE:
        return Message.objects.visible_to(user).select_related("conversation")
    return Ruling.objects.all() if getattr(user, "is_authenticated", False) else Ruling.objects.none()


def require(user: Any, target_type: str, pk: UUID) -> None:
    """Raises Http404."""
    if not seen(user, target_type).filter(pk=pk).exists():
        raise Http404


def seen_of(user: Any, target_type: str, ids: Collection[UUID]) -> set[UUID]:
    return set(seen(user, target_type).filter(pk__in=ids).values_list("pk", flat=True))


def held(user: Any, target_type: str, pk: UUID) -> Target:
    """Locked in the caller's transaction: votes on one thing come one after the other, and it is neither moved nor deleted meanwhile.

    Raises Http404, and Refused (not_ready) for an answer that is still being written.
    """
    row = _locked(seen(user, target_type), pk)
    if row is None:
        raise Http404
    if isinstance(row, Message):
        if row.state not in Message.ENDED:
            raise Refused(_("This answer is still being written; rate it when it is done."), "not_ready")
        return Target(target_type, pk, row.conversation.case_id)
    return Target(target_type, pk, row.case_id if isinstance(row, Document) else None)


def held_by_system(target_type: str, pk: UUID) -> Target | None:
    """The same for who has been let in already; None where it is gone for good."""
    rows: dict[str, QuerySet[Any]] = {
        TargetType.DOCUMENT: Document.objects.all(),
        TargetType.MESSAGE: Message.objects.select_related("conversation"),
        TargetType.RULING: Ruling.objects.all(),
    }
    row = _locked(rows[target_type], pk)
    if row is None:
        return None
    return Target(target_type, pk, row.conversation.case_id if isinstance(row, Message) else getattr(row, "case_id", None))


def _locked(rows: QuerySet[Any], pk: UUID) -> Model | None:
    found: Model | None = rows.select_for_update(of=("self",), no_key=True).filter(pk=pk).first()
    return found
