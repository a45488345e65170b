from __future__ import annotations

from rest_framework import serializers

from tasks.models import TaskAttempt, TaskRecord


class TaskAttemptSerializer(serializers.ModelSerializer[TaskAttempt]):
    class Meta:
        model = TaskAttempt
        fields = ["number", "executor", "worker", "started", "ended", "outcome", "error_class", "message"]


class TaskStatusSerializer(serializers.ModelSerializer[TaskRecord]):
    """What a program that waits for a task asks again and again."""

    waiting_reason = serializers.CharField(read_only=True)

    class Meta:
        model = TaskRecord
        fields = ["id", "status", "attempt", "percent", "step", "message", "error", "error_code", "waiting_reason", "finished_at"]


class TaskRecordSerializer(serializers.ModelSerializer[TaskRecord]):
    case = serializers.UUIDField(source="scope", read_only=True, allow_null=True)

    class Meta:
        model = TaskRecord
        fields = [
            "id", "name", "status", "case", "topic", "user", "parent", "batch", "schedule", "priority", "executor", "route_reason",
            "worker", "attempt", "percent", "step", "message", "error", "error_code", "created", "started_at", "finished_at", "run_after",
        ]  # fmt: skip


class TaskDetailSerializer(TaskRecordSerializer):
    waiting_reason = serializers.CharField(read_only=True)
    attempts = TaskAttemptSerializer(many=True, read_only=True)
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
        ]


class WorkersSerializer(serializers.Serializer[dict[str, int]]):
    web = serializers.IntegerField()
    celery = serializers.IntegerField()
    beat = serializers.IntegerField()


class SummarySerializer(serializers.Serializer[dict[str, object]]):
    """Counts of the tasks that the user sees, and who is alive to work on them."""

    counts = serializers.DictField(child=serializers.IntegerField(), help_text="by status")
    oldest_waiting_seconds = serializers.FloatField(allow_null=True)
    workers = WorkersSerializer()
