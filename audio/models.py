"""Recordings and what was heard in them."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Event
from documents.models import Document
from tasks.ids import uuid7


class AudioSessionQuerySet(models.QuerySet["AudioSession"]):
    def visible_to(self, user: Any, *, with_deleted: bool = False) -> AudioSessionQuerySet:
        """Recordings of the user's cases; with the deleted ones only for who takes one back."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        visible = self.filter(case__in=Case.objects.visible_to(user).values("pk"))
        return visible if with_deleted else visible.filter(deleted_at=None)


class AudioSession(models.Model):
    """One recording and its processing. The original is kept and never changed."""

    class Kind(models.TextChoices):
        HEARING = "hearing", _("Hearing")
        DEPOSITION = "deposition", _("Deposition")
        DICTATION = "dictation", _("Dictation")
        OTHER = "other", _("Other recording")

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting")
        PROCESSING = "processing", _("Listening")
        TRANSCRIBING = "transcribing", _("Writing the transcript")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    TERMINAL = (Status.READY, Status.FAILED, Status.CANCELLED)

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="audio")
    duplicate_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="duplicates")
    title = models.CharField(_("title"), max_length=300)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.HEARING)
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.PENDING)
    error = models.TextField(blank=True)
    error_code = models.CharField(max_length=50, blank=True)
    notices = models.JSONField(default=list, blank=True, help_text="sentences a listener should know, as [{code, text}]")
    name = models.CharField(_("file name"), max_length=255, blank=True, help_text="as uploaded, for people; never a path")
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    stored_as = models.CharField(max_length=200, blank=True, help_text="name in the storage: <case>/<sha256>")
    container = models.CharField(max_length=60, blank=True)
    codec = models.CharField(max_length=40, blank=True)
    duration_s = models.FloatField(null=True, blank=True)
    sample_rate = models.PositiveIntegerField(null=True, blank=True, help_text="of the original, Hz")
    channels = models.PositiveSmallIntegerField(null=True, blank=True)
    speech_s = models.FloatField(null=True, blank=True)
    snr_db = models.FloatField(null=True, blank=True, help_text="level of speech over what is heard between it")
    language = models.CharField(max_length=10, blank=True)
    version = models.PositiveIntegerField(default=1, help_text="of the processing that is under way or done; its rows carry the number")
    engine = models.CharField(max_length=120, blank=True, help_text="the speech model that wrote the transcript")
    transcribed_s = models.FloatField(default=0.0, help_text="how far this version's transcript has come")
    transcript_version = models.PositiveIntegerField(default=0, help_text="whose segments are shown; 0: there is no transcript")
    noise_model = models.ForeignKey(
        "NoiseModel", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", help_text="told the noises of this version"
    )
    document = models.ForeignKey(Document, null=True, blank=True, on_delete=models.SET_NULL, related_name="recordings")
    attached_to = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", help_text="the e-mail it came with"
    )
    about = models.JSONField(default=dict, blank=True, help_text="what the place it was found in says of it: folder, custodian, tags ...")
    event = models.OneToOneField(
        Event, null=True, blank=True, on_delete=models.SET_NULL, related_name="recording", help_text="in the case's timeline"
    )
    pinned = models.BooleanField(_("pinned"), default=False, help_text="the clean-up leaves it alone")
    task_id = models.UUIDField(null=True, blank=True, help_text="the newest task of its processing")
    created = models.DateTimeField(_("added"), auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    updated = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = AudioSessionQuerySet.as_manager()

    class Meta:
        ordering = ["-created", "-id"]
        verbose_name = _("recording")
        verbose_name_plural = _("recordings")
        indexes = [models.Index(fields=["case", "-created"], name="recording_by_case", condition=Q(deleted_at=None))]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "sha256"], name="recording_once_in_a_case", condition=Q(deleted_at=None, duplicate_of=None) & ~Q(sha256="")
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("audio:detail", args=[self.pk])

    @property
    def topic(self) -> str:
        return f"audio:{self.pk}"

    @property
    def processing(self) -> bool:
        return self.status not in self.TERMINAL

    def require(self, user: Any, role: str) -> None:
        """The case's door."""
        if self.deleted_at is not None:
            raise Http404
        self.case.require(user, role)


class Dictation(models.Model):
    """A recording whose sound is still coming: who is at the microphone, and what has been written down of it."""

    session = models.OneToOneField(AudioSession, primary_key=True, on_delete=models.CASCADE, related_name="dictation")
    client = models.CharField(max_length=64, blank=True, help_text="of who holds the place, chosen by the client")
    speaker = models.CharField(max_length=150, blank=True, help_text="who dictates; names the speaker of the transcript")
    held_until = models.DateTimeField(null=True, blank=True)
    finals = models.JSONField(default=list, help_text="[[start, end, text], ...], seconds of the dictation")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("dictation")
        verbose_name_plural = _("dictations")
        indexes = [models.Index(fields=["held_until"], name="dictations_open", condition=Q(ended_at=None))]

    def __str__(self) -> str:
        return str(self.session)


class AudioPart(models.Model):
    """Some minutes of a recording as they were heard, a byte for each window of 32 ms: what a crash does not take back."""

    session = models.ForeignKey(AudioSession, on_delete=models.CASCADE, related_name="parts")
    version = models.PositiveIntegerField()
    index = models.PositiveIntegerField()
    levels = models.BinaryField(help_text="dB of full scale, signed")
    speech = models.BinaryField(help_text="probability of speech, 0 to 255")
    clipped = models.BinaryField(help_text="share of clipped samples, 0 to 255")
    noises = models.BinaryField(default=b"", help_text="probability of each noise, 0 to 255, a row for each step of half a second")
    bad = models.JSONField(default=list, help_text="chunks that are no sound: [first window, windows, reason]")

    class Meta:
        verbose_name = _("part of a recording")
        verbose_name_plural = _("parts of recordings")
        constraints = [models.UniqueConstraint(fields=["session", "version", "index"], name="part_heard_once")]

    def __str__(self) -> str:
        return f"{self.session_id}: {self.index}"


class NoiseDetection(models.Model):
    """What was heard from when to when."""

    session = models.ForeignKey(AudioSession, on_delete=models.CASCADE, related_name="detections")
    version = models.PositiveIntegerField()
    label = models.CharField(max_length=30)
    start_s = models.FloatField()
    end_s = models.FloatField()
    confidence = models.FloatField(help_text="0 to 1")
    level_db = models.FloatField(help_text="dB of full scale, mean")

    class Meta:
        verbose_name = _("detection")
        verbose_name_plural = _("detections")
        ordering = ["start_s", "id"]
        indexes = [models.Index(fields=["session", "version", "start_s"], name="detection_by_time")]

    def __str__(self) -> str:
        return f"{self.label} {self.start_s:.1f}-{self.end_s:.1f}"


class NoiseLabel(models.Model):
    """What a person says is heard in a stretch; the classifier can learn from it."""

    session = models.ForeignKey(AudioSession, on_delete=models.CASCADE, related_name="noise_labels")
    start_s = models.FloatField()
    end_s = models.FloatField()
    label = models.CharField(max_length=30)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("label of a noise")
        verbose_name_plural = _("labels of noises")
        ordering = ["start_s", "id"]

    def __str__(self) -> str:
        return f"{self.label} {self.start_s:.1f}-{self.end_s:.1f}"


class NoiseModel(models.Model):
    """A trained version of the classifier of noises. Its file is believed only with its hash and its signature."""

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.PositiveIntegerField(unique=True)
    active = models.BooleanField(default=False)
    stored_as = models.CharField(max_length=200, help_text="name in the storage")
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    signature = models.CharField(max_length=64, help_text="HMAC-SHA256 with a key made of SECRET_KEY")
    schema = models.CharField(max_length=10, help_text="of the features that it was trained on")
    labels = models.JSONField(default=list)
    thresholds = models.JSONField(default=dict, help_text="{label: probability from which on it counts as heard}")
    metrics = models.JSONField(default=dict, help_text="of recordings that were left out of the training, each in its turn")
    sources = models.JSONField(default=dict, help_text="what it was trained on, as {source: rows}")
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the training data")
    checked = models.JSONField(default=dict, blank=True, help_text="what the last validation found")
    checked_at = models.DateTimeField(null=True, blank=True)
    activated_at = models.DateTimeField(null=True, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = _("noise classifier")
        verbose_name_plural = _("noise classifiers")
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["active"], name="one_active_noise_model", condition=Q(active=True))]

    def __str__(self) -> str:
        return _("Version %(number)d") % {"number": self.number}


class Speaker(models.Model):
    """Somebody who speaks in a recording: a proposal until a person has given a name."""

    session = models.ForeignKey(AudioSession, on_delete=models.CASCADE, related_name="speakers")
    number = models.PositiveSmallIntegerField(help_text="from 1, in the order in which they are first heard")
    name = models.CharField(_("name"), max_length=120, blank=True, help_text="as a person gave it; empty: Speaker 1")

    class Meta:
        verbose_name = _("speaker")
        verbose_name_plural = _("speakers")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["session", "number"], name="one_number_per_speaker")]

    def __str__(self) -> str:
        return self.name or _("Speaker %(number)d") % {"number": self.number}


class TranscriptSegment(models.Model):
    """Some words that were said together. `words` is [[start, end, text, probability], ...], times in seconds of the recording."""

    session = models.ForeignKey(AudioSession, on_delete=models.CASCADE, related_name="segments")
    version = models.PositiveIntegerField()
    index = models.PositiveIntegerField(help_text="order, from 0")
    start_s = models.FloatField()
    end_s = models.FloatField()
    text = models.TextField()
    words = models.JSONField(default=list)
    confidence = models.FloatField(help_text="0 to 1, mean of the words'")
    speaker = models.ForeignKey(Speaker, null=True, blank=True, on_delete=models.SET_NULL, related_name="segments")
    speaker_confirmed = models.BooleanField(default=False, help_text="a person has said who speaks, or that nobody is to be named")
    doubts = models.JSONField(default=list, blank=True, help_text="why the words are probably none that were said")
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("segment of a transcript")
        verbose_name_plural = _("segments of transcripts")
        ordering = ["index"]
        constraints = [models.UniqueConstraint(fields=["session", "version", "index"], name="one_segment_per_index")]

    def __str__(self) -> str:
        return f"{self.start_s:.1f}: {self.text[:60]}"

    @property
    def doubtful(self) -> bool:
        return bool(self.doubts)


class TranscriptEdit(models.Model):
    """A change that a person made to a segment."""

    segment = models.ForeignKey(TranscriptSegment, on_delete=models.CASCADE, related_name="edits")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(auto_now_add=True)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)

    class Meta:
        verbose_name = _("edit of a transcript")
        verbose_name_plural = _("edits of transcripts")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.segment_id}: {self.after[:60]}"


class AudioNote(models.Model):
    """What somebody wrote about a moment of a recording."""

    session = models.ForeignKey(AudioSession, on_delete=models.CASCADE, related_name="listener_notes")
    at_s = models.FloatField(help_text="second of the recording")
    text = models.TextField(_("note"), max_length=4000)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["at_s", "id"]

    def __str__(self) -> str:
        return f"{self.at_s:.1f}: {self.text[:60]}"


class TranscriptDifference(models.Model):
    """Words of a person that found no place when the recording was transcribed anew."""

    session = models.ForeignKey(AudioSession, on_delete=models.CASCADE, related_name="differences")
    start_s = models.FloatField()
    end_s = models.FloatField()
    text = models.TextField()
    speaker = models.CharField(max_length=140, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("difference of transcripts")
        verbose_name_plural = _("differences of transcripts")
        ordering = ["start_s", "id"]

    def __str__(self) -> str:
        return f"{self.start_s:.1f}: {self.text[:60]}"


class ProcessingMetric(models.Model):
    """What a step of a recording's processing cost."""

    session = models.ForeignKey(AudioSession, on_delete=models.CASCADE, related_name="metrics")
    version = models.PositiveIntegerField()
    step = models.CharField(max_length=30)
    seconds = models.FloatField()
    audio_s = models.FloatField(help_text="seconds of the recording that it dealt with")
    peak_memory_mb = models.FloatField(null=True, blank=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("cost of processing")
        verbose_name_plural = _("costs of processing")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.step}: {self.seconds:.1f} s"

    @property
    def real_time_factor(self) -> float | None:
        """Seconds of recording in a second of work."""
        return round(self.audio_s / self.seconds, 1) if self.seconds else None
