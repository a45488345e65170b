"""Review tables as an administrator sees them: how many and when, neither what is asked nor what is answered."""

from __future__ import annotations

from django.contrib import admin

from documents.admin.base import Shown
from documents.models import ReviewCell, ReviewQuestion, ReviewRow, ReviewTable
from tasks.admin_links import linked


@admin.register(ReviewTable)
class ReviewTableAdmin(Shown):
    list_display = ["id", linked("case"), linked("created_by"), linked("batch"), "created", "updated", "deleted_at"]
    list_select_related = ["case", "created_by", "batch"]
    search_fields = ["id", "case__title", "created_by__username"]
    exclude = ["title"]


@admin.register(ReviewQuestion)
class ReviewQuestionAdmin(Shown):
    internal = True
    list_display = ["id", "table_id", "number"]
    search_fields = ["table__id"]
    exclude = ["text", "table"]


@admin.register(ReviewRow)
class ReviewRowAdmin(Shown):
    internal = True
    list_display = ["id", "table_id", "number", linked("document")]
    list_select_related = ["document"]
    search_fields = ["table__id", "document__title"]
    exclude = ["table"]


@admin.register(ReviewCell)
class ReviewCellAdmin(Shown):
    internal = True
    list_display = ["id", "row_id", "question_id", "state", "page", linked("corrected_by"), "corrected_at", "updated"]
    list_filter = ["state"]
    list_select_related = ["corrected_by"]
    search_fields = ["row__table__id"]
    exclude = ["row", "question", "text", "quote", "corrected", "error", "chunk", "text_version"]
