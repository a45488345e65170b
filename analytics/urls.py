from __future__ import annotations

from django.urls import URLPattern, path

from analytics.views import judgements

app_name = "analytics"
urlpatterns: list[URLPattern] = [
    path("cases/<uuid:pk>/judgements/", judgements.judgements, name="judgements"),
]
