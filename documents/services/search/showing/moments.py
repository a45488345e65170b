"""Hits in transcripts: when the words were said, and where they can be listened to."""

from __future__ import annotations

import re
import uuid
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from documents.models import Document, Page

Players = Callable[[Collection[uuid.UUID]], Mapping[uuid.UUID, str]]
Times = Mapping[tuple[int, int], list[list[float]]]
"""{(reading, page): [[offset in its text, second], ...]}"""
TRANSCRIPT = Document.Kind.TRANSCRIPT
MOST_WORDS = 30
_WORD = re.compile(r"\w+")
_players: list[Players] = []


def register_player(players: Players) -> None:
    """Say where the recordings of transcripts are played: {document: address} of those of the given documents that have one."""
    _players.append(players)


def players_of(documents: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    return {document: address for players in _players for document, address in players(documents).items()} if documents else {}


def times_of(pages: Iterable[tuple[int, int]]) -> Times:
    """The times of these pages, given as (reading, number)."""
    wanted = set(pages)
    if not wanted:
        return {}
    versions, numbers = {version for version, _number in wanted}, {number for _version, number in wanted}
    found = Page.objects.filter(text_version__in=versions, number__in=numbers, times__isnull=False)
    rows: Iterable[tuple[int, int, Any]] = found.order_by().values_list("text_version", "number", "times")
    return {(version, number): times for version, number, times in rows if (version, number) in wanted}


def said_at(text: str, asked: str, otherwise: int) -> int:
    """Where in the text all the words that were asked for stand in a row: that moment is meant, not the first of its rarest word."""
    words = _WORD.findall(asked)[:MOST_WORDS]
    match = re.search(r"\W+".join(map(re.escape, words)), text, re.IGNORECASE) if len(words) > 1 else None
    return match.start() if match else otherwise


def time_at(times: list[list[float]], offset: int) -> float | None:
    """The second at which the words at an offset of a page begin."""
    place = bisect_right([start for start, _second in times], offset) - 1
    return times[max(place, 0)][1] if times else None
