from __future__ import annotations

from django.urls import URLPattern, path

from analytics.views import usage

app_name = "analytics"
urlpatterns: list[URLPattern] = [
    path("usage/", usage.usage, name="usage"),
    path("cases/<uuid:pk>/usage/", usage.case_usage, name="case-usage"),
from analytics.views import recent

app_name = "analytics"
urlpatterns: list[URLPattern] = [
    path("recent/", recent.recent, name="recent"),
    path("recent/forget/", recent.recent_forget, name="recent-forget"),
    path("recent/keep/", recent.recent_keep, name="recent-keep"),
from analytics.views import judgements

app_name = "analytics"
urlpatterns: list[URLPattern] = [
    path("cases/<uuid:pk>/judgements/", judgements.judgements, name="judgements"),
]
