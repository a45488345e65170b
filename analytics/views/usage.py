"""Usage as pages: of the installation for staff, of a case for its owners."""

from __future__ import annotations

import urllib.parse
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from rest_framework.serializers import ValidationError

from analytics.api.usage import UsageQuery
from analytics.services.charts import Chart, Look, Series
from analytics.services.usage import activity, reading
from analytics.services.usage.asked import Asked, stretch
from analytics.services.usage.reading import By, Moment
from cases.models import Case, Role

RANGES = (1, 7, 30, 90)


@login_required
def usage(request: HttpRequest) -> HttpResponse:
    """For staff; it does not exist for others."""
    if not request.user.is_staff:
        raise Http404
    asked, wrong = _asked(request)
    routes = reading.by_route(asked, asked.route)
    moments = reading.over_time(asked, asked.by, asked.route)
    address = reverse("analytics:usage")
    context = {
        "rail": "board",
        "total": reading.total(routes),
        "routes": routes,
        "charts": [_requests_chart(moments, asked, address), _speed_chart(moments, asked)],
        "dropped": reading.dropped(),
        "recording": settings.USAGE_RECORDING,
        **_frame(asked, wrong),
    }
    return render(request, "analytics/usage.html", context, status=400 if wrong else 200)


@login_required
def case_usage(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Activity per person and day, for owners."""
    case = get_object_or_404(Case.objects.visible_to(request.user), pk=pk)
    case.require(request.user, Role.OWNER)
    asked, wrong = _asked(request, case.pk)
    address = reverse("analytics:case-usage", args=[case.pk])
    context = {"case": case, "role": Role.OWNER, "active_tab": "activity", **_activity(asked, wrong, address)}
    return render(request, "analytics/usage_of_case.html", context, status=400 if wrong else 200)


@login_required
def usage_people(request: HttpRequest) -> HttpResponse:
    """The same of the installation, for staff; it does not exist for others."""
    if not request.user.is_staff:
        raise Http404
    asked, wrong = _asked(request)
    context = {"rail": "board", **_activity(asked, wrong, reverse("analytics:usage-people"))}
    return render(request, "analytics/usage_people.html", context, status=400 if wrong else 200)


def _activity(asked: Asked, wrong: str, address: str) -> dict[str, Any]:
    people = activity.activity_of(asked)
    return {
        "people": people,
        "rows": [(day, one, one.days[day]) for day in _days_of(people) for one in people if day in one.days],
        "charts": [_activity_chart(people, asked, address)],
        "keep_days": settings.USAGE_KEEP_DAYS,
        **_frame(asked, wrong),
    }


def _asked(request: HttpRequest, case: UUID | None = None) -> tuple[Asked, str]:
    """What the address asks; else the usual, and a sentence of what is wrong with it."""
    words = {name: value for name, value in request.GET.items() if name in ("from", "to", "by", "route")}
    try:
        return UsageQuery.read(words | ({"case": str(case)} if case else {})), ""
    except ValidationError as error:
        found = error.detail
        sentences = [str(sentence) for each in found.values() for sentence in each] if isinstance(found, dict) else [str(found)]
        return stretch(None, None, None, case), " ".join(sentences)


def _frame(asked: Asked, wrong: str) -> dict[str, Any]:
    """What both pages show of what was asked; days are UTC days, the last one included."""
    first, last = asked.since.date(), _last_day(asked)
    today = timezone.now().astimezone(UTC).date()
    kept = {"route": asked.route} if asked.route is not None else {}
    ranges = []
    for days in RANGES:
        since = today - timedelta(days=days - 1)
        label = _("Today") if days == 1 else _("%(n)d days") % {"n": days}
        ranges.append((label, _query(since, today, **kept), (first, last) == (since, today)))
    exact = bool(asked.since.hour or (asked.until.hour and asked.until < timezone.now()))
    whole = _query(asked.since if exact else first, asked.until if exact else last, by=asked.by.value)
    return {"asked": asked, "first": first, "last": last, "exact": exact, "ranges": ranges, "wrong": wrong, "whole": whole}


def _last_day(asked: Asked) -> date:
    return (asked.until - timedelta(microseconds=1)).date()


def _query(first: date, last: date, **more: str) -> str:
    """Days or times."""
    return "?" + urllib.parse.urlencode({"from": first.isoformat(), "to": last.isoformat(), **more})


def _label(moment: datetime, by: By) -> str:
    return date_format(moment, "M j, H:i" if by == By.HOUR else "M j")


def _requests_chart(moments: Sequence[Moment], asked: Asked, address: str) -> Chart:
    """A day leads to its hours."""
    kept = {"route": asked.route} if asked.route is not None else {}
    days = [address + _query(one.time.date(), one.time.date(), **kept) for one in moments] if asked.by == By.DAY else []
    return Chart(
        key="requests",
        title=_("Requests"),
        look=Look.STACKED,
        labels=[_label(one.time, asked.by) for one in moments],
        series=[
            Series(_("Answered"), [one.numbers.succeeded for one in moments], days),
            Series(_("Refused (4xx)"), [one.numbers.client_errors for one in moments], days),
            Series(_("Failed (5xx)"), [one.numbers.server_errors for one in moments], days),
        ],
        about=_("By the hour, UTC.") if asked.by == By.HOUR else _("By UTC day."),
    )


def _speed_chart(moments: Sequence[Moment], asked: Asked) -> Chart:
    return Chart(
        key="durations",
        title=_("Time to answer"),
        look=Look.LINES,
        labels=[_label(one.time, asked.by) for one in moments],
        series=[
            Series(_("Half within"), [one.numbers.p50 for one in moments]),
            Series(_("95 % within"), [one.numbers.p95 for one in moments]),
        ],
        unit="ms",
        about=_("Interpolated in a histogram whose steps are 1.41 wide."),
    )


def _days_of(people: Sequence[activity.PersonActivity]) -> list[date]:
    """The newest first."""
    return sorted({day for one in people for day in one.days}, reverse=True)


def _activity_chart(people: Sequence[activity.PersonActivity], asked: Asked, address: str) -> Chart:
    first = asked.since.date()
    days = [first + timedelta(days=number) for number in range((_last_day(asked) - first).days + 1)]
    urls = [address + _query(day, day) for day in days]
    done = [[one.days[day] for one in people if day in one.days] for day in days]
    return Chart(
        key="activity",
        title=_("Activity by day"),
        look=Look.BARS,
        labels=[date_format(day, "M j") for day in days],
        series=[
            Series(_("Requests"), [sum(one.requests for one in each) for each in done], urls),
            Series(_("Changes"), [sum(one.changes for one in each) for each in done], urls),
        ],
    )
