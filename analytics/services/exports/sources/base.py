"""What a source is."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict

from analytics.services.exports.content.tables import Table
from cases.models import Case, Role
from documents.errors import Refused


class Options(BaseModel):
    """What is asked beside the target. `filters` are the words of the address of a list or a search; `site` is where the installation
    is, which those who ask don't choose."""

    model_config = ConfigDict(extra="forbid")

    locale: Literal["en", "de"] = "en"
    since: datetime.date | None = None
    until: datetime.date | None = None
    filters: dict[str, list[str]] = {}
    site: str = ""

    def as_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_defaults=True)

    def told(self) -> dict[str, Any]:
        """For the manifest and pages: what narrows the rows, `until` included."""
        days = {name: day.isoformat() for name, day in (("since", self.since), ("until", self.until)) if day is not None}
        return {**days, **{word: values for word, values in self.filters.items() if values}}


@dataclass(frozen=True)
class Subject:
    """What is exported, seen by who asked: the case it belongs to (None: none), its row, and a name for the file."""

    case: Case | None
    row: Any
    title: str


@dataclass(frozen=True)
class Source:
    """`subject(user, target)` raises Http404 and PermissionDenied, and is asked again while the file is written. `tables(user, subject,
    options)` raises Refused. `takes` are the Options that mean something to it. `content_of` says which cases have something in
    the file, where the subject belongs to none: whoever loses one of them gets the file no more."""

    what: str
    about: str | Promise
    subject: Callable[[Any, UUID | None], Subject]
    tables: Callable[[Any, Subject, Options], Sequence[Table]]
    takes: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    """That filters may have."""
    task: str = "analytics.export_data"
    content_of: Callable[[Any, Options], Sequence[UUID]] = lambda user, options: ()


def visible_case(user: Any, target: UUID | None, role: str = Role.VIEWER) -> Case:
    """Raises Http404, PermissionDenied."""
    case = Case.objects.visible_to(user).filter(pk=target).first() if target else None
    if case is None:
        raise Http404
    case.require(user, role)
    return case


def checked(source: Source, given: Mapping[str, Any], form: str) -> Options:
    """Raises Refused (bad_options) for what is no option, and what means nothing here."""
    try:
        options = Options.model_validate(given)
    except ValueError as error:
        raise Refused(
            _("These options are not understood. Please check their names, and write days as 2026-03-31."), "bad_options"
        ) from error
    meaningless = {name for name in options.model_fields_set - {"site"} if getattr(options, name)} - source.takes - {"locale"}
    if meaningless:
        raise Refused(_("“%(name)s” means nothing to this export.") % {"name": sorted(meaningless)[0]}, "bad_options")
    if options.locale != "en" and form != "csv":
        raise Refused(_("Only a CSV is written for a locale; in JSON and XLSX numbers are numbers."), "bad_options")
    if options.since and options.until and options.since > options.until:
        raise Refused(_("The first day is after the last one."), "bad_options")
    return options
