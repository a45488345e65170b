"""Requests that were answered: recorded beside the request, summed up by the hour, told by route, by time and by person.

middleware -> recorder (a bounded buffer and a thread) -> writing (COPY) -> rolling (sums of hours, cleaning) -> reading and activity.
"""

from __future__ import annotations

from analytics.services.usage.histogram import BOUNDS

__all__ = ["BOUNDS"]
