from __future__ import annotations

from django.urls import URLPattern, path

from tasks.batches.api import BatchViewSet


def either(verb: str) -> list[URLPattern]:
    """Served with and without the slash at the end; the schema shows it without."""
    return [
        path(f"<uuid:pk>/{verb}", BatchViewSet.as_view({"post": verb}), name=f"api-batch-{verb}"),
        path(f"<uuid:pk>/{verb}/", BatchViewSet.as_view({"post": verb}, schema=None), name=f"api-batch-{verb}-slash"),
    ]


urlpatterns: list[URLPattern] = [
    path("", BatchViewSet.as_view({"get": "list", "post": "create"}), name="api-batches"),
    path("<uuid:pk>/", BatchViewSet.as_view({"get": "retrieve", "patch": "partial_update"}), name="api-batch"),
    *either("pause"),
    *either("resume"),
    *either("cancel"),
    *either("retry"),
]
