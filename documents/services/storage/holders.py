"""Whose bytes they are: rows of documents, deleted ones too (which keep theirs until a purge), and of other apps that keep files under
`<case>/<sha256>`. Each registers here, so that nothing of theirs is swept, and what becomes of their files is told to them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Manager, QuerySet


@dataclass(frozen=True)
class Holder:
    """Rows with `stored_as`, `sha256` and `size`. `tell` announces a row whose `notices` have changed; without it the rows have neither
    notices nor a case."""

    rows: Manager[Any]
    tell: Callable[[Any], None] | None = None

    def named(self, names: Collection[str]) -> QuerySet[Any]:
        return self.rows.filter(stored_as__in=names)


holders: list[Holder] = []


def register(holder: Holder) -> None:
    """In place of an earlier registration of the same rows."""
    holders[:] = [each for each in holders if each.rows.model is not holder.rows.model] + [holder]


def count(name: str) -> int:
    """How many rows name these bytes."""
    return sum(holder.named([name]).count() for holder in holders)


def known(names: Collection[str]) -> set[str]:
    """Those of these names that a row has."""
    return {name for holder in holders for name in holder.named(names).values_list("stored_as", flat=True)}
