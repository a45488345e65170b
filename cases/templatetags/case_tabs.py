from __future__ import annotations

from django import template
from django.utils.functional import Promise

from cases.models import Case
from cases.tabs import tabs

register = template.Library()


@register.simple_tag(name="case_tabs")
def case_tabs(case: Case) -> list[dict[str, str | Promise]]:
    """The tabs of a case's pages, in order: key, label, url."""
    return [{"key": tab.key, "label": tab.label, "url": tab.url(case)} for tab in tabs()]
