"""How much there is to search: what BM25 and the router of a search need to know before they look.

Nothing here is written by Python. Statement triggers on `ChunkWords` and `ChunkEmbedding` append a delta to the two delta
tables in the same transaction, whatever inserted or deleted the rows, so the sums are exact after any crash, retry or cascade
and no two workers ever wait for the same row. `documents.services.search.statistics` folds the deltas and reads the sums.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from documents.models.passages import EmbeddingModel


class PassageCount(models.Model):
    """Passages of one case (None: the public library) that have words (no model) or vectors (of that model)."""

    case_id = models.UUIDField(null=True)
    model = models.ForeignKey(EmbeddingModel, null=True, on_delete=models.CASCADE, related_name="+")
    chunks = models.BigIntegerField(default=0)
    length = models.BigIntegerField(default=0, help_text="lexemes with repeats; 0 for vectors")

    class Meta:
        verbose_name = _("count of passages")
        verbose_name_plural = _("counts of passages")
        constraints = [models.UniqueConstraint(fields=["case_id", "model"], name="one_passage_count", nulls_distinct=False)]

    def __str__(self) -> str:
        return f"{self.chunks} passages of {self.case_id or 'the library'}"


class PassageCountDelta(models.Model):
    """What one statement added to a `PassageCount`, not yet folded."""

    case_id = models.UUIDField(null=True)
    model = models.ForeignKey(EmbeddingModel, null=True, on_delete=models.CASCADE, related_name="+")
    chunks = models.IntegerField()
    length = models.BigIntegerField()

    class Meta:
        verbose_name = _("change of a count of passages")
        verbose_name_plural = _("changes of counts of passages")

    def __str__(self) -> str:
        return f"{self.chunks:+} passages of {self.case_id or 'the library'}"


class Vocabulary(models.Model):
    """In how many passages of the whole installation a lexeme stands."""

    lexeme = models.TextField(primary_key=True, db_collation="C")
    chunks = models.BigIntegerField()

    class Meta:
        verbose_name = _("word of the vocabulary")
        verbose_name_plural = _("vocabulary")
        indexes = [models.Index(fields=["lexeme"], name="vocabulary_forgotten", condition=models.Q(chunks=0))]

    def __str__(self) -> str:
        return self.lexeme


class CaseVocabulary(models.Model):
    """In how many passages of one case (None: the public library) a lexeme stands: what a reader's search weighs words by, so that no order
    and no score depends on what he may not see."""

    lexeme = models.TextField(db_collation="C")
    case_id = models.UUIDField(null=True)
    chunks = models.BigIntegerField()

    class Meta:
        verbose_name = _("word of a case's vocabulary")
        verbose_name_plural = _("vocabularies of cases")
        constraints = [models.UniqueConstraint(fields=["lexeme", "case_id"], name="one_word_of_a_case", nulls_distinct=False)]
        indexes = [models.Index(fields=["lexeme"], name="case_words_forgotten", condition=models.Q(chunks=0))]

    def __str__(self) -> str:
        return self.lexeme


class VocabularyDelta(models.Model):
    """What one statement added to the vocabulary and to that of one case, as {lexeme: passages}, not yet folded."""

    case_id = models.UUIDField(null=True)
    words = models.JSONField()

    class Meta:
        verbose_name = _("change of the vocabulary")
        verbose_name_plural = _("changes of the vocabulary")

    def __str__(self) -> str:
        return f"{len(self.words)} lexemes"
