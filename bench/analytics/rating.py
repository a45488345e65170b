"""All ratings calculated again, and the same rows averaged by plain SQL, which is the least that it could take."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

from django.db import connection, transaction

from analytics.models import RatingPrior, RatingScore
from analytics.services.ratings import scores
from bench.figures import Figures, Plan
from bench.installation import own_database
from lexintel.models import User

THINGS, VOTERS, ROUNDS = 100_000, 3, 3
_RATINGS = """
INSERT INTO analytics_rating (user_id, target_type, target_id, value, created, updated)
SELECT voter, 'document', md5('d' || n)::uuid, 1 + (n * 7 + place) %% 5, now(), now()
FROM generate_series(1, %s) AS n, unnest(%s::uuid[]) WITH ORDINALITY AS voters(voter, place)
"""
_PLAIN = "SELECT count(mean) FROM (SELECT avg(value) AS mean FROM analytics_rating GROUP BY target_type, target_id) AS means"


def run(out: Callable[[str], object], plan: Plan, template: str) -> Figures:
    things = plan.size(THINGS, 2000)
    with own_database("lexintel_bench_rating", template):
        people = User.objects.bulk_create([User(username=f"voter{number}") for number in range(VOTERS)])
        with connection.cursor() as cursor:
            cursor.execute(_RATINGS, [things, [user.pk for user in people]])
            cursor.execute("ANALYZE analytics_rating")
        first = _seconds(_calculated)
        moved = median(_seconds(_calculated) for _round in range(ROUNDS) if _let_the_mean_move())
        again = median(_seconds(_calculated) for _round in range(ROUNDS))
        plain = median(_seconds(_averaged) for _round in range(ROUNDS))
    out(f"ratings of {things} things: first {first:.2f} s, all changed {moved:.2f} s, none {again:.2f} s; plain averages {plain:.2f} s")
    return Figures(
        {"calculate all ratings to plain averages": moved / plain},
        {"calculate all ratings, first (s)": first, "all changed (s)": moved, "none changed (s)": again},
    )


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _calculated() -> None:
    with transaction.atomic():
        scores.write_all()


def _let_the_mean_move() -> bool:
    """So that every score is another one."""
    RatingPrior.objects.update(mean=0)
    return RatingScore.objects.update(bayesian=0) > 0


def _averaged() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_PLAIN)
