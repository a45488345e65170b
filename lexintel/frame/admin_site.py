"""The admin as people use it: its sections in the order of work, and the tables that nobody works with in one of their own, at the end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Section:
    """A heading of the index and of the side bar, with the apps whose tables stand under it."""

    key: str
    name: str | Promise
    apps: tuple[str, ...]


SECTIONS = (
    Section("cases", _("Cases"), ("cases",)),
    Section("documents", _("Documents"), ("documents",)),
    Section("audio", _("Audio"), ("audio",)),
    Section("analytics", _("Analytics"), ("analytics",)),
    Section("tasks", _("Tasks"), ("tasks",)),
    Section("schedules", _("Schedules"), ("django_celery_beat",)),
    Section("people", _("People"), ("lexintel", "auth")),
)
INTERNAL = Section("internal", _("Internal"), ("django_celery_results",))  # and every model whose admin says `internal = True`


class AdminConfig(DjangoAdminConfig):
    default_site = "lexintel.frame.admin_site.AdminSite"

    def ready(self) -> None:
        """An app is called like its section, also on the way back to it at the top of each page."""
        super().ready()
        for section in (*SECTIONS, INTERNAL):
            for label in section.apps:
                if label in apps.app_configs:
                    apps.app_configs[label].verbose_name = section.name  # type: ignore[assignment]


class AdminSite(admin.AdminSite):
    """A `ModelAdmin` may say `internal = True` (nobody works with these rows) and `place` (a smaller one stands nearer the top)."""

    site_header = site_title = _("LexIntel administration")
    index_title = _("What is kept, and who works on it")
    site_url = reverse_lazy("cases:list")  # type: ignore[assignment]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The sections that are not empty; with an app's label those in which it has tables, and of the internal ones only its own."""
        found = self._build_app_dict(request).values()
        tables = [table for app in found for table in app["models"]]
        sections = [*SECTIONS, *_sections_of_others(found), INTERNAL]
        shown = (self._shown(request, section, tables, app_label) for section in sections)
        return [section for section in shown if section["models"]]

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]
        """One's own password is changed at one place, which asks for the present one under the same rule as every other door."""
        return redirect("account")

    def is_internal(self, model: type[Model]) -> bool:
        """Is this a table that the system keeps for itself?"""
        return model._meta.app_label in INTERNAL.apps or bool(getattr(self._registry.get(model), "internal", False))

    def _shown(self, request: HttpRequest, section: Section, tables: list[dict[str, Any]], app_label: str | None) -> dict[str, Any]:
        is_last = section is INTERNAL
        if is_last:
            inside = [table for table in tables if self.is_internal(table["model"]) and app_label in (None, _app(table))]
        elif app_label in (None, *section.apps):
            inside = [table for table in tables if _app(table) in section.apps and not self.is_internal(table["model"])]
        else:
            inside = []
        inside.sort(key=lambda table: getattr(self._registry[table["model"]], "place", 0))  # else as they were registered
        return {
            "name": section.name,
            "app_label": section.key,
            "app_url": "" if is_last or not inside else reverse("admin:app_list", args=[_app(inside[0])], current_app=self.name),
            "has_module_perms": True,
            "models": inside,
            "is_folded": is_last,
            "is_open": app_label is not None or any(request.path.startswith(table["admin_url"] or "/?") for table in inside),
        }


def _app(table: dict[str, Any]) -> str:
    label: str = table["model"]._meta.app_label
    return label


def _sections_of_others(found: Iterable[dict[str, Any]]) -> list[Section]:
    """An app that nobody has put into a section yet is shown under its own name rather than lost."""
    known = {label for section in (*SECTIONS, INTERNAL) for label in section.apps}
    return [Section(app["app_label"], app["name"], (app["app_label"],)) for app in found if app["app_label"] not in known]
