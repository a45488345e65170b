from __future__ import annotations

from django.db import models

from cases.models import Case


class BatesNumbering(models.Model):
    """How far a case's pages are numbered under a prefix. Whoever takes numbers locks the row, so that no two share one."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="bates_numberings")
    prefix = models.CharField(max_length=20, blank=True)
    next_number = models.PositiveBigIntegerField(default=1)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "Bates numbering"
        verbose_name_plural = "Bates numberings"
        ordering = ["prefix"]
        constraints = [models.UniqueConstraint(fields=["case", "prefix"], name="one_numbering_per_prefix")]

    def __str__(self) -> str:
        return f"{self.prefix}{self.next_number}"
