"""Addresses of the pages that list what a figure counts: of a case its own lists, of the installation the admin's."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from analytics.services.figures import LinkTo, Stretch


def moments(stretch: Stretch) -> tuple[str, str]:
    """The beginning and the end in UTC, as ISO 8601."""
    return stretch.since.strftime("%Y-%m-%dT%H:%M:%SZ"), stretch.until.strftime("%Y-%m-%dT%H:%M:%SZ")


def documents(part_word: str = "", **words: str) -> LinkTo:
    """Documents by when they were added; a part is a value of `part_word`."""

    def link(stretch: Stretch, part: str) -> str:
        since, until = moments(stretch)
        chosen = {part_word: part} if part and part_word else {}
        if stretch.case is not None:
            asked = {"added_since": since, "added_before": until, **words, **chosen}
            return f"{reverse('documents:case-documents', args=[stretch.case])}?{urlencode(asked)}"
        return "" if chosen else _admin("documents_document", "created", stretch, case__isnull="False", **_state(words))

    return link


def tasks(part_word: str = "", **words: str) -> LinkTo:
    """Tasks by when they ended."""

    def link(stretch: Stretch, part: str) -> str:
        since, until = moments(stretch)
        chosen = {**words, **({part_word: part} if part and part_word else {})}
        if stretch.case is not None:
            asked = {"case": str(stretch.case), "ended_after": since, "ended_before": until, **chosen}
            return f"{reverse('tasks:list')}?{urlencode(asked)}"
        renamed = {{"state": "status__exact", "error_code": "error_code__exact"}[word]: value for word, value in chosen.items()}
        return _admin("tasks_taskrecord", "finished_at", stretch, **renamed)

    return link


def recordings(stretch: Stretch, _part: str) -> str:
    return "" if stretch.case is not None else _admin("audio_audiosession", "created", stretch, duplicate_of__isnull="True")


def deadlines(stretch: Stretch, _part: str) -> str:
    if stretch.case is None or stretch.after <= stretch.first:
        return ""
    last = stretch.after.fromordinal(stretch.after.toordinal() - 1)
    asked = {"kind": "deadline", "start": stretch.first.isoformat(), "end": last.isoformat()}
    return f"{reverse('documents:case-timeline', args=[stretch.case])}?{urlencode(asked)}"


def _state(words: dict[str, str]) -> dict[str, Any]:
    return {"status__exact": words["status"]} if "status" in words else {}


def _admin(table: str, field: str, stretch: Stretch, **more: str) -> str:
    since, until = moments(stretch)
    return f"{reverse(f'admin:{table}_changelist')}?{urlencode({f'{field}__gte': since, f'{field}__lt': until, **more})}"
