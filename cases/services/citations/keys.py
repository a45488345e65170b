"""Canonical keys: lower-case parts joined with colons, the reporter first, as us:410:113 or fsupp2d:12:34."""

from __future__ import annotations

MAX_KEY = 120


def slug(name: str) -> str:
    """A reporter's or code's name without spaces and marks: "F. Supp. 2d" is fsupp2d."""
    return "".join(character for character in name.lower() if character.isalnum())


def key(*parts: str | None) -> str:
    """The key of these parts; empty ones are left out. Too long to be an authority: no key."""
    made = ":".join(part.strip().lower().replace(" ", "") for part in parts if part)
    return made if len(made) <= MAX_KEY else ""
