from __future__ import annotations

from django.urls import URLPattern, path

from analytics.api.sessions import SessionAnalysisView

urlpatterns: list[URLPattern] = [
    path("analytics/sessions/<uuid:session_id>/", SessionAnalysisView.as_view(), name="analytics-session"),
]
