"""Times and levels of recordings, for people."""

from __future__ import annotations

from django import template

from audio.services.processing import clock

register = template.Library()


@register.filter
def clock_of(seconds: float | None) -> str:
    """00:14:05; nothing where unknown."""
    return "" if seconds is None else clock(seconds)


@register.filter
def share_of(part: float | None, whole: float | None) -> str:
    """ "62 %" """
    return f"{round(100 * part / whole)} %" if part is not None and whole else ""
