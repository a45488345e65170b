from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Ruling, Statute
from documents.models.documents import TextVersion
from documents.models.passages import Chunk


class Citation(models.Model):
    """One mention of an authority in a document."""

    text_version = models.ForeignKey(TextVersion, on_delete=models.CASCADE, related_name="citations")
    chunk = models.ForeignKey(Chunk, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    page = models.PositiveIntegerField()
    start = models.PositiveIntegerField(help_text="code points in the page's text")
    end = models.PositiveIntegerField()
    text = models.TextField(help_text="as written")
    key = models.CharField(max_length=120, blank=True, help_text="normalised, as us:410:113; empty where unresolved")
    pin = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=20, help_text="case, statute, rule, constitution, regulation, short, id, supra, other")
    method = models.CharField(max_length=40, help_text="which grammar found it and how")
    confidence = models.FloatField(default=1.0)
    name = models.CharField(max_length=500, blank=True, help_text="the authority's name as written, as Roe v. Wade")
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    ruling = models.ForeignKey(Ruling, null=True, blank=True, on_delete=models.SET_NULL, related_name="citations")
    statute = models.ForeignKey(Statute, null=True, blank=True, on_delete=models.SET_NULL, related_name="citations")

    class Meta:
        verbose_name = _("citation")
        verbose_name_plural = _("citations")
        ordering = ["page", "start"]
        indexes = [
            models.Index(fields=["key"], name="citation_by_key"),
            models.Index(fields=["text_version", "page"], name="citation_by_page"),
        ]

    def __str__(self) -> str:
        return self.text
