"""Which days can be reported: whole UTC days that are over, since the installation, or the case, began."""

from __future__ import annotations

import datetime

from django.contrib.auth import get_user_model
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Case
from documents.errors import Refused


def today() -> datetime.date:
    return timezone.now().astimezone(datetime.UTC).date()


def yesterday() -> datetime.date:
    return today() - datetime.timedelta(days=1)


def began(case: Case | None = None) -> datetime.date:
    """The UTC day on which the case was opened, or the first account or the database was made."""
    if case is not None:
        return case.created.astimezone(datetime.UTC).date()
    first = get_user_model()._default_manager.aggregate(first=Min("date_joined"))["first"]
    made = MigrationRecorder.Migration.objects.aggregate(first=Min("applied"))["first"]
    return min(moment for moment in (first, made, timezone.now()) if moment is not None).astimezone(datetime.UTC).date()


def check(day: datetime.date, case: Case | None = None) -> None:
    """Raises Refused (day_not_over, day_before_beginning)."""
    if day >= today():
        raise Refused(
            _("There is no report of %(day)s yet: that day ends at midnight UTC, and its report is made after it.")
            % {"day": day.isoformat()}, "day_not_over",
        )  # fmt: skip
    first = began(case)
    if day < first:
        sentence = _("The case was opened on %(first)s; there is nothing to report of %(day)s.")
        if case is None:
            sentence = _("This installation began on %(first)s; there is nothing to report of %(day)s.")
        raise Refused(sentence % {"first": first.isoformat(), "day": day.isoformat()}, "day_before_beginning")


def parse(written: str) -> datetime.date:
    """Raises Refused (bad_day)."""
    try:
        return datetime.date.fromisoformat(written)
    except ValueError as error:
        raise Refused(_("A day is written as 2026-03-04."), "bad_day") from error
