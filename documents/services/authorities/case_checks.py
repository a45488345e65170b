"""The check of a case's documents: what was found is kept for each reading, and made again when the reading or the law is another one.

`mark` tells whether it still holds: the mentions and what they lead to, when that last changed, and what imports have brought. Few
documents are checked when somebody looks; many by a task.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Sum

from cases.models import Case
from cases.services.citations import Mention
from documents.jobs import CaseCheckJob
from documents.models import AuthorityCheck, Citation, LawImport, TextVersion
from documents.services.authorities.checking import draft
from tasks.manager import manager
from tasks.run import TaskRun

TASK = "documents.check_authorities"
AT_ONCE = 1_500
"""Mentions that are checked while somebody waits."""
_MARKS = """
SELECT d.text_version_id, count(*),
    md5(string_agg(concat_ws(':', c.id, c.key, c.ruling_id, c.statute_id, r.updated, s.updated), ',' ORDER BY c.id))
FROM documents_document d JOIN documents_citation c ON c.text_version_id = d.text_version_id
LEFT JOIN cases_ruling r ON r.id = c.ruling_id LEFT JOIN cases_statute s ON s.id = c.statute_id
WHERE d.case_id = %s AND d.deleted_at IS NULL AND d.kind <> 'generated' GROUP BY d.text_version_id
"""


@dataclass
class CaseCheck:
    """`findings` are [(document id, title, finding)], `waiting` the documents that are still to be checked."""

    findings: list[tuple[UUID, str, dict[str, Any]]] = field(default_factory=list)
    totals: dict[str, int] = field(default_factory=dict)
    quote_totals: dict[str, int] = field(default_factory=dict)
    checked: int = 0
    waiting: int = 0


def stale(case: Case) -> dict[int, tuple[int, str]]:
    """Readings whose check does not hold, with (mentions, mark of now)."""
    brought = LawImport.objects.aggregate(added=Sum("added"), changed=Sum("updated_count"))
    law = f"{brought['added'] or 0}-{brought['changed'] or 0}"
    with connection.cursor() as cursor:
        cursor.execute(_MARKS, [case.pk])
        now = {version: (count, f"{mark}-{law}"[:64]) for version, count, mark in cursor.fetchall()}
    kept = dict(AuthorityCheck.objects.filter(text_version__in=now).values_list("text_version", "mark"))
    return {version: (count, mark) for version, (count, mark) in now.items() if kept.get(version) != mark}


def of_case(case: Case, user: Any) -> CaseCheck:
    """What is known of the case, after checking what is little; much is given to a task. The caller has asked the case's door."""
    waiting = stale(case)
    if waiting and sum(count for count, _mark in waiting.values()) <= AT_ONCE:
        check_readings(waiting)
        waiting = {}
    elif waiting:
        manager.submit(TASK, {"case_id": str(case.pk)}, scope=case.pk, user=user, unique=str(case.pk))
    result = CaseCheck(waiting=len(waiting))
    rows = AuthorityCheck.objects.filter(
        text_version__document__case=case, text_version__document__deleted_at=None, text_version__document__text_version=F("text_version")
    ).exclude(text_version__in=list(waiting))
    for check in rows.select_related("text_version__document").order_by("text_version__document__title", "pk"):
        result.checked += 1
        document = check.text_version.document
        result.findings += [(document.pk, document.title, finding) for finding in check.findings]
        for kept, more in ((result.totals, check.totals), (result.quote_totals, check.quote_totals)):
            for name, count in more.items():
                kept[name] = kept.get(name, 0) + count
    return result


def check_readings(
    waiting: dict[int, tuple[int, str]],
    check: Callable[[], None] = lambda: None,
    told: Callable[[int], None] = lambda n: None,
    publish: Callable[[], AbstractContextManager[Any]] = transaction.atomic,
) -> int:
    """What each finds is written in a transaction of its own, which `publish` opens."""
    for done, (version, (_count, mark)) in enumerate(waiting.items(), 1):
        check()
        found = check_reading(version, check)
        with publish():
            if TextVersion.objects.filter(pk=version).exists():
                AuthorityCheck.objects.update_or_create(text_version_id=version, defaults={"mark": mark, **found})
        told(done)
    return len(waiting)


def run_task(job: CaseCheckJob, run: TaskRun) -> dict[str, Any]:
    """Check all documents of a case whose check does not hold."""
    case = Case.objects.filter(pk=job.case_id, deleted_at=None).first()
    waiting = stale(case) if case is not None else {}

    def told(done: int) -> None:
        run.progress(100 * done / max(1, len(waiting)), "checking")

    return {"documents": check_readings(waiting, run.check, told, run.publish)}


def check_reading(version: int, check: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """The values of an AuthorityCheck: the mentions that were found when the document was read, judged now."""
    pages = list(TextVersion.objects.get(pk=version).pages.order_by("number").values_list("number", "text"))
    starts, length = {}, 0
    for number, text in pages:
        starts[number] = length
        length += len(text) + 1
    whole = "\n".join(text for _number, text in pages)
    rows = list(Citation.objects.filter(text_version=version, page__in=starts).order_by("page", "start", "id"))
    cited = [row for row in rows if row.role in draft.CITED]
    known = [(starts[row.page] + row.start, starts[row.page] + row.end) for row in rows if row.role not in draft.CITED]
    report = draft.check_mentions(whole, [_mention(row, starts[row.page]) for row in cited], known=known, check=check)
    by_place = {(starts[row.page] + row.start, starts[row.page] + row.end): row for row in cited}
    findings = []
    for result in report.results:
        if result.group in ("look", "doubtful", "not_understood"):
            row = by_place.get((result.mention.start, result.mention.end))
            findings.append({**result.as_json(), "citation": row.pk if row else None, **_place(result.mention.start, starts)})
    return {"totals": report.totals(), "quote_totals": report.quote_totals(), "findings": findings}


def _mention(row: Citation, base: int) -> Mention:
    return Mention(
        base + row.start, base + row.end, row.text, row.key, row.kind, row.pin, row.name, row.year, row.method, row.confidence, row.role,
        row.cluster or row.key, row.court,
    )  # fmt: skip


def _place(at: int, starts: dict[int, int]) -> dict[str, int]:
    number = max(_before(at, starts.items()), default=1)
    return {"page": number, "offset": at - starts.get(number, 0)}


def _before(at: int, starts: Iterable[tuple[int, int]]) -> Iterable[int]:
    return [number for number, start in starts if start <= at]
