"""Stars and thumbs in pages of lower apps."""

from __future__ import annotations

from typing import Any

from analytics.models.ratings import TargetType
from analytics.services.ratings.voting import standing_of
from cases.models import Case, Role, Ruling
from cases.slots import fill_slot
from documents.models import Document, Message

STARS = "analytics/rating_stars.html"


def register() -> None:
    fill_slot("document details", of_document)
    fill_slot("ruling", of_ruling)
    fill_slot("answer", of_answer)
    fill_slot("hit", of_hit)
    fill_slot("case settings", of_case)


def of_document(document: Document, user: Any) -> tuple[str, dict[str, Any]] | None:
    """The text of a ruling has the stars of the ruling."""
    return None if document.ruling_id else _stars(TargetType.DOCUMENT, document, user)


def of_ruling(ruling: Ruling, user: Any) -> tuple[str, dict[str, Any]]:
    return _stars(TargetType.RULING, ruling, user)


def of_answer(message: Message, user: Any) -> tuple[str, dict[str, Any]] | None:
    """How it stands is asked by the page, at once for all answers; so the fragment of an answer stays the same whoever votes."""
    if message.state not in Message.ENDED:
        return None
    return STARS, {"target_type": TargetType.MESSAGE.value, "target_id": message.pk, "values": _VALUES}


def of_hit(hit: Any, user: Any) -> tuple[str, dict[str, Any]]:
    """Which hits the person has voted on is asked by the page, at once for all of them."""
    return "analytics/hit_thumbs.html", {"hit": hit}


def of_case(case: Case, user: Any) -> tuple[str, dict[str, Any]] | None:
    own = case.role_of(user)
    return ("analytics/judgements_link.html", {"case": case}) if own is not None and own.includes(Role.OWNER) else None


_VALUES = range(1, 6)


def _stars(target_type: TargetType, row: Document | Ruling, user: Any) -> tuple[str, dict[str, Any]]:
    standing = standing_of(user, target_type, row.pk)
    return STARS, {"target_type": target_type.value, "target_id": row.pk, "values": _VALUES, "standing": standing}
