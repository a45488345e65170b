from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _
from pgvector.django import HalfVectorField

from documents.models.documents import Document, TextVersion


class RecognisedPage(models.Model):
    """What text recognition found on a page of a document's file: kept page by page, and where each word stands.

    `words` is [[start, end, left, top, right, bottom, confidence], ...]: code points of `text`, points from the top left corner of the page
    as it is shown, 0 to 1.
    """

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="recognised_pages")
    number = models.PositiveIntegerField(help_text="from 1")
    key = models.CharField(max_length=120, help_text="engine, languages and dots an inch: what was read so is not read again")
    engine = models.CharField(max_length=60, help_text="with its version")
    language = models.CharField(max_length=60, blank=True, help_text="as the engine calls it")
    text = models.TextField()
    words = models.JSONField(default=list)
    turn = models.PositiveSmallIntegerField(default=0, help_text="degrees clockwise by which the page was turned to be read")
    skew = models.FloatField(default=0.0, help_text="degrees by which it lay askew after that")
    confidence = models.FloatField(help_text="0 to 1, mean of the words'")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("recognised page")
        verbose_name_plural = _("recognised pages")
        constraints = [models.UniqueConstraint(fields=["document", "number", "key"], name="page_recognised_once")]
        ordering = ["number", "id"]

    def __str__(self) -> str:
        return f"page {self.number} by {self.engine}"


class Page(models.Model):
    """One page of a reading: cleaned text (offsets everywhere are code points in it), and the raw text with the map between."""

    text_version = models.ForeignKey(TextVersion, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField(help_text="from 1")
    text = models.TextField()
    raw = models.TextField(blank=True, help_text="as the parser gave it; empty where the same")
    offset_map = models.JSONField(null=True, blank=True, help_text="[[offset in text, offset in raw], ...], linear in between")
    label = models.CharField(max_length=40, blank=True, help_text="what the document itself calls the page, as iv")
    needs_ocr = models.BooleanField(default=False)
    recognised = models.ForeignKey(
        RecognisedPage, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", help_text="where its text was recognised"
    )
    times = models.JSONField(null=True, blank=True, help_text="of a transcript: [[offset in text, second of the recording], ...]")
    width = models.FloatField(null=True, blank=True, help_text="points")
    height = models.FloatField(null=True, blank=True, help_text="points")

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        constraints = [models.UniqueConstraint(fields=["text_version", "number"], name="one_page_per_number")]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"page {self.number}"


class Chunk(models.Model):
    """A passage: from `start` on `page_from` to `end` on `page_to` (code points in the pages' texts, end exclusive)."""

    text_version = models.ForeignKey(TextVersion, on_delete=models.CASCADE, related_name="chunks")
    index = models.PositiveIntegerField(help_text="order in the reading, from 0")
    text = models.TextField()
    context = models.CharField(max_length=500, blank=True, help_text="title and section, put before the text when embedding")
    page_from = models.PositiveIntegerField()
    page_to = models.PositiveIntegerField()
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    tokens = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        constraints = [models.UniqueConstraint(fields=["text_version", "index"], name="one_chunk_per_index")]
        ordering = ["index"]

    def __str__(self) -> str:
        return f"{self.text_version}: passage {self.index}"


class EmbeddingModel(models.Model):
    """A model whose vectors are kept; vectors of two models are never compared."""

    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    dimensions = models.PositiveSmallIntegerField()
    active = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("embedding model")
        verbose_name_plural = _("embedding models")
        constraints = [
            models.UniqueConstraint(fields=["name", "sha256"], name="one_row_per_embedding_model"),
            models.UniqueConstraint(fields=["active"], condition=models.Q(active=True), name="one_active_embedding_model"),
        ]

    def __str__(self) -> str:
        return self.name


class ChunkEmbedding(models.Model):
    """The vector of a chunk of a published reading; inserted and deleted, never updated."""

    chunk = models.ForeignKey(Chunk, on_delete=models.CASCADE, related_name="embeddings")
    model = models.ForeignKey(EmbeddingModel, on_delete=models.PROTECT, related_name="+", db_index=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="+")
    case_id = models.UUIDField(null=True, help_text="copied, so that a search touches no other table")
    vector = HalfVectorField(dimensions=384)

    class Meta:
        verbose_name = _("vector of a passage")
        verbose_name_plural = _("vectors of passages")
        indexes = [models.Index(fields=["model", "case_id"], name="vectors_by_case")]
        constraints = [models.UniqueConstraint(fields=["chunk", "model"], name="one_vector_per_chunk_and_model")]

    def __str__(self) -> str:
        return f"vector of {self.chunk_id}"


class ChunkWords(models.Model):
    """The words of a chunk of a published reading, and the canonical keys of the authorities it cites."""

    chunk = models.OneToOneField(Chunk, primary_key=True, on_delete=models.CASCADE, related_name="words")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="+")
    case_id = models.UUIDField(null=True)
    tsv = SearchVectorField()
    cites = ArrayField(models.TextField(), default=list)
    length = models.PositiveIntegerField(help_text="lexemes with repeats, for BM25")

    class Meta:
        verbose_name = _("words of a passage")
        verbose_name_plural = _("words of passages")
        indexes = [
            models.Index(fields=["case_id"], name="words_by_case"),
            GinIndex(fields=["tsv"], name="words_by_lexeme", gin_pending_list_limit=1024),
            GinIndex(fields=["cites"], name="words_by_citation"),
        ]

    def __str__(self) -> str:
        return f"words of {self.chunk_id}"
