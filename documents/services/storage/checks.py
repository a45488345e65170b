"""What is known of stored files, and who is told when one of them is missing, changed, or well again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from cases.models import AuditEvent
from documents.models import StorageCheck
from documents.services.storage.backends import LIBRARY
from documents.services.storage.holders import Holder, holders

State = StorageCheck.State
ENROLLED = 1000
NOTICES = {
    State.MISSING: ("file_missing", _lazy("The stored file is missing on the server. %(remedy)s")),
    State.CHANGED: (
        "file_changed",
        _lazy("The stored file was damaged or changed on the server: it is not the one that was added. %(remedy)s"),
    ),
}
REMEDY = _lazy("What was read of it stays. Please add the same file again, or ask your administrator to restore it.")
MENDED = "file_mended"
CODES = frozenset(code for code, _text in NOTICES.values())
Notices = Sequence[dict[str, str]]


def kept_notices(notices: Notices) -> list[dict[str, str]]:
    """Those about the stored file, which a new reading does not settle."""
    return [notice for notice in notices if notice["code"] in CODES]


def enrol(check: Callable[[], None] = lambda: None) -> int:
    """Give every stored file that rows name a row of its own here; gives how many are new."""
    count = 0
    for holder in holders:
        rows = _not_enrolled(holder)
        while group := list(islice(rows, ENROLLED)):
            check()
            StorageCheck.objects.bulk_create(
                [StorageCheck(stored_as=name, case_id=_case_of(name), size=size) for name, size in group], ignore_conflicts=True
            )
            count += len(group)
    return count


def _not_enrolled(holder: Holder) -> Iterator[tuple[str, int]]:
    known = StorageCheck.objects.filter(stored_as=OuterRef("stored_as"))
    rows = holder.rows.filter(~Exists(known)).exclude(stored_as="").order_by("stored_as").distinct("stored_as")
    return iter(rows.values_list("stored_as", "size").iterator(chunk_size=ENROLLED))


def _case_of(name: str) -> UUID | None:
    folder = name.partition("/")[0]
    return None if folder == LIBRARY else UUID(folder)


def broken() -> QuerySet[StorageCheck]:
    return StorageCheck.objects.filter(state__in=StorageCheck.BROKEN)


def conclude(seen: StorageCheck, state: State) -> bool:
    """Write down how a file was found, and tell those whose file it is where that is news. False where nobody has it any more, or somebody
    else has concluded since `seen` was read."""
    with transaction.atomic():
        row = StorageCheck.objects.select_for_update(of=("self",)).filter(pk=seen.pk, checked_at=seen.checked_at).first()
        if row is None:
            return False
        if not any(holder.named([row.stored_as]).exists() for holder in holders):
            row.delete()
            return False
        _note(row, state)
    return True


def healed(name: str) -> None:
    """These bytes have just been put into their place again; in the caller's transaction."""
    for row in broken().filter(stored_as=name):
        conclude(row, State.SOUND)


def _note(row: StorageCheck, state: State) -> None:
    before, now = State(row.state), timezone.now()
    row.state, row.checked_at, row.since = state, now, _since(row, before, state, now)
    row.save(update_fields=["state", "checked_at", "since"])
    if before != state and (state in StorageCheck.BROKEN or before in StorageCheck.BROKEN):
        for holder in holders:
            _tell(holder, row.stored_as, state)


def _since(row: StorageCheck, before: State, state: State, now: datetime) -> datetime | None:
    return row.since if before == state else now


def _tell(holder: Holder, name: str, state: State) -> None:
    if holder.tell is None:
        return
    code, text = NOTICES.get(state, (MENDED, ""))
    for item in holder.named([name]).select_for_update(of=("self",)).select_related("case").order_by("pk"):
        others = [notice for notice in item.notices if notice["code"] not in CODES]
        item.notices = others if code == MENDED else [*others, {"code": code, "text": str(text) % {"remedy": REMEDY}}]
        item.save(update_fields=["notices", "updated"])
        kind = item.topic.partition(":")[0]
        AuditEvent.write(f"{kind}.{code}", case=item.case, actor=None, target=item, title=item.title, file=name)
        if item.deleted_at is None and not item.processing:
            holder.tell(item)


def summary() -> tuple[bool, str]:
    """(is no stored file missing or changed, a sentence); for the health checks."""
    bad = broken().count()
    if bad:
        text = ngettext("%(n)d stored file is missing or changed.", "%(n)d stored files are missing or changed.", bad)
        return False, text % {"n": bad}
    checked = StorageCheck.objects.filter(state=State.SOUND)[:1]
    return True, _("all that were checked are as they were stored") if checked else _("not checked yet")
