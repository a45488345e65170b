from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from tasks import views

app_name = "tasks"
urlpatterns: list[URLPattern | URLResolver] = [path("tasks/", views.task_list, name="list")]
