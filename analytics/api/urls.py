from __future__ import annotations

from django.urls import URLPattern, path

from analytics.api.usage import usage

urlpatterns: list[URLPattern] = [
    path("analytics/usage/", usage, name="api-usage"),
]
