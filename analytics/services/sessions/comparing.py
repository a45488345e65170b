"""A recording beside the others of its kind in its case; never beside those of another case."""

from __future__ import annotations

from statistics import median
from typing import Any

from django.db.models import QuerySet

from analytics.models import SessionAnalysis
from analytics.services.sessions.contracts import Analysis, Compared
from audio.models import AudioSession

KEYS = ("duration_s", "snr_db", "levels.p50_db", "speech_share", "noise_share", "clipped_share", "doubtful_share", "words.mean", "factor")


def others_of(session: AudioSession) -> QuerySet[AudioSession]:
    """Recordings with bytes of their own, that are not deleted."""
    found = AudioSession.objects.filter(case=session.case_id, kind=session.kind, deleted_at=None, duplicate_of=None)
    return found.exclude(pk=session.pk)


def compared(session: AudioSession, analysis: Analysis) -> list[Compared]:
    """For each of KEYS; of the others what was last analysed counts. One query."""
    paths = [f"figures__{key.replace('.', '__')}" for key in KEYS]
    rows = list(SessionAnalysis.objects.filter(session__in=others_of(session).values("pk")).values_list(*paths))
    own = analysis.model_dump()
    return [_compared(key, value_of(own, key), [row[place] for row in rows]) for place, key in enumerate(KEYS)]


def value_of(figures: dict[str, Any], key: str) -> Any:
    """The value of a key with dots; None where what holds it is not there."""
    value: Any = figures
    for name in key.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _compared(key: str, value: float | None, found: list[Any]) -> Compared:
    others = [float(other) for other in found if other is not None]
    return Compared(
        key=key,
        value=value,
        median=round(median(others), 6) if others else None,
        below=sum(other < value for other in others) if value is not None else 0,
        above=sum(other > value for other in others) if value is not None else 0,
        others=len(others),
    )
