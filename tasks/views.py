"""The page of the user's tasks."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tasks.models import Status, TaskRecord

PER_PAGE = 50


@login_required
def task_list(request: HttpRequest) -> HttpResponse:
    """What the user's tasks do, newest first, filtered by ?status=."""
    records = TaskRecord.objects.visible_to(request.user).defer("payload", "result").select_related("user")
    status = request.GET.get("status", "")
    if status in Status.values:
        records = records.filter(status=status)
    page = Paginator(records, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "tasks/list.html", {"rail": "tasks", "page": page, "status": status, "statuses": Status.choices})
