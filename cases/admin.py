"""Operations on cases: administrators see metadata, never content, and every access they grant is recorded."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cases.models import AuditEvent, Case, Membership, Ruling, Statute


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
    def members(self, case: Any) -> int:
        return int(case.members_count)


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    """Administrators may let someone in (an owner left the firm); changing and removing is the owners' business."""

    list_display = ["user", "case", "role", "created"]
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
class AuditEventAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["created", "verb", "actor", "case", "target_type", "target_id"]
    list_filter = ["verb", "created"]
    list_select_related = ["actor", "case"]
    search_fields = ["verb", "target_id", "actor__username", "case__title"]
    date_hierarchy = "created"
    show_full_result_count = False


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
