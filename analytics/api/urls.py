from __future__ import annotations

from django.urls import URLPattern, path

from analytics.api.exports import ExportViewSet, export_file

urlpatterns: list[URLPattern] = [
    path("analytics/exports/", ExportViewSet.as_view({"get": "list", "post": "create"}), name="api-exports"),
    path("analytics/exports/<uuid:pk>/", ExportViewSet.as_view({"get": "retrieve", "delete": "destroy"}), name="api-export"),
    path("analytics/exports/<uuid:export_id>/file/", export_file, name="export-file"),
]
