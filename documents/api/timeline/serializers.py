"""Events as JSON."""

from __future__ import annotations

import datetime
from typing import Any

from django.http import QueryDict
from rest_framework import serializers

from cases.models import DatePrecision, Event
from documents.services.timeline.decisions import LONGEST
from documents.services.timeline.entries import SORTS, Filters


class EventPlaceSerializer(serializers.Serializer[Any]):
    """Where a document says it: the sentence is [start, end) in the text of its page, the date in it [date_start, date_end). Of a filing
    only the document is told."""

    document = serializers.UUIDField()
    title = serializers.CharField()
    url = serializers.CharField()
    page = serializers.IntegerField(allow_null=True)
    start = serializers.IntegerField(allow_null=True)
    end = serializers.IntegerField(allow_null=True)
    date_start = serializers.IntegerField(allow_null=True)
    date_end = serializers.IntegerField(allow_null=True)
    quote = serializers.CharField()
    written = serializers.CharField(help_text="the date as written")
    lost = serializers.BooleanField(help_text="not found in the document's present reading")


class EventOriginSerializer(serializers.Serializer[Any]):
    title = serializers.CharField()
    url = serializers.CharField()


class TimelineEntrySerializer(serializers.Serializer[Any]):
    """An event with its sources. `date` is the first day of it as far as `date_precision` tells; `said` is what was found before a person
    corrected it."""

    id = serializers.UUIDField(source="event.pk")
    case = serializers.UUIDField(source="event.case_id")
    kind = serializers.ChoiceField(Event.Kind.choices, source="event.kind")
    state = serializers.ChoiceField(Event.State.choices, source="event.state")
    date = serializers.DateField(source="event.date")
    date_precision = serializers.ChoiceField(DatePrecision.choices, source="event.date_precision")
    end_date = serializers.DateField(source="event.end_date", allow_null=True)
    time = serializers.TimeField(source="event.time", allow_null=True)
    doubtful = serializers.BooleanField(source="event.doubtful")
    text = serializers.CharField(source="event.text")
    done = serializers.BooleanField(source="event.done", help_text="of a deadline")
    said = serializers.DictField(source="event.said", allow_null=True)
    sources = EventPlaceSerializer(source="places", many=True)
    origin = EventOriginSerializer(allow_null=True, help_text="the recording of a hearing")
    decided_by = serializers.StringRelatedField[Any](source="event.decided_by", allow_null=True)
    decided = serializers.DateTimeField(source="event.decided", allow_null=True)
    created_by = serializers.StringRelatedField[Any](source="event.created_by", allow_null=True)


class NewEventSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField([Event.Kind.ENTERED, Event.Kind.DEADLINE], default=Event.Kind.ENTERED)
    text = serializers.CharField(max_length=LONGEST)
    date = serializers.DateField()
    date_precision = serializers.ChoiceField(DatePrecision.choices, default=DatePrecision.DAY)
    end_date = serializers.DateField(required=False, allow_null=True)
    time = serializers.TimeField(required=False, allow_null=True)


class EventDecisionSerializer(serializers.Serializer[Any]):
    """What a person says: a `state`, corrections, whether a deadline is `done`; or `take_back`, which forgets what was decided."""

    state = serializers.ChoiceField(Event.State.choices, required=False)
    text = serializers.CharField(max_length=LONGEST, required=False)
    date = serializers.DateField(required=False)
    date_precision = serializers.ChoiceField(DatePrecision.choices, required=False)
    end_date = serializers.DateField(required=False, allow_null=True)
    time = serializers.TimeField(required=False, allow_null=True)
    done = serializers.BooleanField(required=False)
    take_back = serializers.BooleanField(required=False, default=False)


def given(query: QueryDict) -> dict[str, Any]:
    """What an address asks for, without what it leaves empty."""
    asked: dict[str, Any] = {name: query.get(name, "") for name in ("start", "end", "document", "q", "order", "done")}
    asked |= {name: [word for one in query.getlist(name) for word in one.split(",") if word] for name in ("kind", "state")}
    return {name: value for name, value in asked.items() if value}


class TimelineQuerySerializer(serializers.Serializer[Any]):
    """What the list, the page and the calendar are narrowed by."""

    kind = serializers.ListField(child=serializers.ChoiceField(Event.Kind.choices), required=False, help_text="several with commas between")
    state = serializers.ListField(
        child=serializers.ChoiceField(Event.State.choices), required=False, help_text="without it all but the hidden ones"
    )
    start = serializers.DateField(required=False, help_text="first day")
    end = serializers.DateField(required=False, help_text="last day")
    document = serializers.UUIDField(required=False)
    q = serializers.CharField(required=False, allow_blank=True, max_length=200, help_text="words that all stand in the text")
    order = serializers.ChoiceField(SORTS, required=False, default="date")
    done = serializers.ChoiceField(["yes", "no"], required=False, help_text="deadlines only: those that are done, or still open")

    def filters(self) -> Filters:
        asked: dict[str, Any] = self.validated_data
        days: dict[str, datetime.date | None] = {"start": asked.get("start"), "end": asked.get("end")}
        return Filters(
            kinds=asked.get("kind", ()), states=asked.get("state", ()), document=asked.get("document"), words=asked.get("q", ""),
            sort=asked["order"], done=asked["done"] == "yes" if "done" in asked else None, **days,
        )  # fmt: skip
