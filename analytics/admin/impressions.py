"""Numbers of views. Who looked at what is the person's own: recent views, and impressions that wait, are not here."""

from __future__ import annotations

from django.contrib import admin

from analytics.models import AppliedImpressions, Impression, ImpressionDay, TargetDay, ViewHabits
from documents.admin import Shown
from tasks.admin_links import linked


@admin.register(Impression)
class ImpressionAdmin(Shown):
    list_display = ["kind", "target", linked("case"), "views", "last"]
    list_filter = ["kind"]
    list_select_related = ["case"]
    search_fields = ["target", "case__title"]


@admin.register(ImpressionDay)
class ImpressionDayAdmin(Shown):
    list_display = ["day", "kind", linked("case"), "views"]
    list_filter = ["kind", "day"]
    list_select_related = ["case"]
    search_fields = ["case__title"]


@admin.register(TargetDay)
class TargetDayAdmin(Shown):
    internal = True
    list_display = ["day", "kind", "target", linked("case"), "views"]
    list_filter = ["kind"]
    list_select_related = ["case"]
    search_fields = ["target"]


@admin.register(AppliedImpressions)
class AppliedImpressionsAdmin(Shown):
    internal = True
    list_display = ["key", "applied", "counted"]
    list_filter = ["applied"]
    search_fields = ["key"]


@admin.register(ViewHabits)
class ViewHabitsAdmin(Shown):
    internal = True
    list_display = ["pk", linked("user"), "keep"]
    list_select_related = ["user"]
    search_fields = ["user__username"]
    exclude = ["forgotten"]
