"""Operations on recordings: metadata, never content."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from audio.models import AudioPart, AudioSession, Dictation, NoiseDetection, ProcessingMetric, TranscriptSegment
from documents.admin import Shown
from tasks.admin_links import Words, linked, list_of


@admin.register(AudioSession)
class AudioSessionAdmin(Shown):
    topic_kind = "audio"
    list_display = [
        "title", linked("case"), "kind", "status", "duration_s", "codec", "size", "created", linked("created_by"), "error_code"
    ]  # fmt: skip
    list_filter = ["status", "kind", "codec", "pinned", "created", ("deleted_at", admin.EmptyFieldListFilter), "error_code"]
    list_select_related = ["case", "created_by"]
    search_fields = ["id", "title", "name", "sha256", "case__title"]
    date_hierarchy = "created"

    def further_lists(self, session: AudioSession) -> list[tuple[Words, str]]:
        """Tasks and the audit trail know a recording by its id only."""
        return [
            (_("Tasks"), list_of("tasks_taskrecord", topic__exact=session.topic)),
            (_("Audit events"), list_of("cases_auditevent", target_type__exact="audiosession", target_id__exact=session.pk)),
        ]


@admin.register(NoiseDetection)
class NoiseDetectionAdmin(Shown):
    list_display = [linked("session"), "label", "start_s", "end_s", "confidence", "level_db"]
    list_display_links = ["label"]
    list_filter = ["label"]
    list_select_related = ["session"]
    search_fields = ["session__title"]


@admin.register(ProcessingMetric)
class ProcessingMetricAdmin(Shown):
    list_display = [linked("session"), "step", "seconds", "audio_s", "peak_memory_mb", "created"]
    list_display_links = ["step"]
    list_filter = ["step"]
    list_select_related = ["session"]
    search_fields = ["session__title"]


@admin.register(AudioPart)
class AudioPartAdmin(Shown):
    internal = True
    list_display = [linked("session"), "version", "index"]
    list_display_links = ["index"]
    list_select_related = ["session"]
    exclude = ("levels", "speech", "clipped")


@admin.register(TranscriptSegment)
class TranscriptSegmentAdmin(Shown):
    internal = True
    list_display = [linked("session"), "version", "index", "start_s", "end_s", "confidence", "doubts", linked("edited_by"), "edited_at"]
    list_display_links = ["index"]
    list_filter = [("edited_at", admin.EmptyFieldListFilter)]
    list_select_related = ["session", "edited_by"]
    search_fields = ["session__title"]
    exclude = ("text", "words")


@admin.register(Dictation)
class DictationAdmin(Shown):
    list_display = [linked("session"), "held_until", "ended_at"]
    list_display_links = ["held_until"]
    list_filter = [("ended_at", admin.EmptyFieldListFilter)]
    list_select_related = ["session"]
    search_fields = ["session__title"]
    exclude = ("finals", "client")
