"""Whose searches there are, and when: what was looked for is the person's own."""

from __future__ import annotations

from django.contrib import admin

from documents.admin.base import Shown
from documents.models import PastSearch, SavedSearch, SearchHabits
from tasks.admin_links import linked


@admin.register(SavedSearch)
class SavedSearchAdmin(Shown):
    """Names and words are the person's own: they may say what a case is about."""

    list_display = ["id", linked("case"), linked("user"), "created", "updated"]
    list_select_related = ["case", "user"]
    search_fields = ["id", "case__title", "user__username"]
    exclude = ["name", "words"]


@admin.register(PastSearch)
class PastSearchAdmin(Shown):
    """What was looked for is the person's own, and a digest tells whether it was a word that one guesses."""

    list_display = ["id", linked("case"), linked("user"), "last"]
    list_filter = ["last"]
    list_select_related = ["case", "user"]
    search_fields = ["id", "case__title", "user__username"]
    exclude = ["words", "digest", "results", "at_least"]


@admin.register(SearchHabits)
class SearchHabitsAdmin(Shown):
    list_display = ["pk", linked("user"), "keep_history"]
    list_filter = ["keep_history"]
    list_select_related = ["user"]
    search_fields = ["user__username"]
