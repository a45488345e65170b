"""/api/cases/{id}/timeline/ and timeline.ics."""

from __future__ import annotations

from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from cases.models import Case, Event, Role
from documents.api.errors import RefusedErrors, answer
from documents.api.streams import with_visible
from documents.api.timeline.serializers import (
    EventDecisionSerializer,
    NewEventSerializer,
    TimelineEntrySerializer,
    TimelineQuerySerializer,
    given,
)
from documents.services.timeline import decisions
from documents.services.timeline.calendar import calendar
from documents.services.timeline.entries import entries_of, events_for, matching

CASE = OpenApiParameter("case_id", OpenApiTypes.UUID, OpenApiParameter.PATH)
EVENT = OpenApiParameter("pk", OpenApiTypes.UUID, OpenApiParameter.PATH)
MOST = 5000
"""Entries of a calendar; the newest are left out where there are more, which the answer's header says."""


class TimelineViewSet(RefusedErrors, viewsets.GenericViewSet[Event]):
    serializer_class = TimelineEntrySerializer
    filter_backends: list[Any] = []
    queryset = Event.objects.none()

    def case(self) -> Case:
        return get_object_or_404(Case.objects.visible_to(self.request.user), pk=self.kwargs["case_id"])

    def event(self) -> Event:
        return get_object_or_404(Event.objects.visible_to(self.request.user).select_related("case"), case=self.case(), pk=self.kwargs["pk"])

    @extend_schema(parameters=[CASE, TimelineQuerySerializer], responses=TimelineEntrySerializer(many=True))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What happened in the case and what is due, by date, each with where it is said. Hidden ones come with `state=hidden`."""
        asked = TimelineQuerySerializer(data=given(request.query_params))
        asked.is_valid(raise_exception=True)
        page = self.paginate_queryset(matching(request.user, self.case(), asked.filters()))
        return self.get_paginated_response(TimelineEntrySerializer(entries_of(request.user, page or []), many=True).data)

    @extend_schema(parameters=[CASE], request=NewEventSerializer, responses={201: TimelineEntrySerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Enter an event or a deadline (editors)."""
        case = self.case()
        case.require(request.user, Role.EDITOR)
        typed = NewEventSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        wanted = dict(typed.validated_data)
        event = decisions.add(case, request.user, wanted.pop("kind"), wanted.pop("text"), wanted.pop("date"), **wanted)
        return Response(self._shown(event), status=status.HTTP_201_CREATED)

    @extend_schema(parameters=[CASE, EVENT], responses=TimelineEntrySerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One event."""
        return Response(self._shown(self.event()))

    @extend_schema(parameters=[CASE, EVENT], request=EventDecisionSerializer, responses=TimelineEntrySerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Confirm, correct or hide an event, or take that back; a deadline may be done (editors)."""
        event = self.event()
        event.case.require(request.user, Role.EDITOR)
        typed = EventDecisionSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        wanted = dict(typed.validated_data)
        if wanted.pop("take_back"):
            decisions.take_back(event, request.user)
        else:
            decisions.decide(event, request.user, **wanted)
        return Response(self._shown(self.event()))

    def _shown(self, event: Event) -> Any:
        return TimelineEntrySerializer(entries_of(self.request.user, [event])[0]).data


@require_safe
@with_visible(Case.objects, gettext_lazy("There is no such case."))
async def timeline_calendar(request: HttpRequest, case: Case) -> HttpResponseBase:
    """The timeline as iCalendar, narrowed as the list is; by session or token."""
    return await sync_to_async(_calendar)(request, case)


def _calendar(request: HttpRequest, case: Case) -> HttpResponse:
    asked = TimelineQuerySerializer(data=given(request.GET))
    if not asked.is_valid():
        return answer(
            400, _("This address asks for something that there is not: %(fields)s.") % {"fields": ", ".join(asked.errors)}, "bad_filter"
        )
    entries = events_for(request.user, case, asked.filters())[:MOST]
    name = f"{slugify(case.title)[:60] or 'case'}.ics"
    body = calendar(case, entries, f"{request.scheme}://{request.get_host()}")
    headers = {
        "Content-Disposition": content_disposition_header(True, name) or "attachment", "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }  # fmt: skip
    return HttpResponse(body, content_type="text/calendar; charset=utf-8", headers=headers)
