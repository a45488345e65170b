from __future__ import annotations

from django.urls import path, re_path

from audio import views

app_name = "audio"
urlpatterns = [
    path("cases/<uuid:pk>/hearings/", views.case_audio, name="case-audio"),
    path("cases/<uuid:pk>/dictate/", views.dictate, name="dictate"),
    path("audio/<uuid:pk>/", views.session_detail, name="detail"),
    re_path(r"^audio/(?P<pk>[0-9a-f-]{36})/(?P<action>delete|pin|reprocess|restore|unpin)/$", views.session_act, name="act"),
]
