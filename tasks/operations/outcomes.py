"""What a task's result says, in a sentence for people, where its app registered one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tasks.models import Status, TaskRecord
from tasks.operations import vacuum

Words = Callable[[dict[str, Any]], str]
_known: dict[str, Words] = {}


def register_outcome(task: str, words: Words) -> None:
    """`words(result)` gives the sentence for results of this task."""
    _known[task] = words


def outcome_of(record: TaskRecord) -> str:
    """Empty where the task has not succeeded, or nobody knows its results."""
    words = _known.get(record.name)
    if words is None or record.status != Status.SUCCEEDED or not isinstance(record.result, dict):
        return ""
    try:
        return words(record.result)
    except (KeyError, TypeError, ValueError):  # a result that an earlier version wrote
        return ""


def _health(result: dict[str, Any]) -> str:
    ill = [part["name"] for part in result["parts"] if not part["ok"]]
    if not ill:
        return _("All %(n)d parts are well.") % {"n": len(result["parts"])}
    return _("Not well: %(parts)s.") % {"parts": ", ".join(ill)}


def _sessions(result: dict[str, Any]) -> str:
    count = int(result["removed"])
    return ngettext("%(n)d expired session removed.", "%(n)d expired sessions removed.", count) % {"n": count}


def _records(result: dict[str, Any]) -> str:
    count = int(result["records"])
    return ngettext("%(n)d old record removed.", "%(n)d old records removed.", count) % {"n": count}


register_outcome("tasks.vacuum_database", vacuum.in_words)
register_outcome("tasks.health_check", _health)
register_outcome("tasks.cleanup_expired_sessions", _sessions)
register_outcome("tasks.cleanup_old_records", _records)
