"""By what one document of a case resembles another: the marks under which a correction is remembered, and what it then says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from documents.services.classification.material import Material, Proposal
from documents.services.classification.titles import headings_of

MARKS = {"kind": ("heading", "name"), "court": ("docket", "caption", "proposed"), "docket_number": ("caption", "proposed"), "parties": ("docket", "caption"), "author": ("sender", "proposed")}  # fmt: skip
"""By which marks a correction of a field goes over to other documents, the most telling first. The other fields are each document's own."""
CONFIDENCE = {"heading": 0.93, "name": 0.85, "docket": 0.92, "caption": 0.9, "sender": 0.93, "proposed": 0.9}


class Lesson(NamedTuple):
    """A person's correction: of whose document, what it has become, and its marks then."""

    field: str
    value: Any
    marks: Mapping[str, str]
    document: Any


def marks_of(material: Material, proposals: Iterable[Proposal]) -> dict[str, str]:
    """Short keys; a mark that says nothing is left out."""
    best = {one.field: one.value for one in proposals}
    parties = best.get("parties") or []
    marks = {
        "heading": _heading(material),
        "name": _name(material.named),
        "sender": str(material.metadata.get("from") or "").lower()[-200:],
        "docket": _squeezed(str(best.get("docket_number") or "")),
        "caption": "|".join(_squeezed(one["name"]) for one in parties)[:300],
    }
    return {key: value for key, value in marks.items() if value}


def _heading(material: Material) -> str:
    """The heading without what changes from one paper to the next: numbers, single letters, dates."""
    block = next((block for _sheet, block in headings_of(material)), [])
    words = re.findall(r"[^\W\d_]{2,}", " ".join(line.text for line in block).lower())
    return " ".join(words[:8])


def _name(stem: str) -> str:
    words = re.findall(r"[^\W\d_]{2,}|\d", re.sub(r"\d+", "0", stem.lower()))
    return " ".join(words[:6]) if sum(len(word) > 2 for word in words) else ""


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.lower())


def taught(proposals: Sequence[Proposal], marks: Mapping[str, str], lessons: Sequence[Lesson]) -> list[tuple[Proposal, Any]]:
    """The proposals as the lessons (the newest first) change and complete them, each with the document that taught it, or None."""
    by_field = {one.field: one for one in proposals}
    found: list[tuple[Proposal, Any]] = []
    for field in dict.fromkeys([*by_field, *MARKS]):
        own = by_field.get(field)
        lesson = _lesson_for(field, marks, str(own.value) if own else "", lessons)
        if lesson is not None:
            (mark, chosen) = lesson
            found.append((Proposal(field, chosen.value, CONFIDENCE[mark], f"taught_{mark}"), chosen.document))
        elif own is not None:
            found.append((own, None))
    return found


def _lesson_for(field: str, marks: Mapping[str, str], own: str, lessons: Sequence[Lesson]) -> tuple[str, Lesson] | None:
    mine = {**marks, "proposed": own}
    for mark in MARKS.get(field, ()):
        for lesson in lessons:
            if lesson.field == field and mine.get(mark) and lesson.marks.get(mark) == mine[mark]:
                return mark, lesson
    return None
