"""What the app says of events when it is ready: which of them are seen, the tab, the next deadlines, the audit's words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.activity import register_targets, register_words
from cases.models import Case, Event, register_events
from cases.tabs import Overview, register_overview, register_tab
from documents.models import EventSource

TAB = "timeline"
NEXT = 5
VERBS = {
    "added": _("entered in the timeline (%(kind)s, %(date)s):"),
    "corrected": _("corrected in the timeline:"),
    "confirmed": _("confirmed in the timeline:"),
    "unconfirmed": _("took back the confirmation of"),
    "hidden": _("hid in the timeline:"),
    "taken_back": _("took back what was said of"),
    "done": _("called done:"),
    "reopened": _("called open again:"),
}


def register() -> None:
    register_events([Event.Kind.FOUND, Event.Kind.FILING], _rests_on_what_is_seen)
    register_tab(TAB, _("Timeline"), "documents:case-timeline", 60)
    register_overview(next_deadlines)
    register_targets("event", titles)
    for verb, words in VERBS.items():
        register_words(f"event.{verb}", words)


def _rests_on_what_is_seen(user: Any) -> Q:
    return Q(Exists(EventSource.objects.visible_to(user).filter(event=OuterRef("pk"))))


def next_deadlines(case: Case, user: Any) -> Overview:
    """The open deadlines: first what is overdue, then what comes next."""
    deadlines = Event.objects.visible_to(user).filter(case=case, kind=Event.Kind.DEADLINE, done=False).exclude(state=Event.State.HIDDEN)
    return Overview(
        "documents/timeline/next_deadlines.html",
        {"deadlines": list(deadlines[:NEXT]), "more": max(0, deadlines.count() - NEXT), "today": timezone.localdate()},
    )


def titles(event_ids: Sequence[str], case_ids: Collection[Any]) -> dict[str, tuple[str, str]]:
    """What events are called in the activity of their case: a deadline or an own event by its words, others by kind and date."""
    found = Event.objects.filter(pk__in=event_ids, case__in=case_ids)
    return {
        str(event.pk): (
            event.text[:80] if event.kind in Event.BY_PEOPLE else str(event), reverse("documents:case-timeline", args=[event.case_id])
        )
        for event in found
    }  # fmt: skip
