from __future__ import annotations

from django.urls import URLPattern, path

from analytics.views import dashboards, exports, judgements, recent, reports, sessions, usage

app_name = "analytics"
urlpatterns: list[URLPattern] = [
    path("usage/", usage.usage, name="usage"),
    path("usage/people/", usage.usage_people, name="usage-people"),
    path("cases/<uuid:pk>/usage/", usage.case_usage, name="case-usage"),
    path("recent/", recent.recent, name="recent"),
    path("recent/forget/", recent.recent_forget, name="recent-forget"),
    path("recent/keep/", recent.recent_keep, name="recent-keep"),
    path("cases/<uuid:pk>/judgements/", judgements.judgements, name="judgements"),
    path("reports/", reports.report_list, name="reports"),
    path("reports/make/", reports.report_make, name="report-make"),
    path("reports/subscribe/", reports.report_subscribe, name="report-subscribe"),
    path("reports/<str:day>/", reports.report, name="report"),
    path("cases/<uuid:pk>/reports/<str:day>/", reports.case_report, name="case-report"),
    path("audio/<uuid:pk>/analysis/", sessions.session_analysis, name="session-analysis"),
    path("cases/<uuid:pk>/dashboard/", dashboards.case_dashboard, name="case-dashboard"),
    path("dashboard/", dashboards.dashboard, name="dashboard"),
    path("exports/", exports.export_list, name="exports"),
    path("exports/new/", exports.export_new, name="export-new"),
    path("exports/<uuid:pk>/discard/", exports.export_discard, name="export-discard"),
]
