"""Files found inside files (an e-mail's attachments) become documents of their own: same case, `parent` set, same corridor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from django.utils.translation import gettext as _

from documents.errors import Refused
from documents.models import Document
from documents.services.extraction import ExtractedAttachment, Extraction
from documents.services.ingest import acceptance, takers
from documents.services.ingest.acceptance import Candidate
from documents.services.storage import blobs
from documents.services.storage.names import clean_name
from tasks.models import TaskRecord

MAX_DEPTH = 5
MAX_COUNT = 200
Notices = list[dict[str, str]]


class Found:
    """The attachments that can be taken, and notices about those that can't."""

    def __init__(self) -> None:
        self.candidates: list[Candidate] = []
        self.notices: Notices = []

    def leave_out(self, name: str, reason: str, code: str) -> None:
        self.notices.append({"code": code, "text": f"{name}: {reason}"})


@contextmanager
def received(document: Document, reading: Extraction) -> Iterator[Found]:
    """Copy the attachments beside their places, outside any transaction; what was not admitted is gone afterwards."""
    found = Found()
    with ExitStack() as cleanup:
        if reading.attachments and _depth(document) >= MAX_DEPTH:
            found.notices.append({"code": "attachments_too_deep", "text": _("Attachments nested this deep are not taken out.")})
        elif document.case_id is not None:
            _receive_all(document, reading.attachments, found, cleanup)
        yield found


def _receive_all(document: Document, files: Sequence[ExtractedAttachment], found: Found, cleanup: ExitStack) -> None:
    if len(files) > MAX_COUNT:
        text = _("Only the first %(limit)d of %(count)d attachments were taken out.") % {"limit": MAX_COUNT, "count": len(files)}
        found.notices.append({"code": "too_many_attachments", "text": text})
    for file in files[:MAX_COUNT]:
        with open(file.path, "rb") as source:
            incoming = blobs.receive(source, document.case_id)
        cleanup.callback(incoming.discard)
        try:
            found.candidates.append(acceptance.examine(incoming, file.name))
        except Refused as refusal:
            found.leave_out(clean_name(file.name), refusal.message, f"attachment_{refusal.code}")


def admit(document: Document, found: Found, record: TaskRecord) -> Notices:
    """Make the rows, in the transaction of the task that found them. One that this document brought before is not made again, even
    where it was deleted."""
    if not found.candidates or document.case is None:
        return found.notices
    known = set(document.attachments.values_list("sha256", "name")) | takers.known(document)
    fresh = {(c.incoming.sha256, c.name): c for c in found.candidates if (c.incoming.sha256, c.name) not in known}
    acceptance.admit(
        list(fresh.values()),
        case=document.case,
        user=document.created_by,
        kind=None,
        parent=document,
        source="attachment",
        found_by=record,
    )
    return found.notices


def _depth(document: Document) -> int:
    depth, above = 0, document.parent
    while above is not None and depth < MAX_DEPTH:
        depth, above = depth + 1, above.parent
    return depth
