"""What is noted of a person for herself: forgotten when she likes, kept for a while, or not noted at all. As the history of searches."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from analytics.models import AppliedImpressions, Impression, RecentView, TargetDay, ViewHabits
from analytics.services.impressions import writing
from analytics.services.impressions.resolving import places_of

TASK = "analytics.forget_views"
APPLIED_DAYS = 30
"""Far longer than a bundle of counts may lie in Redis, or in an older copy from which it restarts."""
AT_ONCE = 1000
Check = Callable[[], None]


def is_kept(user: Any) -> bool:
    return not ViewHabits.objects.filter(user=user, keep=False).exists()


def keep(user: Any, wanted: bool) -> None:
    """Turn it on, or off, which forgets what there is."""
    with transaction.atomic():
        if not wanted:
            _forget(user)
        ViewHabits.objects.update_or_create(user=user, defaults={"keep": wanted})


def forget_all(user: Any) -> None:
    """Also what was looked at a moment ago and is not in the tables yet, and what one can't see just now."""
    with transaction.atomic():
        _forget(user)


def _forget(user: Any) -> None:
    writing.alone(wait=True)
    ViewHabits.objects.update_or_create(user=user, defaults={"forgotten": timezone.now()})
    RecentView.objects.filter(user=user).delete()


def clean(check: Check) -> dict[str, int]:
    """Once a day: delete what is too old or too much, and counts of what is gone; have counts follow documents that moved in the very
    moment in which they were added up."""
    now = timezone.now()
    old = RecentView.objects.filter(last__lt=now - timedelta(days=settings.RECENT_VIEWS_KEEP_DAYS))
    place = Window(RowNumber(), partition_by=F("user"), order_by=[F("last").desc(), F("pk").desc()])
    beyond = RecentView.objects.annotate(place=place).filter(place__gt=settings.RECENT_VIEWS_MOST)
    days = TargetDay.objects.filter(day__lt=now.date() - timedelta(days=settings.OPENINGS_KEEP_DAYS))
    applied = AppliedImpressions.objects.filter(applied__lt=now - timedelta(days=APPLIED_DAYS))
    return {
        "views": _deleted(old, check) + _deleted(beyond, check),
        "days": _deleted(days, check),
        "bundles": _deleted(applied, check),
        "gone": _settle(check),
    }


def _deleted(rows: QuerySet[Any], check: Check) -> int:
    deleted = 0
    while keys := list(rows.order_by().values_list("pk", flat=True)[:AT_ONCE]):
        check()
        deleted += rows.model._default_manager.filter(pk__in=keys).delete()[0]
    return deleted


def _settle(check: Check) -> int:
    """Gives how many counts were of what is gone."""
    gone, after = 0, 0
    while rows := list(Impression.objects.filter(pk__gt=after).order_by("pk").values_list("pk", "kind", "target", "case")[:AT_ONCE]):
        check()
        after = rows[-1][0]
        for kind in {kind for _pk, kind, _target, _case in rows}:
            mine = {target: (pk, case) for pk, of, target, case in rows if of == kind}
            places = places_of(kind, mine)
            missing = [target for target in mine if target not in places]
            gone += len(missing)
            for model in (Impression, TargetDay, RecentView):
                model._default_manager.filter(kind=kind, target__in=missing).delete()
            for target, (_pk, case) in mine.items():
                if target in places and places[target].case != case:
                    _follow(kind, target, places[target].case)
    return gone


def _follow(kind: str, target: Any, case: Any) -> None:
    with connection.cursor() as cursor:
        for table in ("analytics_impression", "analytics_targetday", "analytics_recentview"):
            cursor.execute(f"UPDATE {table} SET case_id = %s WHERE kind = %s AND target = %s", [case, kind, target])  # noqa: S608 (our tables)
