"""What operators look at: what waits, runs and fails, how fast it goes, and who works. A fixed number of queries, however many records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Avg, Count, F, Max, Min, Q
from django.db.models.functions import Coalesce, Greatest, Now, TruncMinute
from django.utils import timezone

from tasks.base.identity import process_of
from tasks.models import Status, TaskRecord, Worker
from tasks.operations.explanations import Cause, cause_of
from tasks.operations.filters import WAITING

WINDOW = timedelta(hours=24)
MINUTES = 60
NUMBERS = ("waiting", "running", "paused", "done", "failed")
SHOWN_RUNNING = 100
SHOWN_WORKERS = 200
SHOWN_GONE = 8
SHOWN_FAILURES = 8
DUE = Q(status__in=[Status.PENDING, Status.QUEUED], paused_at=None) & (Q(run_after=None) | Q(run_after__lte=Now()))


@dataclass
class Kind:
    """One kind of task: what is there now, and what ended in the last 24 hours. Times in seconds."""

    name: str
    waiting: int = 0
    running: int = 0
    paused: int = 0
    oldest: float | None = None
    done: int = 0
    failed: int = 0
    typical: float | None = None


@dataclass(frozen=True)
class Failure:
    """Failures of the last 24 hours with one error."""

    error_class: str
    error_code: str
    count: int
    last: datetime
    cause: Cause | None


@dataclass(frozen=True)
class Bar:
    """A minute of the throughput's picture, in units of its box: 60 wide, 100 high."""

    x: int
    minute: datetime
    done: int
    failed: int
    done_height: float
    failed_height: float

    @property
    def done_y(self) -> float:
        return 100 - self.done_height

    @property
    def failed_y(self) -> float:
        return self.done_y - self.failed_height


@dataclass
class Doing:
    """A running attempt as the board shows it: metadata only, since an operator need not be a member of its case."""

    record: TaskRecord
    seconds: float
    visible: bool


@dataclass
class Working:
    """A process that says it lives, or no longer does, and what it does now."""

    worker: Worker
    heartbeat: float
    alive: bool
    doing: list[Doing] = field(default_factory=list)


@dataclass
class Board:
    kinds: list[Kind]
    failures: list[Failure]
    bars: list[Bar]
    peak: int
    workers: list[Working]
    gone: list[Working]
    astray: list[Doing]
    """Running records whose worker is not alive: the rescuer will give them to another."""

    @property
    def totals(self) -> Kind:
        """The numbers of all kinds together; `oldest` is that of the oldest."""
        ages = [kind.oldest for kind in self.kinds if kind.oldest is not None]
        return Kind("", **{name: sum(getattr(kind, name) for kind in self.kinds) for name in NUMBERS}, oldest=max(ages, default=None))

    @property
    def per_minute(self) -> float:
        """Ended per minute, over the last five whole minutes."""
        return sum(bar.done + bar.failed for bar in self.bars[-6:-1]) / 5

    @property
    def slots(self) -> int:
        return sum(working.worker.slots for working in self.workers)


def board(user: Any) -> Board:
    """Everything at once, over all records: counts and names are metadata. Links only lead to what the user may see."""
    now = timezone.now()
    ended = _ended(now)
    bars, peak = _throughput(now)
    workers, gone = _workers()
    astray = _place(_doing(user, now), workers)
    return Board(_kinds(ended, now), _failures(ended), bars, peak, workers, gone, astray)


def _kinds(ended: list[Any], now: datetime) -> list[Kind]:
    kinds: dict[str, Kind] = {}
    for row in _active():
        kind = kinds.setdefault(row["name"], Kind(row["name"]))
        kind.waiting, kind.running, kind.paused = row["waiting"], row["running"], row["paused"]
        kind.oldest = max(0.0, (now - row["oldest"]).total_seconds()) if row["oldest"] else None
    for row in ended:
        kind = kinds.setdefault(row["name"], Kind(row["name"]))
        if row["status"] == Status.SUCCEEDED:
            kind.done += row["count"]
            kind.typical = row["took"].total_seconds() if row["took"] is not None else None
        elif row["status"] == Status.FAILED:
            kind.failed += row["count"]
    return sorted(kinds.values(), key=lambda kind: (-(kind.running + kind.waiting + kind.paused > 0), kind.name))


def _active() -> Iterable[Any]:
    since = Greatest("created", Coalesce("run_after", "created"))
    return (
        TaskRecord.objects.active()
        .order_by()
        .values("name")
        .annotate(
            waiting=Count("pk", filter=Q(status__in=WAITING, paused_at=None)),
            running=Count("pk", filter=Q(status=Status.STARTED)),
            paused=Count("pk", filter=Q(paused_at__isnull=False)),
            oldest=Min(since, filter=DUE),
        )
    )


def _ended(now: datetime) -> list[Any]:
    recent = TaskRecord.objects.filter(finished_at__gte=now - WINDOW).order_by().values("name", "status", "error_class", "error_code")
    return list(recent.annotate(count=Count("pk"), took=Avg(F("finished_at") - F("started_at")), last=Max("finished_at")))


def _failures(ended: list[Any]) -> list[Failure]:
    """By error, the most frequent first."""
    found: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in ended:
        if row["status"] == Status.FAILED:
            found[row["error_class"], row["error_code"]].append(row)
    failures = [
        Failure(name, code, sum(row["count"] for row in rows), max(row["last"] for row in rows), cause_of(name, code, ""))
        for (name, code), rows in found.items()
    ]
    return sorted(failures, key=lambda failure: -failure.count)[:SHOWN_FAILURES]


def _throughput(now: datetime) -> tuple[list[Bar], int]:
    """The last hour minute by minute, and the highest minute's number."""
    first = now.replace(second=0, microsecond=0) - timedelta(minutes=MINUTES - 1)
    rows = TaskRecord.objects.filter(finished_at__gte=first).order_by().values(minute=TruncMinute("finished_at"))
    counted = rows.annotate(done=Count("pk", filter=Q(status=Status.SUCCEEDED)), failed=Count("pk", filter=Q(status=Status.FAILED)))
    by_minute = {row["minute"]: (row["done"], row["failed"]) for row in counted}
    peak = max((sum(numbers) for numbers in by_minute.values()), default=0)
    minutes = [first + timedelta(minutes=number) for number in range(MINUTES)]
    return [_bar(x, minute, *by_minute.get(minute, (0, 0)), peak) for x, minute in enumerate(minutes)], peak


def _bar(x: int, minute: datetime, done: int, failed: int, peak: int) -> Bar:
    unit = 100 / max(peak, 1)
    return Bar(x, minute, done, failed, round(done * unit, 2), round(failed * unit, 2))


def _workers() -> tuple[list[Working], list[Working]]:
    """Those alive by the database's clock, and the last of those that are not."""
    recent = Worker.objects.filter(last_seen__gt=Now() - WINDOW).annotate(now=Now()).order_by("-last_seen")[:SHOWN_WORKERS]
    known = [_working(worker) for worker in recent]
    alive = sorted((one for one in known if one.alive), key=lambda one: (one.worker.kind, one.worker.started))
    return alive, [one for one in known if not one.alive][:SHOWN_GONE]


def _working(worker: Any) -> Working:
    heartbeat = max(0.0, (worker.now - worker.last_seen).total_seconds())
    return Working(worker, heartbeat, worker.stopped is None and heartbeat < settings.TASK_WORKER_FRESH_SECONDS)


def _doing(user: Any, now: datetime) -> list[Doing]:
    running = TaskRecord.objects.filter(status=Status.STARTED).defer("payload", "result").order_by("started_at")[:SHOWN_RUNNING]
    records = list(running)
    seen = set(TaskRecord.objects.visible_to(user).filter(pk__in=[record.pk for record in records]).values_list("pk", flat=True))
    return [Doing(record, (now - (record.started_at or now)).total_seconds(), record.pk in seen) for record in records]


def _place(doing: list[Doing], workers: list[Working]) -> list[Doing]:
    """Put what is done to who does it; gives what nobody alive does."""
    by_process = {process_of(working.worker.name): working for working in workers}
    astray: list[Doing] = []
    for one in doing:
        working = by_process.get(process_of(one.record.worker))
        (working.doing if working is not None else astray).append(one)
    return astray
