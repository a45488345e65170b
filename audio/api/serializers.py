from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from audio.models import AudioSession, NoiseDetection, ProcessingMetric
from documents.api.serializers import NoticeSerializer


class AudioSerializer(serializers.ModelSerializer[AudioSession]):
    notices = NoticeSerializer(many=True, read_only=True)
    created_by = serializers.StringRelatedField[Any](read_only=True)

    class Meta:
        model = AudioSession
        fields = [
            "id", "case", "title", "kind", "status", "error", "error_code", "notices", "name", "size", "sha256", "container", "codec",
            "duration_s", "sample_rate", "channels", "speech_s", "snr_db", "language", "document", "task_id", "duplicate_of", "created",
            "created_by", "updated",
        ]  # fmt: skip
        read_only_fields = fields


class AcceptedAudioSerializer(serializers.ModelSerializer[AudioSession]):
    """A recording that is safe; a duplicate is not processed again, so it has no task."""

    class Meta:
        model = AudioSession
        fields = ["id", "title", "status", "task_id", "duplicate_of"]


class NewAudioSerializer(serializers.Serializer[Any]):
    file = serializers.ListField(child=serializers.FileField(allow_empty_file=True), allow_empty=False)
    case = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=AudioSession.Kind.choices, default=AudioSession.Kind.HEARING)


class DetectionSerializer(serializers.ModelSerializer[NoiseDetection]):
    class Meta:
        model = NoiseDetection
        fields = ["label", "start_s", "end_s", "confidence", "level_db"]


class MetricSerializer(serializers.ModelSerializer[ProcessingMetric]):
    real_time_factor = serializers.SerializerMethodField(help_text="seconds of recording in a second of work")

    class Meta:
        model = ProcessingMetric
        fields = ["step", "seconds", "audio_s", "real_time_factor", "peak_memory_mb"]

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_real_time_factor(self, metric: ProcessingMetric) -> float | None:
        return metric.real_time_factor
