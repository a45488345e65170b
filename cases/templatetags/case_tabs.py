from __future__ import annotations

from django import template
from django.utils.functional import Promise

from cases.activity import sentence
from cases.models import AuditEvent, Case
from cases.tabs import tabs

register = template.Library()


@register.simple_tag(name="case_tabs")
def case_tabs(case: Case) -> list[dict[str, str | Promise]]:
    """The tabs of a case's pages, in order: key, label, url."""
    return [{"key": tab.key, "label": tab.label, "url": tab.url(case)} for tab in tabs()]


@register.simple_tag(name="event_sentence")
def event_sentence(event: AuditEvent) -> str:
    """What happened, as the words that follow the actor's name."""
    return sentence(event)
