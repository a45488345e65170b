"""The dashboard of a case, for its members. Each number is that of the list to which it leads."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.models import ImpressionDay
from analytics.models.impressions import Kind as Viewed
from analytics.services.charts import Chart, Look
from analytics.services.charts.wording import number as worded
from analytics.services.dashboards.cited import KINDS, Cited, cited_in
from analytics.services.dashboards.contracts import Dashboard, Number
from analytics.services.dashboards.counting import by_day, over_time, parts, series
from analytics.services.dashboards.ranges import DAY, Bucket, Range
from audio.models import AudioSession
from cases.models import AuditEvent, Case, Event
from documents.models import Document
from documents.services.reading.failures import reasons_of
from documents.services.reading.overview import counts_of
from documents.services.timeline.entries import Filters, matching
from tasks.models import ACTIVE, TaskRecord
from tasks.operations.filters import STATES as TASK_STATES

SOON = 30 * DAY
NEXT_DEADLINES = 5
OPEN = Filters(kinds=(Event.Kind.DEADLINE,), done=False)
VIEWED = (Viewed.DOCUMENT, Viewed.RULING, Viewed.RECORDING, Viewed.ANSWER)


def dashboard_of(case: Case, user: Any, asked: Range) -> Dashboard:
    """A constant number of queries; the user's right to see the case has been checked."""
    documents, counts = Documents(case, asked), counts_of(case)
    cited = cited_in(case)
    recordings = Recordings(case, asked)
    numbers = [
        *documents.numbers(counts),
        *tasks_of(case),
        Number("authorities", _("authorities cited"), cited.authorities, worded(cited.authorities), url=_address("authorities", case)),
        recordings.number(),
        *deadlines_of(case, user),
    ]
    charts = [
        documents.intake(),
        documents.standing(counts),
        documents.failed(),
        documents.kinds(),
        citations(case, cited),
        most_cited(case, cited),
        recordings.chart(),
        activity(case, asked),
        views(case, asked),
    ]
    return Dashboard(asked, numbers, charts)


def next_deadlines(case: Case, user: Any) -> list[Event]:
    """First what is overdue, then what comes next."""
    return list(matching(user, case, OPEN)[:NEXT_DEADLINES])


def _address(page: str, case: Case, **words: Any) -> str:
    query = f"?{urlencode(words)}" if words else ""
    return reverse(f"documents:case-{page}", args=[case.pk]) + query


class Documents:
    """Living ones, as the list shows them."""

    def __init__(self, case: Case, asked: Range) -> None:
        self.case, self.asked = case, asked
        self.rows = Document.objects.filter(case=case, deleted_at=None)
        self.days: list[tuple[datetime.date, int]] = by_day(self.rows, "created", asked)

    def _list(self, **words: Any) -> str:
        return _address("documents", self.case, **words)

    def _added(self, first: datetime.date, last: datetime.date) -> str:
        return self._list(added_since=first.isoformat(), added_until=last.isoformat())

    def numbers(self, counts: dict[str, int]) -> list[Number]:
        came = sum(count for _day, count in self.days)
        told = [
            ("documents", _("documents"), counts["all"], self._list()),
            ("came", _("came in these days"), came, self._added(self.asked.first, self.asked.last)),
            ("running", _("being read"), counts["running"], self._list(status="running")),
            ("failed", _("could not be read"), counts["failed"], self._list(status="failed")),
        ]
        return [Number(key, label, n, worded(n), url=url, alarming=key == "failed" and n > 0) for key, label, n, url in told]

    def intake(self) -> Chart:
        came = series(_("Documents"), self.asked, self.days, lambda bucket: self._added(bucket.first, bucket.last))
        return over_time("intake", _("Documents that came in"), Look.BARS, self.asked, [came])

    def standing(self, counts: dict[str, int]) -> Chart:
        told = [
            ("ready", _("Ready")),
            ("running", _("In progress")),
            ("kept", _("Kept, not read")),
            ("failed", _("Failed")),
            ("cancelled", _("Cancelled")),
        ]
        found = [(label, counts[key], self._list(status=key) if counts[key] else "") for key, label in told]
        return parts("standing", _("How the documents stand"), _("Documents"), found, about=_("All documents, now."), heading=_("State"))

    def failed(self) -> Chart:
        found = [(one.title, one.count, self._list(status="failed", cause=one.key)) for one in reasons_of(self.case)]
        about = _("All documents that failed, now.")
        return parts("failures", _("Why documents could not be read"), _("Documents"), found, about=about, heading=_("Cause"))

    def kinds(self) -> Chart:
        counts: Counter[Document.Kind] = Counter()
        for kind, count in self.rows.order_by().values_list("kind").annotate(n=Count("pk")):
            counts[Document.Kind(kind).broad] += count
        found = [(str(kind.label), count, self._list(kind=kind.value)) for kind, count in counts.most_common()]
        return parts("kinds", _("Kinds of documents"), _("Documents"), found, about=_("All documents, now."), heading=_("Kind"))


def tasks_of(case: Case) -> list[Number]:
    """What waits and runs for the case."""
    counted = {state: Count("pk", filter=TASK_STATES[state][1]) for state in ("waiting", "running")}
    found = TaskRecord.objects.filter(scope=case.pk, status__in=ACTIVE).aggregate(**counted)
    labels = {"waiting": _("tasks waiting"), "running": _("tasks running")}
    address = reverse("tasks:list")
    return [
        Number(
            f"tasks_{state}",
            labels[state],
            found[state],
            worded(found[state]),
            url=f"{address}?{urlencode({'case': case.pk, 'state': state})}",
        )
        for state in counted
    ]


def citations(case: Case, cited: Cited) -> Chart:
    labels = {
        "case": _("Cases"),
        "statute": _("Statutes"),
        "constitution": _("Constitutions"),
        "regulation": _("Regulations"),
        "rule": _("Rules"),
        "other": _("Other authorities"),
    }
    found = [(labels[kind], cited.kinds[kind], _address("authorities", case, kind=kind)) for kind in KINDS if cited.kinds.get(kind)]
    about = _("Each authority once; %(mentions)s places cite them.") % {"mentions": worded(cited.mentions)}
    return parts("citations", _("Authorities by kind"), _("Authorities"), found, about=about, heading=_("Kind"))


def most_cited(case: Case, cited: Cited) -> Chart:
    passages = reverse("documents:authority-passages", args=[case.pk])
    found = [(label, places, f"{passages}?{urlencode({'authority': name})}") for name, label, places in cited.most]
    return parts("most_cited", _("Most cited"), _("Places"), found, heading=_("Authority"))


class Recordings:
    """Living ones, by the day on which they were added, in minutes."""

    def __init__(self, case: Case, asked: Range) -> None:
        self.case, self.asked = case, asked
        self.rows = AudioSession.objects.filter(case=case, deleted_at=None)

    def _list(self, bucket: Bucket | None = None) -> str:
        days = {"since": bucket.first.isoformat(), "until": bucket.last.isoformat()} if bucket else {}
        return f"{reverse('audio:case-audio', args=[self.case.pk])}{'?' + urlencode(days) if days else ''}"

    def number(self) -> Number:
        minutes = (self.rows.aggregate(n=Sum("duration_s"))["n"] or 0) / 60
        return Number("hearing_minutes", _("minutes of recordings"), minutes, worded(minutes), "min", self._list())

    def chart(self) -> Chart:
        days = [(day, (seconds or 0) / 60) for day, seconds in by_day(self.rows, "created", self.asked, of=Sum("duration_s"))]
        minutes = series(_("Minutes"), self.asked, days, self._list)
        return over_time("hearings", _("Recordings that came in"), Look.BARS, self.asked, [minutes], unit="min", decimals=1)


def deadlines_of(case: Case, user: Any) -> list[Number]:
    today = timezone.localdate()
    told = [
        ("overdue", _("deadlines overdue"), replace(OPEN, end=today - DAY)),
        ("soon", _("deadlines within 30 days"), replace(OPEN, start=today, end=today + SOON)),
    ]
    numbers = []
    for key, label, filters in told:
        count = matching(user, case, filters).count()
        days = {name: day.isoformat() for name, day in (("start", filters.start), ("end", filters.end)) if day}
        url = _address("timeline", case, kind="deadline", done="no", **days)
        numbers.append(Number(f"deadlines_{key}", label, count, worded(count), url=url, alarming=key == "overdue" and count > 0))
    return numbers


def activity(case: Case, asked: Range) -> Chart:
    days = by_day(AuditEvent.objects.filter(case=case), "created", asked)
    page = reverse("cases:activity", args=[case.pk])
    did = series(
        _("Changes"),
        asked,
        days,
        lambda bucket: f"{page}?{urlencode({'since': bucket.first.isoformat(), 'until': bucket.last.isoformat()})}",
    )
    return over_time("activity", _("What people and LexIntel did"), Look.BARS, asked, [did])


def views(case: Case, asked: Range) -> Chart:
    """UTC days, as impressions are counted."""
    rows = ImpressionDay.objects.filter(case=case, kind__in=VIEWED, day__gte=asked.first, day__lte=asked.last)
    found: dict[str, list[tuple[datetime.date, int]]] = defaultdict(list)
    for kind, day, count in rows.order_by("day").values_list("kind", "day", "views"):
        found[kind].append((day, count))
    labels = {
        Viewed.DOCUMENT: _("Documents"),
        Viewed.RULING: _("Rulings"),
        Viewed.RECORDING: _("Recordings"),
        Viewed.ANSWER: _("Answers"),
    }
    counted = [series(labels[kind], asked, found[kind]) for kind in VIEWED if found[kind]] or [series(_("Documents"), asked, [])]
    about = _("Only how often is kept, by UTC days, so there is no list behind these numbers.")
    return over_time("views", _("What was looked at"), Look.STACKED, asked, counted, about=about)
