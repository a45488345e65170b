"""Requests that were answered: a row each for a while, and sums of hours for ever."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _


class APIRequest(models.Model):
    """A request that was answered, of a page or of the API. Never its body, its query, or an address with an id in it.

    Who asked and about which case are plain ids: rows are written in bulk after the answer, when either may be gone.
    """

    time = models.DateTimeField(_("time"), help_text="when it was answered")
    method = models.CharField(_("method"), max_length=10)
    route = models.CharField(_("route"), max_length=200, help_text="the pattern, as api/documents/{pk}/; empty where nothing stands there")
    status = models.PositiveSmallIntegerField(_("status"))
    ms = models.FloatField(_("milliseconds"))
    size = models.BigIntegerField(_("bytes"), default=0, help_text="of the answer; 0 of a stream")
    user: models.UUIDField[uuid.UUID | None, uuid.UUID | None] = models.UUIDField(null=True, blank=True)
    token = models.BigIntegerField(null=True, blank=True, help_text="the API token's id")
    case: models.UUIDField[uuid.UUID | None, uuid.UUID | None] = models.UUIDField(
        null=True, blank=True, help_text="where the address names one"
    )

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        ordering = ["-id"]
        indexes = [
            BrinIndex(fields=["time"], name="requests_by_time", autosummarize=True),
            models.Index(fields=["case", "time"], name="requests_of_a_case", condition=models.Q(case__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.route} {self.status}"


class UsageHour(models.Model):
    """The requests of an hour to one route, of one case or of none. `buckets` counts them by duration (services.usage.BOUNDS)."""

    hour = models.DateTimeField(_("hour"), help_text="its beginning, UTC")
    method = models.CharField(_("method"), max_length=10)
    route = models.CharField(_("route"), max_length=200)
    case: models.UUIDField[uuid.UUID | None, uuid.UUID | None] = models.UUIDField(null=True, blank=True)
    requests = models.PositiveBigIntegerField(_("requests"), default=0)
    client_errors = models.PositiveBigIntegerField(_("refused (4xx)"), default=0)
    server_errors = models.PositiveBigIntegerField(_("failed (5xx)"), default=0)
    ms = models.FloatField(_("milliseconds"), default=0, help_text="all together")
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    buckets = ArrayField(models.PositiveBigIntegerField(), default=list)

    class Meta:
        verbose_name = _("hour of usage")
        verbose_name_plural = _("hours of usage")
        ordering = ["-hour", "route"]
        constraints = [
            models.UniqueConstraint(fields=["hour", "route", "method", "case"], name="one_row_per_hour_and_route", nulls_distinct=False)
        ]
        indexes = [models.Index(fields=["case", "-hour"], name="usage_of_a_case", condition=models.Q(case__isnull=False))]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H}:00 {self.method} {self.route}"


class UsageMark(models.Model):
    """How far requests are summed up: one row, which moves in the transaction that writes the sums."""

    KEY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=KEY)
    until = models.BigIntegerField(default=0, help_text="id of the last request that is in the sums")
    moved = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("mark of the sums")
        verbose_name_plural = _("marks of the sums")

    def __str__(self) -> str:
        return str(self.until)
