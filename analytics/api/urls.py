from __future__ import annotations

from django.urls import URLPattern, path

from analytics.api.cases import CaseDashboardView, DashboardView
from analytics.api.exports import ExportViewSet, export_file
from analytics.api.ratings import HitVoteView, JudgementsView, RatingsView, RatingView
from analytics.api.recent import MostViewedView, RecentSettingsView, RecentView
from analytics.api.reports import ReportSubscriptionsViewSet, ReportsViewSet
from analytics.api.sessions import SessionAnalysisView
from analytics.api.usage import usage

urlpatterns: list[URLPattern] = [
    path("analytics/usage/", usage, name="api-usage"),
    path("analytics/recent/", RecentView.as_view(), name="recent-views"),
    path("analytics/recent/settings/", RecentSettingsView.as_view(), name="recent-views-settings"),
    path("analytics/cases/<uuid:case_id>/most-viewed/", MostViewedView.as_view(), name="most-viewed"),
    path("ratings/", RatingView.as_view()),
    path("ratings/many/", RatingsView.as_view()),
    path("ratings/hits/", HitVoteView.as_view()),
    path("analytics/cases/<uuid:pk>/judgements/", JudgementsView.as_view()),
    path("analytics/reports/", ReportsViewSet.as_view({"get": "list", "post": "create"}), name="analytics-reports"),
    path(
        "analytics/reports/subscriptions/",
        ReportSubscriptionsViewSet.as_view({"get": "list", "post": "create", "delete": "destroy"}),
        name="analytics-report-subscriptions",
    ),
    path("analytics/sessions/<uuid:session_id>/", SessionAnalysisView.as_view(), name="analytics-session"),
    path("analytics/cases/<uuid:pk>/", CaseDashboardView.as_view(), name="analytics-case"),
    path("analytics/dashboard/", DashboardView.as_view(), name="analytics-dashboard"),
    path("analytics/exports/", ExportViewSet.as_view({"get": "list", "post": "create"}), name="api-exports"),
    path("analytics/exports/<uuid:pk>/", ExportViewSet.as_view({"get": "retrieve", "delete": "destroy"}), name="api-export"),
    path("analytics/exports/<uuid:export_id>/file/", export_file, name="export-file"),
]
