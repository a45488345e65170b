from __future__ import annotations

from django.urls import URLPattern, path

from analytics.views import sessions

app_name = "analytics"
urlpatterns: list[URLPattern] = [
    path("audio/<uuid:pk>/analysis/", sessions.session_analysis, name="session-analysis"),
]
