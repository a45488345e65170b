"""The schedules in the admin, each with the tasks it submitted; "run now" asks the task manager, so that it needs no broker."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_celery_beat.admin import PeriodicTaskAdmin
from django_celery_beat.models import PeriodicTask

from tasks import registry
from tasks.admin_links import link_to, list_of
from tasks.models import TaskRecord
from tasks.scheduling.scheduler import run_now

admin.site.unregister(PeriodicTask)


@admin.register(PeriodicTask)
class ScheduleAdmin(PeriodicTaskAdmin):
    place = -1  # before the clocks and intervals that schedules are made of
    list_display = (*PeriodicTaskAdmin.list_display, "runs")
    readonly_fields = (*PeriodicTaskAdmin.readonly_fields, "runs")
    fieldsets = (*PeriodicTaskAdmin.fieldsets, (_("Runs"), {"fields": ("runs",)}))

    @admin.display(description=_("runs"))
    def runs(self, row: PeriodicTask) -> str:
        """A link to the records that this schedule submitted."""
        if not row.pk:
            return ""
        return format_html('<a href="{}">{}</a>', list_of("tasks_taskrecord", schedule__exact=row.name), _("Its tasks"))

    @admin.action(description=_("Run now"), permissions=["change"])
    def run_tasks(self, request: HttpRequest, queryset: QuerySet[PeriodicTask]) -> None:
        submitted = [row for row in queryset if self._run(request, row) is not None]
        if submitted:
            count = len(submitted)
            messages.success(request, ngettext("%d task is on its way.", "%d tasks are on their way.", count) % count)

    def _run(self, request: HttpRequest, row: PeriodicTask) -> TaskRecord | None:
        if not registry.is_registered(row.task):
            messages.error(request, _("%(name)s: there is no task %(task)s here.") % {"name": row.name, "task": row.task})
            return None
        try:
            return run_now(row, request.user)[0]
        except ValueError as error:
            messages.error(request, _("%(name)s: %(error)s") % {"name": row.name, "error": error})
            return None


def link_to_schedule(record: TaskRecord) -> str:
    """From a record to the schedule that submitted it; its bare name where the schedule is gone."""
    row: Any = PeriodicTask.objects.filter(name=record.schedule).first() if record.schedule else None
    return link_to(row, row.name) if row else record.schedule
