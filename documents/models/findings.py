from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from documents.models.documents import Document


class PageIndex(models.Model):
    """The short way to any page of a long PDF (`documents.services.extraction.pdf.page_index`). It belongs to the file, as findings do."""

    document = models.OneToOneField(Document, on_delete=models.CASCADE, primary_key=True, related_name="page_index")
    tail = models.BinaryField(help_text="what is read behind the file's last byte")

    class Meta:
        verbose_name = _("page index")
        verbose_name_plural = _("page indexes")

    def __str__(self) -> str:
        return str(self.document)


class RedactionFindingQuerySet(models.QuerySet["RedactionFinding"]):
    def visible_to(self, user: Any) -> RedactionFindingQuerySet:
        return self.filter(document__in=Document.objects.visible_to(user).values("pk"))


class RedactionFinding(models.Model):
    """Text that can be read in a document's file though its pages don't show it. It belongs to the file: corrections of the text leave it
    as it is, a new reading of the file replaces it."""

    class Kind(models.TextChoices):
        COVERED = "covered", _("Under a box")
        INVISIBLE = "invisible", _("Invisible")
        OFF_PAGE = "off_page", _("Off the page")
        SAME_COLOUR = "same_colour", _("In the colour of its ground")
        LAYER = "layer", _("In a hidden layer")
        REVISION = "revision", _("In an earlier revision")
        METADATA = "metadata", _("In the properties")

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="redaction_findings")
    page = models.PositiveIntegerField(null=True, blank=True, help_text="from 1; none where it belongs to the file as a whole")
    left = models.FloatField(null=True, blank=True, help_text="edges in points of the page's own coordinates")
    bottom = models.FloatField(null=True, blank=True)
    right = models.FloatField(null=True, blank=True)
    top = models.FloatField(null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    text = models.TextField(help_text="what can be read, shortened")

    objects = RedactionFindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("redaction finding")
        verbose_name_plural = _("redaction findings")
        ordering = [models.F("page").asc(nulls_last=True), "id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.document}"

    @property
    def box(self) -> list[float] | None:
        """Left, bottom, right, top."""
        edges = [self.left, self.bottom, self.right, self.top]
        return [edge for edge in edges if edge is not None] if None not in edges else None
