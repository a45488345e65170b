from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from documents.models.documents import Document


class DocumentArrival(models.Model):
    """That a document's text could be read in a case (none: the library) for the first time. Written once and never again, however often
    it is read anew, renamed, deleted and taken back."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="arrivals")
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("arrival of a document")
        verbose_name_plural = _("arrivals of documents")
        ordering = ["-id"]
        indexes = [models.Index(fields=["case", "sha256"], name="arrivals_by_bytes", condition=~Q(sha256=""))]
        constraints = [models.UniqueConstraint(fields=["document", "case"], name="one_arrival_in_a_case", nulls_distinct=False)]

    def __str__(self) -> str:
        return f"{self.document_id} on {self.at:%Y-%m-%d}"
