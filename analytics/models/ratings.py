"""What people think of documents, rulings and answers, and whether a hit was useful."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from tasks.ids import uuid7


class TargetType(models.TextChoices):
    DOCUMENT = "document", _("Document")
    RULING = "ruling", _("Ruling")
    MESSAGE = "message", _("Answer")


def _in_seen_cases(user: Any) -> models.Q:
    return models.Q(case=None) | models.Q(case__in=Case.objects.visible_to(user).values("pk"))


class Rating(models.Model):
    """What one person thinks of one thing, 1 to 5; changed, not added, when she thinks otherwise. Who rated how is told to nobody."""

    LEAST, MOST = 1, 5

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    target_type = models.CharField(_("what"), max_length=10, choices=TargetType.choices)
    target_id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField()
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.CASCADE, related_name="+", help_text="none: the public library")
    value = models.PositiveSmallIntegerField(_("value"), validators=[MinValueValidator(LEAST), MaxValueValidator(MOST)])
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        ordering = ["-updated", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "target_type", "target_id"], name="one_rating_per_person"),
            models.CheckConstraint(condition=models.Q(value__gte=1, value__lte=5), name="a_rating_is_1_to_5"),
        ]
        indexes = [models.Index(fields=["target_type", "target_id"], name="ratings_of_a_target")]

    def __str__(self) -> str:
        return f"{self.target_type}: {self.value}"


class RatingScore(models.Model):
    """What all ratings of one thing come to (services.ratings.bayesian)."""

    target_type = models.CharField(_("what"), max_length=10, choices=TargetType.choices)
    target_id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField()
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    count = models.PositiveIntegerField(_("ratings"), default=0)
    total = models.PositiveBigIntegerField(default=0, help_text="sum of the values")
    average = models.FloatField(_("average"), default=0)
    bayesian = models.FloatField(_("Bayesian average"), default=0)
    computed = models.DateTimeField()

    class Meta:
        verbose_name = _("rating score")
        verbose_name_plural = _("rating scores")
        ordering = ["-bayesian", "id"]
        constraints = [models.UniqueConstraint(fields=["target_type", "target_id"], name="one_score_per_target")]

    def __str__(self) -> str:
        return f"{self.target_type} {self.target_id}: {self.bayesian:.2f}"


class RatingPrior(models.Model):
    """What is expected of a thing that nobody has rated: a row for each type, written with all scores once a day."""

    target_type = models.CharField(_("what"), max_length=10, choices=TargetType.choices, primary_key=True)
    mean = models.FloatField(_("mean"))
    count = models.PositiveBigIntegerField(_("ratings"), default=0)
    computed = models.DateTimeField()

    class Meta:
        verbose_name = _("expected rating")
        verbose_name_plural = _("expected ratings")
        ordering = ["target_type"]

    def __str__(self) -> str:
        return f"{self.target_type}: {self.mean:.1f}"


class HitVoteQuerySet(models.QuerySet["HitVote"]):
    def visible_to(self, user: Any) -> HitVoteQuerySet:
        """One's own, where one still sees the case."""
        own = self.filter(user=user) if getattr(user, "is_authenticated", False) else self.none()
        return own.filter(_in_seen_cases(user))


class HitVote(models.Model):
    """Whether a document was useful for a search. Its words are as confidential as the case: in no log and not in the admin."""

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.CASCADE, related_name="+", help_text="of the document")
    document: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField()
    page = models.PositiveIntegerField(null=True, blank=True)
    words = models.JSONField(default=dict, help_text="of the search's address, as those of a saved search")
    digest = models.CharField(max_length=64, editable=False, help_text="of the words")
    useful = models.BooleanField()
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    objects = HitVoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("vote on a hit")
        verbose_name_plural = _("votes on hits")
        ordering = ["-updated", "-id"]
        constraints = [models.UniqueConstraint(fields=["user", "document", "digest"], name="one_vote_per_hit")]
        indexes = [models.Index(fields=["document"], name="votes_on_a_document")]

    def __str__(self) -> str:
        return str(self.pk)
