from __future__ import annotations

from typing import Any

from django import template
from django.template.context import RequestContext
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

from cases.slots import fillings

register = template.Library()


@register.simple_tag(takes_context=True)
def slot(context: RequestContext, name: str, subject: Any) -> SafeString:
    """What higher apps show at this place of a page about `subject`."""
    request = context["request"]
    parts = [get_template(found).render(further, request) for found, further in fillings(name, subject, request.user)]
    return mark_safe("".join(parts))  # noqa: S308 -- rendered templates, escaped by themselves
