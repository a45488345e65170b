"""Files that are no documents but belong to a case: higher apps register who takes them, and each makes a row of its own kind.

They are asked, by content, where no format of a document fits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from cases.models import Case
from documents.models import Document
from documents.services.extraction import registry
from documents.services.storage import blobs
from tasks.models import Batch, TaskRecord

HEAD = 4096


class Item(Protocol):
    """A row that was made of a file: a document, or what a taker makes."""

    title: Any
    name: Any
    status: Any
    task_id: Any

    @property
    def pk(self) -> Any: ...
    @property
    def topic(self) -> str: ...
    @property
    def duplicate_of(self) -> Any: ...


@dataclass(frozen=True)
class Arrival:
    """A file whose bytes are kept; `parent` is the document that it was attached to, `found_by` the task that found it there, `about` what
    is said of it there (extraction.results.GIVEN), `tags` what its document is to carry."""

    stored: blobs.Stored
    name: str
    case: Case
    user: Any
    batch: Batch | None
    parent: Document | None
    found_by: TaskRecord | None
    about: Mapping[str, str] = field(default_factory=dict)
    tags: Sequence[str] = ()


@dataclass(frozen=True)
class Taker:
    """`kind` begins the topics of its rows ("audio"). `recognises` is given the first HEAD bytes and the suffix. `known` are (sha256,
    name, folder) of what a document brought before. `enter` runs in the transaction that takes all files."""

    kind: str
    listed: StrOrPromise
    suffixes: frozenset[str]
    recognises: Callable[[bytes, str], bool]
    enter: Callable[[Arrival], Item]
    find: Callable[[UUID], Item | None]
    known: Callable[[Document], set[tuple[str, str, str]]]


_takers: dict[str, Taker] = {}


def register(taker: Taker) -> None:
    _takers[taker.kind] = taker


def taker_of(path: Path, suffix: str) -> Taker | None:
    """Who takes this file, decided by its beginning."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    return next((taker for taker in _takers.values() if taker.recognises(head, suffix)), None)


def find(topic: str) -> Item | None:
    """The row of a topic; None where it is gone."""
    kind, _colon, key = topic.partition(":")
    return _takers[kind].find(UUID(key)) if kind in _takers else None


def known(document: Document) -> set[tuple[str, str, str]]:
    """(sha256, name, folder) of what was taken out of a document before."""
    return {file for taker in _takers.values() for file in taker.known(document)}


def listed_formats() -> str:
    """All that a case takes, as "PDF, Word (DOCX) and recordings (WAV, MP3)", in the reader's language."""
    return get_text_list([*(_(form.in_lists) for form in registry.formats()), *(str(taker.listed) for taker in _takers.values())], _("and"))
