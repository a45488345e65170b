"""Why documents failed, what a person can do about it, and how many failed for the same reason."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext as _

from cases.models import Case
from documents.models import Document
from documents.services.pipeline.passwords import ASKED_FOR
from tasks.base.causes import by_code

PASSWORD, REPLACE, RETRY = "password", "replace", "retry"


@dataclass(frozen=True)
class Reason:
    """Failed documents of one cause. `codes` are theirs, the first (in order of the alphabet) is the cause's name in addresses."""

    title: str
    codes: tuple[str, ...]
    count: int
    helps: bool
    """Whether trying again can help."""

    @property
    def key(self) -> str:
        return self.codes[0] or "other"


def remedy_of(code: str) -> str:
    """The one action that fits a failure: PASSWORD, REPLACE or RETRY."""
    if code in ASKED_FOR:
        return PASSWORD
    return REPLACE if (cause := by_code.get(code)) and cause.hopeless else RETRY


def advice_of(code: str) -> str:
    """Whether trying again is worth it and what else to do, in a sentence."""
    cause = by_code.get(code)
    return str(cause.action) if cause else _("Trying again may help.")


def reasons_of(case: Case) -> list[Reason]:
    """The causes of what failed in a case, the most frequent first; the right to see it has been checked."""
    failed = Document.objects.filter(case=case, deleted_at=None, status=Document.Status.FAILED).order_by()
    groups: dict[str, list[tuple[str, int]]] = {}
    for code, count in failed.values_list("error_code").annotate(Count("pk")):
        groups.setdefault(_title_of(code), []).append((code, count))
    reasons = [
        Reason(title, tuple(sorted(code for code, _n in found)), sum(n for _code, n in found), remedy_of(found[0][0]) == RETRY)
        for title, found in groups.items()
    ]
    return sorted(reasons, key=lambda reason: (-reason.count, reason.title))


def _title_of(code: str) -> str:
    cause = by_code.get(code)
    return str(cause.title) if cause else _("Another reason")
