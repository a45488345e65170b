"""Which documents of a case a person means: those that he picked, all that fit a filter, or those that an earlier action took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from cases.models import Case, Role
from documents.errors import Refused
from documents.filters import Narrowing
from documents.models import Document
from tasks.models import TaskRecord

MOST = 10_000
BULK = "documents.change_many"
"""The task that changes many documents."""


class NumberChanged(Refused):
    """Another number of documents fits than the person saw; `count` fit now."""

    def __init__(self, count: int, seen: int) -> None:
        said = _("%(count)d documents fit this filter by now; you saw %(seen)d. Nothing was done.") % {"count": count, "seen": seen}
        super().__init__(said, "number_changed")
        self.count = count


@dataclass(frozen=True)
class Selection:
    """`ids`, or a `narrowing` (with `seen`, how many the person was told that fit it), or `task`, whose action took them."""

    case: Case
    ids: Sequence[UUID] | None = None
    narrowing: Narrowing | None = None
    seen: int | None = None
    task: UUID | None = None

    def documents(self, user: Any, *, deleted: bool = False) -> QuerySet[Document]:
        """Those that are there at this moment and that the user, an editor, sees, in the order of the list; the deleted ones only for
        who takes them back. Raises Http404 and PermissionDenied."""
        self.case.require(user, Role.EDITOR)
        visible = Document.objects.visible_to(user, with_deleted=deleted).filter(case=self.case)
        if self.narrowing is not None:
            return self.narrowing.apply(visible)
        wanted = self._of_task() if self.task is not None else list(self.ids or ())
        return visible.filter(pk__in=wanted).order_by("-created", "-pk")

    def resolved(self, user: Any, *, deleted: bool = False, careful: bool = False) -> list[UUID]:
        """Their ids: picked ones in the order in which they were picked. Raises Refused (nothing_to_do, too_many)
        and, where the action is one to be `careful` with, NumberChanged."""
        found = list(self.documents(user, deleted=deleted).values_list("pk", flat=True)[: MOST + 1])
        if not found:
            raise Refused(_("None of these documents is there any more."), "nothing_to_do")
        if len(found) > MOST:
            raise Refused(_("Please choose at most %(most)d documents at once.") % {"most": MOST}, "too_many")
        if careful and self.narrowing is not None and self.seen not in (None, len(found)):
            raise NumberChanged(len(found), self.seen or 0)
        if self.ids is None:
            return found
        there = set(found)
        return [pk for pk in dict.fromkeys(self.ids) if pk in there]

    def changed(self, count: int) -> bool:
        """Whether another number fits now than the person saw."""
        return self.narrowing is not None and self.seen is not None and self.seen != count

    def _of_task(self) -> list[str]:
        records = TaskRecord.objects.filter(name=BULK, scope=self.case.pk)
        record = records.filter(pk=self.task).first() if self.task is not None else None
        if record is None:
            raise Http404
        ids: list[str] = record.payload["document_ids"]
        return ids
