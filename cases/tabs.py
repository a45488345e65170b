"""What higher apps show on the pages of a case: their tabs, their facts in lists of cases, their part of the overview.

`cases` imports no app above it, so those register here, in `AppConfig.ready`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import Case


@dataclass(frozen=True)
class Tab:
    key: str
    label: str | Promise
    url_name: str
    order: int

    def url(self, case: Case) -> str:
        return reverse(self.url_name, args=[case.pk])


@dataclass(frozen=True)
class CaseFacts:
    """What a list of cases says of one: numbers of documents, and when something last happened to them."""

    documents: int = 0
    processing: int = 0
    failed: int = 0
    last_activity: datetime | None = None


@dataclass(frozen=True)
class Overview:
    """A part of the overview page: a template and its context."""

    template: str
    context: dict[str, Any]


@dataclass
class _Registered:
    tabs: dict[str, Tab] = field(default_factory=dict)
    facts: Callable[[Iterable[uuid.UUID]], dict[uuid.UUID, CaseFacts]] | None = None
    overview: Callable[[Case, Any], Overview] | None = None


_registered = _Registered()


def register_tab(key: str, label: str | Promise, url_name: str, order: int) -> None:
    _registered.tabs[key] = Tab(key, label, url_name, order)


def register_facts(facts: Callable[[Iterable[uuid.UUID]], dict[uuid.UUID, CaseFacts]]) -> None:
    """`facts(case_ids)` answers for many cases with a constant number of queries."""
    _registered.facts = facts


def register_overview(overview: Callable[[Case, Any], Overview]) -> None:
    """`overview(case, user)` makes the main part of the overview page; the user's right to see the case has been checked."""
    _registered.overview = overview


def tabs() -> list[Tab]:
    return sorted(_registered.tabs.values(), key=lambda tab: tab.order)


def facts_of(cases: Iterable[Case]) -> dict[uuid.UUID, CaseFacts]:
    ids = [case.pk for case in cases]
    known = _registered.facts(ids) if _registered.facts and ids else {}
    return {pk: known.get(pk, CaseFacts()) for pk in ids}


def overview_of(case: Case, user: Any) -> Overview | None:
    return _registered.overview(case, user) if _registered.overview else None


register_tab("overview", _("Overview"), "cases:detail", 0)
register_tab("members", _("Members"), "cases:members", 90)
register_tab("activity", _("Activity"), "cases:activity", 80)
