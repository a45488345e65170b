from __future__ import annotations

from django.urls import URLPattern, path

from analytics.views import dashboards

app_name = "analytics"
urlpatterns: list[URLPattern] = [
    path("cases/<uuid:pk>/dashboard/", dashboards.case_dashboard, name="case-dashboard"),
    path("dashboard/", dashboards.dashboard, name="dashboard"),
]
