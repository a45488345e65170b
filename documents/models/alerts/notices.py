from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents.models.alerts.alerts import SearchAlert
from documents.models.documents import Document
from tasks.ids import uuid7


class AlertNoticeQuerySet(models.QuerySet["AlertNotice"]):
    def visible_to(self, user: Any) -> AlertNoticeQuerySet:
        """Those of one's own alerts."""
        return self.filter(alert__in=SearchAlert.objects.visible_to(user).values("pk"))

    def with_hits(self, user: Any) -> AlertNoticeQuerySet:
        """Only those of which the user still sees a document."""
        return self.filter(Exists(AlertHit.objects.visible_to(user).filter(notice=OuterRef("pk"))))


class AlertNotice(models.Model):
    """One message of an alert: documents that it found, told of together. `words` are those of the search when it found them."""

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    alert = models.ForeignKey(SearchAlert, on_delete=models.CASCADE, related_name="notices")
    words = models.JSONField(default=dict)
    number = models.PositiveIntegerField(help_text="of documents when it was made")
    created = models.DateTimeField(auto_now_add=True)
    seen = models.DateTimeField(null=True, blank=True)

    objects = AlertNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice of an alert")
        verbose_name_plural = _("notices of alerts")
        ordering = ["-id"]
        indexes = [models.Index(fields=["alert"], name="notices_not_seen", condition=Q(seen=None))]

    def __str__(self) -> str:
        return str(self.pk)

    def get_absolute_url(self) -> str:
        return reverse("documents:alert-notice", args=[self.pk])


class AlertHitQuerySet(models.QuerySet["AlertHit"]):
    def visible_to(self, user: Any) -> AlertHitQuerySet:
        """Those of documents that the user may see now, and that are still in the case that the search is of."""
        in_place = Q(alert__search__case=None) | Q(alert__search__case=F("document__case"))
        return self.filter(in_place, document__in=Document.objects.visible_to(user).order_by().values("pk"))


class AlertHit(models.Model):
    """A document and an alert: waiting to be looked at (`found` empty), found, told of (`notice`). There is one for ever, so that nobody is
    told of a document twice; what does not match is forgotten."""

    alert = models.ForeignKey(SearchAlert, on_delete=models.CASCADE, related_name="hits")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="+")
    created = models.DateTimeField(auto_now_add=True)
    found = models.DateTimeField(null=True, blank=True)
    notice = models.ForeignKey(AlertNotice, null=True, blank=True, on_delete=models.CASCADE, related_name="hits")

    objects = AlertHitQuerySet.as_manager()

    class Meta:
        verbose_name = _("document of an alert")
        verbose_name_plural = _("documents of alerts")
        ordering = ["id"]
        indexes = [models.Index(fields=["alert", "id"], name="hits_not_told", condition=Q(notice=None))]
        constraints = [models.UniqueConstraint(fields=["alert", "document"], name="one_hit_of_a_document")]

    def __str__(self) -> str:
        return f"{self.alert_id}: {self.document_id}"


class AlertDelivery(models.Model):
    """A notice on its way out of the machine, by e-mail or to a webhook; its id stays the same however often it is tried."""

    class Way(models.TextChoices):
        EMAIL = "email", _("E-mail")
        WEBHOOK = "webhook", _("Webhook")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        DROPPED = "dropped", _("Not sent")

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    notice = models.ForeignKey(AlertNotice, on_delete=models.CASCADE, related_name="deliveries")
    way = models.CharField(max_length=10, choices=Way.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_try = models.DateTimeField(default=timezone.now)
    error = models.TextField(blank=True)
    created = models.DateTimeField(auto_now_add=True)
    sent = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("delivery of a notice")
        verbose_name_plural = _("deliveries of notices")
        ordering = ["-id"]
        indexes = [models.Index(fields=["next_try"], name="deliveries_waiting", condition=Q(state="waiting"))]
        constraints = [models.UniqueConstraint(fields=["notice", "way"], name="one_delivery_by_each_way")]

    def __str__(self) -> str:
        return f"{self.notice_id} by {self.way}"
