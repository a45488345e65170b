"""What was looked at, how often, and by whom last."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Case


class Kind(models.TextChoices):
    """What is counted. Of a hit the target is its document, of a search the case that was searched (none: all cases)."""

    DOCUMENT = "document", _("Document opened")
    RULING = "ruling", _("Ruling opened")
    RECORDING = "recording", _("Recording opened")
    ANSWER = "answer", _("Answer read")
    HIT = "hit", _("Shown among the results of a search")
    OPENED_HIT = "opened_hit", _("Opened from the results of a search")
    SEARCH = "search", _("Search")
    EMPTY_SEARCH = "empty_search", _("Search without result")


class Impression(models.Model):
    """How often something was looked at since the installation began. `case` is the one it belongs to; none: the public library."""

    kind = models.CharField(_("what"), max_length=12, choices=Kind.choices)
    target = models.UUIDField(help_text="its id; zeros: a search over all cases")
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    views = models.PositiveBigIntegerField(_("views"), default=0)
    last = models.DateTimeField(_("last"))

    class Meta:
        verbose_name = _("impressions")
        verbose_name_plural = _("impressions")
        ordering = ["-views", "id"]
        constraints = [models.UniqueConstraint(fields=["kind", "target"], name="one_count_per_target")]
        indexes = [models.Index(fields=["case", "kind", "-views"], name="most_viewed_of_a_case")]

    def __str__(self) -> str:
        return f"{self.kind} {self.target}: {self.views}"


class ImpressionDay(models.Model):
    """Views of a UTC day by case and kind, of which reports and charts are made."""

    day = models.DateField(_("day"))
    kind = models.CharField(_("what"), max_length=12, choices=Kind.choices)
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    views = models.PositiveBigIntegerField(_("views"), default=0)

    class Meta:
        verbose_name = _("impressions of a day")
        verbose_name_plural = _("impressions of days")
        ordering = ["-day", "kind"]
        constraints = [models.UniqueConstraint(fields=["day", "kind", "case"], name="one_count_per_day", nulls_distinct=False)]

    def __str__(self) -> str:
        return f"{self.day} {self.kind}: {self.views}"


class TargetDay(models.Model):
    """Openings of one thing on a UTC day, of which is told what was viewed most in a stretch of time. Kept for a while only."""

    day = models.DateField(_("day"))
    kind = models.CharField(_("what"), max_length=12, choices=Kind.choices)
    target = models.UUIDField()
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    views = models.PositiveBigIntegerField(_("views"), default=0)

    class Meta:
        verbose_name = _("openings of a day")
        verbose_name_plural = _("openings of days")
        ordering = ["-day", "id"]
        constraints = [models.UniqueConstraint(fields=["kind", "target", "day"], name="one_count_per_target_and_day")]
        indexes = [models.Index(fields=["case", "day"], name="openings_of_a_case"), models.Index(fields=["day"], name="openings_by_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.kind} {self.target}: {self.views}"


class PendingImpression(models.Model):
    """An impression that waits to be added up, where there is no Redis: only ever inserted, and taken away with what it adds to.

    Plain ids: what it is about may be gone when it is added up. Like a recent view it is in no log and not in the admin.
    """

    kind = models.CharField(max_length=20, help_text="a Kind, or a word of services.impressions.events")
    target = models.UUIDField()
    user = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("pending impression")
        verbose_name_plural = _("pending impressions")

    def __str__(self) -> str:
        return str(self.pk)


class RecentViewQuerySet(models.QuerySet["RecentView"]):
    def visible_to(self, user: Any) -> RecentViewQuerySet:
        """One's own, in the public library and in cases that one still sees."""
        own = self.filter(user=user) if getattr(user, "is_authenticated", False) else self.none()
        return own.filter(models.Q(case=None) | models.Q(case__in=Case.objects.visible_to(user).values("pk")))


class RecentView(models.Model):
    """What a person looked at last: shown to nobody else, in no log and not in the admin."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    target: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField()
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    views = models.PositiveIntegerField(default=0)
    last = models.DateTimeField()

    objects = RecentViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("recent view")
        verbose_name_plural = _("recent views")
        ordering = ["-last", "-id"]
        constraints = [models.UniqueConstraint(fields=["user", "kind", "target"], name="one_recent_view_per_target")]
        indexes = [models.Index(fields=["user", "-last"], name="recent_views_of_a_person")]

    def __str__(self) -> str:
        return str(self.pk)


class ViewHabits(models.Model):
    """Whether what a person looks at is noted for her. Who has no row has not changed anything."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+")
    keep = models.BooleanField(default=True)
    forgotten = models.DateTimeField(null=True, blank=True, help_text="what was looked at before is not noted any more")

    class Meta:
        verbose_name = _("habits of viewing")
        verbose_name_plural = _("habits of viewing")

    def __str__(self) -> str:
        return str(self.pk)


class AppliedImpressions(models.Model):
    """A bundle of counts that is in the tables: written with them, so that the same bundle never counts twice."""

    key = models.CharField(primary_key=True, max_length=80)
    applied = models.DateTimeField(db_index=True)
    counted = models.PositiveBigIntegerField(default=0, help_text="impressions in it")

    class Meta:
        verbose_name = _("applied bundle of impressions")
        verbose_name_plural = _("applied bundles of impressions")
        ordering = ["-applied"]

    def __str__(self) -> str:
        return self.key
