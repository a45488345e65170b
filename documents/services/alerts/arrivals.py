"""What is new: a document whose text can be read in its case for the first time. Each waits for the alerts that it concerns.

It is new once, whatever happens to it later, and so are its bytes: what comes a second time, or takes the place of a deleted original, is
nothing new. A document that moves into a case is new in that case, but not to who saw it in the case from which it came. What was made here
of the case's documents arrives too, and waits for nobody: who made it knows of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from tasks.manager import manager

CHECK = "documents.check_alerts"
SOON = timedelta(seconds=5)
"""After the first document; those that come within this time are looked at together."""
PRIORITY = 6

# Gives those that are new: neither here before nor with bytes that were, nor made here (papers; scrubbed and stamped copies).
_ARRIVE = """
WITH came AS (
    INSERT INTO documents_documentarrival (document_id, case_id, sha256, at)
    SELECT id, case_id, sha256, now() FROM documents_document
    WHERE id = ANY(%s::uuid[]) AND duplicate_of_id IS NULL AND deleted_at IS NULL AND text_version_id IS NOT NULL
    ON CONFLICT DO NOTHING RETURNING document_id, case_id, sha256
)
SELECT came.document_id, came.case_id FROM came JOIN documents_document AS document ON document.id = came.document_id
WHERE document.kind <> 'generated' AND NOT document.metadata ?| ARRAY['derived_from', 'paper'] AND NOT EXISTS (
    SELECT FROM documents_documentarrival AS before
    WHERE before.case_id IS NOT DISTINCT FROM came.case_id AND before.sha256 = came.sha256 AND before.sha256 <> ''
)
"""
# Duplicates whose bytes were seen here in their original.
_LEAVE = """
INSERT INTO documents_documentarrival (document_id, case_id, sha256, at)
SELECT id, case_id, sha256, now() FROM documents_document AS leaving
WHERE id = ANY(%s::uuid[]) AND duplicate_of_id IS NOT NULL AND deleted_at IS NULL AND EXISTS (
    SELECT FROM documents_documentarrival AS before
    WHERE before.case_id = leaving.case_id AND before.sha256 = leaving.sha256 AND before.sha256 <> ''
)
ON CONFLICT DO NOTHING
"""
# Active alerts on the case, and those on everything of people who may see it and did not see the document in another case of theirs; what
# they find goes through the door. They are held until the transaction ends, in one order; one that is being deleted is waited for.
_WAIT = """
WITH concerned AS (
    SELECT alert.id, search.user_id, search.case_id
    FROM documents_searchalert AS alert
    JOIN documents_savedsearch AS search ON search.id = alert.search_id
    JOIN {users} AS owner ON owner.id = search.user_id
    WHERE alert.active AND owner.is_active AND (search.case_id IS NULL OR search.case_id = %(case)s::uuid)
      AND (%(case)s::uuid IS NULL
           OR EXISTS (SELECT FROM cases_membership AS seen WHERE seen.case_id = %(case)s::uuid AND seen.user_id = search.user_id))
    ORDER BY alert.id FOR KEY SHARE OF alert
)
INSERT INTO documents_alerthit (alert_id, document_id, created)
SELECT concerned.id, came.id, now() FROM concerned CROSS JOIN unnest(%(documents)s::uuid[]) AS came(id)
WHERE concerned.case_id IS NOT NULL OR NOT EXISTS (
    SELECT FROM documents_documentarrival AS before JOIN cases_membership AS seen ON seen.case_id = before.case_id
    WHERE before.document_id = came.id AND before.case_id IS DISTINCT FROM %(case)s::uuid AND seen.user_id = concerned.user_id
)
ON CONFLICT DO NOTHING
"""


def note(documents: Iterable[UUID]) -> None:
    """Of documents that are ready now, in the transaction that makes them so. Those that were before, and duplicates, are passed over."""
    with connection.cursor() as cursor:
        cursor.execute(_ARRIVE, [list(documents)])
        by_case: defaultdict[UUID | None, list[UUID]] = defaultdict(list)
        for document, case in cursor.fetchall():
            by_case[case].append(document)
        waiting = sum(_wait(cursor, case, new) for case, new in by_case.items())
    if waiting:
        transaction.on_commit(check_soon, robust=True)


def leave(documents: Iterable[UUID]) -> None:
    """Of documents that leave their case, before they do: who has seen the bytes of a duplicate has seen it, wherever it goes."""
    with connection.cursor() as cursor:
        cursor.execute(_LEAVE, [list(documents)])


def check_soon() -> None:
    """Have what waits looked at. Not in the transaction in which it arrives, which would wait for others at the task's one record. A check
    that runs already may have passed what came now, and a process may die before this; the schedule's next one sees it."""
    manager.submit(CHECK, unique=True, run_after=timezone.now() + SOON, priority=PRIORITY)


def _wait(cursor: CursorWrapper, case: UUID | None, new: list[UUID]) -> int:
    """Write that these wait for the alerts that they concern; gives how many rows."""
    users = connection.ops.quote_name(get_user_model()._meta.db_table)
    cursor.execute(_WAIT.format(users=users), {"case": case, "documents": new})
    return int(cursor.rowcount)
