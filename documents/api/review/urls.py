from __future__ import annotations

from django.urls import URLPattern, path

from documents.api.review.views import (
    ReviewCellViewSet,
    ReviewExportViewSet,
    ReviewQuestionViewSet,
    ReviewRowViewSet,
    ReviewTableViewSet,
)

table = ReviewTableViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"})
question = ReviewQuestionViewSet.as_view({"patch": "partial_update", "delete": "destroy"})

urlpatterns: list[URLPattern] = [
    path("", ReviewTableViewSet.as_view({"get": "list", "post": "create"}), name="review-tables"),
    path("<uuid:pk>/", table, name="review-table"),
    path("<uuid:pk>/fill/", ReviewTableViewSet.as_view({"post": "fill"}), name="review-fill"),
    path("<uuid:pk>/export/", ReviewExportViewSet.as_view({"get": "export"}), name="review-export"),
    path("<uuid:pk>/questions/", ReviewQuestionViewSet.as_view({"post": "create"}), name="review-questions"),
    path("<uuid:pk>/questions/<int:question_id>/", question, name="review-question"),
    path("<uuid:pk>/rows/", ReviewRowViewSet.as_view({"get": "list", "post": "create"}), name="review-rows"),
    path("<uuid:pk>/rows/<int:row_id>/", ReviewRowViewSet.as_view({"delete": "destroy"}), name="review-row"),
    path("<uuid:pk>/cells/<int:cell_id>/", ReviewCellViewSet.as_view({"patch": "partial_update"}), name="review-cell"),
]
