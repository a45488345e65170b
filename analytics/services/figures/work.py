"""Recordings, and the tasks that did all work."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from analytics.services.figures import Figure, Unit, define, links
from analytics.services.figures.counting import Counted, together
from analytics.services.figures.library import by_cause, cause_label
from tasks.base.causes import by_code
from tasks.models import Status

_came = Counted(
    rows="audio_audiosession s",
    when="s.created >= %(since)s AND s.created < %(until)s AND s.duplicate_of_id IS NULL",
    case="s.case_id",
    wholes={"recordings_in": "count(*)", "audio_hours": "coalesce(sum(s.duration_s), 0) / 3600"},
)
_failed = Counted(
    rows="audio_audiosession s",
    when="s.created >= %(since)s AND s.created < %(until)s AND s.duplicate_of_id IS NULL AND s.status = 'failed'",
    case="s.case_id",
    wholes={"recordings_failed": "count(*)"},
    part="s.error_code",
    parts={"recordings_failed": "count(*)"},
)
_transcribed = Counted(
    rows="audio_processingmetric m JOIN audio_audiosession s ON s.id = m.session_id",
    when="m.created >= %(since)s AND m.created < %(until)s AND m.step = 'transcribing'",
    case="s.case_id",
    wholes={"transcribed_hours": "coalesce(sum(m.audio_s), 0) / 3600"},
)
RAN = "extract(epoch FROM r.finished_at - r.started_at)"
WAITED = "extract(epoch FROM r.started_at - greatest(r.created, coalesce(r.run_after, r.created)))"


def _part_of(share: int, order: str, which: str) -> str:
    """Both shares are written alike, so that PostgreSQL sorts once."""
    percentiles = f"percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY {order}) FILTER (WHERE {which})"
    return f"({percentiles})[{share}]"


BEGAN = "r.status IN ('succeeded', 'failed') AND r.started_at IS NOT NULL"
_tasks = Counted(
    rows="tasks_taskrecord r",
    when="r.finished_at >= %(since)s AND r.finished_at < %(until)s AND r.status IN ('succeeded', 'failed', 'cancelled')",
    case="r.scope",
    wholes={
        "tasks_ended": "count(*)",
        "task_seconds_median": _part_of(1, RAN, BEGAN),
        "task_seconds_p95": _part_of(2, RAN, BEGAN),
        "task_waiting_median": _part_of(1, WAITED, f"{BEGAN} AND r.attempt <= 1"),
        "task_waiting_p95": _part_of(2, WAITED, f"{BEGAN} AND r.attempt <= 1"),
    },
)
_outcomes = Counted(
    rows="tasks_taskrecord r",
    when=_tasks.when,
    case="r.scope",
    part="r.status",
    parts={"tasks_ended": "count(*)"},
)
_errors = Counted(
    rows="tasks_taskrecord r",
    when="r.finished_at >= %(since)s AND r.finished_at < %(until)s AND r.status = 'failed'",
    case="r.scope",
    wholes={"tasks_failed": "count(*)"},
    part="coalesce(nullif(r.error_code, ''), 'unexpected')",
    parts={"tasks_failed": "count(*)"},
)


def code_label(code: str) -> str:
    """Codes with one reason stay apart here, so that each leads to its own tasks."""
    return f"{cause_label(code)} ({code})" if code in by_code else code


def _outcome_label(status: str) -> str:
    return str(Status(status).label)


def _kept() -> int:
    return min(settings.TASK_KEEP_SUCCEEDED_DAYS, settings.TASK_KEEP_FAILED_DAYS)


def register() -> None:
    define(
        [
            Figure(
                "recordings_in", _("Recordings in"), Unit.COUNT,
                _("Recordings by the moment they were added, dictations too; a recording whose file was there already is not counted."),
                "recordings", link=links.recordings,
            ),
            Figure(
                "audio_hours", _("Hours of audio in"), Unit.HOURS,
                _("How long the same recordings last, of those whose length is known."), "recordings",
            ),
            Figure(
                "transcribed_hours", _("Hours transcribed"), Unit.HOURS,
                _("Speech that was written down in the time, also of recordings that came before; what was transcribed twice counts twice. "
                  "Pauses are not counted."), "recordings",
            ),
            Figure(
                "recordings_failed", _("Recordings failed"), Unit.COUNT,
                _("Of the recordings added in the time, those whose processing had failed when this was counted, by cause; the nightly "
                  "clean-up takes failed ones away."),
                "recordings", per="cause", part_label=cause_label, more_is_worse=True,
            ),
        ],
        together(_came, by_cause(_failed, "recordings_failed"), _transcribed),
    )  # fmt: skip
    define(
        [
            Figure(
                "tasks_ended", _("Tasks ended"), Unit.COUNT,
                _("Tasks by the moment they ended for good, by outcome; a task that was tried again counts once."),
                "tasks", per="outcome", link=links.tasks("state"), part_label=_outcome_label, kept_days=_kept,
            ),
            Figure(
                "tasks_failed", _("Tasks failed"), Unit.COUNT,
                _("Those of the ended tasks that failed, by the code of their error."),
                "tasks", per="error", link=links.tasks("error_code", state="failed"), part_label=code_label, kept_days=_kept,
                more_is_worse=True,
            ),
            *(
                Figure(key, label, Unit.SECONDS, definition, "tasks", empty=None, kept_days=_kept, more_is_worse=True)
                for key, label, definition in (
                    ("task_seconds_median", _("Time of a task, median"),
                     _("From the beginning of the last attempt to the end, of the ended tasks that were done or failed.")),
                    ("task_seconds_p95", _("Time of a task, 95th percentile"),
                     _("The same time: 95 percent of these tasks took no longer.")),
                    ("task_waiting_median", _("Waiting, median"),
                     _("From when a task was asked for, or due where that is later, to its beginning, of the same tasks without those that "
                       "were tried again.")),
                    ("task_waiting_p95", _("Waiting, 95th percentile"),
                     _("The same waiting: 95 percent of these tasks waited no longer.")),
                )
            ),
        ],
        together(_tasks, _outcomes, _errors),
    )  # fmt: skip
