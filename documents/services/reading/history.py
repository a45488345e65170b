"""What happened to a document, for people: its runs, the stages of each, every attempt in words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents.models import Document
from documents.services.pipeline.lifecycle import STAGES
from tasks.models import TERMINAL, Status, TaskAttempt, TaskRecord
from tasks.operations.waiting_reasons import reason as waiting_reason

MOST_TASKS = 90  # thirty runs
_LABELS = {stage.task: stage.label for stage in STAGES}
_ENDINGS: dict[str, str | Promise] = {
    TaskAttempt.Outcome.RUNNING: gettext_lazy("Working on it"),
    TaskAttempt.Outcome.SUCCEEDED: gettext_lazy("Done"),
    TaskAttempt.Outcome.FAILED: gettext_lazy("Did not succeed"),
    TaskAttempt.Outcome.CANCELLED: gettext_lazy("Was stopped"),
    TaskAttempt.Outcome.LOST: gettext_lazy("Its worker stopped answering, so another one took over"),
    TaskAttempt.Outcome.RETURNED: gettext_lazy("Was handed back, because its worker was shut down"),
}
_EXECUTORS: dict[str, str | Promise] = {"celery": gettext_lazy("worker process"), "background": gettext_lazy("web process")}


@dataclass(frozen=True)
class Try:
    """One attempt. `took` is in seconds, None while it runs; the rest of the technical part may be empty."""

    number: int
    started: datetime
    took: float | None
    ending: str
    outcome: str
    message: str
    where: str
    error_class: str
    traceback: str


@dataclass(frozen=True)
class Step:
    """One stage's task: how it stands, what it waits for, its attempts."""

    label: str | Promise
    status: str
    status_label: str
    waiting: str
    error: str
    tries: list[Try]
    task: str
    payload: str
    by: Any = None
    """Who stopped it, where it was a person."""

    @property
    def took(self) -> float | None:
        return self.tries[-1].took if self.tries else None


@dataclass(frozen=True)
class Run:
    """One passage of the document through the stages."""

    label: str
    began: datetime
    user: Any
    steps: list[Step]


def runs_of(document: Document) -> list[Run]:
    """The document's passages, the newest first, each with its stages in order."""
    attempts = Prefetch("attempts", TaskAttempt.objects.order_by("number"))
    records = TaskRecord.objects.filter(topic=document.topic).select_related("user", "cancelled_by").prefetch_related(attempts)
    chains: list[list[TaskRecord]] = []
    for record in reversed(records.order_by("-id")[:MOST_TASKS]):
        if chains and record.parent_id is not None:
            chains[-1].append(record)
        else:
            chains.append([record])
    return [_run(chain, is_first=number == 0) for number, chain in enumerate(chains)][::-1]


def _run(chain: list[TaskRecord], *, is_first: bool) -> Run:
    first = chain[0]
    return Run(_run_label(first, is_first), first.created, first.user, [_step(record) for record in chain])


def _run_label(first: TaskRecord, is_first: bool) -> str:
    labels = {
        "reprocess": _("Read again"),
        "restore": _("Read anew after its deletion was taken back"),
        "password": _("Read with a password"),
        "replace": _("Read after its file was replaced"),
        "learned": _("Read, its kind of file having become readable"),
    }
    if label := labels.get(first.payload.get("source")):
        return label
    return _("Read for the first time") if is_first else _("Tried again")


def _step(record: TaskRecord) -> Step:
    tries = [_try(attempt) for attempt in record.attempts.all()]
    ended = record.status in TERMINAL
    return Step(
        label=_LABELS.get(record.name, record.name),
        status=record.status,
        status_label=record.get_status_display(),
        waiting="" if ended else waiting_reason(record),
        error=record.error if ended else "",
        tries=tries,
        task=str(record.pk),
        payload=json.dumps(record.payload, ensure_ascii=False, sort_keys=True),
        by=record.cancelled_by if record.status == Status.CANCELLED else None,
    )


def _try(attempt: TaskAttempt) -> Try:
    took = (attempt.ended - attempt.started).total_seconds() if attempt.ended else None
    place = str(_EXECUTORS.get(attempt.executor, attempt.executor))
    return Try(
        number=attempt.number,
        started=attempt.started,
        took=took,
        ending=str(_ENDINGS.get(attempt.outcome, attempt.get_outcome_display())),
        outcome=attempt.outcome,
        message=attempt.message,
        where=" ".join(part for part in (place, attempt.worker) if part),
        error_class=attempt.error_class,
        traceback=attempt.traceback,
    )
