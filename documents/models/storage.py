from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.models import Case


class StorageCheck(models.Model):
    """What was found when a stored file was last read again and compared with its name, which is its hash. One row for each name, however
    many documents or recordings have it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("not checked yet")
        SOUND = "sound", _("as it was stored")
        MISSING = "missing", _("missing")
        CHANGED = "changed", _("damaged or changed")

    BROKEN = (State.MISSING, State.CHANGED)

    stored_as = models.CharField(_("file"), max_length=200, unique=True)
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    size = models.BigIntegerField(help_text="bytes, as it was stored")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    since = models.DateTimeField(_("since"), null=True, blank=True, help_text="when it was found in this state first")
    checked_at = models.DateTimeField(_("checked"), null=True, blank=True)

    class Meta:
        verbose_name = _("check of a stored file")
        verbose_name_plural = _("checks of stored files")
        ordering = [F("checked_at").asc(nulls_first=True), "id"]
        indexes = [
            models.Index(F("checked_at").asc(nulls_first=True), "id", name="storage_checks_oldest"),
            models.Index(fields=["state"], name="storage_checks_broken", condition=Q(state__in=["missing", "changed"])),
        ]

    def __str__(self) -> str:
        return self.stored_as

    @property
    def broken(self) -> bool:
        return self.state in self.BROKEN
