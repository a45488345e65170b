from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from documents.models.documents import Document
from tasks.ids import uuid7


class TagQuerySet(models.QuerySet["Tag"]):
    def visible_to(self, user: Any) -> TagQuerySet:
        return self.filter(case__in=Case.objects.visible_to(user).values("pk"))


class Tag(models.Model):
    """A word that people of a case put on documents; folders of an archive or a disk become tags too."""

    LONGEST = 80

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(_("name"), max_length=LONGEST)
    documents = models.ManyToManyField(Document, through="DocumentTag", related_name="tags")
    created = models.DateTimeField(auto_now_add=True)

    objects = TagQuerySet.as_manager()

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["name"]
        constraints = [models.UniqueConstraint("case", Lower("name"), name="one_tag_of_a_name_per_case")]

    def __str__(self) -> str:
        return self.name


class DocumentTag(models.Model):
    """That a document carries a tag of its case."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="+")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="+")
    created = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = _("tag of a document")
        verbose_name_plural = _("tags of documents")
        constraints = [models.UniqueConstraint(fields=["document", "tag"], name="a_tag_once_on_a_document")]

    def __str__(self) -> str:
        return f"{self.tag} on {self.document}"


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    def visible_to(self, user: Any) -> SavedFilterQuerySet:
        """One's own, and those that are shared, of the user's cases."""
        return self.filter(Q(user=user) | Q(shared=True), case__in=Case.objects.visible_to(user).values("pk"))


class SavedFilter(models.Model):
    """What somebody often narrows a case's list of documents by. `words` are those of the list's address (documents.filters.Narrowing)."""

    LONGEST = 80

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="saved_filters")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=LONGEST)
    words = models.JSONField(default=dict, help_text="of the list's address, as {status, cause, kind, q, tag, order}")
    shared = models.BooleanField(_("shared"), default=False, help_text="with everybody in the case")
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = [Lower("name"), "id"]
        constraints = [models.UniqueConstraint("case", "user", Lower("name"), name="one_filter_of_a_name_per_person")]

    def __str__(self) -> str:
        return self.name


class DownloadQuerySet(models.QuerySet["Download"]):
    def visible_to(self, user: Any) -> DownloadQuerySet:
        """One's own, of cases that one still sees, as long as they live."""
        own = self.filter(user=user) if getattr(user, "is_authenticated", False) else self.none()
        return own.filter(case__in=Case.objects.visible_to(user).values("pk"), expires_at__gt=timezone.now())


class Download(models.Model):
    """Documents of a case as one ZIP file, which a task writes for one person and which goes after a while."""

    class Status(models.TextChoices):
        WRITING = "writing", _("Being written")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="downloads")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    task_id = models.UUIDField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WRITING)
    error = models.TextField(blank=True)
    count = models.PositiveIntegerField(help_text="documents that were asked for")
    original_bytes = models.BigIntegerField(help_text="what their files come to")
    files = models.PositiveIntegerField(default=0, help_text="files in the ZIP without the manifests")
    size = models.BigIntegerField(default=0, help_text="of the ZIP")
    created = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)

    objects = DownloadQuerySet.as_manager()

    class Meta:
        verbose_name = _("download")
        verbose_name_plural = _("downloads")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.count} documents of {self.case}"

    @property
    def topic(self) -> str:
        return f"task:{self.task_id}"


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
