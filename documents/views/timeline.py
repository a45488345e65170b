"""The timeline of a case: a picture that is also a table, and what people say of its events."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from cases.models import Case, DatePrecision, Event, Role
from cases.views import case_page, visible_case
from documents.api.timeline.serializers import TimelineQuerySerializer, given
from documents.models import Document
from documents.services.timeline.entries import Filters, entries_of, matching
from documents.services.timeline.picture import Row, picture
from documents.services.timeline.registering import TAB

EVENTS_PER_PAGE = 50
MOST_DRAWN = 2000
ORDERS = {"date": "-date", "-date": "date"}


@login_required
def case_timeline(request: HttpRequest, pk: UUID) -> HttpResponse:
    case = visible_case(request, pk)
    asked = TimelineQuerySerializer(data=given(request.GET))
    understood = asked.is_valid()
    filters = asked.filters() if understood else Filters()
    events = matching(request.user, case, filters)
    page = Paginator(events, EVENTS_PER_PAGE).get_page(request.GET.get("page"))
    entries = entries_of(request.user, list(page.object_list))
    first = page.start_index()
    role = case.role_of(request.user)
    return case_page(
        request, case, TAB, "documents/timeline/timeline.html", role=role, can_edit=role is not None and role.includes(Role.EDITOR),
        page=page, rows=[{"number": first + place, "entry": entry} for place, entry in enumerate(entries)],
        picture=_picture(request, list(events[:MOST_DRAWN]), page.number), drawn=MOST_DRAWN, understood=understood, asked=_words(request),
        narrowed=filters != Filters(sort=filters.sort), document=_document(request, filters), next_order=ORDERS[filters.sort],
        sorted_by="ascending" if filters.sort == "date" else "descending", waiting=_waiting(request.user, case),
        kinds=Event.Kind.choices, states=Event.State.choices, precisions=DatePrecision.choices, today=timezone.localdate(),
        by_people=(Event.Kind.ENTERED, Event.Kind.DEADLINE), calendar_query=urlencode(given(request.GET), doseq=True),
    )  # fmt: skip


def _picture(request: HttpRequest, events: list[Event], shown: int) -> Any:
    """Its marks lead to the rows: on this page by their number, else to the page that has them."""
    rows = []
    for number, event in enumerate(events, 1):
        at = (number - 1) // EVENTS_PER_PAGE + 1
        query = request.GET.copy()
        query["page"] = str(at)
        rows.append(Row(number, event, f"#event-{number}" if at == shown else f"?{query.urlencode()}#event-{number}"))
    return picture(rows, timezone.localdate())


def _words(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "")[:200] for name in ("kind", "state", "start", "end", "q", "order", "document", "done")}


def _document(request: HttpRequest, filters: Filters) -> Document | None:
    return Document.objects.visible_to(request.user).filter(pk=filters.document).first() if filters.document else None


def _waiting(user: Any, case: Case) -> int:
    """How many events nobody has decided on."""
    return Event.objects.visible_to(user).filter(case=case, state=Event.State.PROPOSED).count()
