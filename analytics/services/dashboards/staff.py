"""The dashboard of the installation, for staff: metadata and counts only, as in the admin, to whose lists the numbers lead."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Sum
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.models import HitVote, ImpressionDay
from analytics.models.impressions import Kind as Viewed
from analytics.services.charts import Chart, Look, Series
from analytics.services.charts.wording import number as worded
from analytics.services.dashboards import quality
from analytics.services.dashboards.contracts import Dashboard, Number
from analytics.services.dashboards.counting import MB, by_day, listed, over_time, parts, series
from analytics.services.dashboards.latency import Latency
from analytics.services.dashboards.ranges import Bucket, Range, beginning
from cases.models import Case
from documents.models import Document
from documents.services.storage import space
from tasks.base.causes import by_code
from tasks.models import Status, TaskRecord
from tasks.operations.board import Board, board
from tasks.operations.explanations import cause_of
from tasks.operations.filters import WAITING
from tasks.templatetags.task_words import title_of

MOST = 10
ENDED = (Status.SUCCEEDED, Status.FAILED, Status.CANCELLED)


def dashboard_for(user: Any, asked: Range) -> Dashboard:
    """For staff. A constant number of queries."""
    now, latency, searches = board(user), Latency(asked), Searches(asked)
    charts = [
        *queues(user, now),
        *ended(user, asked),
        task_failures(user, asked),
        document_failures(user, asked),
        *latency.charts(),
        *searches.charts(),
        quality.accepted(),
        *storage(user, asked),
    ]
    return Dashboard(asked, [*load(user, now), *latency.numbers(), *searches.numbers(), stored(user)], charts)


def load(user: Any, now: Board) -> list[Number]:
    total, workers = now.totals, [one.worker for one in now.workers]
    memory = sum(worker.memory_mb or 0 for worker in workers)
    page = reverse("tasks:board")
    waiting = listed(user, TaskRecord, status__in=",".join(WAITING), paused_at__isnull="True")
    running = listed(user, TaskRecord, status__exact=Status.STARTED)
    oldest = total.oldest or 0.0
    return [
        Number("workers", _("processes alive"), len(workers), worded(len(workers)), url=page, alarming=not workers),
        Number("slots", _("places for tasks"), now.slots, worded(now.slots), url=page),
        Number("memory", _("memory of the processes"), memory, f"{worded(memory)} MB", "MB", page),
        Number("waiting", _("tasks waiting"), total.waiting, worded(total.waiting), url=waiting),
        Number("oldest", _("the oldest waits"), oldest, f"{worded(oldest)} s", "s", page),
        Number("running", _("tasks running"), total.running, worded(total.running), url=running),
    ]


def queues(user: Any, now: Board) -> list[Chart]:
    waiting = sorted((kind for kind in now.kinds if kind.waiting), key=lambda kind: -kind.waiting)[:MOST]
    lists = {
        kind.name: listed(user, TaskRecord, name__exact=kind.name, status__in=",".join(WAITING), paused_at__isnull="True")
        for kind in waiting
    }
    depth = [(title_of(kind.name), kind.waiting, lists[kind.name]) for kind in waiting]
    age = [(title_of(kind.name), kind.oldest or 0.0, lists[kind.name]) for kind in waiting]
    about = _("Now; paused ones are not counted.")
    return [
        parts("queues", _("Tasks waiting, by kind"), _("Tasks"), depth, about=about, heading=_("Kind")),
        parts("oldest", _("How long the oldest of them waits"), _("Seconds"), age, unit="s", about=about, heading=_("Kind")),
    ]


def _within(field: str, first: datetime.date, last: datetime.date) -> dict[str, str]:
    """The admin's filters for these days by the reader's clock."""
    after = last + datetime.timedelta(days=1)
    return {f"{field}__gte": beginning(first).isoformat(), f"{field}__lt": beginning(after).isoformat()}


def ended(user: Any, asked: Range) -> list[Chart]:
    """Tasks by the day on which they ended."""
    found: dict[str, list[tuple[datetime.date, int]]] = defaultdict(list)
    for status, day, count in by_day(TaskRecord.objects.filter(status__in=ENDED), "finished_at", asked, "status"):
        found[status].append((day, count))

    def leads(status: Status) -> Any:
        return lambda bucket: listed(user, TaskRecord, status__exact=status, **_within("finished_at", bucket.first, bucket.last))

    counted = [series(str(status.label), asked, found[status], leads(status)) for status in ENDED]
    return [over_time("ended", _("Tasks that ended"), Look.STACKED, asked, counted)]


def task_failures(user: Any, asked: Range) -> Chart:
    """By error; the most frequent."""
    rows = TaskRecord.objects.filter(status=Status.FAILED, finished_at__gte=asked.since, finished_at__lt=asked.until).order_by()
    most = rows.values_list("error_class", "error_code").annotate(n=Count("pk")).order_by("-n", "error_class", "error_code")[:MOST]
    days = _within("finished_at", asked.first, asked.last)
    found: list[tuple[str, float, str]] = []
    for name, code, count in most:
        cause = cause_of(name, code, "")
        label = str(cause.title) if cause else code or name or _("Without an error")
        if any(label == other for other, _count, _url in found):
            label = f"{label} ({code or name})"
        filters = {"status__exact": Status.FAILED, "error_class__exact": name, "error_code__exact": code, **days}
        found.append((label, count, listed(user, TaskRecord, **filters)))
    return parts("task_failures", _("Why tasks failed"), _("Tasks"), found, heading=_("Cause"))


def document_failures(user: Any, asked: Range) -> Chart:
    """Of the documents that came in these days, as the figure "documents_failed"."""
    rows = Document.objects.filter(status=Document.Status.FAILED, case__isnull=False, created__gte=asked.since, created__lt=asked.until)
    codes: dict[str, Counter[str]] = defaultdict(Counter)
    for code, count in rows.order_by().values_list("error_code").annotate(n=Count("pk")):
        codes[str(by_code[code].title) if code in by_code else code or _("Another reason")][code] += count
    days = _within("created", asked.first, asked.last)
    found = [
        (
            title,
            counts.total(),
            listed(user, Document, status__exact="failed", case__isnull="False", error_code__in=",".join(sorted(counts)), **days)
            if all(counts)
            else "",
        )
        for title, counts in codes.items()
    ]
    most = sorted(found, key=lambda one: (-one[1], one[0]))[:MOST]
    about = _("Of the documents that came in these days.")
    return parts("document_failures", _("Why documents could not be read"), _("Documents"), most, about=about, heading=_("Cause"))


class Searches:
    """How good searching was: what found nothing, and what people said of what was found. Impressions are counted by UTC days."""

    def __init__(self, asked: Range) -> None:
        self.asked = asked
        rows = ImpressionDay.objects.filter(kind__in=[Viewed.SEARCH, Viewed.EMPTY_SEARCH], day__gte=asked.first, day__lte=asked.last)
        found: dict[str, Counter[datetime.date]] = defaultdict(Counter)
        for kind, day, count in rows.order_by().values_list("kind", "day").annotate(n=Sum("views")):
            found[kind][day] += count
        self.all, self.empty = found[Viewed.SEARCH], found[Viewed.EMPTY_SEARCH]
        self.votes: list[tuple[bool, datetime.date, int]] = by_day(HitVote.objects.all(), "updated", asked, "useful")

    def numbers(self) -> list[Number]:
        total = self.all.total()
        share = 100 * self.empty.total() / total if total else None
        useful = sum(count for good, _day, count in self.votes if good)
        votes = sum(count for _good, _day, count in self.votes)
        marked = 100 * useful / votes if votes else None
        return [
            Number("empty_searches", _("of the searches without result"), share, _percent(share), "%", reverse("analytics:reports")),
            Number("useful_hits", _("marked hits that were useful"), marked, _percent(marked), "%"),
        ]

    def charts(self) -> list[Chart]:
        with_result = [(day, count - self.empty[day]) for day, count in self.all.items()]
        searches = [
            series(_("With a result"), self.asked, with_result, _report_of),
            series(_("Without a result"), self.asked, self.empty.items(), _report_of),
        ]
        votes = [
            series(label, self.asked, [(day, count) for good, day, count in self.votes if good is useful])
            for useful, label in ((True, _("Useful")), (False, _("Not useful")))
        ]
        about = _("Only how often is kept, by UTC days; a day leads to its report.")
        secret = _("Who marked what is shown to nobody.")
        return [
            over_time("searches", _("Searches"), Look.STACKED, self.asked, searches, about=about),
            over_time("hits", _("What people said of hits"), Look.STACKED, self.asked, votes, about=secret),
        ]


def _report_of(bucket: Bucket) -> str:
    """Of a single day that is over."""
    is_over = bucket.first == bucket.last < timezone.now().astimezone(datetime.UTC).date()
    return reverse("analytics:report", args=[bucket.first.isoformat()]) if is_over else ""


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{worded(share, 1)} %"


def stored(user: Any) -> Number:
    _files, size = space.total()
    return Number("stored", _("stored"), size, filesizeformat(size), "bytes", listed(user, Document))


def storage(user: Any, asked: Range) -> list[Chart]:
    """The largest cases, and what came by day. Titles only for who reads them in the admin."""
    named = user.has_perm("cases.view_case")
    sizes = {case: found[space.BYTES] for case, found in space.of_cases(list(Case.objects.values_list("pk", flat=True))).items()}
    largest = sorted(sizes, key=lambda pk: (-sizes[pk], str(pk)))[:MOST]
    titles = Case.objects.in_bulk(largest) if named else {}
    found = [
        (titles[pk].title if pk in titles else str(pk), sizes[pk] / MB, reverse("admin:cases_case_change", args=[pk]) if named else "")
        for pk in largest
    ]
    rows = Document.objects.filter(case__isnull=False)
    came = [(day, (size or 0) / MB) for day, size in by_day(rows, "created", asked, of=Sum("size"))]

    def leads(bucket: Bucket) -> str:
        return listed(user, Document, case__isnull="False", **_within("created", bucket.first, bucket.last))

    growth: Sequence[Series] = [series(_("Added"), asked, came, leads)]
    now = _("Each file once, deleted ones until they are purged.")
    return [
        parts("storage", _("The largest cases"), _("Stored"), found, unit="MB", decimals=1, about=now, heading=_("Case")),
        over_time("growth", _("Size of documents in"), Look.BARS, asked, growth, unit="MB", decimals=1),
    ]
