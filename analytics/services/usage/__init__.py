"""Requests as they were recorded."""

from __future__ import annotations

BOUNDS: tuple[float, ...] = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000)
"""Upper ends of the buckets of a duration, milliseconds; one more holds what took longer."""
