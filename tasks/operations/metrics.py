"""What /metrics tells, for Prometheus: read from the database when asked, so that any web process answers for all processes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from django.db.models import Case, Count, Min, Sum, When
from django.db.models.functions import Now
from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from tasks.base import counters
from tasks.models import Status, TaskAttempt, TaskRecord, Worker

MB = 1024 * 1024
Outcome = TaskAttempt.Outcome
Sums = defaultdict[tuple[str, ...], float]
TIMED = (Outcome.SUCCEEDED, Outcome.FAILED)
"""The attempts whose duration says something about the task itself."""


def render() -> bytes:
    """Everything in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(TaskCollector())
    return generate_latest(registry)


class TaskCollector(Collector):
    def collect(self) -> Iterator[Metric]:
        yield from waiting()
        yield from workers()
        yield subscribers()
        yield from counted()


def waiting() -> Iterator[Metric]:
    """How many records wait and run, and since when the oldest of them does."""
    depth = GaugeMetricFamily("lexintel_tasks", "Tasks that have not ended.", labels=["task", "state"])
    age = GaugeMetricFamily(
        "lexintel_task_oldest_seconds", "Seconds since the oldest of them came into its state.", labels=["task", "state"]
    )
    since = Case(When(status=Status.STARTED, then="started_at"), When(status=Status.QUEUED, then="queued_at"), default="created")
    rows = TaskRecord.objects.active().values("name", "status").annotate(number=Count("pk"), oldest=Min(since), now=Now())
    for row in rows.order_by("name", "status"):
        depth.add_metric([row["name"], row["status"]], row["number"])
        age.add_metric([row["name"], row["status"]], _seconds(row["oldest"], row["now"]))
    yield depth
    yield age


def _seconds(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0


def workers() -> Iterator[Metric]:
    alive = GaugeMetricFamily("lexintel_workers", "Processes whose heartbeat is fresh.", labels=["kind"])
    slots = GaugeMetricFamily("lexintel_worker_slots", "Tasks that they can run at once.", labels=["kind"])
    memory = GaugeMetricFamily("lexintel_worker_memory_bytes", "Memory that they and their children take.", labels=["kind"])
    rows = Worker.objects.alive().values("kind").annotate(number=Count("pk"), slots=Sum("slots"), memory=Sum("memory_mb"))
    found = {row["kind"]: row for row in rows.order_by("kind")}
    for kind in Worker.Kind.values:
        row = found.get(kind, {"number": 0, "slots": 0, "memory": 0})
        alive.add_metric([kind], row["number"])
        slots.add_metric([kind], row["slots"])
        memory.add_metric([kind], (row["memory"] or 0) * MB)
    yield from (alive, slots, memory)


def subscribers() -> Metric:
    family = GaugeMetricFamily("lexintel_progress_subscribers", "Sockets and streams that listen to progress.", labels=["worker"])
    for name, number in Worker.objects.alive(Worker.Kind.WEB).order_by("name").values_list("name", "subscribers"):
        family.add_metric([name], number)
    return family


def counted() -> Iterator[Metric]:
    """What has been counted since the installation began."""
    tally = Tally()
    for name, labels, value in counters.totals():
        tally.add(name, {key: str(label) for key, label in labels.items()}, value)
    yield from tally.families()


class Tally:
    """Sums of the counters by what each family asks for."""

    def __init__(self) -> None:
        self.attempts: Sums = defaultdict(float)
        self.failures: Sums = defaultdict(float)
        self.retries: Sums = defaultdict(float)
        self.rescues: Sums = defaultdict(float)
        self.sign_ins: Sums = defaultdict(float)
        self.requests: Sums = defaultdict(float)
        self.dropped: Sums = defaultdict(float, {(): 0.0})
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.durations: defaultdict[str, dict[str, float]] = defaultdict(lambda: dict.fromkeys([*counters.NAMES, "+Inf"], 0.0))

    def add(self, name: str, labels: dict[str, str], value: float) -> None:
        if name == counters.RESCUES:
            self.rescues[(labels["kind"],)] += value
        elif name == counters.SIGN_INS:
            self.sign_ins[(labels["outcome"],)] += value
        elif name == counters.REQUESTS:
            self.requests[(labels["status"],)] += value
        elif name == counters.DROPPED_REQUESTS:
            self.dropped[()] += value
        elif name == counters.ATTEMPTS:
            self._count(labels, value)
        elif name == counters.SECONDS and labels["outcome"] in TIMED:
            self.seconds[labels["task"]] += value

    def _count(self, labels: dict[str, str], number: float) -> None:
        task, outcome = labels["task"], labels["outcome"]
        self.attempts[task, outcome] += number
        if outcome == Outcome.FAILED:
            self.failures[task, labels["error"]] += number
        if labels["again"] == "True":
            self.retries[(task,)] += number
        if outcome in TIMED:
            self.durations[task][labels["le"]] = self.durations[task].get(labels["le"], 0.0) + number

    def families(self) -> Iterator[Metric]:
        yield _counter("lexintel_attempts", "Attempts that ended, by how.", ("task", "outcome"), self.attempts)
        yield _counter("lexintel_task_failures", "Attempts that failed, by class of error.", ("task", "error"), self.failures)
        yield _counter("lexintel_task_retries", "Attempts made because the one before had failed.", ("task",), self.retries)
        yield _counter("lexintel_rescues", "What the rescuer put right.", ("kind",), self.rescues)
        yield _counter("lexintel_sign_ins", "Attempts to sign in with a password, by outcome.", ("outcome",), self.sign_ins)
        yield _counter("lexintel_requests", "Requests that were answered, by class of their status.", ("status",), self.requests)
        yield _counter("lexintel_requests_dropped", "Requests that could not be recorded.", (), self.dropped)
        yield self._histogram()

    def _histogram(self) -> Metric:
        family = HistogramMetricFamily("lexintel_attempt_seconds", "Duration of attempts that succeeded or failed.", labels=["task"])
        for task, found in sorted(self.durations.items()):
            so_far, buckets = 0.0, []
            for bound, number in sorted(found.items(), key=lambda bucket: float(bucket[0])):
                so_far += number
                buckets.append((bound, so_far))
            family.add_metric([task], buckets=buckets, sum_value=self.seconds[task])
        return family


def _counter(name: str, about: str, labels: tuple[str, ...], values: Sums) -> Metric:
    family = CounterMetricFamily(name, about, labels=labels)
    for key, value in sorted(values.items()):
        family.add_metric(key, value)
    return family
