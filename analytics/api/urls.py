from __future__ import annotations

from django.urls import URLPattern, path

from analytics.api.cases import CaseDashboardView, DashboardView

urlpatterns: list[URLPattern] = [
    path("analytics/cases/<uuid:pk>/", CaseDashboardView.as_view(), name="analytics-case"),
    path("analytics/dashboard/", DashboardView.as_view(), name="analytics-dashboard"),
]
