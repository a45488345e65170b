"""Which documents of a case a request means, and what is to be done with them, as JSON."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework import serializers

from cases.models import Case
from documents.filters import DELETED, LONGEST, MOST_TAGS, ORDERS, STATES, Narrowing
from documents.models import Document, Tag
from documents.services.bulk import verbs
from documents.services.bulk.selection import MOST, Selection
from documents.services.production import copies, numbering

ORDER_WORDS = [word for order in ORDERS for word in (order, f"-{order}")]


def _further(most: int = 10, **said: Any) -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(max_length=LONGEST), required=False, max_length=most, **said)


class NarrowingSerializer(serializers.Serializer[Any]):
    """The words of the address of a case's list of documents. An unknown one is refused, for without it more documents would fit."""

    status = serializers.ChoiceField(choices=[*STATES, DELETED], required=False)
    cause = serializers.CharField(max_length=50, required=False, help_text="with status=failed: a code of what failed for this reason")
    kind = serializers.ChoiceField(choices=Document.Kind.choices, required=False)
    q = serializers.CharField(max_length=300, required=False, allow_blank=True)
    tag = serializers.ListField(child=serializers.CharField(max_length=Tag.LONGEST), required=False, max_length=MOST_TAGS)
    order = serializers.ChoiceField(choices=ORDER_WORDS, required=False)
    since = _further(help_text="the document's own date, from this day; as further words, all in lists")
    until = _further()
    undated = _further()
    added_since = _further()
    added_before = _further()
    added_until = _further()
    by = _further(help_text="sender, author or judge")
    to = _further(help_text="recipient")
    between = _further(help_text="two people, one of whom wrote to the other")
    court = _further()
    says = _further(help_text="words that the text has side by side")
    cites = _further(help_text="the canonical key of an authority")
    exhibit = _further()
    reading = _further(help_text="none, waiting or read")
    document = _further(most=200)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, QueryDict):
            lists = [word for word, field in self.fields.items() if isinstance(field, serializers.ListField) and word in data]
            data = {**data.dict(), **{word: data.getlist(word) for word in lists}}
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields))):
            raise serializers.ValidationError({unknown[0]: [_("A filter has no such word.")]})
        return super().to_internal_value(data)


class SelectionSerializer(serializers.Serializer[Any]):
    """Documents of one case: those named in `documents`, in the order in which they are to be taken, or all that fit `filter` at the
    moment of the action; with `count` as the number that was seen."""

    case = serializers.UUIDField()
    documents = serializers.ListField(child=serializers.UUIDField(), required=False, allow_empty=False, max_length=MOST)
    filter = NarrowingSerializer(required=False)
    count = serializers.IntegerField(required=False, min_value=0, help_text="how many were said to fit the filter")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if sum(name in attrs for name in ("documents", "filter", "task")) != 1:
            raise serializers.ValidationError({"documents": [_("Name either documents or a filter.")]})
        return attrs

    def selection(self, user: Any) -> Selection:
        """After `is_valid`. Raises Http404."""
        given = self.validated_data
        case = get_object_or_404(Case.objects.visible_to(user), pk=given["case"])
        narrowing = Narrowing.of(given["filter"]) if "filter" in given else None
        return Selection(case, given.get("documents"), narrowing, given.get("count"), given.get("task"))


class ManyDocumentsSerializer(SelectionSerializer):
    """One verb for all of them. `tags` for tag and untag, `kind` for kind, `to` (a case) for move; restore also takes the `task` of a
    deletion, whose documents it takes back."""

    verb = serializers.ChoiceField(choices=["tag", "untag", "kind", "move", *verbs.EACH])
    tags = serializers.ListField(child=serializers.CharField(max_length=Tag.LONGEST), required=False, allow_empty=False, max_length=50)
    kind = serializers.ChoiceField(choices=Document.Kind.choices, required=False)
    to = serializers.UUIDField(required=False)
    task = serializers.UUIDField(required=False)

    NEEDS = {"tag": "tags", "untag": "tags", "kind": "kind", "move": "to"}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        needed = self.NEEDS.get(attrs["verb"])
        if needed is not None and needed not in attrs:
            raise serializers.ValidationError({needed: [_("This verb needs it.")]})
        if "task" in attrs and attrs["verb"] != verbs.RESTORE:
            raise serializers.ValidationError({"task": [_("Only a deletion can be taken back by its task.")]})
        return super().validate(attrs)


class RefusedLineSerializer(serializers.Serializer[Any]):
    document = serializers.UUIDField()
    title = serializers.CharField()
    reason = serializers.CharField()
    code = serializers.CharField()


class OutcomeSerializer(serializers.Serializer[verbs.Outcome]):
    """What was done, or (with `task_id`) is being done; the task's result tells what it refused."""

    verb = serializers.CharField()
    count = serializers.IntegerField(help_text="documents that are changed")
    changed = serializers.BooleanField(help_text="another number of documents fits the filter than was seen")
    documents = serializers.ListField(child=serializers.UUIDField(), help_text="those that were changed one by one, for taking it back")
    refused = RefusedLineSerializer(many=True)
    task_id = serializers.UUIDField(allow_null=True)


class BatesSerializer(SelectionSerializer):
    prefix = serializers.CharField(max_length=20, allow_blank=True, default="", trim_whitespace=False)
    digits = serializers.IntegerField(default=6, min_value=numbering.MIN_DIGITS, max_value=numbering.MAX_DIGITS)
    start = serializers.IntegerField(required=False, allow_null=True, min_value=1, help_text="absent: where the case's numbering goes on")


class CopiesSerializer(serializers.Serializer[copies.Asked]):
    """What copies are made of; the copies become documents of the case."""

    task_id = serializers.UUIDField()
    documents = serializers.ListField(child=serializers.UUIDField())
    left_out = serializers.ListField(child=serializers.UUIDField(), help_text="no PDF, or not read yet")
    bates_begin = serializers.CharField(source="numbers.begin", default=None, allow_null=True)
    bates_end = serializers.CharField(source="numbers.end", default=None, allow_null=True)


class RereadingSerializer(SelectionSerializer):
    """Documents of one case to read anew; without `documents` or `filter` all of it, with `kept` only what lies there unread."""

    kept = serializers.BooleanField(default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return super().validate(attrs) if "documents" in attrs or "filter" in attrs else attrs


class DownloadAskSerializer(SelectionSerializer):
    preview = serializers.BooleanField(default=False, help_text="only tell what it would come to")
