from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tasks.admin_links import NamesRows, linked
from tasks.models import HealthSample, TaskAttempt, TaskRecord, TopicState, Worker
from tasks.operations import bulk
from tasks.operations.actions import MEANINGS, Action
from tasks.operations.waiting_reasons import reason as waiting_reason
from tasks.scheduling.admin import link_to_schedule
from tasks.workers import results_admin  # noqa: F401  (registers the admin of Celery's results)


class ReadOnly(admin.ModelAdmin):
    """Shows what the system wrote; changes go through actions."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AttemptInline(admin.TabularInline):
    model = TaskAttempt
    extra = 0
    can_delete = False
    fields = ("number", "outcome", "executor", "worker", "started", "ended", "error_class", "message", "traceback")
    readonly_fields = ("number", "outcome", "executor", "worker", "started", "ended", "error_class", "message", "traceback")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(TaskRecord)
class TaskRecordAdmin(ReadOnly, NamesRows):
    list_display = [
        "name",
        "status",
        "about",
        "case",
        "percent",
        "attempt",
        "executor",
        linked("user", _("asked for by")),
        "created",
        "finished_at",
        "error_line",
    ]
    list_filter = ["status", "name", "executor", "created", "schedule"]
    list_select_related = ["user"]
    search_fields = ["id", "topic", "error", "scope"]
    date_hierarchy = "created"
    show_full_result_count = False
    inlines = [AttemptInline]
    actions = ["retry", "cancel", "pause", "resume"]
    # What a task was given and what came of it may quote a case; the admin shows metadata, not content.
    exclude = ["payload", "result"]
    readonly_fields = ["about", "case", "why_waiting", "submitted_by"]

    def get_fields(self, request: HttpRequest, obj: TaskRecord | None = None) -> list[Any]:
        """First what it is about and how it stands."""
        first = ["name", "about", "case", "status", "why_waiting"]
        return [*first, *(field for field in super().get_fields(request, obj) if field not in first)]

    def names_in(self, record: TaskRecord) -> Iterable[tuple[str, Any]]:
        kind, _colon, key = record.topic.partition(":")
        return [(kind, key), ("case", record.scope)]

    @admin.display(description=_("about"), ordering="topic")
    def about(self, record: TaskRecord) -> str:
        """The document or whatever else its topic names."""
        kind, _colon, key = record.topic.partition(":")
        return self.named(record, kind, key)

    @admin.display(description=_("case"), ordering="scope")
    def case(self, record: TaskRecord) -> str:
        return self.named(record, "case", record.scope)

    @admin.display(description=_("error"))
    def error_line(self, record: TaskRecord) -> str:
        return record.error[:120]

    @admin.display(description=_("why it waits"))
    def why_waiting(self, record: TaskRecord) -> str:
        return waiting_reason(record)

    @admin.display(description=_("submitted by schedule"))
    def submitted_by(self, record: TaskRecord) -> str:
        return link_to_schedule(record)

    def get_queryset(self, request: HttpRequest) -> QuerySet[TaskRecord]:
        return super().get_queryset(request).defer("payload", "result")

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("tasks.change_taskrecord"))

    @admin.action(description=_("Try again"), permissions=["operate"])
    def retry(self, request: HttpRequest, records: QuerySet[TaskRecord]) -> None:
        self._apply(Action.RETRY, request, records)

    @admin.action(description=_("Cancel"), permissions=["operate"])
    def cancel(self, request: HttpRequest, records: QuerySet[TaskRecord]) -> None:
        self._apply(Action.CANCEL, request, records)

    @admin.action(description=_("Pause"), permissions=["operate"])
    def pause(self, request: HttpRequest, records: QuerySet[TaskRecord]) -> None:
        self._apply(Action.PAUSE, request, records)

    @admin.action(description=_("Go on"), permissions=["operate"])
    def resume(self, request: HttpRequest, records: QuerySet[TaskRecord]) -> None:
        self._apply(Action.RESUME, request, records)

    def _apply(self, action: Action, request: HttpRequest, records: QuerySet[TaskRecord]) -> None:
        """Do it to what is ticked, on all pages if asked; those in another state are left alone."""
        applied = bulk.apply_to_ticked(action, records, request.user)
        if applied.task is not None:
            words = {"count": applied.matched, "task": applied.task.pk}
            messages.success(request, gettext("%(count)d tasks are being changed by task %(task)s.") % words)
            return
        messages.success(request, MEANINGS[action].done % {"count": applied.done})
        if applied.skipped:
            messages.warning(request, gettext("%(count)d could not be changed.") % {"count": applied.skipped})


@admin.register(Worker)
class WorkerAdmin(ReadOnly):
    internal = True
    list_display = ["name", "kind", "host", "pid", "slots", "memory_mb", "started", "last_seen", "stopped"]
    list_filter = ["kind", "host"]


@admin.register(TopicState)
class TopicStateAdmin(ReadOnly):
    internal = True
    list_display = ["topic", "seq", "status", "step", "percent", "message", "updated"]
    list_filter = ["status"]
    search_fields = ["topic", "scope"]
    show_full_result_count = False


@admin.register(HealthSample)
class HealthSampleAdmin(ReadOnly):
    internal = True
    list_display = ["time", "ok", "not_well"]
    list_filter = ["ok"]
    date_hierarchy = "time"
    show_full_result_count = False

    @admin.display(description=_("not well"))
    def not_well(self, sample: HealthSample) -> str:
        return ", ".join(part["name"] for part in sample.parts if not part["ok"])
