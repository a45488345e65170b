"""Small pieces that every page uses: icons, bars, numbers for people."""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.http import QueryDict
from django.template.defaultfilters import filesizeformat
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """An icon of static/icons.svg; decoration only, so the control around it carries the name."""
    return format_html(
        '<svg class="icon {}" width="20" height="20" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        classes,
        static("icons.svg"),
        name,
    )


@register.simple_tag
def bar(value: float, name: str, text: str = "", classes: str = "") -> SafeString:
    """An accessible progress bar that is right before any script runs (the CSP forbids style attributes)."""
    whole = max(0, min(100, int(value)))
    return format_html(
        '<progress class="bar {}" role="progressbar" value="{}" max="100" aria-label="{}" aria-valuemin="0" aria-valuemax="100"'
        ' aria-valuenow="{}" aria-valuetext="{}"></progress>',
        classes,
        whole,
        name,
        whole,
        text or f"{whole} %",
    )


@register.simple_tag(takes_context=True)
def address_with(context: template.Context, **changes: Any) -> str:
    """This page's query with some parameters changed (None or '' removes one); the page number starts again."""
    query: QueryDict = context["request"].GET.copy()
    query.pop("page", None)
    for key, value in changes.items():
        query.pop(key, None)
        if value not in (None, ""):
            query[key] = str(value)
    return "?" + query.urlencode()


@register.simple_tag(takes_context=True)
def address_without(context: template.Context, key: str, value: Any) -> str:
    """This page's query without one value of a parameter that may be repeated; the page number starts again."""
    query: QueryDict = context["request"].GET.copy()
    query.pop("page", None)
    query.setlist(key, [other for other in query.getlist(key) if other and other.lower() != str(value).lower()])
    return "?" + query.urlencode()


@register.simple_tag
def cite(text: str, citation: int | None = None, key: str = "", case: Any = None) -> SafeString:
    """A citation that opens its card: by the id of a mention, or by a key (canonical, or a citation written in any way), counted in a case.

    A link and no button, for its words stand in a text, break with it and can be selected.
    """
    of_key, of_mention = _card_addresses()
    asked = {"key": key, "case": case} if case else {"key": key}
    address = of_mention.replace("/0/", f"/{citation}/") if citation else f"{of_key}?{urlencode(asked)}"
    return format_html(
        '<a class="cite" role="button" draggable="false" href="{}" aria-haspopup="dialog" hx-boost="false"{}{}>{}</a>',
        address,
        format_html(' data-citation="{}"', citation) if citation else "",
        format_html(' data-key="{}"', key) if key else "",
        text,
    )


@cache
def _card_addresses() -> tuple[str, str]:
    """Of the card of a key, and of that of mention 0: asked once, for a text may have a thousand citations."""
    return reverse("documents:card-of-key"), reverse("documents:card", args=[0])


@register.filter
def size(value: int | None) -> str:
    """Bytes for people; nothing where unknown."""
    return filesizeformat(value) if value else ""


@register.filter
def stem(name: str) -> str:
    """A file's name without its extension."""
    return name.rpartition(".")[0] or name


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    """mapping[key], or None."""
    return mapping.get(key)
