"""How the pages of tasks say kinds, durations and ages."""

from __future__ import annotations

import json
from typing import Any

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def title_of(name: str) -> str:
    """`documents.extract_text_from_document` is "Extract text from document"."""
    return name.rpartition(".")[2].replace("_", " ").capitalize()


@register.filter
def thousands(number: int) -> str:
    """7773 is "7,773"."""
    return f"{number:,}"


@register.filter
def duration(seconds: float | None) -> str:
    """0.24 s, 12 s, 3 min, 2.5 h, 4 d; nothing where unknown."""
    if seconds is None:
        return ""
    if seconds < 1:
        return _("%(n)s ms") % {"n": round(seconds * 1000)}
    if seconds < 10:
        return _("%(n)s s") % {"n": f"{seconds:.1f}"}
    if seconds < 120:
        return _("%(n)s s") % {"n": round(seconds)}
    if seconds < 2 * 3600:
        return _("%(n)s min") % {"n": round(seconds / 60)}
    if seconds < 48 * 3600:
        return _("%(n)s h") % {"n": f"{seconds / 3600:.1f}"}
    return _("%(n)s d") % {"n": round(seconds / 86400)}


@register.filter
def pretty_json(value: Any) -> str:
    """JSON to be read by people; the template escapes it."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)
