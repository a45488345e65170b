from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from audio.models import AudioNote, AudioSession, NoiseDetection, NoiseLabel, ProcessingMetric, Speaker, TranscriptEdit
from audio.services.hearing.quality import quality_of
from audio.services.noise.labels import LABELS, OTHER
from audio.services.speakers import MOST_SPEAKERS
from audio.services.transcript.reading import transcript_of
from documents.api.serializers import NoticeSerializer


class AudioSerializer(serializers.ModelSerializer[AudioSession]):
    notices = NoticeSerializer(many=True, read_only=True)
    created_by = serializers.StringRelatedField[Any](read_only=True)

    class Meta:
        model = AudioSession
        fields = [
            "id", "case", "title", "kind", "status", "error", "error_code", "notices", "name", "size", "sha256", "container", "codec",
            "duration_s", "sample_rate", "channels", "speech_s", "snr_db", "language", "engine", "pinned", "document", "task_id",
            "duplicate_of", "created", "created_by", "updated",
        ]  # fmt: skip
        read_only_fields = fields


class StretchSerializer(serializers.Serializer[Any]):
    start_s = serializers.FloatField()
    end_s = serializers.FloatField()
    why = serializers.CharField(help_text="doubtful: probably never said; unsure: heard badly")


class ShareSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(allow_blank=True)
    seconds = serializers.FloatField()


class StepSerializer(ShareSerializer):
    factor = serializers.FloatField(allow_null=True, help_text="seconds of recording in a second of work")


class QualitySerializer(serializers.Serializer[Any]):
    speech_share = serializers.FloatField(help_text="0 to 1")
    snr = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField(allow_null=True)), help_text="[second, dB of speech over noise or null]"
    )
    unintelligible = StretchSerializer(many=True)
    talk = ShareSerializer(many=True, help_text="by speaker, most first")
    sounds = ShareSerializer(many=True, help_text="by kind, most first")
    steps = StepSerializer(many=True)


class AudioDetailSerializer(AudioSerializer):
    quality = serializers.SerializerMethodField()

    class Meta(AudioSerializer.Meta):
        fields = [*AudioSerializer.Meta.fields, "quality"]
        read_only_fields = fields

    @extend_schema_field(QualitySerializer)
    def get_quality(self, session: AudioSession) -> dict[str, Any]:
        heard = session.duplicate_of or session
        return dict(QualitySerializer(quality_of(heard, transcript_of(heard).segments)).data)


class AcceptedAudioSerializer(serializers.ModelSerializer[AudioSession]):
    """A recording that is safe; a duplicate is not processed again, so it has no task."""

    class Meta:
        model = AudioSession
        fields = ["id", "title", "status", "task_id", "duplicate_of"]


class NewAudioSerializer(serializers.Serializer[Any]):
    file = serializers.ListField(child=serializers.FileField(allow_empty_file=True), allow_empty=False)
    case = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=AudioSession.Kind.choices, default=AudioSession.Kind.HEARING)


class AudioBatchSerializer(serializers.Serializer[Any]):
    case = serializers.UUIDField()
    audio = serializers.ListField(child=serializers.UUIDField(), allow_empty=False, max_length=10_000)


class RefusedFileSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    detail = serializers.CharField()


class StartedBatchSerializer(serializers.Serializer[Any]):
    """`refused` are files that were not taken; the others were."""

    batch = serializers.UUIDField()
    task_id = serializers.UUIDField()
    refused = RefusedFileSerializer(many=True)


class PinSerializer(serializers.Serializer[Any]):
    pinned = serializers.BooleanField(default=True)


class DetectionSerializer(serializers.ModelSerializer[NoiseDetection]):
    class Meta:
        model = NoiseDetection
        fields = ["label", "start_s", "end_s", "confidence", "level_db"]


class LabelSerializer(serializers.ModelSerializer[NoiseLabel]):
    user = serializers.StringRelatedField[Any](read_only=True)

    class Meta:
        model = NoiseLabel
        fields = ["id", "label", "start_s", "end_s", "user", "created"]


class NewLabelSerializer(serializers.Serializer[Any]):
    label = serializers.ChoiceField(  # type: ignore[assignment]  # a field of this name, not the name of this field
        choices=[*LABELS, OTHER], help_text="other: none of these is heard"
    )
    start_s = serializers.FloatField(min_value=0, max_value=86_400)
    end_s = serializers.FloatField(min_value=0, max_value=86_400)


class MetricSerializer(serializers.ModelSerializer[ProcessingMetric]):
    real_time_factor = serializers.SerializerMethodField(help_text="seconds of recording in a second of work")

    class Meta:
        model = ProcessingMetric
        fields = ["step", "seconds", "audio_s", "real_time_factor", "peak_memory_mb"]

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_real_time_factor(self, metric: ProcessingMetric) -> float | None:
        return metric.real_time_factor


class WordSerializer(serializers.Serializer[Any]):
    start_s = serializers.FloatField()
    end_s = serializers.FloatField()
    text = serializers.CharField()
    confidence = serializers.FloatField(help_text="0 to 1")


class SegmentSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    start_s = serializers.FloatField()
    end_s = serializers.FloatField()
    text = serializers.CharField()
    confidence = serializers.FloatField(help_text="0 to 1, mean of the words'")
    speaker = serializers.CharField(allow_blank=True)
    speaker_confirmed = serializers.BooleanField(help_text="a person has said so; else it is a proposal")
    doubtful = serializers.BooleanField(help_text="the words were probably never said")
    doubts = serializers.ListField(child=serializers.CharField(), help_text="why: repetition, loop, haste, silence")
    edited = serializers.BooleanField(help_text="a person has changed or confirmed it")
    words = WordSerializer(many=True)


class SegmentChangeSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=5000)


class EditSerializer(serializers.ModelSerializer[TranscriptEdit]):
    user = serializers.StringRelatedField[Any](read_only=True)

    class Meta:
        model = TranscriptEdit
        fields = ["id", "created", "user", "before", "after"]


class SpeakerSerializer(serializers.ModelSerializer[Speaker]):
    shown = serializers.CharField(source="__str__", read_only=True, help_text="the name, or Speaker 1")

    class Meta:
        model = Speaker
        fields = ["number", "name", "shown"]
        read_only_fields = ["number"]
        extra_kwargs = {"name": {"required": True, "allow_blank": True, "max_length": 120}}


class AssignmentSerializer(serializers.Serializer[Any]):
    segments = serializers.ListField(child=serializers.IntegerField(min_value=1), allow_empty=False, max_length=2000)
    name = serializers.CharField(allow_blank=True, max_length=120)


class ProposalSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField(
        min_value=1, max_value=MOST_SPEAKERS, allow_null=True, default=None, help_text="how many people speak, where that is known"
    )


class ProposedSerializer(serializers.Serializer[Any]):
    task_id = serializers.UUIDField()


class NoteSerializer(serializers.ModelSerializer[AudioNote]):
    user = serializers.StringRelatedField[Any](read_only=True)

    class Meta:
        model = AudioNote
        fields = ["id", "at_s", "text", "user", "created"]


class NewNoteSerializer(serializers.Serializer[Any]):
    at_s = serializers.FloatField(min_value=0, max_value=86_400)
    text = serializers.CharField(max_length=4000)


class NewDictationSerializer(serializers.Serializer[Any]):
    case = serializers.UUIDField()
    title = serializers.CharField(max_length=300, allow_blank=True, default="")


class SpeakSerializer(serializers.Serializer[Any]):
    resource_id = serializers.UUIDField(help_text="a case, or a dictation that was begun in one")
    audio_chunks = serializers.ListField(
        child=serializers.CharField(max_length=2_000_000),
        allow_empty=False,
        max_length=5000,
        help_text="base64 of 16-bit PCM, mono, 16 kHz",
    )
    user_name = serializers.CharField(max_length=150, allow_blank=True, default="", help_text="who speaks; becomes the speaker's name")


class SpokenSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="of the recording")
    task_id = serializers.UUIDField()
