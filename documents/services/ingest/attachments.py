"""Files found inside files (an e-mail's attachments, an archive's members) become documents of their own: same case, `parent` set, same
corridor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from documents.errors import Refused
from documents.models import Document
from documents.services.extraction import ExtractedAttachment, Extraction, registry
from documents.services.extraction.limits import MAX_FAMILY, MAX_FAMILY_BYTES, MAX_TAKEN_OUT
from documents.services.ingest import acceptance, takers
from documents.services.ingest.acceptance import Candidate
from documents.services.organising.folders import tags_of
from documents.services.storage import blobs
from documents.services.storage.names import clean_name
from tasks.models import TaskRecord

MAX_DEPTH = 5
AT_ONCE = 100
"""Rows that are made in one transaction."""
_TOLD = 10
Notices = list[dict[str, str]]
_FAMILY = """
WITH RECURSIVE family (id, size) AS (
    SELECT id, size FROM documents_document WHERE parent_id = %s
    UNION ALL
    SELECT child.id, child.size FROM documents_document child JOIN family ON child.parent_id = family.id
)
SELECT count(*), coalesce(sum(size), 0) FROM family
"""


class Found:
    """The attachments that can be taken, and notices about those that can't: each of the first few of a kind, then their number."""

    def __init__(self) -> None:
        self.candidates: list[Candidate] = []
        self._notices: Notices = []
        self._left_out: Counter[str] = Counter()

    def tell(self, code: str, text: str) -> None:
        self._notices.append({"code": code, "text": text})

    def leave_out(self, name: str, reason: str, code: str) -> None:
        self._left_out[code] += 1
        if self._left_out[code] <= _TOLD:
            self.tell(code, f"{name}: {reason}")

    @property
    def notices(self) -> Notices:
        more = {code: count - _TOLD for code, count in self._left_out.items() if count > _TOLD}
        return self._notices + [{"code": code, "text": _more_left_out(count)} for code, count in more.items()]

    def groups(self) -> list[list[Candidate]]:
        """Few enough at a time for a short transaction; the last group may be empty."""
        whole = [self.candidates[first : first + AT_ONCE] for first in range(0, len(self.candidates), AT_ONCE)]
        return whole or [[]]


@contextmanager
def received(document: Document, reading: Extraction, check: Callable[[], None]) -> Iterator[Found]:
    """Copy the attachments beside their places, outside any transaction; what was not admitted is gone afterwards. `check` is called
    between them and may raise."""
    found = Found()
    with ExitStack() as cleanup:
        if reading.attachments and _depth(document) >= MAX_DEPTH:
            found.tell("attachments_too_deep", _("Attachments nested this deep are not taken out."))
        elif document.case_id is not None:
            _receive_all(document, _allowed(document, reading, found), found, cleanup, check)
        yield found


def _allowed(document: Document, reading: Extraction, found: Found) -> Sequence[ExtractedAttachment]:
    """The files that may be taken out: so many of one file, and of containers in containers so many of all that came with one upload."""
    form, files = registry.by_mime(reading.mime), reading.attachments
    most = form.limits.files if form else MAX_TAKEN_OUT
    taken = files[:most]
    if form is not None and form.container and document.parent_id is not None:
        count, size = _family(document)
        taken = taken[: max(0, MAX_FAMILY - count)]
        while taken and size + sum(file.path.stat().st_size for file in taken) > MAX_FAMILY_BYTES:
            taken = taken[: len(taken) // 2]
    if len(taken) < len(files):
        text = _("Only the first %(limit)d of %(count)d attachments were taken out.") % {"limit": len(taken), "count": len(files)}
        found.tell("too_many_attachments", text)
    return taken


def _family(document: Document) -> tuple[int, int]:
    """How many documents came out of the upload that this one came out of, and their bytes."""
    root = document
    while root.parent is not None:
        root = root.parent
    with connection.cursor() as cursor:
        cursor.execute(_FAMILY, [root.pk])
        count, size = cursor.fetchone()
    return int(count), int(size)


def _receive_all(
    document: Document, files: Sequence[ExtractedAttachment], found: Found, cleanup: ExitStack, check: Callable[[], None]
) -> None:
    for file in files:
        check()
        with open(file.path, "rb") as source:
            incoming = blobs.receive(source, document.case_id)
        file.path.unlink()  # a large archive need not lie on the disk twice
        cleanup.callback(incoming.discard)
        try:
            candidate = acceptance.examine(incoming, file.name)
        except Refused as refusal:
            found.leave_out(clean_name(file.name), refusal.message, f"attachment_{refusal.code}")
            continue
        candidate.about = file.about
        incoming.send()
        found.candidates.append(candidate)


def admit(document: Document, group: Sequence[Candidate], record: TaskRecord) -> None:
    """Make the rows, in the transaction of the task that found them. One that this document brought before is not made again, even
    where it was deleted."""
    if not group or document.case is None:
        return
    rows = document.attachments.filter(sha256__in=[candidate.incoming.sha256 for candidate in group])
    known = {(sha256, name, about.get("folder", "")) for sha256, name, about in rows.values_list("sha256", "name", "metadata")}
    known |= takers.known(document)
    fresh = {key: one for one in group if (key := _key(one)) not in known}
    carried = document.tags.values_list("name", flat=True)  # what came in a file belongs to what the file was put under
    for candidate in fresh.values():
        candidate.tags = tuple(dict.fromkeys([*carried, *tags_of(candidate.about)]))
    acceptance.admit(
        list(fresh.values()),
        case=document.case,
        user=document.created_by,
        kind=None,
        parent=document,
        source="attachment",
        found_by=record,
    )


def _more_left_out(count: int) -> str:
    sentence = ngettext("%(n)d more file was left out for the same reason.", "%(n)d more files were left out for the same reason.", count)
    return sentence % {"n": count}


def _key(candidate: Candidate) -> tuple[str, str, str]:
    return candidate.incoming.sha256, candidate.name, candidate.about.get("folder", "")


def _depth(document: Document) -> int:
    depth, above = 0, document.parent
    while above is not None and depth < MAX_DEPTH:
        depth, above = depth + 1, above.parent
    return depth
