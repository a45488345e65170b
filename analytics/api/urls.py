from __future__ import annotations

from django.urls import URLPattern, path

from analytics.api.usage import usage

urlpatterns: list[URLPattern] = [
    path("analytics/usage/", usage, name="api-usage"),
from analytics.api.recent import MostViewedView, RecentSettingsView, RecentView

urlpatterns: list[URLPattern] = [
    path("analytics/recent/", RecentView.as_view(), name="recent-views"),
    path("analytics/recent/settings/", RecentSettingsView.as_view(), name="recent-views-settings"),
    path("analytics/cases/<uuid:case_id>/most-viewed/", MostViewedView.as_view(), name="most-viewed"),
]
