from __future__ import annotations

from django.urls import URLPattern, path

from analytics.views import usage

app_name = "analytics"
urlpatterns: list[URLPattern] = [
    path("usage/", usage.usage, name="usage"),
    path("cases/<uuid:pk>/usage/", usage.case_usage, name="case-usage"),
]
