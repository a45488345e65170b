from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from tasks.api import TaskViewSet
from tasks.sse import task_progress


def either(address: str, method: str, action: str) -> list[URLPattern]:
    """Served with and without the slash at the end; the schema shows it without."""
    return [
        path(address, TaskViewSet.as_view({method: action}), name=f"api-task-{action}"),
        path(f"{address}/", TaskViewSet.as_view({method: action}, schema=None), name=f"api-task-{action}-slash"),
    ]


urlpatterns: list[URLPattern | URLResolver] = [
    path("batches/", include("tasks.batch_urls")),
    path("tasks/", TaskViewSet.as_view({"get": "list"}), name="api-tasks"),
    path("tasks/summary/", TaskViewSet.as_view({"get": "summary"}, pagination_class=None, filterset_class=None), name="api-tasks-summary"),
    path("tasks/<uuid:pk>/", TaskViewSet.as_view({"get": "retrieve"}), name="api-task"),
    path("tasks/<uuid:pk>/progress/", task_progress, name="api-task-progress"),
    *either("tasks/<uuid:pk>/status", "get", "status"),
    *either("tasks/<uuid:pk>/cancel", "post", "cancel"),
    *either("tasks/<uuid:pk>/retry", "post", "retry"),
]
