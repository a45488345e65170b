"""How long work still takes, learned from how long its like took before. None where nothing is known: no guess is ever shown."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from tasks.models import TaskRecord

FRESH_SECONDS = 60
"""How long a process believes what it read of the history."""
OWN_RATE_FROM = 20
"""Percent from which a task's own rate alone counts; before, the history has its share."""

MEDIANS = """
SELECT wanted.name, (
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY EXTRACT(EPOCH FROM latest.finished_at - latest.started_at))
    FROM (
        SELECT started_at, finished_at FROM tasks_taskrecord
        WHERE name = wanted.name AND status = 'succeeded' ORDER BY id DESC LIMIT 100
    ) AS latest
) FROM unnest(%s::text[]) AS wanted (name)
"""

_known: dict[str, tuple[float, float | None]] = {}
_ahead: dict[str, tuple[str, ...]] = {}


def declare_chain(names: Sequence[str]) -> None:
    """Tell that these tasks follow one another on one topic, so that the time of the later ones counts in the earlier."""
    for place, name in enumerate(names):
        _ahead[name] = tuple(names[place:])


def typical(name: str) -> float | None:
    """The median of the last hundred successful runs of a task, in seconds; None where there was none."""
    return _medians([name])[name]


def ahead(name: str, *, without_itself: bool = False) -> float | None:
    """Typical seconds of a task and of those that follow it on its topic; None where one of them has no history."""
    names = _ahead.get(name, (name,))[1 if without_itself else 0 :]
    medians = [found for found in _medians(names).values() if found is not None]
    return sum(medians) if len(medians) == len(names) else None


def whole(name: str) -> float | None:
    """Typical seconds of all that is done for a topic, of which the task is one part."""
    first = next((start for start, names in _ahead.items() if name in names), name)
    return ahead(first)


def seconds_left(record: TaskRecord, percent: float) -> float | None:
    """Seconds to the end of a running task that has come so far: from the history, corrected by its own rate once it moves."""
    usual = typical(record.name)
    if usual is None or record.started_at is None:
        return None
    elapsed = max(0.0, (timezone.now() - record.started_at).total_seconds())
    if percent <= 0:
        return usual - elapsed if elapsed < usual else None
    trust = min(1.0, percent / OWN_RATE_FROM)
    by_rate = elapsed * (100 - percent) / percent
    return trust * by_rate + (1 - trust) * usual * (1 - percent / 100)


def topic_seconds_left(record: TaskRecord, percent: float) -> float | None:
    """The same to the end of the topic that the task works for: with the typical time of what follows it there."""
    own, rest = seconds_left(record, percent), ahead(record.name, without_itself=True)
    return None if own is None or rest is None else own + rest


def in_words(seconds: float | None) -> str:
    """ "about 20 s", "about 3 min"; empty where unknown."""
    if seconds is None:
        return ""
    if seconds < 90:
        return _("about %(n)d s") % {"n": max(1, round(seconds) if seconds < 10 else round(seconds / 5) * 5)}
    if seconds < 5400:
        return _("about %(n)d min") % {"n": round(seconds / 60)}
    return _("about %(n).1f h") % {"n": seconds / 3600}


class Pace:
    """How fast something advances, seen from its own percents over the last minutes."""

    WINDOW = 120.0
    LEAST_SECONDS = 5.0

    def __init__(self) -> None:
        self._points: deque[tuple[float, float]] = deque()

    def note(self, percent: float) -> None:
        now = time.monotonic()
        if self._points and percent < self._points[-1][1]:
            self._points.clear()
        self._points.append((now, percent))
        while now - self._points[0][0] > self.WINDOW:
            self._points.popleft()

    def forget(self) -> None:
        """After a pause: what was seen before says nothing about what comes."""
        self._points.clear()

    def seconds_left(self) -> float | None:
        """None until it has been watched for a while and has moved."""
        if not self._points:
            return None
        (began, first), (now, last) = self._points[0], self._points[-1]
        gained = last - first
        return (now - began) * (100 - last) / gained if now - began >= self.LEAST_SECONDS and gained > 0 else None


def _medians(names: Sequence[str]) -> dict[str, float | None]:
    now = time.monotonic()
    stale = [name for name in names if name not in _known or now - _known[name][0] > FRESH_SECONDS]
    if stale:
        with connection.cursor() as cursor:
            cursor.execute(MEDIANS, [stale])
            _known.update((name, (now, median)) for name, median in cursor.fetchall())
    return {name: _known[name][1] for name in names}
