"""Operations on cases: administrators see metadata, never content, and every access they grant is recorded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from cases.models import AuditEvent, Case, Event, Importance, Membership, Opinion, Ruling, RulingSource, Statute
from cases.services import summaries
from tasks.admin_links import NamesRows, Words, linked, list_of


class ReadOnly:
    """Rows that only the verbs of cases/services write."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class MembershipsOfCase(ReadOnly, admin.TabularInline):
    model = Membership
    fields = ["user", "role", "created"]
    readonly_fields = ["user", "role", "created"]
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("user")


@admin.register(Case)
class CaseAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["title", "docket_number", "court", "status", "legal_hold", "members", "created", "deleted_at"]
    list_filter = ["status", "legal_hold", ("deleted_at", admin.EmptyFieldListFilter), "created"]
    search_fields = ["title", "docket_number", "court"]
    date_hierarchy = "created"
    fields = ["id", "title", "docket_number", "court", "status", "legal_hold", "stored", "created", "created_by", "updated", "deleted_at"]
    readonly_fields = ["stored"]
    inlines = [MembershipsOfCase]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        return super().get_queryset(request).annotate(members_count=Count("memberships"))

    @admin.display(description=_("members"), ordering="members_count")
    def members(self, case: Any) -> str:
        return format_html('<a href="{}">{}</a>', list_of("cases_membership", case__id__exact=case.pk), case.members_count)

    @admin.display(description=_("stored"))
    def stored(self, case: Case) -> str:
        """What its files take, deleted ones until they are purged."""
        (found,) = summaries.attach([case])
        return _("%(files)d files, %(size)s") % {"files": found.space["files"], "size": filesizeformat(found.space["bytes"])}

    def further_lists(self, case: Case) -> list[tuple[Words, str]]:
        """Tasks know a case by its id only."""
        return [(_("Tasks"), list_of("tasks_taskrecord", scope__exact=case.pk))]


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    """Administrators may let someone in (an owner left the firm); changing and removing is the owners' business."""

    list_display = [linked("user", _("person")), linked("case"), "role", "created"]
    list_display_links = ["role"]
    list_filter = ["role", "created"]
    list_select_related = ["user", "case"]
    search_fields = ["user__username", "user__email", "case__title", "case__docket_number"]
    autocomplete_fields = ["user", "case"]

    def has_change_permission(self, request: HttpRequest, obj: Membership | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Membership | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        record_grant(obj, request.user)


def record_grant(membership: Membership, administrator: Any) -> None:
    """An access that an administrator gave appears in the case's own activity. The admin's views are transactions."""
    AuditEvent.write(
        "member.added",
        case=membership.case,
        actor=administrator,
        target=membership.user,
        name=str(membership.user),
        role=membership.role,
        by="administrator",
    )


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnly, NamesRows):
    list_display = ["created", "verb", linked("actor"), linked("case"), "target_type", "target"]
    list_filter = ["verb", "created"]
    list_select_related = ["actor", "case"]
    search_fields = ["verb", "target_id", "actor__username", "case__title"]
    date_hierarchy = "created"
    show_full_result_count = False
    readonly_fields = ["target"]

    def names_in(self, event: AuditEvent) -> Iterable[tuple[str, Any]]:
        return [(event.target_type, event.target_id)]

    @admin.display(description=_("target"), ordering="target_id")
    def target(self, event: AuditEvent) -> str:
        return self.named(event, event.target_type, event.target_id)


@admin.register(Event)
class EventAdmin(ReadOnly, admin.ModelAdmin):
    """When, of what kind, and who decided; never what."""

    list_display = ["dated", "kind", "state", linked("case"), linked("decided_by"), "decided", "done"]
    list_filter = ["kind", "state", "done", "date"]
    list_select_related = ["case", "decided_by"]
    search_fields = ["id", "case__title", "decided_by__username"]
    fields = ("id", "case", "kind", "state", "date", "date_precision", "end_date", "done", "decided_by", "decided", "created", "updated")
    show_full_result_count = False


IMPORTED = ("source", "source_id", "source_docket", "fingerprint", "updated")
"""What an import knows its own by."""


@admin.register(Ruling)
class RulingAdmin(admin.ModelAdmin):
    list_display = ["name", "court", "date", "docket_number", "keys", "source", "status"]
    list_filter = ["source", "status", "court_id", "date"]
    search_fields = ["id", "name", "docket_number", "judges", "keys", "source_id"]
    date_hierarchy = "date"
    readonly_fields = IMPORTED
    show_full_result_count = False


@admin.register(RulingSource)
class RulingSourceAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["source", "source_id", linked("ruling"), "created", "updated"]
    list_filter = ["source", "created"]
    list_select_related = ["ruling"]
    search_fields = ["source_id", "ruling__name"]
    show_full_result_count = False


@admin.register(Importance)
class ImportanceAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["ruling_id", linked("ruling"), "percentile", "score", "cited_by", "counted", "computed"]
    list_filter = ["computed"]
    list_select_related = ["ruling"]
    search_fields = ["ruling__name", "ruling__keys"]
    show_full_result_count = False


@admin.register(Opinion)
class OpinionAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["kind", "author", linked("ruling"), "position", "source_id"]
    list_filter = ["kind"]
    list_select_related = ["ruling"]
    search_fields = ["author", "source_id", "ruling__name"]
    show_full_result_count = False


@admin.register(Statute)
class StatuteAdmin(admin.ModelAdmin):
    list_display = ["key", "code", "title", "section", "heading", "as_of", "status"]
    list_filter = ["code", "status", "as_of", "title"]
    search_fields = ["id", "key", "citation", "section", "heading"]
    readonly_fields = ("source", "fingerprint", "text_fingerprint", "updated")
    show_full_result_count = False
