"""A task's page: what it is for, how far it is, why it waits, what happened in each attempt, and what may be done."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from tasks.models import Status, TaskAttempt, TaskLine, TaskRecord
from tasks.operations.actions import MEANINGS, Action, act, fitting
from tasks.operations.explanations import Cause, cause_of_attempt, cause_of_record
from tasks.operations.outcomes import outcome_of
from tasks.operations.waiting_reasons import reason as waiting_reason
from tasks.progress import estimates, topics
from tasks.views.listing import rows_of

SHOWN_CHILDREN = 50
SHOWN_LINES = 1000


@dataclass
class Try:
    """An attempt with its log: its steps, and what it logged."""

    attempt: TaskAttempt
    cause: Cause | None
    steps: list[TaskLine] = field(default_factory=list)
    lines: list[TaskLine] = field(default_factory=list)

    @property
    def time(self) -> datetime:
        return self.attempt.started

    @property
    def seconds(self) -> float:
        """How long it took, or has taken until now."""
        return ((self.attempt.ended or timezone.now()) - self.attempt.started).total_seconds()


@dataclass
class Deed:
    """What a person did to the task."""

    line: TaskLine

    @property
    def time(self) -> datetime:
        return self.line.time


@login_required
def task_detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    visible = TaskRecord.objects.visible_to(request.user)
    record = get_object_or_404(
        visible.select_related("user", "parent", "batch", "paused_by", "cancelled_by").prefetch_related("attempts"), pk=pk
    )
    may_change = topics.may_change_task(request.user, record)
    (row,) = rows_of(request.user, [record])
    children = list(visible.filter(parent=record).order_by("pk")[: SHOWN_CHILDREN + 1])
    began = next((attempt.started for attempt in record.attempts.all()), record.started_at)
    cause = cause_of_record(record) if record.status in (Status.FAILED, Status.RETRYING) else None
    context = {
        "rail": "tasks",
        "task": record,
        "row": row,
        "cause": cause,
        "hopeless": cause is not None and not cause.retry,
        "why": waiting_reason(record),
        "outcome": outcome_of(record),
        "left": estimates.in_words(estimates.seconds_left(record, record.percent)) if record.status == Status.STARTED else "",
        "actions": [(action, MEANINGS[action].icon) for action in fitting(record)] if may_change else [],
        "timeline": timeline(record),
        "children": rows_of(request.user, children[:SHOWN_CHILDREN]),
        "more_children": len(children) > SHOWN_CHILDREN,
        "parent": record.parent if record.parent and visible.filter(pk=record.parent.pk).exists() else None,
        "waited": _between(record.created, began),
        "took": _between(began, record.finished_at),
    }
    return render(request, "tasks/detail.html", context)


def timeline(record: TaskRecord) -> list[Try | Deed]:
    """Attempts and people's deeds in the order of time."""
    by_attempt: dict[int, list[TaskLine]] = defaultdict(list)
    deeds: list[Try | Deed] = []
    for line in record.lines.order_by("pk")[:SHOWN_LINES]:
        if line.level == TaskLine.EVENT and line.source:
            deeds.append(Deed(line))
        else:
            by_attempt[line.attempt].append(line)
    tries = [_try(attempt, by_attempt[attempt.number]) for attempt in record.attempts.all()]
    return sorted([*tries, *deeds], key=lambda entry: entry.time)


def _try(attempt: TaskAttempt, lines: list[TaskLine]) -> Try:
    steps = [line for line in lines if line.level == TaskLine.EVENT]
    return Try(attempt, cause_of_attempt(attempt), steps, [line for line in lines if line.level != TaskLine.EVENT])


def _between(start: datetime | None, end: datetime | None) -> float | None:
    return max(0.0, (end - start).total_seconds()) if start and end else None


@login_required
@require_POST
def task_action(request: HttpRequest, pk: uuid.UUID, action: str) -> HttpResponse:
    if action not in Action.values:
        raise Http404
    record = act(Action(action), pk, request.user)
    messages.success(request, MEANINGS[Action(action)].done % {"count": 1})
    return redirect("tasks:detail", record.pk)
