"""What higher apps show on the pages of a case: their tabs, and the main part of the overview.

`cases` imports no app above it, so those register here, in `AppConfig.ready`. (Numbers of theirs: cases.services.summaries.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
class Overview:
    """A part of the overview page: a template and its context."""

    template: str
    context: dict[str, Any]


_tabs: dict[str, Tab] = {}
_overviews: list[Callable[[Case, Any], Overview]] = []


def register_tab(key: str, label: str | Promise, url_name: str, order: int) -> None:
    _tabs[key] = Tab(key, label, url_name, order)


def register_overview(overview: Callable[[Case, Any], Overview]) -> None:
    """`overview(case, user)` makes a part of the overview page; the user's right to see the case has been checked."""
    if overview not in _overviews:
        _overviews.append(overview)


def tabs() -> list[Tab]:
    return sorted(_tabs.values(), key=lambda tab: tab.order)


def overviews_of(case: Case, user: Any) -> list[Overview]:
    return [overview(case, user) for overview in _overviews]


register_tab("overview", _("Overview"), "cases:detail", 0)
register_tab("activity", _("Activity"), "cases:activity", 80)
register_tab("members", _("Members"), "cases:members", 90)
