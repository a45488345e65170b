"""What the people of the demonstration matter entered in its timeline themselves: events, a deadline that is done and one that is open."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Case, Event
from documents.services.timeline import decisions

AHEAD = timedelta(days=21)


def enter(case: Case, user: Any) -> None:
    """Once, when the case is opened."""
    decisions.add(
        case,
        user,
        Event.Kind.ENTERED,
        _("Dr. Solheim told us by telephone that the adhesive does not explain row 1,117."),
        date(2025, 7, 15),
    )
    done = decisions.add(case, user, Event.Kind.DEADLINE, _("Initial disclosures to Castellan"), date(2025, 5, 9))
    decisions.decide(done, user, done=True)
    decisions.add(case, user, Event.Kind.DEADLINE, _("Proposed findings after the hearing, to the clerk"), timezone.localdate() + AHEAD)
