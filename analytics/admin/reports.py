"""Reports and who gets them: days and numbers."""

from __future__ import annotations

from django.contrib import admin

from analytics.models import DailyReport, ReportMail, ReportSubscription
from documents.admin import Shown
from tasks.admin_links import linked


@admin.register(DailyReport)
class DailyReportAdmin(Shown):
    """The installation's figures are on the pages; a case's are its members'."""

    list_display = ("day", linked("case"), "version", "made")
    list_filter = ("day",)
    date_hierarchy = "day"
    fields = ("day", "case", "version", "made")
    list_select_related = ("case",)


@admin.register(ReportSubscription)
class ReportSubscriptionAdmin(Shown):
    list_display = (linked("user"), linked("case"), "created")
    fields = ("user", "case", "created")
    list_select_related = ("user", "case")


@admin.register(ReportMail)
class ReportMailAdmin(Shown):
    internal = True
    list_display = ("id", linked("report"), linked("user"), "sent", "error")
    fields = ("report", "user", "sent", "error")
    list_select_related = ("report", "user")
