"""The trend of the hourly health check. For staff; it does not exist for others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from tasks.operations.health_history import SPANS, PartTrend, trend

HEIGHT = 20
"""Of the picture of a part's days, in units of its box; each day is one unit wide."""


@dataclass(frozen=True)
class Bar:
    """A day: how high its well part reaches, and the part above it that was not. `checks` 0: nobody asked."""

    x: int
    day: date
    checks: int
    ok: int

    @property
    def ill(self) -> float:
        return round(HEIGHT * (self.checks - self.ok) / self.checks, 2) if self.checks else 0.0

    @property
    def well(self) -> float:
        return round(HEIGHT - self.ill, 2) if self.checks else 0.0


@login_required
def health_trend(request: HttpRequest) -> HttpResponse:
    if not request.user.is_staff:
        raise Http404
    span = span_of(request.GET.get("days", ""))
    found = trend(span)
    context = {
        "rail": "board",
        "trend": found,
        "rows": [(part, bars(part)) for part in found.parts],
        "spans": [(days, days == span) for days in SPANS],
        "height": HEIGHT,
    }
    return render(request, "tasks/health.html", context)


def span_of(text: str) -> int:
    """The days that an address asks for; 30 where it asks for none that is offered."""
    return int(text) if text in {str(days) for days in SPANS} else 30


def bars(part: PartTrend) -> list[Bar]:
    return [Bar(x, day.day, day.checks, day.ok) for x, day in enumerate(part.days)]
