"""The list of tasks: filters in the address, pages that begin after an id, rows that follow what happens."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tasks import registry
from tasks.models import ACTIVE, Batch, Status, TaskRecord
from tasks.operations import bulk
from tasks.operations.actions import MEANINGS, Action
from tasks.operations.explanations import Cause, cause_of, cause_of_record
from tasks.operations.filters import SINCE, STATES, FilterError, asked_for, narrowed
from tasks.operations.paging import COUNTED, id_in, slice_of
from tasks.progress import topics
from tasks.templatetags.task_words import title_of

PER_PAGE = 50
SHOWN_ERRORS = 8
# What each state offers to do with all that are in it.
OFFERS: dict[str, tuple[Action, ...]] = {
    "waiting": (Action.PAUSE, Action.CANCEL),
    "running": (Action.CANCEL,),
    "paused": (Action.RESUME, Action.CANCEL),
    "failed": (Action.RETRY,),
    "cancelled": (Action.RETRY,),
}
LABELS: dict[str, str | Promise] = {
    "status": gettext_lazy("State"),
    "name": gettext_lazy("Kind"),
    "case": gettext_lazy("Case"),
    "topic": gettext_lazy("About"),
    "batch": gettext_lazy("Batch"),
    "parent": gettext_lazy("Begun by task"),
    "executor": gettext_lazy("Runs in"),
    "schedule": gettext_lazy("Schedule"),
    "error_class": gettext_lazy("Error"),
    "error_code": gettext_lazy("Error"),
    "created_after": gettext_lazy("After"),
    "created_before": gettext_lazy("Before"),
    "ended_after": gettext_lazy("Ended after"),
    "ended_before": gettext_lazy("Ended before"),
}


@dataclass(frozen=True)
class Chip:
    """A filter to choose or, where it is chosen and has no other choices beside it, to take away."""

    label: str
    query: str
    on: bool = False
    count: str = ""


@dataclass(frozen=True)
class Row:
    record: TaskRecord
    subject: topics.Subject | None
    case: topics.Subject | None
    cause: Cause | None

    @property
    def took(self) -> float | None:
        """Seconds that its last attempt ran; None where it has not both begun and ended."""
        record = self.record
        return (record.finished_at - record.started_at).total_seconds() if record.finished_at and record.started_at else None


@login_required
def task_list(request: HttpRequest) -> HttpResponse:
    """What the user's tasks do, newest first."""
    asked = asked_for(request.GET)
    visible = TaskRecord.objects.visible_to(request.user, read_first=True)
    try:
        records = narrowed(visible, asked)
    except FilterError as error:
        return render(request, "tasks/list.html", {"rail": "tasks", "wrong": str(error)}, status=400)
    before, after = (id_in(request.GET, name) for name in ("before", "after"))
    page = slice_of(records.defer("payload", "result").select_related("user", "paused_by"), PER_PAGE, before=before, after=after)
    state = request.GET.get("state", "")
    context = {
        "rail": "tasks",
        "asked": asked,
        "rows": rows_of(request.user, page.records),
        "newer": page.newer and query_with(request.GET, after=page.newer),
        "older": page.older and query_with(request.GET, before=page.older),
        "is_first": page.newer is None,
        "states": _states(request.GET, narrowed(visible, _without(asked, "state", "status")), state),
        "errors": _errors(request.GET, narrowed(visible, _without(asked, "error_class", "error_code"))) if state == "failed" else [],
        "chosen": _chosen(request.GET, request.user, asked),
        "names": _names(asked.get("name", [""])[0]),
        "sinces": [(key, label, request.GET.get("since") == key) for key, (label, _t) in SINCE.items()],
        "kept": _kept(asked, "name", "since"),
        "offers": _offers(asked, state, records) if page.records else [],
    }
    return render(request, "tasks/list.html", context)


def query_with(query: QueryDict, **changes: Any) -> str:
    """This address's filters with some changed (None takes one away); the place in the list starts again."""
    changed = query.copy()
    for name in ("before", "after", "page", *changes):
        changed.pop(name, None)
    for name, value in changes.items():
        if value:
            changed[name] = str(value)
    return "?" + changed.urlencode()


def rows_of(user: Any, records: Sequence[TaskRecord]) -> list[Row]:
    """Records with what they are about, named in one query for each kind of it."""
    named = topics.subjects_of(user, _topics(records))
    return [Row(record, named.get(record.topic), named.get(_case_topic(record)), cause_of_record(record)) for record in records]


def _case_topic(record: TaskRecord) -> str:
    return f"{topics.SCOPE_KIND}:{record.scope}" if record.scope else ""


def _topics(records: Iterable[TaskRecord]) -> set[str]:
    return {topic for record in records for topic in (record.topic, _case_topic(record)) if topic}


def _without(asked: dict[str, list[str]], *names: str) -> dict[str, list[str]]:
    return {name: values for name, values in asked.items() if name not in names}


def _states(query: QueryDict, records: QuerySet[TaskRecord], chosen: str) -> list[Chip]:
    """Counted are those that somebody may have to look after; what is done is only growing."""
    counted = {key: Count("pk", filter=q) for key, (_label, q) in STATES.items() if key in ("waiting", "running", "paused", "failed")}
    some = records.filter(status__in=[*ACTIVE, Status.FAILED]).order_by()[: COUNTED + 1]
    counts = some.aggregate(**counted)
    chips = [Chip(_("All"), query_with(query, state=None, status=None, error_class=None, error_code=None), on=not chosen)]
    for key, (label, _q) in STATES.items():
        if key == "paused" and not counts[key] and chosen != key:
            continue
        address = query_with(query, state=key, status=None, error_class=None, error_code=None)
        chips.append(Chip(str(label), address, on=chosen == key, count=_at_most(counts.get(key))))
    return chips


def _at_most(count: int | None) -> str:
    return "" if not count else f"{COUNTED:,}+" if count > COUNTED else f"{count:,}"


def _errors(query: QueryDict, failed: QuerySet[TaskRecord]) -> list[Chip]:
    """Why they failed, the most frequent first."""
    rows = failed.filter(status=Status.FAILED).order_by().values("error_class", "error_code").annotate(count=Count("pk")).order_by("-count")
    return [_error(query, row["error_class"], row["error_code"], row["count"]) for row in rows[:SHOWN_ERRORS]]


def _error(query: QueryDict, error_class: str, code: str, count: int) -> Chip:
    on = query.get("error_class") == error_class and query.get("error_code", code) == code
    address = query_with(query, error_class=None if on else error_class, error_code=None if on else code)
    return Chip(error_label(error_class, code), address, on=on, count=f"{count:,}")


def error_label(error_class: str, code: str) -> str:
    """What a chip calls an error: its cause in plain words where that is known."""
    cause = cause_of(error_class, code, "")
    return str(cause.title) if cause else (code or error_class).rpartition(".")[2].replace("_", " ")


def _chosen(query: QueryDict, user: Any, asked: dict[str, list[str]]) -> list[Chip]:
    """The filters that have no control of their own on the page, to be taken away one by one."""
    hidden = {"state", "name", "since", *(("error_class", "error_code") if query.get("state") == "failed" else ())}
    found = []
    for name, values in asked.items():
        if name not in hidden:
            value = ", ".join(_value(user, name, value) for value in values)
            found.append(Chip(f"{LABELS[name]}: {value}", query_with(query, **{name: None}), on=True))
    return found


def _value(user: Any, name: str, value: str) -> str:
    """How a filter's value is called by people."""
    if name == "status":
        return str(Status(value).label)
    if name == "case" or name == "topic":
        topic = f"{topics.SCOPE_KIND}:{value}" if name == "case" else value
        subject = topics.subjects_of(user, [topic]).get(topic)
        return subject.title if subject else value[:40]
    if name == "batch":
        return str(Batch.objects.visible_to(user).filter(pk=uuid.UUID(value)).first() or value)
    return value


def _names(chosen: str) -> list[tuple[str, str, bool]]:
    names = {spec.name for spec in registry.specs()} | ({chosen} if chosen else set())
    return [(name, title_of(name), name == chosen) for name in sorted(names)]


def _kept(asked: dict[str, list[str]], *controls: str) -> list[tuple[str, str]]:
    """The filters that the form of the controls must carry along."""
    return [(name, value) for name, values in asked.items() if name not in controls for value in values]


def _offers(asked: dict[str, list[str]], state: str, records: QuerySet[TaskRecord]) -> list[dict[str, str]]:
    """What may be done with everything that the filters fit. Trying again is offered where it may help at least one."""
    query = QueryDict(mutable=True)
    for name, values in asked.items():
        query.setlist(name, values)
    offers = []
    for action in OFFERS.get(state, ()):
        if action == Action.RETRY and not bulk.fitting_for_many(action, records).exists():
            continue
        query["action"] = action.value
        offers.append({"label": str(action.label), "icon": MEANINGS[action].icon, "query": "?" + query.urlencode()})
    return offers
