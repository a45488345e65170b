from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from tasks.ids import uuid7


def _where_seen(user: Any) -> Q:
    """Searches over everything, and those of cases that one still sees."""
    return Q(case=None) | Q(case__in=Case.objects.visible_to(user).values("pk"))


def _address(words: dict[str, Any], case: uuid.UUID | None) -> str:
    page = reverse("documents:case-search", args=[case]) if case else reverse("documents:search")
    return f"{page}?{urlencode(words, doseq=True)}"


class SavedSearchQuerySet(models.QuerySet["SavedSearch"]):
    def visible_to(self, user: Any) -> SavedSearchQuerySet:
        """One's own: those over everything, and those of cases that one still sees."""
        own = self.filter(user=user) if getattr(user, "is_authenticated", False) else self.none()
        return own.filter(_where_seen(user))


class SavedSearch(models.Model):
    """A search that somebody keeps by a name. `words` are those of the search page's address (documents.services.search.asked)."""

    LONGEST = 80

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.CASCADE, related_name="+", help_text="none: all one's cases")
    name = models.CharField(_("name"), max_length=LONGEST)
    words = models.JSONField(default=dict, help_text="of the search's address, as {q, mode, kind, from, to, tag, ...}")
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        ordering = [Lower("name"), "id"]
        constraints = [
            models.UniqueConstraint("user", "case", Lower("name"), name="one_search_of_a_name_per_person", nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return _address(self.words, self.case_id)


class PastSearchQuerySet(models.QuerySet["PastSearch"]):
    def visible_to(self, user: Any) -> PastSearchQuerySet:
        """One's own: those over everything, and those of cases that one still sees."""
        own = self.filter(user=user) if getattr(user, "is_authenticated", False) else self.none()
        return own.filter(_where_seen(user))


class PastSearch(models.Model):
    """What somebody has searched for on the page, once for each place and words, with the outcome of the last time.

    The words are as confidential as the case: they are shown to nobody else, and stand in no log, no audit event and not in the admin.
    """

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.CASCADE, related_name="+", help_text="none: all one's cases")
    words = models.JSONField(default=dict, help_text="of the search's address, as those of a saved search")
    digest = models.CharField(max_length=64, editable=False, help_text="of the words, which can be too long for an index")
    results = models.PositiveIntegerField(default=0, help_text="passages found")
    at_least = models.BooleanField(default=False, help_text="there may have been more")
    times = models.PositiveIntegerField(default=1)
    last = models.DateTimeField()

    objects = PastSearchQuerySet.as_manager()

    class Meta:
        verbose_name = _("past search")
        verbose_name_plural = _("past searches")
        ordering = ["-last", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "case", "digest"], name="one_past_search_of_its_words", nulls_distinct=False),
        ]
        indexes = [models.Index(fields=["user", "-last"], name="past_searches_of_a_person")]

    def __str__(self) -> str:
        return str(self.pk)

    def get_absolute_url(self) -> str:
        return _address(self.words, self.case_id)


class SearchHabits(models.Model):
    """How somebody wants to search. Who has no row has not changed anything."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+")
    keep_history = models.BooleanField(_("keep a history"), default=True)

    class Meta:
        verbose_name = _("search habits")
        verbose_name_plural = _("search habits")

    def __str__(self) -> str:
        return str(self.user_id)
