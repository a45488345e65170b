"""Sources as pages and the API show them: with their kind, the numbers of what they brought, and what can be done where they failed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.activity import register_words
from cases.models import Case
from documents.models import Source, SourceItem
from documents.services.sources.looking import title_of
from documents.services.sources.registry import kind_of
from tasks.models import ACTIVE, TaskRecord
from tasks.progress.topics import Subject, register_subjects, register_topic

Outcome = SourceItem.Outcome
REMEDIES = {
    "wrong_password": "edit", "no_password": "edit", "no_folder": "edit", "folder_missing": "edit", "folder_outside": "edit", "tls": "edit",
    "no_host": "edit", "person_gone": "resume", "connection": "look", "imap_server": "look", "certificate": "look", "storage_full": "look",
    "host_not_allowed": "edit", "not_allowed_here": "look", "look_failed": "look",
}  # fmt: skip
"""What a person can do about an error: set it up otherwise, look once more, or switch it on again in his own name."""
VERBS = {
    "added": _("added the source %(title)s"),
    "changed": _("changed the source %(title)s"),
    "paused": _("paused the source %(title)s"),
    "resumed": _("resumed the source %(title)s"),
    "removed": _("removed the source %(title)s"),
    "asked": _("had the source %(title)s looked at"),
    "stopped": _("stopped the source %(title)s: %(reason)s"),
}


def sources_of(case: Case) -> list[Source]:
    """Those of a case, in three queries however many there are. What came by commands is one where anything did."""
    return described(case.sources.select_related("created_by", "case"))


def described(sources: Iterable[Source]) -> list[Source]:
    """With `counts` of their items by outcome, `about` (kind), `title`, `looking` (whether a look is under way) and `remedy`."""
    listed = list(sources)
    counts: dict[UUID, dict[str, int]] = {source.pk: dict.fromkeys(Outcome.values, 0) for source in listed}
    items = SourceItem.objects.filter(source__in=counts).order_by().values_list("source", "outcome").annotate(n=Count("pk"))
    for source_id, outcome, number in items:
        counts[source_id][outcome] = number
    tasks = [source.task_id for source in listed if source.task_id is not None]
    busy = set(TaskRecord.objects.filter(pk__in=tasks, status__in=ACTIVE).values_list("pk", flat=True))
    for source in listed:
        source.counts, source.about, source.title = counts[source.pk], kind_of(source.kind), title_of(source)
        source.looking = source.task_id in busy
        source.remedy = REMEDIES.get(source.error_code, "") if source.error else ""
    return listed


def items_of(source: Source, outcome: str = "") -> QuerySet[SourceItem]:
    """What it held, the newest first."""
    items = source.items.select_related("document").order_by("-id")
    return items.filter(outcome=outcome) if outcome in Outcome.values else items


def visible_sources(user: Any) -> QuerySet[Source]:
    return Source.objects.visible_to(user)


def subjects(user: Any, ids: Collection[UUID]) -> dict[UUID, Subject]:
    found = Source.objects.visible_to(user).filter(pk__in=ids)
    return {source.pk: Subject(title_of(source), source.get_absolute_url()) for source in found}


def register() -> None:
    register_topic("source", visible_sources)
    register_subjects("source", subjects)
    for verb, words in VERBS.items():
        register_words(f"source.{verb}", words)
