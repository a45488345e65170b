"""Requests of pages and programs, and who made them."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from analytics.services.figures import Figure, Stretch, Unit, Values, define
from analytics.services.figures.counting import Counted, Found
from analytics.services.usage.histogram import BOUNDS, BUCKETS, percentile
from analytics.services.usage.sums import NEWEST_TOO

WITHIN = "u.hour >= %(since)s AND u.hour < %(until)s"
_requests = Counted(
    rows=f"({NEWEST_TOO}) u",
    when=WITHIN,
    case='u."case"',
    wholes={
        "requests": "coalesce(sum(u.requests), 0)",
        "client_errors": "coalesce(sum(u.client_errors), 0)",
        "server_errors": "coalesce(sum(u.server_errors), 0)",
    },
    values={"bounds": list(BOUNDS)},
)
_durations = Counted(
    rows=f"({NEWEST_TOO}) u CROSS JOIN unnest(u.buckets) WITH ORDINALITY AS b (n, place)",
    when=WITHIN,
    case='u."case"',
    part="b.place",
    parts={"bucket": "sum(b.n)"},
    values={"bounds": list(BOUNDS)},
)
_people = Counted(
    rows="""(
        SELECT DISTINCT q."case" AS case_id, q."user" AS person FROM analytics_apirequest q
        WHERE q.time >= %(since)s AND q.time < %(until)s AND q."user" IS NOT NULL
        UNION
        SELECT e.case_id, e.actor_id FROM cases_auditevent e
        WHERE e.created >= %(since)s AND e.created < %(until)s AND e.actor_id IS NOT NULL
    ) a""",
    when="TRUE",
    case="a.case_id",
    wholes={"people_active": "count(DISTINCT a.person)"},
)


def source(stretch: Stretch) -> Mapping[UUID | None, Values]:
    found: Found = {case: dict(values) for case, values in _requests(stretch).items()}
    for case, values in _durations(stretch).items():
        buckets = [int(values.get(f"bucket:{place}") or 0) for place in range(1, BUCKETS + 1)]
        found.setdefault(case, {})["request_ms_p95"] = percentile(buckets, 0.95)
    return found


def register() -> None:
    define(
        [
            Figure(
                "requests", _("Requests"), Unit.COUNT,
                _("Requests of pages and of programs that were answered in the time; of a case those whose address names it."), "requests",
            ),
            Figure(
                "client_errors", _("Requests refused"), Unit.COUNT,
                _("Those of the requests that were answered with a status of 400 to 499."), "requests", more_is_worse=True,
            ),
            Figure(
                "server_errors", _("Requests failed"), Unit.COUNT,
                _("Those of the requests that were answered with a status from 500 on."), "requests", more_is_worse=True,
            ),
            Figure(
                "request_ms_p95", _("Time of a request, 95th percentile"), Unit.MILLISECONDS,
                _("95 percent of the requests were answered within it; counted from classes of duration, within one of which it is taken "
                  "to rise evenly."), "requests", empty=None, more_is_worse=True,
            ),
        ],
        source,
    )  # fmt: skip
    define(
        [
            Figure(
                "people_active", _("People active"), Unit.COUNT,
                _("Accounts that made a request or did something that the activity log names in the time; of a case those whose request "
                  "names it in its address, or who did something in it."), "matters", kept_days=_kept,
            ),
        ],
        _people,
    )  # fmt: skip


def _kept() -> int:
    return int(settings.USAGE_KEEP_DAYS)
