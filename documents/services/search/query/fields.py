"""Fields of a query: `tag:lab`, `kind:(email OR letter)`, `from:2024`, as conditions on a passage's document."""

from __future__ import annotations

import datetime
import re
import uuid
from collections.abc import Sequence

from django.utils.translation import gettext as _

from documents.models import Document
from documents.services.search.errors import SearchError
from documents.services.search.query import dates
from documents.services.search.query.syntax import All, Condition, Near, Node, Optional, Piece, Some, Value, Without

MOST_VALUES = 20
LONGEST_VALUE = 300
PERSONS = {"from": "sender", "to": "recipient"}


def condition(piece: Piece) -> Condition:
    """Of a field with its values. Raises SearchError for a kind, date or year that there is not."""
    if len(piece.values) > MOST_VALUES:
        sentence = _("A field may have %(most)d values.") % {"most": MOST_VALUES}
        raise SearchError(sentence, "too_many_values", piece.values[MOST_VALUES].at, piece.end)
    for value in piece.values:
        if len(value.text) > LONGEST_VALUE:
            sentence = _("What a field looks for may have %(most)d characters.") % {"most": LONGEST_VALUE}
            raise SearchError(sentence, "value_too_long", value.at, value.end)
    if piece.key in PERSONS and any(dates.is_meant(value.text) for value in piece.values):
        return _bound(piece)
    values = [_value(piece.key, value) for value in piece.values]
    return Condition(PERSONS.get(piece.key, piece.key), tuple(dict.fromkeys(values)), piece.at, piece.end)


def _value(field: str, value: Value) -> str:
    if field == "kind":
        return _kind(value)
    if field == "year" and not re.fullmatch(r"[1-9]\d{3}", value.text):
        sentence = _("A year has four digits, as in year:2024; for several, write year:(2023 OR 2024), or from:2019 to:2024.")
        raise SearchError(sentence, "bad_year", value.at, value.end)
    if field == "document":
        return _document(value)
    return value.text


def _document(value: Value) -> str:
    try:
        return str(uuid.UUID(value.text))
    except ValueError as error:
        sentence = _("“document:” takes the id that is in a document's address. To look for a title, write title:lease.")
        raise SearchError(sentence, "bad_document", value.at, value.end) from error


def _kind(value: Value) -> str:
    """By its value, its label or a part of that, in the singular or the plural."""
    wanted = value.text.lower()
    for kind in Document.Kind:
        label = str(kind.label).lower()
        names = {str(kind.value), label, *label.split(" or "), label.split(" ")[0]}
        if wanted in names or wanted.removesuffix("s") in names:
            return str(kind.value)
    sentence = _("There is no such kind. There are: %(kinds)s.") % {"kinds": ", ".join(Document.Kind.values)}
    raise SearchError(sentence, "unknown_kind", value.at, value.end)


def _bound(piece: Piece) -> Condition:
    if len(piece.values) > 1:
        sentence = _("“%(field)s” takes one date, or the names of persons.") % {"field": piece.text}
        raise SearchError(sentence, "bad_date_value", piece.values[0].at, piece.values[-1].end)
    (value,) = piece.values
    first, last = _days(value)
    if piece.key == "from":
        return Condition("date", (), piece.at, piece.end, date_from=first)
    return Condition("date", (), piece.at, piece.end, date_to=last)


def _days(value: Value) -> tuple[datetime.date, datetime.date]:
    """The first and the last day of a date, a month or a year."""
    try:
        return dates.days_of(value.text)
    except ValueError as error:
        sentence = _("This is not a date. Write it as 2024-03-01, 03/01/2024, 2024-03 or 2024.")
        raise SearchError(sentence, "bad_date_value", value.at, value.end) from error


def taken_out(root: Node | None) -> tuple[Node | None, list[tuple[Condition, bool]]]:
    """The tree without its conditions, and these, each with whether it is excluded. Raises SearchError for one that is not a condition of
    the whole query."""
    match root:
        case Condition():
            return None, [(root, False)]
        case Some() if alike := _alike(root.parts):
            return None, [(alike, False)]
        case Without(Condition() as inner):
            return None, [(_excluded(inner), True)]
        case Without(Some(parts)) if alike := _alike(parts):
            return None, [(_excluded(alike), True)]
        case All(parts):
            kept: list[Node] = []
            found: list[tuple[Condition, bool]] = []
            for part in parts:
                rest, conditions = taken_out(part)
                kept += [rest] if rest is not None else []
                found += conditions
            if not found:
                return root, []
            return (All(tuple(kept)) if len(kept) > 1 else kept[0] if kept else None), found
    for inside in conditions_in(root):
        sentence = _(
            "A field narrows the whole query, so it cannot be one side of an OR, nor part of what is left out. Write it beside the rest: "
            "(this OR that) kind:email. Several values stand in brackets: kind:(email OR letter)."
        )
        raise SearchError(sentence, "nested_field", inside.at, inside.end)
    return root, []


def conditions_in(node: Node | None) -> list[Condition]:
    match node:
        case Condition():
            return [node]
        case All(parts) | Some(parts):
            return [found for part in parts for found in conditions_in(part)]
        case Near(left, right):
            return conditions_in(left) + conditions_in(right)
        case Without(part) | Optional(part):
            return conditions_in(part)
    return []


def _alike(parts: Sequence[Node]) -> Condition | None:
    """One condition for (tag:a OR tag:b); None where they are not all of one field."""
    conditions = [part for part in parts if isinstance(part, Condition)]
    if len(conditions) < len(parts) or len({one.field for one in conditions}) > 1 or conditions[0].field == "date":
        return None
    values = tuple(dict.fromkeys(value for one in conditions for value in one.values))
    return Condition(conditions[0].field, values, conditions[0].at, conditions[-1].end)


def _excluded(inner: Condition) -> Condition:
    if inner.field == "date":
        sentence = _("A date cannot be left out; say from when to when, as in from:2023 to:2024.")
        raise SearchError(sentence, "excluded_date", inner.at, inner.end)
    return inner
