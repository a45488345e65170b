"""The results that Celery keeps, in the admin: whose they are, and for ours the record that has the whole."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django_celery_results.admin import TaskResultAdmin
from django_celery_results.models import TaskResult

from tasks import registry
from tasks.admin_links import NamesRows
from tasks.executors.celery import RUN_RECORD
from tasks.workers.results import is_ours

RECORD = "taskrecord"
EXPLAINED = _(
    "Results of Celery's own tasks are kept here. Tasks of LexIntel have theirs in their records: where another program called one through "
    "Celery, its line here leads to the record."
)

admin.site.unregister(TaskResult)


class Whose(admin.SimpleListFilter):
    title = _("whose")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("ours", _("LexIntel's")), ("celery", _("Celery's"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[TaskResult]) -> QuerySet[TaskResult]:
        ours = Q(task_name__in=[RUN_RECORD, *(spec.name for spec in registry.specs())])
        chosen = {"ours": ours, "celery": ~ours | Q(task_name=None)}.get(self.value() or "")
        return queryset if chosen is None else queryset.filter(chosen)


@admin.register(TaskResult)
class ResultAdmin(NamesRows, TaskResultAdmin):
    list_display = ["task_id", "task_name", "whose", "record", "status", "date_done", "periodic_task_name", "worker"]
    list_filter = [Whose, "status", "date_done", "task_name"]
    search_fields = ["task_id", "task_name"]
    show_full_result_count = False
    # What a task of ours was given and what came of it may quote a case; the admin shows metadata, not content.
    of_ours = ("task_id", "task_name", "whose", "record", "status", "worker", "periodic_task_name", "date_created", "date_done")

    def names_in(self, row: TaskResult) -> Iterable[tuple[str, Any]]:
        return [(RECORD, record_of(row))] if is_ours(row.task_name) else []

    @admin.display(description=_("whose"), ordering="task_name")
    def whose(self, row: TaskResult) -> str:
        return str(_("LexIntel's") if is_ours(row.task_name) else _("Celery's"))

    @admin.display(description=_("record"))
    def record(self, row: TaskResult) -> str:
        """The record that a call of one of our tasks submitted."""
        return self.named(row, RECORD, record_of(row))

    def get_fieldsets(self, request: HttpRequest, obj: TaskResult | None = None) -> Any:
        if obj is not None and is_ours(obj.task_name):
            return [(None, {"fields": self.of_ours, "description": EXPLAINED})]
        (name, options), *others = super().get_fieldsets(request, obj)
        return [(name, {**options, "fields": (*options["fields"], "whose"), "description": EXPLAINED}), *others]

    def get_readonly_fields(self, request: HttpRequest, obj: TaskResult | None = None) -> list[str]:
        return [*(field.name for field in self.opts.local_fields), "whose", "record"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"explained": EXPLAINED, **(extra_context or {})})


def record_of(row: TaskResult) -> str:
    """The id in the result of a call of one of our tasks; empty where it failed."""
    try:
        found = json.loads(row.result or "null")
    except ValueError:
        return ""
    return found if isinstance(found, str) else ""
