from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tasks.models import Batch
from tasks.progress.events import left_now


class BatchSerializer(serializers.ModelSerializer[Batch]):
    """Work that was asked for as one. Counts are of its units: documents with all their stages, or single tasks."""

    case = serializers.UUIDField(source="scope", read_only=True, allow_null=True)
    user = serializers.StringRelatedField[Any](read_only=True)
    paused_by = serializers.StringRelatedField[Any](read_only=True)
    cancelled_by = serializers.StringRelatedField[Any](read_only=True)
    topic = serializers.CharField(read_only=True)
    retryable = serializers.IntegerField(read_only=True, help_text="how many of its failures trying again may help")
    left = serializers.SerializerMethodField(help_text="seconds to its end, where known")

    class Meta:
        model = Batch
        fields = [
            "id", "kind", "title", "case", "user", "topic", "expected", "total", "succeeded", "failed", "cancelled", "percent", "left",
            "created", "finished_at", "paused_at", "paused_by", "cancelled_by", "retryable",
        ]  # fmt: skip

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_left(self, batch: Any) -> int | None:
        told = left_now(batch.told_left, batch.told_at) if batch.told_at else None
        return max(1, round(told)) if told else None


class NewBatchSerializer(serializers.ModelSerializer[Batch]):
    """What is announced: `expected` is how many units (files) will come."""

    case = serializers.UUIDField()
    kind = serializers.CharField(max_length=40, default="upload")

    class Meta:
        model = Batch
        fields = ["case", "kind", "title", "expected"]


class BatchChangeSerializer(serializers.ModelSerializer[Batch]):
    """What may be corrected while it runs."""

    withdrawn = serializers.IntegerField(min_value=0, max_value=1_000_000, help_text="so many of the announced units will not come")

    alive = serializers.BooleanField(
        help_text="the units that are missing will still come; say it every half minute, and a batch that hears no more of it ends soon"
    )

    class Meta:
        model = Batch
        fields = ["title", "withdrawn", "alive"]
