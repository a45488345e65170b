from __future__ import annotations

from django.urls import path

from cases import views

app_name = "cases"
urlpatterns = [
    path("", views.case_list, name="home"),
    path("cases/", views.case_list, name="list"),
    path("cases/new/", views.case_new, name="new"),
    path("cases/<uuid:pk>/", views.case_detail, name="detail"),
    path("cases/<uuid:pk>/edit/", views.case_edit, name="edit"),
    path("cases/<uuid:pk>/members/", views.case_members, name="members"),
    path("cases/<uuid:pk>/members/<int:member>/", views.member_change, name="member"),
    path("cases/<uuid:pk>/activity/", views.case_activity, name="activity"),
]
