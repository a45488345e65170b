"""What a kind of source says of itself (a module of `kinds` has one as KIND), and what it is handed for a look."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django_stubs_ext import StrOrPromise

from cases.models import Case
from documents.models import Source, SourceItem
from documents.services.sources.intake import Found, Intake
from tasks.run import TaskRun


@dataclass(frozen=True)
class Field:
    """Something that a person types to set a source up. `lines`: several values, one a line. A `secret` is kept sealed and never shown."""

    name: str
    label: StrOrPromise
    help: StrOrPromise = ""
    initial: str = ""
    choices: tuple[tuple[str, StrOrPromise], ...] = ()
    lines: bool = False
    secret: bool = False


@dataclass(frozen=True)
class Look:
    """One look at a source. `again`: also at what was refused before."""

    source: Source
    intake: Intake
    run: TaskRun
    again: bool = False

    def wants(self, found: Found, known: Mapping[str, SourceItem]) -> bool:
        """Whether this has to be taken: it is new or not as it was, could not be read, or was refused and is asked for again."""
        item = known.get(found.key)
        if item is None or (item.size, item.stamp) != (found.size, found.stamp):
            return True
        if item.outcome == SourceItem.Outcome.REFUSED:
            return self.again
        return item.outcome not in SourceItem.DONE


@dataclass(frozen=True)
class Kind:
    """`off` gives "" or a sentence that says how an administrator switches it on. `clean` checks what was typed for a case and gives it as
    it is kept (raises documents.errors.Refused). `place` is what people call such a source. `look` takes what is new, and raises
    `errors.SourceError`."""

    key: str
    label: StrOrPromise
    icon: str
    teaches: StrOrPromise
    fields: tuple[Field, ...]
    off: Callable[[], str]
    clean: Callable[[Mapping[str, Any], Case], dict[str, Any]]
    place: Callable[[Mapping[str, Any]], str]
    look: Callable[[Look], None]

    @property
    def secret(self) -> Field | None:
        return next((field for field in self.fields if field.secret), None)
