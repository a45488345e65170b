"""What was viewed, as it is told to a person: only what she may see now, by the titles it has now."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Sum
from django.db.models.functions import Left
from django.utils.translation import gettext_lazy as _

from analytics.models import Impression, RecentView, TargetDay
from analytics.models.impressions import Kind
from analytics.services.impressions.events import OPENED
from audio.models import AudioSession
from cases.models import Case, Ruling
from documents.models import Document, Message

_LABELS = {Kind.DOCUMENT: _("Document"), Kind.RULING: _("Ruling"), Kind.RECORDING: _("Recording"), Kind.ANSWER: _("Answer")}
MOST = 100
AT_ONCE = 100
LONGEST_TITLE = 200


@dataclass(frozen=True)
class Shown:
    title: str
    url: str
    case_title: str = ""


@dataclass(frozen=True)
class Viewed:
    """`last`: when she looked at it last; None where it is told how often anybody did (`views`)."""

    kind: str
    target: uuid.UUID
    case: uuid.UUID | None
    shown: Shown
    views: int
    last: datetime.datetime | None = None

    @property
    def kind_label(self) -> str:
        return str(_LABELS[Kind(self.kind)])


def recent(user: Any, limit: int = MOST, case: Case | None = None) -> list[Viewed]:
    """Her own, what she looked at last first."""
    views = RecentView.objects.visible_to(user)
    if case is not None:
        views = views.filter(case=case)
    told: list[Viewed] = []
    first = 0
    while len(told) < limit and (rows := list(views[first : first + AT_ONCE])):
        first += AT_ONCE
        shown = _shown(user, ((row.kind, row.target) for row in rows))
        told += [
            Viewed(row.kind, row.target, row.case_id, shown[row.kind, row.target], row.views, row.last)
            for row in rows
            if (row.kind, row.target) in shown
        ]
    return told[:limit]


def most_viewed(case: Case, user: Any, since: datetime.date | None = None, limit: int = 10) -> list[Viewed]:
    """Of a case that the user sees, what was opened most: on the UTC day `since` and later (as long as days are kept), or ever. Who
    opened it is told to nobody."""
    counted: QuerySet[Any, Any]
    if since is None:
        counted = Impression.objects.filter(case=case, kind__in=OPENED).order_by("-views", "-last").values_list("kind", "target", "views")
    else:
        days = TargetDay.objects.filter(case=case, day__gte=since, kind__in=OPENED)
        counted = days.values("kind", "target").annotate(all=Sum("views")).order_by("-all", "target").values_list("kind", "target", "all")
    told: list[Viewed] = []
    first = 0
    while len(told) < limit and (rows := list(counted[first : first + AT_ONCE])):
        first += AT_ONCE
        shown = _shown(user, ((kind, target) for kind, target, _views in rows), case.pk)
        told += [Viewed(kind, target, case.pk, shown[kind, target], views) for kind, target, views in rows if (kind, target) in shown]
    return told[:limit]


def views_of(kind: str, target: uuid.UUID) -> int:
    """How often it was opened by anybody; whether one may see it is asked by who tells."""
    return Impression.objects.filter(kind=kind, target=target).values_list("views", flat=True).first() or 0


def views_of_document(document: Document) -> int:
    """A text of the library is counted as its ruling."""
    if document.case_id is None and document.ruling_id is not None:
        return views_of(Kind.RULING, document.ruling_id)
    return views_of(Kind.DOCUMENT, document.pk)


Key = tuple[str, uuid.UUID]


def _shown(user: Any, keys: Iterable[Key], case: uuid.UUID | None = None) -> dict[Key, Shown]:
    """Those that the user sees, and with `case` those of it only; one query for each kind."""
    wanted: dict[str, list[uuid.UUID]] = {}
    for kind, target in keys:
        wanted.setdefault(kind, []).append(target)
    within = {} if case is None else {"case": case}
    return {(kind, pk): shown for kind, targets in wanted.items() for pk, shown in _DOORS[kind](user, targets, within).items()}


Targets = Collection[uuid.UUID]
Door = Callable[[Any, Targets, dict[str, Any]], dict[uuid.UUID, Shown]]


def _documents(user: Any, targets: Targets, within: dict[str, Any]) -> dict[uuid.UUID, Shown]:
    found = Document.objects.visible_to(user).filter(pk__in=targets, **within).select_related("case").only("pk", "title", "case__title")
    return {one.pk: Shown(one.title, one.get_absolute_url(), one.case.title if one.case else "") for one in found}


def _rulings(user: Any, targets: Targets, within: dict[str, Any]) -> dict[uuid.UUID, Shown]:
    """The library is everybody's who is signed in."""
    if within:
        return {}
    return {one.pk: Shown(str(one.name), one.get_absolute_url()) for one in Ruling.objects.filter(pk__in=targets)}


def _recordings(user: Any, targets: Targets, within: dict[str, Any]) -> dict[uuid.UUID, Shown]:
    found = AudioSession.objects.visible_to(user).filter(pk__in=targets, **within).select_related("case")
    return {one.pk: Shown(one.title, one.get_absolute_url(), one.case.title) for one in found}


def _answers(user: Any, targets: Targets, within: dict[str, Any]) -> dict[uuid.UUID, Shown]:
    """By their questions."""
    found = Message.objects.visible_to(user).filter(pk__in=targets, **{f"conversation__{name}": value for name, value in within.items()})
    found = found.select_related("conversation__case").annotate(begins=Left("question", LONGEST_TITLE))
    return {
        one.pk: Shown(one.begins, f"{one.conversation.get_absolute_url()}#message-{one.pk}", one.conversation.case.title) for one in found
    }


_DOORS: dict[str, Door] = {
    Kind.DOCUMENT: _documents,
    Kind.RULING: _rulings,
    Kind.RECORDING: _recordings,
    Kind.ANSWER: _answers,
}
