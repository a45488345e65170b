from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from documents.models.documents import Document, TextVersion


class TextSignatureQuerySet(models.QuerySet["TextSignature"]):
    def visible_to(self, user: Any) -> TextSignatureQuerySet:
        return self.filter(document__in=Document.objects.visible_to(user).values("pk"))


class TextSignature(models.Model):
    """By what the published reading of a document is recognised as like another (`documents.services.similarity.signatures`).

    A document has one: that of its newest reading. A text of few words has no digest, bands and marks, so that nothing is like it.
    """

    document = models.OneToOneField(Document, primary_key=True, on_delete=models.CASCADE, related_name="signature")
    text_version = models.OneToOneField(TextVersion, on_delete=models.CASCADE, related_name="signature")
    words = models.PositiveIntegerField()
    digest = models.CharField(max_length=32, blank=True, help_text="of its words in their order")
    minhash = models.BinaryField(help_text="the smallest values of the hash functions, uint32, little-endian")
    bands = ArrayField(models.IntegerField(), default=list, help_text="values of `minhash` in groups: like texts share one")
    marks = ArrayField(models.IntegerField(), default=list, help_text="a sample of its passages: who holds another's text shares many")
    level = models.PositiveSmallIntegerField(default=0, help_text="of the sample: one passage in 2^level")

    objects = TextSignatureQuerySet.as_manager()

    class Meta:
        verbose_name = _("signature of a text")
        verbose_name_plural = _("signatures of texts")
        indexes = [
            models.Index(fields=["digest"], name="signature_by_digest", condition=~models.Q(digest="")),
            GinIndex(fields=["bands"], name="signature_by_band", gin_pending_list_limit=1024),
            GinIndex(fields=["marks"], name="signature_by_mark", gin_pending_list_limit=1024),
        ]

    def __str__(self) -> str:
        return f"signature of {self.document}"
