"""Passages whose last sentence goes on are completed from their pages; those that begin in the middle of one are told where they do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from django.db import connection

from documents.services.chat.contracts import Passage
from documents.services.chat.evidence.statements import is_ended
from documents.services.chunking.sentences import sentences_of

AROUND = 900
"""Characters that are looked at before and behind a passage: longer sentences are none."""

_AROUND = """
SELECT chunk.id,
    substr(last.text, chunk."end" + 1, %(most)s), char_length(last.text) - chunk."end", substr(coalesce(next.text, ''), 1, %(most)s),
    substr(first.text, greatest(chunk.start - %(most)s, 0) + 1, least(chunk.start, %(most)s)), right(coalesce(previous.text, ''), %(most)s)
FROM documents_chunk AS chunk
JOIN documents_page AS last ON last.text_version_id = chunk.text_version_id AND last.number = chunk.page_to
JOIN documents_page AS first ON first.text_version_id = chunk.text_version_id AND first.number = chunk.page_from
LEFT JOIN documents_page AS next ON next.text_version_id = chunk.text_version_id AND next.number = chunk.page_to + 1
LEFT JOIN documents_page AS previous ON previous.text_version_id = chunk.text_version_id AND previous.number = chunk.page_from - 1
WHERE chunk.id = ANY(%(chunks)s::bigint[])
"""


class _Surroundings(NamedTuple):
    chunk: int
    behind: str
    left: int
    """Characters of the page behind the passage."""
    next_page: str
    ahead: str
    page_before: str


def completed(passages: Sequence[Passage]) -> tuple[list[Passage], list[int]]:
    """The passages, and the chunks of those that begin in the middle of a sentence: it is a source of the chunk before."""
    with connection.cursor() as cursor:
        cursor.execute(_AROUND, {"chunks": [passage.chunk for passage in passages], "most": AROUND})
        around = {row[0]: _Surroundings(*row) for row in cursor.fetchall()}
    made, begun = [], []
    for passage in passages:
        if (beside := around.get(passage.chunk)) is not None:
            begins = _first_whole(passage, beside)
            if begins:
                begun.append(passage.chunk)
            passage = replace(_completed(passage, beside), begins=begins)
        made.append(passage)
    return made, begun


def _completed(passage: Passage, beside: _Surroundings) -> Passage:
    if is_ended(passage.text):
        return passage
    on_page = beside.left <= AROUND
    behind = beside.behind + ("\n" + beside.next_page if on_page and beside.next_page else "")
    if not behind.lstrip(" \t\n")[:1].islower() and not _goes_on(passage.text, behind):
        return passage
    start, _end = sentences_of(passage.text)[-1]
    begun = passage.text[start:] + behind
    end = _end_of_first(begun)
    if end <= len(passage.text) - start:
        return passage
    added = begun[len(passage.text) - start : end]
    starts, page_to = passage.page_starts, passage.page_to
    if len(added) > beside.left + 1:
        starts, page_to = (*starts, len(passage.text) + beside.left + 1), page_to + 1
    return replace(passage, text=passage.text + added, page_starts=starts, page_to=page_to)


def _goes_on(text: str, behind: str) -> bool:
    """Whether the last line of a passage runs on: no empty line behind it, and its words are no heading's."""
    last = text[text.rfind("\n") + 1 :].split()
    return not behind.startswith("\n\n") and len(last) > 5 and sum(word[0].islower() for word in last) > len(last) / 2


def _end_of_first(text: str) -> int:
    """Where the sentence with which a text begins ends, over the lines that cut it."""
    end = 0
    for start, stop in sentences_of(text):
        if end and (is_ended(text[:end]) or "\n\n" in text[end:start]):
            break
        end = stop
    return end


def _first_whole(passage: Passage, beside: _Surroundings) -> int:
    """Where the first sentence that begins in the passage begins; 0 where it is its first."""
    ahead = beside.ahead if passage.start else beside.page_before
    if not ahead.strip() or is_ended(ahead) or ahead.rstrip(" ").endswith("\n\n"):
        return 0
    if not passage.text[:1].islower() and not _goes_on(ahead, passage.text):
        return 0
    return _end_of_first(passage.text)
