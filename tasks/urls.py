from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from tasks import views

app_name = "tasks"
urlpatterns: list[URLPattern | URLResolver] = [
    path("tasks/", views.task_list, name="list"),
    path("tasks/board/", views.task_board, name="board"),
    path("tasks/many/", views.act_on_many, name="many"),
    path("tasks/<uuid:pk>/", views.task_detail, name="detail"),
    path("tasks/<uuid:pk>/<str:action>/", views.task_action, name="action"),
    path("schedules/", views.schedule_list, name="schedules"),
    path("schedules/<int:pk>/run/", views.run_schedule, name="run-schedule"),
    path("health/", views.health_trend, name="health"),
]
