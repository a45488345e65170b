from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from tasks.api.tasks import TaskViewSet, TriggerViewSet
from tasks.api.upkeep import HealthView, SchedulesView
from tasks.progress.sse import task_progress


def either(address: str, method: str, action: str) -> list[URLPattern]:
    """Served with and without the slash at the end; the schema shows it without."""
    return [
        path(address, TaskViewSet.as_view({method: action}), name=f"api-task-{action}"),
        path(f"{address}/", TaskViewSet.as_view({method: action}, schema=None), name=f"api-task-{action}-slash"),
    ]


def trigger(address: str, action: str) -> list[URLPattern]:
    return [
        path(address, TriggerViewSet.as_view({"post": action}), name=f"api-{action.replace('_', '-')}"),
        path(f"{address}/", TriggerViewSet.as_view({"post": action}, schema=None), name=f"api-{action.replace('_', '-')}-slash"),
    ]


urlpatterns: list[URLPattern | URLResolver] = [
    path("batches/", include("tasks.batches.urls")),
    path("tasks/", TaskViewSet.as_view({"get": "list"}), name="api-tasks"),
    path("tasks/summary/", TaskViewSet.as_view({"get": "summary"}, pagination_class=None, filterset_class=None), name="api-tasks-summary"),
    path("tasks/schedules/", SchedulesView.as_view(), name="api-schedules"),
    path("tasks/health/", HealthView.as_view(), name="api-health"),
    path("tasks/<uuid:pk>/", TaskViewSet.as_view({"get": "retrieve"}), name="api-task"),
    path("tasks/<uuid:pk>/progress/", task_progress, name="api-task-progress"),
    *either("tasks/<uuid:pk>/status", "get", "status"),
    *either("tasks/<uuid:pk>/cancel", "post", "cancel"),
    *either("tasks/<uuid:pk>/retry", "post", "retry"),
    *either("tasks/<uuid:pk>/pause", "post", "pause"),
    *either("tasks/<uuid:pk>/resume", "post", "resume"),
    path("tasks/bulk", TaskViewSet.as_view({"post": "bulk"}, pagination_class=None, filterset_class=None), name="api-tasks-bulk"),
    path("tasks/bulk/", TaskViewSet.as_view({"post": "bulk"}, schema=None), name="api-tasks-bulk-slash"),
    *trigger("tasks/rating/recalculate", "recalculate_ratings"),
    *trigger("tasks/impressions/sync", "sync_impressions"),
    *trigger("tasks/cleanup/sessions", "cleanup_sessions"),
]
