"""The sums of requests of each hour: of the installation for staff, of a case for its owners."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.models import UsageHour
from analytics.services.exports.content.tables import Column, QueryTable, Type
from analytics.services.exports.sources.base import Options, Source, Subject, visible_case
from cases.models import Role

COLUMNS = (
    Column("hour", Type.TIME, gettext_lazy("beginning of the hour")),
    Column("method", Type.TEXT, gettext_lazy("HTTP method")),
    Column("route", Type.TEXT, gettext_lazy("pattern of the address")),
    Column("case", Type.WORD, gettext_lazy("id of the case that the address names, where it names one")),
    Column("requests", Type.WHOLE, gettext_lazy("requests that were answered")),
    Column("client_errors", Type.WHOLE, gettext_lazy("of them refused (status 400 to 499)")),
    Column("server_errors", Type.WHOLE, gettext_lazy("of them failed (status 500 to 599)")),
    Column("duration", Type.REAL, gettext_lazy("time that all of them took together"), "milliseconds", "ms"),
    Column("size", Type.WHOLE, gettext_lazy("size of all answers together, streams left out"), "bytes"),
    Column("buckets", Type.NUMBERS, gettext_lazy("requests by duration: how many took up to each bound of the histogram, in its order")),
)


def _subject(user: Any, target: UUID | None) -> Subject:
    if target:
        case = visible_case(user, target, Role.OWNER)
        return Subject(case, case, _("Usage of %(case)s") % {"case": case.title})
    if not user.is_staff:
        raise PermissionDenied(_("The usage of the whole installation is for administrators."))
    return Subject(None, None, _("Usage"))


def _rows(case: Any, options: Options) -> QuerySet[UsageHour]:
    rows = UsageHour.objects.filter(case=case.pk) if case else UsageHour.objects.all()
    if options.since:
        rows = rows.filter(hour__gte=_midnight(options.since))
    if options.until and options.until < datetime.date.max:
        rows = rows.filter(hour__lt=_midnight(options.until) + datetime.timedelta(days=1))
    return rows


def _midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), datetime.UTC)


def _tables(user: Any, subject: Subject, options: Options) -> list[QueryTable]:
    return [QueryTable("usage", COLUMNS, lambda: _rows(subject.case, options))]


SOURCE = Source(
    "usage", gettext_lazy("Requests by hour and address, with errors and times"), _subject, _tables, frozenset({"since", "until"})
)
