"""Durations as counts by size, from which percentiles of any stretch of time can be told without the durations themselves."""

from __future__ import annotations

from collections.abc import Sequence

BOUNDS: tuple[float, ...] = tuple(round(2 ** (step / 2), 2) for step in range(33))
"""Upper bounds of the buckets in milliseconds, each 1.41 times the one before: 1 ms to 65.5 s. Bucket n holds BOUNDS[n - 1] <= ms <
BOUNDS[n]; there is one more for what took longer. Stored sums are made of these: changing them makes old ones meaningless."""
BUCKETS = len(BOUNDS) + 1


def percentile(buckets: Sequence[int], share: float) -> float | None:
    """The duration in milliseconds that `share` of the requests (0.95) did not exceed; None where there were none.

    Linear interpolation inside the bucket in which the rank `share` * count falls, as Prometheus' histogram_quantile does
    (https://prometheus.io/docs/practices/histograms/#errors-of-quantile-estimation). The true value is in the same bucket, so it is
    wrong by less than the bucket's width: at most 41 % of the value, from 1 ms on. In the last, open bucket it is its lower bound.
    """
    count = sum(buckets)
    if not count:
        return None
    rank, before = share * count, 0
    for place, inside in enumerate(buckets):
        if inside and before + inside >= rank:
            return _inside(place, (rank - before) / inside)
        before += inside
    return BOUNDS[-1]


def _inside(place: int, share: float) -> float:
    lower = BOUNDS[place - 1] if place else 0.0
    upper = BOUNDS[place] if place < len(BOUNDS) else lower
    return lower + (upper - lower) * max(0.0, share)
