"""The truth about every task: its record, its attempts, the last state of each topic, and who is alive to work."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tasks.base.scopes import scopes_of
from tasks.ids import uuid7


class Status(models.TextChoices):
    PENDING = "pending", _("Waiting")
    QUEUED = "queued", _("Queued")
    STARTED = "started", _("Running")
    RETRYING = "retrying", _("Waiting for the next try")
    SUCCEEDED = "succeeded", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


TERMINAL = (Status.SUCCEEDED, Status.FAILED, Status.CANCELLED)
UNSENT = (Status.PENDING, Status.RETRYING)
ACTIVE = (Status.PENDING, Status.QUEUED, Status.STARTED, Status.RETRYING)
DUE = Q(run_after=None) | Q(run_after__lte=Now())


class BatchQuerySet(models.QuerySet["Batch"]):
    def visible_to(self, user: Any) -> BatchQuerySet:
        """Batches of the user's scopes and own batches without one; staff also see batches without scope."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        unscoped = Q(scope=None) if user.is_staff else Q(scope=None, user=user)
        return self.filter(unscoped | Q(scope__in=scopes_of(user)))


class Batch(models.Model):
    """Work that was asked for as one: an upload of many files, a reprocess of a case, an import. Its counts are of its units, which
    are the topics that its tasks work for (a document with all its stages is one), else the tasks themselves."""

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("kind"), max_length=40, help_text="upload, reprocess, import, ...")
    title = models.CharField(_("title"), max_length=200, blank=True)
    scope = models.UUIDField(null=True, blank=True, help_text="the case")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    expected = models.PositiveIntegerField(null=True, blank=True, help_text="units that were announced, where that is known")
    alive_at = models.DateTimeField(null=True, blank=True, help_text="when who announced units last said that they are still to come")
    created = models.DateTimeField(_("created"), auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    cancelled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    total = models.PositiveIntegerField(default=0)
    succeeded = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    cancelled = models.PositiveIntegerField(default=0)
    percent = models.FloatField(default=0)

    objects = BatchQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        indexes = [
            models.Index(fields=["scope", "-id"], name="batch_by_scope"),
            models.Index(fields=["id"], name="batch_unfinished", condition=Q(finished_at=None)),
        ]

    def __str__(self) -> str:
        return self.title or f"{self.kind} {self.pk}"

    @property
    def topic(self) -> str:
        return f"batch:{self.pk}"


class TaskRecordQuerySet(models.QuerySet["TaskRecord"]):
    def visible_to(self, user: Any, *, read_first: bool = False) -> TaskRecordQuerySet:
        """Tasks of the user's scopes and own tasks without one; staff also see tasks without scope (maintenance).

        `read_first` asks for the scopes now instead of within the query: one query more, but then the planner knows how many they
        are, and finds the tasks of a person with few cases by index instead of passing everybody's.
        """
        if not getattr(user, "is_authenticated", False):
            return self.none()
        unscoped = Q(scope=None) if user.is_staff else Q(scope=None, user=user)
        scopes = scopes_of(user)
        return self.filter(unscoped | Q(scope__in=list(scopes) if read_first else scopes))

    def active(self) -> TaskRecordQuerySet:
        return self.filter(status__in=ACTIVE)


class TaskRecord(models.Model):
    """One submission of a task. `attempt` is the fencing token: only the attempt that holds it may write."""

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("task"), max_length=120)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PENDING)
    payload = models.JSONField(default=dict)
    result = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)
    error = models.TextField(blank=True, help_text="a sentence for people")
    error_code = models.CharField(max_length=60, blank=True)
    error_class = models.CharField(max_length=200, blank=True)

    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    scope = models.UUIDField(null=True, blank=True, help_text="the case")
    topic = models.CharField(max_length=100, blank=True)
    share_from = models.FloatField(null=True, blank=True, help_text="the task's part of its topic's whole, in percent")
    share_to = models.FloatField(null=True, blank=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="children")
    batch = models.ForeignKey("Batch", null=True, blank=True, on_delete=models.SET_NULL, related_name="records")
    schedule = models.CharField(max_length=200, blank=True, help_text="name of the schedule that submitted it")
    schedule_key = models.CharField(max_length=260, blank=True, help_text="schedule and due time, so that a run fires once")
    unique_key = models.CharField(max_length=260, blank=True)
    priority = models.PositiveSmallIntegerField(default=5, help_text="0 first, 9 last")
    turn = models.BigIntegerField(default=0, help_text="place in the queue of its executor and priority; scopes take turns")
    concurrency_key = models.CharField(max_length=120, blank=True, help_text="of the tasks with the same key only so many run at once")
    concurrency_limit = models.PositiveSmallIntegerField(default=0, help_text="how many; 0: any number")
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    executor = models.CharField(max_length=20, blank=True)
    route_reason = models.CharField(max_length=200, blank=True)
    worker = models.CharField(max_length=120, blank=True)
    attempt = models.PositiveIntegerField(default=0)
    retries = models.PositiveIntegerField(default=0, help_text="retries used up by errors")
    lost = models.PositiveIntegerField(default=0, help_text="attempts whose worker died")
    lease_until = models.DateTimeField(null=True, blank=True)
    cancel_requested = models.BooleanField(default=False)
    cancelled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    percent = models.FloatField(default=0)
    step = models.CharField(max_length=60, blank=True)
    message = models.CharField(max_length=300, blank=True)

    created = models.DateTimeField(_("created"), auto_now_add=True)
    queued_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    run_after = models.DateTimeField(null=True, blank=True)

    objects = TaskRecordQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        indexes = [
            models.Index(
                fields=["executor", "priority", "concurrency_key", "turn", "id"],
                name="task_to_claim",
                condition=Q(status="queued", paused_at=None),
            ),
            models.Index(fields=["executor", "priority", "scope", "turn"], name="task_turns_of_scope", condition=Q(status="queued")),
            models.Index(fields=["concurrency_key"], name="task_running_by_key", condition=Q(status="started") & ~Q(concurrency_key="")),
            models.Index(fields=["run_after"], name="task_to_send", condition=Q(status__in=["pending", "retrying"])),
            models.Index(fields=["lease_until"], name="task_lease", condition=Q(status="started")),
            models.Index(fields=["scope", "-id"], name="task_by_scope"),
            models.Index(fields=["user", "-id"], name="task_by_user"),
            models.Index(fields=["topic", "-id"], name="task_by_topic", condition=~Q(topic="")),
            models.Index(fields=["batch"], name="task_by_batch", condition=Q(batch__isnull=False)),
            models.Index(fields=["name", "status", "-id"], name="task_by_name"),
            models.Index(fields=["status", "-id"], name="task_by_status"),
            models.Index(fields=["error_class", "-id"], name="task_by_error", condition=Q(status="failed")),
            models.Index(fields=["schedule", "-id"], name="task_by_schedule", condition=~Q(schedule="")),
            models.Index(fields=["finished_at"], name="task_by_end"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["unique_key"],
                name="one_active_task_per_unique_key",
                condition=Q(status__in=["pending", "queued", "started", "retrying"]) & ~Q(unique_key=""),
            ),
            models.UniqueConstraint(fields=["schedule_key"], name="one_task_per_due_time", condition=~Q(schedule_key="")),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.pk}"

    @property
    def is_terminal(self) -> bool:
        return self.status in TERMINAL

    @property
    def own_topic(self) -> str:
        return f"task:{self.pk}"

    @property
    def share(self) -> tuple[float, float] | None:
        if self.share_from is None or self.share_to is None:
            return None
        return self.share_from, self.share_to


class TaskAttempt(models.Model):
    """One try at a task: where, how long, and how it ended."""

    class Outcome(models.TextChoices):
        RUNNING = "running", _("Running")
        SUCCEEDED = "succeeded", _("Succeeded")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")
        LOST = "lost", _("The worker died")
        RETURNED = "returned", _("Handed back")

    record = models.ForeignKey(TaskRecord, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveIntegerField()
    executor = models.CharField(max_length=20, blank=True)
    worker = models.CharField(max_length=120, blank=True)
    started = models.DateTimeField()
    ended = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.RUNNING)
    error_class = models.CharField(max_length=200, blank=True)
    message = models.TextField(blank=True)
    traceback = models.TextField(blank=True)

    class Meta:
        ordering = ["number"]
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        constraints = [models.UniqueConstraint(fields=["record", "number"], name="one_row_per_attempt")]
        # For the metrics. Of all kinds of index only BRIN lets an attempt that ends stay a cheap (heap-only) update.
        indexes = [BrinIndex(fields=["ended"], name="attempt_by_end", autosummarize=True)]

    def __str__(self) -> str:
        return f"attempt {self.number}: {self.outcome}"


class TaskLine(models.Model):
    """One line of a task's log: what its attempt logged, each step, and what people did to it."""

    EVENT: ClassVar[str] = "event"

    record = models.ForeignKey(TaskRecord, on_delete=models.CASCADE, related_name="lines")
    attempt = models.PositiveIntegerField(default=0)
    time = models.DateTimeField()
    level = models.CharField(max_length=10, help_text="event, or the level of a log line")
    source = models.CharField(max_length=120, blank=True, help_text="the logger, or who did it")
    text = models.TextField()

    class Meta:
        ordering = ["id"]
        verbose_name = _("log line of a task")
        verbose_name_plural = _("log lines of tasks")

    def __str__(self) -> str:
        return f"{self.level}: {self.text}"


class TopicState(models.Model):
    """The last event of a topic, which a new subscriber gets first; `seq` numbers the topic's events."""

    TERMINAL: ClassVar[tuple[str, ...]] = tuple(str(status) for status in TERMINAL)

    topic = models.CharField(max_length=100, primary_key=True)
    scope = models.UUIDField(null=True, blank=True)
    seq = models.BigIntegerField(default=1)
    task = models.UUIDField(null=True, blank=True)
    attempt = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=10)
    step = models.CharField(max_length=60, blank=True)
    percent = models.FloatField(default=0)
    message = models.CharField(max_length=300, blank=True)
    left = models.FloatField(null=True, blank=True, help_text="seconds to its end when this was told, where known")
    updated = models.DateTimeField()

    class Meta:
        verbose_name = _("state of a topic")
        verbose_name_plural = _("states of topics")
        indexes = [models.Index(fields=["scope", "-updated"], name="topic_by_scope", condition=Q(scope__isnull=False))]

    def __str__(self) -> str:
        return f"{self.topic} #{self.seq}: {self.status}"


class WorkerQuerySet(models.QuerySet["Worker"]):
    def alive(self, kind: str | None = None) -> WorkerQuerySet:
        """Processes whose heartbeat is fresh, by the database's clock."""
        fresh = self.filter(last_seen__gt=Now() - timedelta(seconds=settings.TASK_WORKER_FRESH_SECONDS), stopped=None)
        return fresh.filter(kind=kind) if kind else fresh


class Worker(models.Model):
    """One process that works on tasks or looks after them; a new row at every process start."""

    class Kind(models.TextChoices):
        WEB = "web", _("Web process")
        CELERY = "celery", _("Celery worker")
        BEAT = "beat", _("Scheduler")
        DJANGOQ = "djangoq", _("Django Q cluster")

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=120)
    host = models.CharField(max_length=120)
    pid = models.PositiveIntegerField()
    started = models.DateTimeField()
    last_seen: models.DateTimeField[datetime | Combinable, datetime] = models.DateTimeField()
    stopped = models.DateTimeField(null=True, blank=True)
    slots = models.PositiveSmallIntegerField(default=0, help_text="tasks it can run at once")
    memory_mb = models.FloatField(null=True, blank=True, help_text="proportional set size of it and its children, MB")
    subscribers = models.PositiveIntegerField(default=0, help_text="sockets and streams that listen to progress at a web process")

    objects = WorkerQuerySet.as_manager()

    class Meta:
        verbose_name = _("process")
        verbose_name_plural = _("processes")
        ordering = ["-last_seen"]
        indexes = [models.Index(fields=["kind", "-last_seen"], name="worker_by_kind")]

    def __str__(self) -> str:
        return self.name


class Counter(models.Model):
    """A number that only grows, for the metrics: what is counted must not shrink when old records are deleted."""

    name = models.CharField(max_length=60)
    labels = models.JSONField(default=dict)
    value = models.FloatField(default=0)

    class Meta:
        verbose_name = _("counter")
        verbose_name_plural = _("counters")
        constraints = [models.UniqueConstraint(fields=["name", "labels"], name="one_counter_per_name_and_labels")]

    def __str__(self) -> str:
        return f"{self.name} {self.labels}: {self.value:g}"


class HealthSample(models.Model):
    """What one health check found: `parts` is [{"name", "ok", "ms", "detail"}], the details cut."""

    time = models.DateTimeField(_("time"), default=timezone.now, db_index=True)
    ok = models.BooleanField(_("all well"))
    parts = models.JSONField(_("parts"), default=list)

    class Meta:
        ordering = ["-time"]
        verbose_name = _("health check")
        verbose_name_plural = _("health checks")

    def __str__(self) -> str:
        return f"{self.time:%Y-%m-%d %H:%M} {'ok' if self.ok else 'not well'}"
