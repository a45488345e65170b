"""What is known of a document besides its text, under names for people."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# The order is the one in which they are shown.
LABELS: dict[str, str | Promise] = {
    "from": _("From"),
    "to": _("To"),
    "cc": _("Copy to"),
    "sent": _("Sent"),
    "folder": _("Folder"),
    "bates_begin": _("First page number (Bates)"),
    "bates_end": _("Last page number (Bates)"),
    "custodian": _("Custodian"),
    "family": _("Family"),
    "docket_number": _("Docket number"),
    "docket_entry": _("Docket entry"),
    "filed": _("Filed"),
    "author": _("Author"),
    "subject": _("Subject"),
    "keywords": _("Keywords"),
    "created": _("Written"),
    "modified": _("Last changed"),
    "lastModifiedBy": _("Last changed by"),
    "changed_by": _("Tracked changes by"),
    "creator": _("Made with"),
    "producer": _("PDF made by"),
    "duration": _("Length"),
    "speakers": _("Speakers"),
    "encoding": _("Character encoding"),
    "message_id": _("Message ID"),
    "in_reply_to": _("Answers the message"),
}
OF_COPIES = ("derived_from", "made_by")
"""Ids of what a copy was made of and by which task."""
_FOR_MACHINES = frozenset({"addresses", "references"})
DATES = frozenset({"filed", "created", "modified"})


def described(metadata: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Label and value of everything that the file says of itself, known things first and in our order."""
    return list(_described(metadata))


def _described(metadata: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    known = [key for key in LABELS if key in metadata]
    for key in [*known, *(key for key in metadata if key not in LABELS and key not in OF_COPIES)]:
        value = _shown(key, metadata[key])
        if value and key not in _FOR_MACHINES:
            yield str(LABELS.get(key, key.replace("_", " ").capitalize())), value


def _shown(key: str, value: Any) -> str:
    text = str(value) if value is not None else ""
    if key == "sent" and (moment := _moment(text)):
        return date_format(moment, "M j, Y, H:i O").strip()
    day = _day(text) if key in DATES else None
    return date_format(day, "M j, Y") if day else text


def _moment(text: str) -> datetime.datetime | None:
    try:
        return parse_datetime(text)
    except ValueError:
        return None


def _day(text: str) -> datetime.date | None:
    """The day of an ISO date or time; None for anything else."""
    try:
        moment = parse_datetime(text)
        return moment.date() if moment else parse_date(text)
    except ValueError:
        return None
