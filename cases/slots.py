"""Places in pages of lower apps that higher ones fill: `{% load slots %}{% slot "document" document %}` shows what is registered there.

Unlike a tab (`cases.tabs`) a slot has no address of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Filler = Callable[[Any, Any], tuple[str, dict[str, Any]] | None]
"""`filler(subject, user)` gives a template and its context, or None for nothing; the user's right to see the subject has been checked."""
_fillers: dict[str, list[Filler]] = {}


def fill_slot(name: str, filler: Filler) -> None:
    """In `AppConfig.ready` of the higher app."""
    known = _fillers.setdefault(name, [])
    if filler not in known:
        known.append(filler)


def fillings(name: str, subject: Any, user: Any) -> list[tuple[str, dict[str, Any]]]:
    return [filled for filler in _fillers.get(name, []) if (filled := filler(subject, user)) is not None]
