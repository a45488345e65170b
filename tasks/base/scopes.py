"""Scopes: what a task belongs to (a case), known here by its id only. The app that owns scopes registers who sees and changes them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import Any

MayChange = Callable[[Any, uuid.UUID], bool]
ScopesOf = Callable[[Any], Iterable[Any]]

_filters: list[ScopesOf] = []
_editors: list[MayChange] = []


def register_scope_filter(scopes_of: ScopesOf) -> None:
    """`scopes_of(user)` gives the ids of the scopes (cases) that a user sees: a queryset of ids or any iterable."""
    _filters[:] = [scopes_of]


def register_scope_editor(may_change: MayChange) -> None:
    """`may_change(user, scope)`: may this user cancel and retry tasks of the scope, other people's included?"""
    _editors[:] = [may_change]


def scopes_of(user: Any) -> Iterable[Any]:
    """Ids of the scopes that this user sees."""
    return _filters[0](user) if _filters else []


def have_editors() -> bool:
    """Does anybody say who may change a scope?"""
    return bool(_editors)


def may_change_scope(user: Any, scope: uuid.UUID) -> bool:
    """May this user cancel and retry everybody's tasks of the scope?"""
    return bool(_editors and _editors[0](user, scope))
