from __future__ import annotations

from django.urls import path

from analytics.views import reports

app_name = "analytics"
urlpatterns = [
    path("reports/", reports.report_list, name="reports"),
    path("reports/make/", reports.report_make, name="report-make"),
    path("reports/subscribe/", reports.report_subscribe, name="report-subscribe"),
    path("reports/<str:day>/", reports.report, name="report"),
    path("cases/<uuid:pk>/reports/<str:day>/", reports.case_report, name="case-report"),
]
