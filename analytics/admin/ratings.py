"""How many ratings there are and of what; not whose, nor what was looked for."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from analytics.models import HitVote, Rating, RatingPrior, RatingScore
from documents.admin.base import Shown
from tasks.admin_links import linked


class Votes(Shown):
    """Whose they are cannot be found by narrowing down the list either."""

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        secret = lookup.partition("__")[0] in ("user", "target_id", "document", "words", "digest")
        return not secret and super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]


@admin.register(Rating)
class RatingAdmin(Votes):
    list_display = ["id", "target_type", "value", "updated"]
    list_filter = ["target_type", "value"]
    fields = ["target_type", "value", "created", "updated"]


@admin.register(RatingScore)
class RatingScoreAdmin(Shown):
    list_display = ["id", "target_type", linked("case"), "count", "average", "bayesian", "computed"]
    list_filter = ["target_type"]
    list_select_related = ["case"]
    search_fields = ["target_id", "case__title"]


@admin.register(RatingPrior)
class RatingPriorAdmin(Shown):
    internal = True
    list_display = ["target_type", "mean", "count", "computed"]


@admin.register(HitVote)
class HitVoteAdmin(Votes):
    list_display = ["id", "useful", "updated"]
    list_filter = ["useful"]
    fields = ["useful", "created", "updated"]
