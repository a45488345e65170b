"""The verbs of a rating: given, changed, taken back, asked for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Sum

from analytics.jobs import RatingJob
from analytics.models import Rating
from analytics.models.ratings import TargetType
from analytics.services.ratings import scores, targets
from analytics.services.ratings.bayesian import Sums
from tasks.manager import manager


@dataclass(frozen=True)
class Standing:
    """How a thing stands with everybody, and what the asking person herself gave it."""

    sums: Sums
    mine: int | None = None

    @property
    def average(self) -> float | None:
        return self.sums.average

    @property
    def bayesian(self) -> float:
        return self.sums.bayesian

    @property
    def count(self) -> int:
        return self.sums.count


def rate(user: Any, target_type: str, pk: UUID, value: int) -> Standing:
    """Give it this value instead of any before. Raises Http404, and Refused for an answer that is not written yet."""
    with transaction.atomic():
        target = targets.held(user, target_type, pk)
        given = Rating(user=user, target_type=target_type, target_id=pk, case_id=target.case, value=value)
        Rating.objects.bulk_create(
            [given],
            update_conflicts=True,
            unique_fields=["user", "target_type", "target_id"],
            update_fields=["value", "case", "updated"],
        )
        return _changed(target_type, pk, value)


def take_back(user: Any, target_type: str, pk: UUID) -> Standing:
    """What one has not given is no less taken back. Raises as `rate`."""
    with transaction.atomic():
        targets.held(user, target_type, pk)
        Rating.objects.filter(user=user, target_type=target_type, target_id=pk).delete()
        return _changed(target_type, pk, None)


def _changed(target_type: str, pk: UUID, mine: int | None) -> Standing:
    """The task belongs to nobody and no case: its record must not say who has voted on what."""
    manager.submit(scores.ONE, RatingJob(target_type=TargetType(target_type), target_id=pk), unique=True)
    return Standing(scores.sums_of(target_type, pk), mine)


def standing(user: Any, target_type: str, pk: UUID) -> Standing:
    """Raises Http404."""
    targets.require(user, target_type, pk)
    return standing_of(user, target_type, pk)


def standing_of(user: Any, target_type: str, pk: UUID) -> Standing:
    """Of a thing that the user is known to see."""
    own = Rating.objects.filter(user=user.pk, target_type=target_type, target_id=pk).values_list("value", flat=True)
    return Standing(scores.sums_of(target_type, pk), own.first())


def standings(user: Any, target_type: str, ids: Collection[UUID]) -> dict[UUID, Standing]:
    """Of those of these things that the user may see, in three queries and that for the mean."""
    seen = targets.seen_of(user, target_type, ids)
    ratings = Rating.objects.filter(target_type=target_type, target_id__in=seen).order_by()
    rows = ratings.values("target_id").annotate(n=Count("pk"), total=Sum("value")).values_list("target_id", "n", "total")
    sums = {pk: (n, total) for pk, n, total in rows}
    mine = dict(ratings.filter(user=user.pk).values_list("target_id", "value"))
    mean = scores.prior_mean(target_type)
    return {pk: Standing(Sums(*sums.get(pk, (0, 0)), mean), mine.get(pk)) for pk in ids if pk in seen}
