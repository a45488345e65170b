"""Whether a document was useful for a search: one vote of each person for each document and the words of the search."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from analytics.models import HitVote
from analytics.models.ratings import TargetType
from analytics.services.ratings import targets
from documents.errors import Refused
from documents.services.searches.saved import valid

MOST = 10_000
"""Votes of one person: each keeps the words of a search, which may be any."""


def vote(user: Any, document: UUID, words: Mapping[str, Any], *, useful: bool, page: int | None = None) -> HitVote:
    """Raises Http404, and Refused (bad_words, too_many_votes, and the codes of a search that cannot be run)."""
    kept = asked(words, user)
    with transaction.atomic():
        case = targets.held(user, TargetType.DOCUMENT, document).case
        own = HitVote.objects.filter(user=user)
        if own[:MOST].count() >= MOST and not own.filter(document=document, digest=digest(kept)).exists():
            raise Refused(_("You have voted on %(most)d hits. Please take a vote back first.") % {"most": MOST}, "too_many_votes")
        given = HitVote(user=user, case_id=case, document=document, page=page, words=kept, digest=digest(kept), useful=useful)
        HitVote.objects.bulk_create(
            [given],
            update_conflicts=True,
            unique_fields=["user", "document", "digest"],
            update_fields=["useful", "page", "case", "updated"],
        )
        return HitVote.objects.get(user=user, document=document, digest=given.digest)


def take_back(user: Any, document: UUID, words: Mapping[str, Any]) -> None:
    """Raises as `vote`."""
    kept = asked(words, user)
    targets.require(user, TargetType.DOCUMENT, document)
    HitVote.objects.filter(user=user, document=document, digest=digest(kept)).delete()


def votes_of(user: Any, words: Mapping[str, Any]) -> tuple[dict[str, Any], list[HitVote]]:
    """The words as they are kept, and the person's own votes on what was found by them. Raises Refused."""
    kept = asked(words, user)
    return kept, list(HitVote.objects.visible_to(user).filter(digest=digest(kept)))


def asked(words: Mapping[str, Any], user: Any) -> dict[str, Any]:
    """As a saved search keeps them. The order in which hits are shown makes no other search of it. Raises Refused."""
    kept = valid(words, user, None)
    kept.pop("sort", None)
    if not kept.get("q"):
        raise Refused(_("A vote needs the words that were searched for."), "bad_words")
    return kept


def digest(words: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(words, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
