"""The analysis of a recording: how it was heard, in figures. An app above this one tells them (`register_analyses`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case
from documents.errors import Refused
from documents.services.papers.kinds.base import Draft, Kind, Making, as_uuid


class Analyses(Protocol):
    """What is known of the recordings of a case."""

    def choices(self, case: Case, user: Any) -> list[tuple[UUID, str]]:
        """Those that have been processed and that the user may see."""

    def knows(self, case: Case, user: Any, key: UUID) -> bool:
        """Whether it is one of these."""

    def draft(self, making: Making, key: UUID) -> Draft | None:
        """What the paper says of one; None where it is none of these. Raises Refused."""


_analyses: list[Analyses] = []


def register_analyses(analyses: Analyses) -> None:
    """In `AppConfig.ready`."""
    _analyses.append(analyses)


def choices(case: Case, user: Any) -> list[tuple[UUID, str]]:
    return [choice for one in _analyses for choice in one.choices(case, user)]


def missing(case: Case, user: Any) -> str:
    return "" if choices(case, user) else _("This case has no recording that was processed yet.")


def understood(case: Case, user: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    if not given.get("audio"):
        raise Refused(_("Say of which recording: give its id as “audio”."), "no_audio")
    key = as_uuid(given["audio"])
    if key is None or not any(one.knows(case, user, key) for one in _analyses):
        raise _unknown()
    return {"audio": str(key)}


def built(making: Making) -> Draft:
    key = as_uuid(making.inputs.get("audio"))
    found = next((draft for one in _analyses if key and (draft := one.draft(making, key)) is not None), None)
    if found is None:
        raise _unknown()
    return found


def _unknown() -> Refused:
    return Refused(_("There is no such recording in this case, or it was not processed yet."), "no_such_audio")


KIND = Kind(
    "session_analysis",
    "clock",
    gettext_lazy("Of a recording: speech, noises, who talks how long, where words are not to be relied on, and how it was processed."),
    understood,
    built,
    missing,
)
