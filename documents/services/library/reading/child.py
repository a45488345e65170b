"""What runs in the child process: recognise a file of law, and read its records, some at each request. No Django here.

A request is {path, name, kind, format, position, most}: the child goes on behind `position`. It keeps the file open between requests, so
that going on costs nothing; a child that takes over from a dead one finds the place again by reading up to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from documents.services.extraction.parsers.base import storable
from documents.services.library.formats import by_name, recognised
from documents.services.library.formats.base import Item, LawFormat, Position, Unfit, bytes_read, head_of
from documents.services.sandbox import JobRefused
from documents.services.sandbox.worker import Surroundings

ENOUGH_CHARACTERS = 1_500_000
_BROKEN = (OSError, EOFError)
_NUMBERS = "offset_map"


class _Reading:
    """The file that is being read."""

    def __init__(self, path: Path, form: LawFormat, position: Position) -> None:
        self.path, self.format, self.position = path, form, position
        self.items = form.read(path, position)

    def goes_on_at(self, path: Path, form: LawFormat, position: Position) -> bool:
        return self.path == path and self.format is form and self.position == position


_reading: list[_Reading] = []


def read(request: dict[str, Any], surroundings: Surroundings) -> dict[str, Any]:
    """{format} for a request without one; else {items, position, done, read}."""
    path = Path(request["path"])
    try:
        if not request.get("format"):
            form = recognised(request["kind"], head_of(path), request["name"])
            return {"format": form.name if form else ""}
        return _some(path, request, surroundings)
    except Unfit as reason:
        raise JobRefused("unfit", reason=str(reason)) from reason
    except _BROKEN as error:
        raise JobRefused("unfit", reason=f"The file is damaged: {error}") from error


def _some(path: Path, request: dict[str, Any], surroundings: Surroundings) -> dict[str, Any]:
    form = by_name(request["format"])
    if form is None:
        raise JobRefused("unfit", reason=f"There is no format {request['format']}.")
    known = _reading[0] if _reading else None
    if known is None or not known.goes_on_at(path, form, request["position"]):
        known = _Reading(path, form, request["position"])
    _reading[:] = []
    items, done = _next(known, request["most"], surroundings)
    if not done:
        _reading[:] = [known]
    return {"items": items, "position": known.position, "done": done, "read": path.stat().st_size if done else bytes_read()}


def _next(reading: _Reading, most: int, surroundings: Surroundings) -> tuple[list[Item], bool]:
    items: list[Item] = []
    characters = 0
    source: Iterator[tuple[Item, Position]] = reading.items
    while len(items) < most and characters < ENOUGH_CHARACTERS:
        found = next(source, None)
        if found is None:
            return items, True
        item, reading.position = found
        items.append(_storable(item))
        characters += _length(item)
        surroundings.progress(0, 1)
    return items, False


def _length(item: Item) -> int:
    return len(item.get("text", "")) + sum(len(page["text"]) for one in item.get("opinions", ()) for page in one["pages"])


def _storable(value: Any) -> Any:
    """The same without what no database takes."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_storable(one) for one in value]
    return {key: one if key == _NUMBERS else _storable(one) for key, one in value.items()} if isinstance(value, dict) else value
