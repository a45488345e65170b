"""How each schedule stands, and running one now. For staff; it does not exist for others."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_celery_beat.models import PeriodicTask

from tasks.errors import UnknownTask
from tasks.operations.outcomes import outcome_of
from tasks.scheduling import overview
from tasks.scheduling.scheduler import run_now


@login_required
def schedule_list(request: HttpRequest) -> HttpResponse:
    if not request.user.is_staff:
        raise Http404
    found = overview.standings()
    context = {
        "rail": "board",
        "rows": [(standing, outcome_of(standing.record) if standing.record else "") for standing in found],
        "late": overview.late_ones(found),
        "watch": overview.look_out(),
        "in_web": settings.TASK_SCHEDULES_IN_WEB,
    }
    return render(request, "tasks/schedules.html", context)


@login_required
@require_POST
def run_schedule(request: HttpRequest, pk: int) -> HttpResponse:
    """Submit its task now; asked for twice it runs once."""
    if not request.user.is_staff:
        raise Http404
    row = get_object_or_404(PeriodicTask, pk=pk)
    try:
        record, is_new = run_now(row, request.user)
    except UnknownTask:
        messages.error(request, _("%(name)s: there is no task %(task)s here.") % {"name": row.name, "task": row.task})
    except ValueError:
        messages.error(request, _("%(name)s: its arguments do not fit the task.") % {"name": row.name})
    else:
        said = _("%(name)s is on its way.") if is_new else _("%(name)s is running already; it was not begun a second time.")
        messages.success(request, said % {"name": row.name})
        return redirect("tasks:detail", record.pk)
    return redirect("tasks:schedules")
