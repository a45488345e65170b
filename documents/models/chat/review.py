from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from documents.models.documents import Document, TextVersion
from documents.models.passages import Chunk
from tasks.ids import uuid7
from tasks.models import Batch


class ReviewTableQuerySet(models.QuerySet["ReviewTable"]):
    def visible_to(self, user: Any) -> ReviewTableQuerySet:
        return self.filter(case__in=Case.objects.visible_to(user).values("pk"), deleted_at=None)


class ReviewTable(models.Model):
    """Questions as columns, documents of one case as rows, and in each cell what the document answers."""

    MOST_QUESTIONS, MOST_DOCUMENTS = 30, 2000

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="review_tables")
    title = models.CharField(_("title"), max_length=200)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    batch = models.ForeignKey(Batch, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", help_text="what fills it now")
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ReviewTableQuerySet.as_manager()

    class Meta:
        verbose_name = _("review table")
        verbose_name_plural = _("review tables")
        ordering = ["-updated", "-id"]
        indexes = [models.Index(fields=["case", "-updated"], name="review_tables_of_a_case", condition=Q(deleted_at=None))]

    def __str__(self) -> str:
        return str(self.pk)

    def get_absolute_url(self) -> str:
        return reverse("documents:review-table", args=[self.pk])


class ReviewQuestion(models.Model):
    """A column."""

    table = models.ForeignKey(ReviewTable, on_delete=models.CASCADE, related_name="questions")
    number = models.PositiveIntegerField(help_text="order of the columns, from 1")
    text = models.CharField(_("question"), max_length=1000)

    class Meta:
        verbose_name = _("question of a review table")
        verbose_name_plural = _("questions of review tables")
        ordering = ["number", "id"]

    def __str__(self) -> str:
        return str(self.pk)


class ReviewRow(models.Model):
    """A document of a table."""

    table = models.ForeignKey(ReviewTable, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(help_text="order of the rows, from 1")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("row of a review table")
        verbose_name_plural = _("rows of review tables")
        ordering = ["number", "id"]
        constraints = [models.UniqueConstraint(fields=["table", "document"], name="document_once_in_a_review_table")]

    def __str__(self) -> str:
        return str(self.pk)


class ReviewCell(models.Model):
    """What a document answers to a question: quoted, with its place; or what a person wrote instead, which no task overwrites."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        FOUND = "found", _("Found")
        NOTHING = "nothing", _("Nothing found")
        FAILED = "failed", _("Failed")

    row = models.ForeignKey(ReviewRow, on_delete=models.CASCADE, related_name="cells")
    question = models.ForeignKey(ReviewQuestion, on_delete=models.CASCADE, related_name="cells")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    text = models.TextField(blank=True, help_text="the answer in short, as a date, an amount, a name, or the sentence")
    quote = models.TextField(blank=True)
    error = models.TextField(blank=True)
    text_version = models.ForeignKey(TextVersion, null=True, on_delete=models.SET_NULL, related_name="+")
    chunk = models.ForeignKey(Chunk, null=True, on_delete=models.SET_NULL, related_name="+")
    page = models.PositiveIntegerField(null=True)
    page_to = models.PositiveIntegerField(null=True)
    start = models.PositiveIntegerField(null=True)
    end = models.PositiveIntegerField(null=True)
    at = models.PositiveIntegerField(null=True)
    to = models.PositiveIntegerField(null=True)
    corrected = models.TextField(blank=True, help_text="what a person wrote instead")
    corrected_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    corrected_at = models.DateTimeField(null=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("cell of a review table")
        verbose_name_plural = _("cells of review tables")
        constraints = [models.UniqueConstraint(fields=["row", "question"], name="one_cell_of_a_row_and_a_question")]

    def __str__(self) -> str:
        return str(self.pk)
