"""Exports: who had what written, never what is in it."""

from __future__ import annotations

from django.contrib import admin

from analytics.models import Export
from documents.admin.base import Shown
from tasks.admin_links import linked


@admin.register(Export)
class ExportAdmin(Shown):
    list_display = ["id", "what", "format", "status", linked("case"), linked("user"), "rows", "size", "created", "expires_at"]
    list_filter = ["what", "format", "status", "created"]
    list_select_related = ["case", "user"]
    search_fields = ["id", "case__title", "user__username"]
    exclude = ("options", "name", "error", "digest", "cases")
