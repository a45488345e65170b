from __future__ import annotations

from django.urls import URLPattern, path

from analytics.api.ratings import HitVoteView, JudgementsView, RatingsView, RatingView

urlpatterns: list[URLPattern] = [
    path("ratings/", RatingView.as_view()),
    path("ratings/many/", RatingsView.as_view()),
    path("ratings/hits/", HitVoteView.as_view()),
    path("analytics/cases/<uuid:pk>/judgements/", JudgementsView.as_view()),
]
