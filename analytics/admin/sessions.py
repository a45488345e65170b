"""Analyses of recordings: when they were made, never what they say."""

from __future__ import annotations

from django.contrib import admin

from analytics.models import SessionAnalysis
from documents.admin.base import Shown
from tasks.admin_links import linked


@admin.register(SessionAnalysis)
class SessionAnalysisAdmin(Shown):
    list_display = ["pk", linked("session"), "version", "made"]
    list_filter = ["made"]
    list_select_related = ["session"]
    search_fields = ["session__id", "session__title"]
    fields = ["session", "version", "digest", "made"]
