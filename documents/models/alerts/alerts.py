from __future__ import annotations

import uuid
from typing import Any

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents.models.searches import SavedSearch
from tasks.ids import uuid7


class SearchAlertQuerySet(models.QuerySet["SearchAlert"]):
    def visible_to(self, user: Any) -> SearchAlertQuerySet:
        """Those of one's own saved searches, where their cases are still seen."""
        return self.filter(search__in=SavedSearch.objects.visible_to(user).values("pk"))


class SearchAlert(models.Model):
    """That somebody wants to be told of new documents that a saved search finds."""

    class When(models.TextChoices):
        AT_ONCE = "at_once", _("At once")
        DAILY = "daily", _("Daily")

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    search = models.OneToOneField(SavedSearch, on_delete=models.CASCADE, related_name="alert")
    when = models.CharField(_("when"), max_length=10, choices=When.choices, default=When.AT_ONCE)
    hour = models.PositiveSmallIntegerField(
        _("hour"), default=7, validators=[MaxValueValidator(23)], help_text="of a daily one, in its owner's time zone"
    )
    email = models.BooleanField(_("by e-mail"), default=False)
    webhook_url = models.CharField(_("webhook"), max_length=500, blank=True)
    secret = models.TextField(blank=True, editable=False, help_text="signs what is sent to the webhook; sealed")
    active = models.BooleanField(_("active"), default=True)
    due = models.DateTimeField(default=timezone.now, help_text="when the next notice may be made")
    last_run = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    failures = models.PositiveIntegerField(default=0, help_text="runs that failed one after the other")
    next_try = models.DateTimeField(null=True, blank=True, help_text="not before this time after a failure")
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    objects = SearchAlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.pk)
