"""What people think of documents, for the search: told of those that the searching person may see."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from analytics.models import RatingScore
from analytics.models.ratings import TargetType
from analytics.services.ratings.bayesian import NEUTRAL
from analytics.services.ratings.scores import prior_mean
from documents.models import Document


def of_documents(documents: Collection[UUID], user: Any) -> dict[UUID, float]:
    """-1 (all say 1) to 1 (all say 5) for each of these; what nobody has rated, or the user may not see, is like the mean."""
    seen = Document.objects.visible_to(user).filter(pk__in=documents).values("pk")
    scores = RatingScore.objects.filter(target_type=TargetType.DOCUMENT, target_id__in=seen).order_by()
    rated = dict(scores.values_list("target_id", "bayesian"))
    mean = prior_mean(TargetType.DOCUMENT)
    return {document: (rated.get(document, mean) - NEUTRAL) / 2 for document in documents}
