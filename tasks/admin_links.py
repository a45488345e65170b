"""Links between the admin's pages. An app names another one's pages by their URL only, so that lower apps need not import higher ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.http import urlencode

Words = str | Promise


def address_of(row: Model) -> str:
    """The row's page in the admin; nothing where its table has none."""
    return _reversed(type(row), "change", quote(row.pk))


def list_of(table: str, **filters: Any) -> str:
    """The list of a table ("documents_document"), narrowed down by its filters."""
    return f"{reverse(f'admin:{table}_changelist')}?{urlencode(filters)}"


def link_to(row: Model | None, text: Words = "") -> str:
    """A row's name as a link to its page; its bare name where there is no page."""
    if row is None:
        return ""
    address = address_of(row)
    return format_html('<a href="{}">{}</a>', address, text or row) if address else str(text or row)


def linked(field: str, description: Any = None) -> Callable[[Model], str]:
    """A column that shows what a row points to as a link. The list must select it: `list_select_related`."""

    @admin.display(description=description or field.replace("_", " "), ordering=field)
    def column(row: Model) -> str:
        try:
            return link_to(getattr(row, field)) or admin.site.empty_value_display
        except ObjectDoesNotExist:
            return admin.site.empty_value_display

    column.__name__ = field
    return column


def rows_named(request: HttpRequest, names: Iterable[tuple[str, Any]]) -> dict[tuple[str, str], Model]:
    """The rows behind names like ("document", its id), as topics write them. One query for each kind; only what may be viewed.

    A kind is the name of a model, or what its `ModelAdmin` says in `topic_kind`.
    """
    wanted: dict[str, set[UUID]] = {}
    for kind, key in names:
        if isinstance(found := _uuid(key), UUID):
            wanted.setdefault(kind, set()).add(found)
    tables = {model._meta.model_name: table for model, table in admin.site._registry.items()}
    tables |= {table.topic_kind: table for table in admin.site._registry.values() if hasattr(table, "topic_kind")}
    rows: dict[tuple[str, str], Model] = {}
    for kind, keys in wanted.items():
        if (table := tables.get(kind)) is not None and table.has_view_permission(request):
            rows |= {(kind, str(key)): row for key, row in table.model._default_manager.in_bulk(keys).items()}
    return rows


def _uuid(value: Any) -> UUID | None:
    if isinstance(value, UUID):
        return value
    try:
        return UUID(str(value))
    except ValueError:
        return None


def _reversed(model: type[Model], page: str, *arguments: Any) -> str:
    try:
        return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)
    except NoReverseMatch:
        return ""


class NamesRows(admin.ModelAdmin):
    """A table that names some rows by kind and id instead of a foreign key. They are looked up once for a whole page of its list."""

    def names_in(self, row: Any) -> Iterable[tuple[str, Any]]:
        """What this row names: ("document", an id)."""
        raise NotImplementedError

    def named(self, row: Any, kind: str, key: Any) -> str:
        """A named row as a link to its page; nothing where it is gone or may not be viewed."""
        return link_to(getattr(row, "rows_named", {}).get((kind, str(key)))) or self.get_empty_value_display()

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        changes = super().get_changelist_instance(request)
        self._look_up(request, list(changes.result_list))
        return changes

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            self._look_up(request, [row])
        return row

    def _look_up(self, request: HttpRequest, rows: list[Any]) -> None:
        found = rows_named(request, (name for row in rows for name in self.names_in(row)))
        for row in rows:
            row.rows_named = found
