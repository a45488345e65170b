from __future__ import annotations

from django.urls import path

from analytics.api.reports import ReportSubscriptionsViewSet, ReportsViewSet

urlpatterns = [
    path("analytics/reports/", ReportsViewSet.as_view({"get": "list", "post": "create"}), name="analytics-reports"),
    path(
        "analytics/reports/subscriptions/",
        ReportSubscriptionsViewSet.as_view({"get": "list", "post": "create", "delete": "destroy"}),
        name="analytics-report-subscriptions",
    ),
]
