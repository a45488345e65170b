"""What a case keeps of its documents beside their rows: tags, Bates numbers, events, the tasks that worked for them. It goes with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cases.models import Case
from documents.models import BatesNumbering, Document, DocumentTag, Tag
from documents.services.timeline import carrying
from tasks.models import TaskRecord, TopicState


def carry(source: Case, target: Case, documents: Sequence[Document], user: Any) -> None:
    """In the transaction in which these documents move."""
    _carry_tags(target, documents, user)
    _carry_numbers(source, target, documents)
    carrying.carry(source, target, documents)
    topics = [document.topic for document in documents]
    TaskRecord.objects.filter(topic__in=topics).update(scope=target.pk)
    TopicState.objects.filter(topic__in=topics).update(scope=target.pk)


def _carry_tags(target: Case, documents: Sequence[Document], user: Any) -> None:
    """The target's tags of the same names are on them from now on, made where there were none."""
    marks = DocumentTag.objects.filter(document__in=documents).select_related("tag")
    worn = list(marks)
    names = {mark.tag.name.lower(): mark.tag.name for mark in worn}
    Tag.objects.bulk_create([Tag(case=target, name=name) for name in names.values()], ignore_conflicts=True)
    there = {tag.name.lower(): tag for tag in Tag.objects.filter(case=target)} if names else {}
    marks.delete()
    DocumentTag.objects.bulk_create(
        [
            DocumentTag(document_id=mark.document_id, tag=there[mark.tag.name.lower()], created_by_id=mark.created_by_id or user.pk)
            for mark in worn
        ],
        batch_size=1000,
        ignore_conflicts=True,
    )


def _carry_numbers(source: Case, target: Case, documents: Sequence[Document]) -> None:
    """No number that a moved copy bears is given again in its new case."""
    ends = [str(document.metadata["bates_end"]) for document in documents if document.metadata.get("bates_end")]
    prefixes = BatesNumbering.objects.filter(case=source).values_list("prefix", flat=True) if ends else []
    for prefix in prefixes:
        numbers = [int(end[len(prefix) :]) for end in ends if end.startswith(prefix) and end[len(prefix) :].isdecimal()]
        if not numbers:
            continue
        BatesNumbering.objects.bulk_create([BatesNumbering(case=target, prefix=prefix)], ignore_conflicts=True)
        row = BatesNumbering.objects.select_for_update().get(case=target, prefix=prefix)
        row.next_number = max(row.next_number, max(numbers) + 1)
        row.save(update_fields=["next_number", "updated"])
