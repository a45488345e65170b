from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tasks.models import TaskAttempt, TaskLine, TaskRecord
from tasks.operations.actions import Action
from tasks.operations.waiting_reasons import reason


@extend_schema_field(OpenApiTypes.STR)
class WaitingReasonField(serializers.Field[TaskRecord, Any, str, TaskRecord]):
    """Why a record does not move, in a sentence; empty where it runs or has ended."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "source": "*", "read_only": True})

    def to_representation(self, value: TaskRecord) -> str:
        return reason(value)


class TaskAttemptSerializer(serializers.ModelSerializer[TaskAttempt]):
    class Meta:
        model = TaskAttempt
        fields = ["number", "executor", "worker", "started", "ended", "outcome", "error_class", "message"]


class TaskLineSerializer(serializers.ModelSerializer[TaskLine]):
    class Meta:
        model = TaskLine
        fields = ["attempt", "time", "level", "source", "text"]


class TaskStatusSerializer(serializers.ModelSerializer[TaskRecord]):
    """What a program that waits for a task asks again and again."""

    waiting_reason = WaitingReasonField()

    class Meta:
        model = TaskRecord
        fields = [
            "id",
            "status",
            "attempt",
            "percent",
            "step",
            "message",
            "error",
            "error_code",
            "waiting_reason",
            "paused_at",
            "finished_at",
        ]


class TriggeredSerializer(TaskStatusSerializer):
    task_id = serializers.UUIDField(source="pk", read_only=True)

    class Meta(TaskStatusSerializer.Meta):
        fields = ["task_id", *TaskStatusSerializer.Meta.fields]


class TaskRecordSerializer(serializers.ModelSerializer[TaskRecord]):
    case = serializers.UUIDField(source="scope", read_only=True, allow_null=True)

    class Meta:
        model = TaskRecord
        fields = [
            "id", "name", "status", "case", "topic", "user", "parent", "batch", "schedule", "priority", "executor", "route_reason",
            "worker", "attempt", "percent", "step", "message", "error", "error_code", "error_class", "paused_at", "cancelled_by", "created",
            "started_at",
            "finished_at", "run_after",
        ]  # fmt: skip


class TaskDetailSerializer(TaskRecordSerializer):
    waiting_reason = WaitingReasonField()
    attempts = TaskAttemptSerializer(many=True, read_only=True)
    lines = TaskLineSerializer(many=True, read_only=True)
    payload = serializers.DictField(read_only=True)
    result = serializers.DictField(read_only=True, allow_null=True)

    class Meta(TaskRecordSerializer.Meta):
        fields = [
            *TaskRecordSerializer.Meta.fields,
            "payload",
            "result",
            "retries",
            "lost",
            "cancel_requested",
            "waiting_reason",
            "attempts",
            "lines",
        ]


class WorkersSerializer(serializers.Serializer[dict[str, int]]):
    web = serializers.IntegerField()
    celery = serializers.IntegerField()
    beat = serializers.IntegerField()
    djangoq = serializers.IntegerField()


class SummarySerializer(serializers.Serializer[dict[str, object]]):
    """Counts of the tasks that the user sees, and who is alive to work on them."""

    counts = serializers.DictField(child=serializers.IntegerField(), help_text="by status")
    oldest_waiting_seconds = serializers.FloatField(allow_null=True)
    workers = WorkersSerializer()


class OneOrMoreField(serializers.ListField):
    """A value or a list of values, as a filter's parameter may be repeated."""

    child = serializers.CharField()

    def to_internal_value(self, data: Any) -> list[Any]:
        return super().to_internal_value(data if isinstance(data, list) else [data])


class BulkSerializer(serializers.Serializer[dict[str, Any]]):
    """`filter` takes the parameters of the list, at least one: {"status": "failed", "error_class": "ConnectionRefusedError"}."""

    action = serializers.ChoiceField(choices=Action.choices)
    filter = serializers.DictField(child=OneOrMoreField(), allow_empty=False)


class AppliedSerializer(serializers.Serializer[Any]):
    matched = serializers.IntegerField(help_text="tasks that the filter and the action fit and that you may change")
    done = serializers.IntegerField(help_text="changed so far")
    skipped = serializers.IntegerField(help_text="could not be changed")
    task_id = serializers.UUIDField(source="task.pk", allow_null=True, default=None, help_text="the task that does it, where they are many")
