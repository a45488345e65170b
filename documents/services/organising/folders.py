"""Folders as tags: each folder on the way to a file is a tag of its own.

A person filters by "Discovery" and sees all that lay below it, or by "Emails" and "2024" together, wherever the two met; a tag of a whole
path would be found only by who knows it, and would cut a folder off from what lies deeper in it. The path itself stays with the document
(`metadata["folder"]`). Custodians are tags too: they are what productions are sorted by.
"""

from __future__ import annotations

from collections.abc import Mapping

from documents.models import Tag

DEEPEST = 10


def tags_of(about: Mapping[str, str]) -> tuple[str, ...]:
    """Names of the tags for a file that lay in `about["folder"]` (relative, with slashes) and came from `about["custodian"]`."""
    folders = about.get("folder", "").split("/")[:DEEPEST]
    custodians = about.get("custodian", "").split(";")
    named = (_shortened(name) for name in [*folders, *custodians])
    return tuple(dict.fromkeys(name for name in named if name))


def _shortened(name: str) -> str:
    """As a tag may be called; "" for what has no letter to show."""
    shown = " ".join("".join(letter for letter in name if letter.isprintable()).split())
    return shown if len(shown) <= Tag.LONGEST else shown[: Tag.LONGEST - 1].rstrip() + "…"
