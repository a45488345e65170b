from __future__ import annotations

from django.urls import URLPattern, path

from analytics.views import exports

app_name = "analytics"
urlpatterns: list[URLPattern] = [
    path("exports/", exports.export_list, name="exports"),
    path("exports/new/", exports.export_new, name="export-new"),
    path("exports/<uuid:pk>/discard/", exports.export_discard, name="export-discard"),
]
