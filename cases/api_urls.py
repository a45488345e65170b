from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from cases.api import CaseViewSet, MemberViewSet

urlpatterns: list[URLPattern | URLResolver] = [
    path("cases/", CaseViewSet.as_view({"get": "list", "post": "create"}), name="api-cases"),
    path("cases/<uuid:pk>/", CaseViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}), name="api-case"),
    path("cases/<uuid:case_id>/members/", MemberViewSet.as_view({"get": "list", "post": "create"}), name="api-case-members"),
    path(
        "cases/<uuid:case_id>/members/<uuid:user_id>/",
        MemberViewSet.as_view({"patch": "partial_update", "delete": "destroy"}),
        name="api-case-member",
    ),
]
