"""What the admin's own pages show about a row: the lists of what belongs to it, and its page in LexIntel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.contrib import admin
from django.db.models import Model
from django.db.models.fields.related import ForeignObjectRel
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext

from lexintel.frame.admin_site import AdminSite

register = template.Library()


@dataclass(frozen=True)
class ListOf:
    """A link to a list that shows only what belongs to one row."""

    text: str | Promise
    address: str
    is_internal: bool = False


@register.simple_tag(takes_context=True)
def lists_of(context: template.Context, row: Model | None) -> list[ListOf]:
    """What points to this row: by the database's own relations, and what its `ModelAdmin.further_lists` adds. Internal tables come last."""
    if row is None or row.pk is None or not isinstance(admin.site, AdminSite):
        return []
    request: HttpRequest = context["request"]
    further = getattr(admin.site._registry.get(type(row)), "further_lists", None)
    lists = [*_pointing_to(row, request), *(ListOf(text, address) for text, address in (further(row) if further else []))]
    return sorted(lists, key=lambda one: one.is_internal)


@register.simple_tag(takes_context=True)
def page_in_product(context: template.Context, row: Model | None) -> str:
    """The row's own page, where this person may see it: the admin shows metadata, and being a superuser opens no case."""
    own = getattr(admin.site._registry.get(type(row)), "page_in_product", None) if row is not None else None
    if row is not None and row.pk is not None and own is not None:
        return str(own(row, context["request"]))
    address = getattr(row, "get_absolute_url", None)
    if row is None or address is None:
        return ""
    visible_to = getattr(type(row)._default_manager, "visible_to", None)
    if visible_to is not None and not visible_to(context["request"].user).filter(pk=row.pk).exists():
        return ""
    return str(address())


@register.filter
def verbose_name(model: type[Model]) -> str:
    """What one row of a table is called."""
    return str(model._meta.verbose_name)


def _pointing_to(row: Model, request: HttpRequest) -> list[ListOf]:
    relations = [
        relation
        for relation in row._meta.get_fields(include_hidden=True)
        if isinstance(relation, ForeignObjectRel) and relation.field.concrete and not relation.field.many_to_many
    ]
    return [_list(relation, row) for relation in relations if _may_view(relation.related_model, request) and _may_narrow(relation, request)]


def _may_view(model: Any, request: HttpRequest) -> bool:
    table = admin.site._registry.get(model)
    return table is not None and table.has_view_permission(request)


def _may_narrow(relation: Any, request: HttpRequest) -> bool:
    """A table may refuse to say which of its rows belong to whom."""
    return admin.site._registry[relation.related_model].lookup_allowed(
        f"{relation.field.name}__{relation.field.target_field.name}__exact", "", request
    )


def _list(relation: Any, row: Model) -> ListOf:
    """Its name says by which field the rows belong to this one, where that is not plain from the name of this row's table."""
    model, field = relation.related_model, relation.field
    name = capfirst(model._meta.verbose_name_plural)
    if field.name not in (row._meta.model_name, "user"):
        related = field.remote_field.related_name  # "attachments" says more than "documents (parent)"
        name = f"{name} ({field.verbose_name})" if relation.hidden or not related else gettext(capfirst(related.replace("_", " ")))
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    query = urlencode({f"{field.name}__{field.target_field.name}__exact": row.pk})
    is_internal = isinstance(admin.site, AdminSite) and admin.site.is_internal(model)
    return ListOf(name, f"{address}?{query}", is_internal)
