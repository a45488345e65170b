"""What somebody has searched for on the page: written after the answer is there, shown to nobody else, and deleted when he likes.

Who wants no history has none: turning it off deletes what there is. Programs that search by the API leave none.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from documents.models import PastSearch, SavedSearch, SearchHabits
from documents.services.search import SearchRequest, SearchResponse
from documents.services.search.asked import words_of
from tasks.ids import uuid7

TASK = "documents.forget_searches"
AGAIN = timedelta(minutes=1)
"""Who reloads the page, or comes back to it from a document, has not searched another time."""
AT_ONCE = 1000
logger = logging.getLogger(__name__)

_RECORD = """
    INSERT INTO documents_pastsearch AS past (id, user_id, case_id, words, digest, results, at_least, times, last)
    SELECT %(id)s, %(user)s, %(case)s, %(words)s::jsonb, %(digest)s, %(results)s, %(at_least)s, 1, %(now)s
    WHERE NOT EXISTS (SELECT FROM documents_searchhabits WHERE user_id = %(user)s AND NOT keep_history)
    ON CONFLICT (user_id, case_id, digest) DO UPDATE SET
        results = EXCLUDED.results, at_least = EXCLUDED.at_least, last = EXCLUDED.last,
        times = past.times + (EXCLUDED.last - past.last > %(again)s)::int
"""
# Whoever holds the table or the row makes no reader wait.
_PATIENCE = "SELECT set_config('lock_timeout', '200ms', true)"


def record(request: SearchRequest, response: SearchResponse) -> None:
    """Note a search; the same words at the same place are noted once. A search is not lost because its note is."""
    words = json.dumps(words_of(request), sort_keys=True)
    values = {
        "id": uuid7(),
        "user": request.user.pk,
        "case": request.case,
        "words": words,
        "digest": hashlib.sha256(words.encode()).hexdigest(),
        "results": response.count,
        "at_least": response.at_least,
        "now": timezone.now(),
        "again": AGAIN,
    }
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_PATIENCE)
            cursor.execute(_RECORD, values)
    except DatabaseError as error:
        # Only its kind: PostgreSQL's sentence may repeat the row, and with it the words.
        logger.warning("A search was answered but not noted in its history: %s", type(error.__cause__ or error).__name__)


def of(user: Any) -> QuerySet[PastSearch]:
    """One's own, the newest first; at most SEARCH_HISTORY_MOST, those of no case that one may not see any more."""
    return PastSearch.objects.visible_to(user).select_related("case")[: settings.SEARCH_HISTORY_MOST]


def is_kept(user: Any) -> bool:
    return not SearchHabits.objects.filter(user=user, keep_history=False).exists()


def delete(past: PastSearch, user: Any) -> None:
    PastSearch.objects.filter(user=user, pk=past.pk).delete()


def delete_all(user: Any) -> None:
    """Those too that one can't see just now, for their case is closed to him."""
    PastSearch.objects.filter(user=user).delete()


def keep(user: Any, wanted: bool) -> None:
    """Turn the history on, or off, which deletes it."""
    with transaction.atomic():
        SearchHabits.objects.update_or_create(user=user, defaults={"keep_history": wanted})
        if not wanted:
            delete_all(user)


def forget(check: Callable[[], None]) -> int:
    """Delete what is too old or too much, what was noted in the moment in which its history was turned off, and, with the saved ones, the
    searches of cases deleted longer than DELETED_KEEP_DAYS ago; gives how many. `check` is called now and then and may raise.
    """
    now = timezone.now()
    gone = Q(case__deleted_at__lt=now - timedelta(days=settings.DELETED_KEEP_DAYS))
    off = Q(user__in=SearchHabits.objects.filter(keep_history=False).values("user"))
    old = Q(last__lt=now - timedelta(days=settings.SEARCH_HISTORY_KEEP_DAYS))
    place = Window(RowNumber(), partition_by=F("user"), order_by=[F("last").desc(), F("pk").desc()])
    beyond = PastSearch.objects.annotate(place=place).filter(place__gt=settings.SEARCH_HISTORY_MOST)
    due: list[QuerySet[Any]] = [PastSearch.objects.filter(gone | off | old), beyond, SavedSearch.objects.filter(gone)]
    return sum(_deleted(rows, check) for rows in due)


def _deleted(rows: QuerySet[Any], check: Callable[[], None]) -> int:
    deleted = 0
    while keys := list(rows.order_by().values_list("pk", flat=True)[:AT_ONCE]):
        check()
        deleted += rows.model._default_manager.filter(pk__in=keys).delete()[0]
    return deleted
