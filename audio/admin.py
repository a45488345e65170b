"""Operations on recordings: metadata, never content."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from audio.jobs import NoiseTrainingJob
from audio.models import AudioPart, AudioSession, Dictation, NoiseDetection, NoiseLabel, NoiseModel, ProcessingMetric, TranscriptSegment
from audio.services.noise import requests
from documents.admin.base import Shown
from documents.errors import Refused
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


@admin.register(NoiseLabel)
class NoiseLabelAdmin(Shown):
    list_display = [linked("session"), "label", "start_s", "end_s", linked("user"), "created"]
    list_display_links = ["label"]
    list_filter = ["label", "created"]
    list_select_related = ["session", "user"]
    search_fields = ["session__title"]


@admin.register(NoiseModel)
class NoiseModelAdmin(Shown):
    """Versions of the noise classifier: examined, made active, gone back to; a new one is trained with the button of the list."""

    list_display = ["number", "active", "accuracy", "finding", "trained_on", "created", linked("created_by"), "activated_at"]
    list_display_links = ["number"]
    list_filter = ["active", "created"]
    list_select_related = ["created_by"]
    actions = ["activate", "validate"]
    change_list_template = "admin/audio/noisemodel/change_list.html"

    @admin.display(description=_("accuracy"))
    def accuracy(self, model: NoiseModel) -> str:
        """With the lowest and the highest of the folds."""
        folds = [fold["accuracy"] for fold in model.metrics.get("folds", []) if fold["accuracy"] is not None]
        return f"{model.metrics['accuracy']:.2f} ({min(folds):.2f} to {max(folds):.2f})" if folds else self.get_empty_value_display()

    @admin.display(description=_("trained on"))
    def trained_on(self, model: NoiseModel) -> str:
        return ", ".join(f"{source} {rows}" for source, rows in model.sources.items())

    @admin.display(description=_("last examination"))
    def finding(self, model: NoiseModel) -> str:
        if not model.checked:
            return self.get_empty_value_display()
        return str(model.checked.get("refused") or _("sound, accuracy %(accuracy)s") % {"accuracy": model.checked.get("accuracy")})

    @admin.action(description=_("Make the selected version the active one"), permissions=["operate"])
    def activate(self, request: HttpRequest, models: QuerySet[NoiseModel]) -> None:
        chosen = list(models[:2])
        if len(chosen) != 1:
            self.message_user(request, _("Select one version."), messages.WARNING)
            return
        try:
            made = requests.activate(chosen[0], request.user)
        except Refused as refusal:
            self.message_user(request, refusal.message, messages.WARNING)
        else:
            self.message_user(request, _("%(version)s tells the noises from now on.") % {"version": made}, messages.SUCCESS)

    @admin.action(description=_("Examine the selected versions"), permissions=["operate"])
    def validate(self, request: HttpRequest, models: QuerySet[NoiseModel]) -> None:
        for model in models:
            requests.validate_later(model, request.user)
        self.message_user(request, _("The examination has begun; its result will be in the list."), messages.SUCCESS)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("audio.change_noisemodel")

    def get_urls(self) -> list[Any]:
        return [path("train/", self.admin_site.admin_view(self.train), name="audio_noisemodel_train"), *super().get_urls()]

    def train(self, request: HttpRequest) -> HttpResponse:
        """POST: train a new version on all that is known."""
        if request.method != "POST" or not self.has_operate_permission(request):
            raise PermissionDenied
        requests.train_later(request.user, NoiseTrainingJob())
        self.message_user(request, _("The training has begun; the new version will be in the list in a minute or two."), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:audio_noisemodel_changelist"))


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
    exclude = ("levels", "speech", "clipped", "noises")


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
