"""Alerts as an administrator sees them: when they ran and what was sent, neither what they look for nor where it goes."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from documents.admin.base import Shown
from documents.models import AlertDelivery, AlertHit, AlertNotice, DocumentArrival, SearchAlert
from tasks.admin_links import link_to, linked


@admin.register(SearchAlert)
class SearchAlertAdmin(Shown):
    """Neither what is looked for nor to which address it goes: a webhook's may be a secret itself."""

    list_display = ["id", "owner", "when", "email", "by_webhook", "active", "last_run", "failures"]
    list_filter = ["when", "active", "email"]
    list_select_related = ["search__user"]
    search_fields = ["id", "search__user__username"]
    exclude = ["search", "webhook_url", "secret", "last_error"]

    @admin.display(description=_("owner"), ordering="search__user")
    def owner(self, alert: SearchAlert) -> str:
        return link_to(alert.search.user)

    @admin.display(description=_("by webhook"), boolean=True)
    def by_webhook(self, alert: SearchAlert) -> bool:
        return bool(alert.webhook_url)


@admin.register(AlertNotice)
class AlertNoticeAdmin(Shown):
    internal = True
    list_display = ["id", linked("alert"), "number", "created", "seen"]
    list_select_related = ["alert"]
    search_fields = ["id", "alert__id"]
    exclude = ["words"]


@admin.register(AlertDelivery)
class AlertDeliveryAdmin(Shown):
    list_display = ["id", "way", "state", linked("notice"), "attempts", "next_try", "sent", "error"]
    list_filter = ["way", "state"]
    list_select_related = ["notice"]
    search_fields = ["id", "notice__id"]


@admin.register(AlertHit)
class AlertHitAdmin(Shown):
    internal = True
    list_display = ["id", linked("alert"), linked("notice"), "created", "found"]
    list_select_related = ["alert", "notice"]
    search_fields = ["alert__id"]
    exclude = ["document"]


@admin.register(DocumentArrival)
class DocumentArrivalAdmin(Shown):
    internal = True
    list_display = ["id", linked("document"), linked("case"), "at"]
    list_select_related = ["document", "case"]
    search_fields = ["document__title", "case__title"]
