"""The analysis of a recording."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from audio.models import AudioSession


class SessionAnalysisQuerySet(models.QuerySet["SessionAnalysis"]):
    def visible_to(self, user: Any) -> SessionAnalysisQuerySet:
        return self.filter(session__in=AudioSession.objects.visible_to(user).values("pk"))


class SessionAnalysis(models.Model):
    """What a recording was like, of one version of its processing. `figures` is a services.sessions.contracts.Analysis as JSON."""

    session = models.OneToOneField(AudioSession, primary_key=True, on_delete=models.CASCADE, related_name="analysis")
    version = models.PositiveIntegerField(help_text="of the processing that was analysed")
    digest = models.CharField(max_length=64, blank=True, help_text="of what it rests on; where that is another, it is made again")
    figures = models.JSONField(default=dict)
    made = models.DateTimeField(_("made"))

    objects = SessionAnalysisQuerySet.as_manager()

    class Meta:
        verbose_name = _("analysis of a recording")
        verbose_name_plural = _("analyses of recordings")

    def __str__(self) -> str:
        return str(self.pk)
