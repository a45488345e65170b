"""The board that operators look at."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from tasks.operations.board import board


@login_required
def task_board(request: HttpRequest) -> HttpResponse:
    """For staff; it does not exist for others."""
    if not request.user.is_staff:
        raise Http404
    return render(request, "tasks/board.html", {"rail": "board", "board": board(request.user), "executor": settings.TASK_EXECUTOR})
