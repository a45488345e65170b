"""Dashboards: numbers and charts over some days, of a case for its members and of the installation for staff."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from cases.tabs import register_tab

TAB = "dashboard"


def register() -> None:
    register_tab(TAB, _("Dashboard"), "analytics:case-dashboard", 75)
