"""Who may watch what. Apps above register how their topics are seen; this app knows only its own `task:` and `batch:` topics."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

SCOPE_KIND = "case"
"""The kind of topic that stands for a whole scope: subscribing to it delivers everything in it."""

MayChange = Callable[[Any, uuid.UUID], bool]
VisibleTo = Callable[[Any], QuerySet[Any]]
ScopesOf = Callable[[Any], Iterable[Any]]


@dataclass(frozen=True)
class Subject:
    """What a topic is about, as a page names it and links to it."""

    title: str
    url: str


SubjectsOf = Callable[[Any, Collection[uuid.UUID]], Mapping[uuid.UUID, Subject]]

_kinds: dict[str, VisibleTo] = {}
_subjects: dict[str, SubjectsOf] = {}
_scope_filters: list[ScopesOf] = []
_scope_editors: list[MayChange] = []


def register_topic(kind: str, visible_to: VisibleTo) -> None:
    """`visible_to(user)` is what a signed-in user sees of the things that topics `kind:<uuid>` are about."""
    _kinds[kind] = visible_to


def register_subjects(kind: str, subjects_of: SubjectsOf) -> None:
    """`subjects_of(user, ids)` names those of the ids of topics `kind:<uuid>` that this user sees, in one query."""
    _subjects[kind] = subjects_of


def subjects_of(user: Any, topics: Iterable[str]) -> dict[str, Subject]:
    """What each topic is about, where this user may know; one query for each kind of topic."""
    wanted: dict[str, set[uuid.UUID]] = {}
    for kind, key in filter(None, map(parse, topics)):
        wanted.setdefault(kind, set()).add(key)
    found = {kind: _subjects[kind](user, keys) for kind, keys in wanted.items() if kind in _subjects}
    return {f"{kind}:{key}": subject for kind, named in found.items() for key, subject in named.items()}


def register_scope_filter(scopes_of: ScopesOf) -> None:
    """`scopes_of(user)` gives the ids of the scopes (cases) that a user sees: a queryset of ids or any iterable."""
    _scope_filters[:] = [scopes_of]


def register_scope_editor(may_change: MayChange) -> None:
    """`may_change(user, scope)`: may this user cancel and retry tasks of the scope, other people's included?"""
    _scope_editors[:] = [may_change]


def scopes_of(user: Any) -> Iterable[Any]:
    return _scope_filters[0](user) if _scope_filters else []


def parse(topic: str) -> tuple[str, uuid.UUID] | None:
    """(kind, id) of `kind:<uuid>`, or None where it is none."""
    kind, _, key = topic.partition(":")
    try:
        return (kind, uuid.UUID(key)) if kind and len(topic) <= 100 else None
    except ValueError:
        return None


def visible(user: Any, wanted: Iterable[str]) -> set[str]:
    """Those of the topics that this user may see now; what is unknown or malformed does not exist for him. One query for each kind."""
    if not getattr(user, "is_authenticated", False):
        return set()
    asked: dict[str, dict[str, uuid.UUID]] = {}
    for topic in wanted:
        if (parsed := parse(topic)) is not None and parsed[0] in _kinds:
            asked.setdefault(parsed[0], {})[topic] = parsed[1]
    seen: set[str] = set()
    for kind, keys in asked.items():
        found = set(_kinds[kind](user).filter(pk__in=set(keys.values())).order_by().values_list("pk", flat=True))
        seen |= {topic for topic, key in keys.items() if key in found}
    return seen


def may_see(user: Any, topic: str) -> bool:
    return topic in visible(user, [topic])


def may_change_task(user: Any, record: Any) -> bool:
    """May this user, who sees the record, cancel or retry it? Own tasks, the scope's editors, staff where there is no scope."""
    if record.scope is None:
        return bool(user.is_staff or record.user_id == user.pk)
    if _scope_editors:
        return may_change_scope(user, record.scope)
    return bool(record.user_id == user.pk)


def may_change_scope(user: Any, scope: uuid.UUID) -> bool:
    """May this user cancel and retry everybody's tasks of the scope?"""
    return bool(_scope_editors and _scope_editors[0](user, scope))


def may_change_batch(user: Any, batch: Any) -> bool:
    """May this user, who sees the batch, pause or cancel it, or add to it? The same people who may do so to one task of it."""
    return may_change_task(user, batch)


def require_editor(user: Any, scope: uuid.UUID) -> None:
    """Raises Http404 for a scope that the user does not see, PermissionDenied for one that he may not change."""
    if not may_see(user, f"{SCOPE_KIND}:{scope}"):
        raise Http404
    if not may_change_scope(user, scope):
        raise PermissionDenied(_("You may see this case but not add to it."))


def _batches(user: Any) -> QuerySet[Any]:
    from tasks.models import Batch

    return Batch.objects.visible_to(user)


def _tasks(user: Any) -> QuerySet[Any]:
    from tasks.models import TaskRecord

    return TaskRecord.objects.visible_to(user)


register_topic("task", _tasks)
register_topic("batch", _batches)
