"""Operations on cases: administrators see metadata, never content, and every access they grant is recorded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from cases.models import AuditEvent, Case, Membership, Ruling, Statute
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
    fields = ["id", "title", "docket_number", "court", "status", "legal_hold", "created", "created_by", "updated", "deleted_at"]
    inlines = [MembershipsOfCase]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        return super().get_queryset(request).annotate(members_count=Count("memberships"))

    @admin.display(description=_("members"), ordering="members_count")
    def members(self, case: Any) -> str:
        return format_html('<a href="{}">{}</a>', list_of("cases_membership", case__id__exact=case.pk), case.members_count)

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


@admin.register(Ruling)
class RulingAdmin(admin.ModelAdmin):
    list_display = ["name", "court", "date", "docket_number", "keys"]
    list_filter = ["court", "date"]
    search_fields = ["name", "docket_number", "judges", "keys"]


@admin.register(Statute)
class StatuteAdmin(admin.ModelAdmin):
    list_display = ["key", "code", "title", "section", "heading", "as_of"]
    list_filter = ["code", "title"]
    search_fields = ["key", "section", "heading"]
