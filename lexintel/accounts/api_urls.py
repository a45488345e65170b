from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from lexintel.accounts.api import TokenView

urlpatterns: list[URLPattern | URLResolver] = [
    path("auth/token/", TokenView.as_view(), name="api-token"),
]
