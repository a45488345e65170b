"""What is being done to many documents of a case just now, each work one task with a bar."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases.models import Case
from documents.services.bulk.selection import BULK
from tasks.models import ACTIVE, TaskRecord, TopicState
from tasks.progress.live import Live, live_of

DOING = {
    "delete": gettext_lazy("Deleting %(n)d documents"),
    "restore": gettext_lazy("Taking back %(n)d documents"),
    "cancel": gettext_lazy("Stopping %(n)d documents"),
    "keep": gettext_lazy("Keeping %(n)d documents as they are"),
    "retry": gettext_lazy("Trying %(n)d documents again"),
    "move": gettext_lazy("Moving %(n)d documents to another case"),
}
MOST = 5


@dataclass(frozen=True)
class Work:
    record: TaskRecord
    title: str
    live: Live

    @property
    def topic(self) -> str:
        return f"task:{self.record.pk}"


def under_way(case: Case) -> list[Work]:
    """Newest first; the right to see the case has been checked."""
    records = list(TaskRecord.objects.filter(name=BULK, scope=case.pk, status__in=ACTIVE).order_by("-id")[:MOST])
    states = TopicState.objects.in_bulk([f"task:{record.pk}" for record in records]) if records else {}
    return [Work(record, _title(record), live_of(states.get(f"task:{record.pk}"), _("Waiting"))) for record in records]


def _title(record: TaskRecord) -> str:
    n = len(record.payload["document_ids"])
    words = DOING.get(record.payload["verb"])
    return str(words) % {"n": n} if words is not None else ngettext("%(n)d document", "%(n)d documents", n) % {"n": n}
