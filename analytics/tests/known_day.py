"""A small day, 2026-03-04 (UTC), on two cases, with neighbours a moment before and after. What it comes to was counted by hand."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Model

from analytics.models import APIRequest, ImpressionDay, UsageHour, UsageMark
from analytics.services.usage.histogram import BUCKETS
from audio.models import AudioSession, ProcessingMetric
from cases.models import AuditEvent, Case, Event
from documents.models import Citation, Conversation, Document, Message, MessageSentence, Page, RecognisedPage, TextVersion
from tasks.models import TaskRecord

DAY = date(2026, 3, 4)
FIRST = datetime(2026, 3, 4, tzinfo=UTC)
NOON = FIRST + timedelta(hours=12)
LAST = FIRST + timedelta(days=1) - timedelta(milliseconds=1)
BEFORE, AFTER = FIRST - timedelta(milliseconds=1), FIRST + timedelta(days=1)


def _set(row: Any, **fields: Any) -> Any:
    """Past the fields that set themselves."""
    model: type[Model] = type(row)
    model._default_manager.filter(pk=row.pk).update(**fields)
    return row


def document(case: Case | None, at: datetime, kind: str = "email", size: int = 0, **fields: Any) -> Any:
    stored = uuid.uuid4().hex if size else ""
    made = Document.objects.create(case=case, title="Secret", kind=kind, size=size, stored_as=stored, sha256=stored, **fields)
    return _set(made, created=at)


def reading(of: Any, at: datetime, pages: int, source: str = "extraction", *, recognised: int = 0, **fields: Any) -> Any:
    version = _set(TextVersion.objects.create(document=of, number=of.text_versions.count() + 1, source=source, **fields), created=at)
    Page.objects.bulk_create(Page(text_version=version, number=number + 1, text="a") for number in range(pages))
    for number in range(recognised):
        page = RecognisedPage.objects.create(document=of, number=number + 1, key=str(version.pk), engine="t", text="a", confidence=1)
        _set(page, created=at)
    return version


def citations(version: Any, count: int, role: str = "authority") -> None:
    Citation.objects.bulk_create(
        Citation(text_version=version, page=1, start=n, end=n + 1, text="a", kind="case", method="t", role=role) for n in range(count)
    )


def task(case: Case | None, ended: datetime, status: str, waited: float = 0, ran: float = 0, **fields: Any) -> None:
    record = TaskRecord.objects.create(name="documents.extract", status=status, scope=case and case.pk, attempt=1, **fields)
    started = ended - timedelta(seconds=ran)
    _set(record, finished_at=ended, started_at=started, created=started - timedelta(seconds=waited))


def message(conversation: Any, ended: datetime, state: str = "answered", took: float = 1, faults: int = 0, **fields: Any) -> None:
    number = conversation.messages.count() + 1
    made = Message.objects.create(conversation=conversation, number=number, question="Secret?", state=state, **fields)
    _set(made, ended=ended, created=ended - timedelta(seconds=took))
    for place in range(faults):
        MessageSentence.objects.create(message=made, number=place + 1, text="Secret.", supported=False)
    MessageSentence.objects.create(message=made, number=faults + 1, text="An aside.", supported=False, aside=True)


def recording(case: Case, at: datetime, hours: float | None, **fields: Any) -> Any:
    made = AudioSession.objects.create(case=case, title="Secret", duration_s=hours and hours * 3600, **fields)
    return _set(made, created=at)


def heard(session: Any, at: datetime, step: str, hours: float) -> None:
    made = ProcessingMetric.objects.create(session=session, version=1, step=step, seconds=1, audio_s=hours * 3600)
    _set(made, created=at)


def usage(hour: datetime, case: Case | None, buckets: dict[int, int], refused: int = 0, failed: int = 0) -> None:
    """`buckets`: requests by the place of their bucket."""
    counts = [buckets.get(place, 0) for place in range(BUCKETS)]
    UsageHour.objects.create(
        hour=hour, method="GET", route="cases/{pk}/", case=case and case.pk, requests=sum(counts), client_errors=refused,
        server_errors=failed, buckets=counts,
    )  # fmt: skip


def request(at: datetime, user: Any, case: Case | None = None) -> None:
    made = APIRequest.objects.create(
        time=at, method="GET", route="cases/{pk}/", status=200, ms=1, user=user and user.pk, case=case and case.pk
    )
    UsageMark.objects.update_or_create(pk=UsageMark.KEY, defaults={"until": made.pk})  # it is in the sums


def build(one: Case, other: Case, ann: Any, ben: Any) -> None:
    """`ann` and `ben` are people. Nothing else may have happened on the day."""
    AuditEvent.objects.update(created=BEFORE)
    _documents(one, other)
    _recordings(one, other)
    _tasks(one, other)
    _answers(one, other)
    _people(one, other, ann, ben)
    UsageMark.objects.update_or_create(pk=UsageMark.KEY, defaults={"until": APIRequest.objects.latest("pk").pk})


def _documents(one: Case, other: Case) -> None:
    document(one, BEFORE, size=1000)
    first = document(one, FIRST, "motion", 100)
    last = document(one, LAST, "email", 200, deleted_at=AFTER)
    document(one, NOON, "complaint", status="failed", error_code="type_mismatch")
    document(one, NOON, "email", status="failed", error_code="not a known code")
    document(one, NOON, "email", status="ready", error_code="type_mismatch")  # kept unread, which is no failure
    document(one, AFTER, size=5000)
    theirs = document(other, NOON, "contract", 40)
    law = document(None, NOON, "ruling")
    generated = document(other, BEFORE, "generated")

    citations(reading(first, FIRST, 3), 2)
    citations(reading(last, LAST, 2, "ocr", recognised=2), 1)
    citations(reading(first, BEFORE, 7, recognised=7), 9)
    citations(reading(last, AFTER, 7, recognised=7), 9)
    reading(first, NOON, 5, complete=False)
    reading(first, NOON, 11, "correction")
    citations(reading(theirs, NOON, 4, recognised=1), 1)
    citations(theirs.text_versions.get(), 6, role="record")
    citations(reading(generated, NOON, 1), 8)
    citations(reading(law, NOON, 50), 50)


def _recordings(one: Case, other: Case) -> None:
    hearing = recording(one, FIRST, 1.5)
    recording(one, LAST, None, status="failed", error_code="too_long")
    recording(one, NOON, 1.5, duplicate_of=hearing)
    recording(one, AFTER, 8)
    old = recording(other, BEFORE, 8)
    heard(hearing, NOON, "transcribing", 0.5)
    heard(hearing, LAST, "transcribing", 0.25)
    heard(hearing, NOON, "listening", 1.5)
    heard(hearing, AFTER, "transcribing", 8)
    heard(old, FIRST, "transcribing", 2)


def _tasks(one: Case, other: Case) -> None:
    task(one, BEFORE, "failed", 99, 99, error_code="type_mismatch")
    for ended, waited, ran in ((FIRST, 1, 10), (NOON, 2, 20), (LAST, 3, 30)):
        task(one, ended, "succeeded", waited, ran)
    task(one, NOON, "failed", 4, 40, error_code="type_mismatch")
    task(one, NOON, "cancelled", 500, 500)
    task(one, AFTER, "succeeded", 99, 99)
    task(other, NOON, "failed", 10, 100)
    task(None, NOON, "succeeded", 0, 5)
    again = TaskRecord.objects.create(name="documents.extract", status="succeeded", scope=other.pk, attempt=2)
    _set(again, finished_at=NOON, started_at=NOON - timedelta(seconds=50), created=FIRST)


def _answers(one: Case, other: Case) -> None:
    mine, theirs = Conversation.objects.create(case=one), Conversation.objects.create(case=other, deleted_at=AFTER)
    llm = {"model": "m", "host": "h", "prompt_tokens": 100, "completion_tokens": 20, "cost": 0.25, "estimated": False}
    message(mine, BEFORE, method="llm", usage=llm)
    message(mine, FIRST, method="llm", usage=llm, took=2, faults=2)
    message(mine, LAST, method="extractive", took=4)
    message(mine, NOON, method="counted", took=6)
    message(mine, NOON, method="extractive", refused=True, took=9)
    message(mine, NOON, state="failed", usage=llm)
    message(mine, NOON, state="stopped")
    message(mine, AFTER)
    message(theirs, NOON, method="llm", usage={**llm, "cost": None}, took=3, refused=True, faults=1)


def _people(one: Case, other: Case, ann: Any, ben: Any) -> None:
    for day, kind, case, views in (
        (DAY, "search", one, 7), (DAY, "empty_search", one, 2), (DAY, "search", other, 1), (DAY, "search", None, 10),
        (DAY, "empty_search", None, 4), (DAY, "document", one, 100), (DAY - timedelta(days=1), "search", one, 50),
        (DAY + timedelta(days=1), "empty_search", one, 50),
    ):  # fmt: skip
        ImpressionDay.objects.create(day=day, kind=kind, case=case, views=views)
    for due, kind, state, done in (
        (DAY, "deadline", "confirmed", False), (DAY, "deadline", "confirmed", True), (DAY, "deadline", "hidden", False),
        (DAY, "hearing", "confirmed", False), (DAY + timedelta(days=1), "deadline", "confirmed", False),
        (DAY - timedelta(days=1), "deadline", "confirmed", False),
    ):  # fmt: skip
        Event.objects.create(case=one, kind=kind, state=state, done=done, date=due, text="Secret")
    # Place n holds what took from BOUNDS[n - 1] to BOUNDS[n].
    usage(FIRST - timedelta(hours=1), one, {1: 1000}, 500, 500)
    usage(FIRST, one, {1: 10}, 3, 1)
    usage(FIRST + timedelta(hours=23), one, {2: 10}, 1)
    usage(AFTER, one, {1: 1000}, 500, 500)
    usage(NOON, None, {1: 80}, 5, 2)
    for at, user, case in (
        (BEFORE, ben, one),
        (FIRST, ann, one),
        (LAST, ann, one),
        (NOON, ben, None),
        (NOON, None, one),
        (AFTER, ben, one),
    ):
        request(at, user, case)
    _set(AuditEvent.write("document.added", case=other, actor=ben), created=NOON)
    _set(AuditEvent.write("document.added", case=one, actor=ben), created=AFTER)


ONE: dict[str, float | int | None] = {
    # type_mismatch is told as unreadable, too_long as no_sound: they have one reason for people;
    # the motion, the e-mail of the last millisecond, the damaged complaint, two e-mails
    "documents_in": 5, "documents_in:filing": 2, "documents_in:email": 3, "documents_bytes": 300,
    "documents_failed": 2, "documents_failed:unreadable": 1, "documents_failed:unexpected": 1,
    "pages_read": 5, "pages_recognised": 2, "citations_found": 3,
    "recordings_in": 2, "audio_hours": 1.5, "transcribed_hours": 0.75, "recordings_failed": 1, "recordings_failed:no_sound": 1,
    "searches": 7, "searches_empty": 2,
    "answers": 4, "answers:llm": 1, "answers:extractive": 2, "answers:counted": 1, "answers_refused": 1, "answers_unsupported": 1,
    "answers_failed": 1, "answer_seconds_median": 5, "llm_calls": 2, "llm_tokens": 240, "llm_cost": 0.5,
    "deadlines_due": 2, "deadlines_open": 1, "people_active": 1,
    "tasks_ended": 5, "tasks_ended:succeeded": 3, "tasks_ended:failed": 1, "tasks_ended:cancelled": 1,
    "tasks_failed": 1, "tasks_failed:type_mismatch": 1,
    # 10, 20, 30, 40 seconds; waiting 1, 2, 3, 4: at 0.95 * 3 places
    "task_seconds_median": 25, "task_seconds_p95": 38.5, "task_waiting_median": 2.5, "task_waiting_p95": 3.85,
    "requests": 20, "client_errors": 4, "server_errors": 1,
    # 10 of 1 to 1.41 ms, 10 of 1.41 to 2 ms: the 19th is 9/10 of the way from 1.41 to 2
    "request_ms_p95": 1.941,
    # 1000 of the moment before, 100 and 200
    "storage_bytes": 1300, "storage_growth": 300,
}  # fmt: skip
OTHER: dict[str, float | int | None] = {
    "documents_in": 1, "documents_in:contract": 1, "documents_bytes": 40, "documents_failed": 0,
    "pages_read": 5, "pages_recognised": 1, "citations_found": 1,
    "recordings_in": 0, "audio_hours": 0, "transcribed_hours": 2, "recordings_failed": 0,
    "searches": 1, "searches_empty": 0,
    "answers": 1, "answers:llm": 1, "answers_refused": 1, "answers_unsupported": 1, "answers_failed": 0, "answer_seconds_median": 3,
    "llm_calls": 1, "llm_tokens": 120, "llm_cost": None,
    "deadlines_due": 0, "deadlines_open": 0, "people_active": 1,
    "tasks_ended": 2, "tasks_ended:succeeded": 1, "tasks_ended:failed": 1, "tasks_failed": 1, "tasks_failed:unexpected": 1,
    # 50 and 100 seconds; waiting of the one that was not tried again
    "task_seconds_median": 75, "task_seconds_p95": 97.5, "task_waiting_median": 10, "task_waiting_p95": 10,
    "requests": 0, "client_errors": 0, "server_errors": 0, "request_ms_p95": None,
    "storage_bytes": 40, "storage_growth": 40,
}  # fmt: skip
INSTALLATION: dict[str, float | int | None] = {
    "documents_in": 6, "documents_in:filing": 2, "documents_in:email": 3, "documents_in:contract": 1, "documents_bytes": 340,
    "documents_failed": 2, "documents_failed:unreadable": 1, "documents_failed:unexpected": 1,
    "pages_read": 10, "pages_recognised": 3, "citations_found": 4, "library_in": 1,
    "recordings_in": 2, "audio_hours": 1.5, "transcribed_hours": 2.75, "recordings_failed": 1, "recordings_failed:no_sound": 1,
    "searches": 18, "searches_empty": 6,
    "answers": 5, "answers:llm": 2, "answers:extractive": 2, "answers:counted": 1, "answers_refused": 2, "answers_unsupported": 2,
    "answers_failed": 1, "answer_seconds_median": 4, "llm_calls": 3, "llm_tokens": 360, "llm_cost": 0.5,
    "deadlines_due": 2, "deadlines_open": 1, "people_active": 2,
    "tasks_ended": 8, "tasks_ended:succeeded": 5, "tasks_ended:failed": 2, "tasks_ended:cancelled": 1,
    "tasks_failed": 2, "tasks_failed:type_mismatch": 1, "tasks_failed:unexpected": 1,
    # 5, 10, 20, 30, 40, 50, 100 seconds: at 0.95 * 6 = 5.7 places; waiting 0, 1, 2, 3, 4, 10: at 0.95 * 5 = 4.75 places
    "task_seconds_median": 30, "task_seconds_p95": 85, "task_waiting_median": 2.5, "task_waiting_p95": 8.5,
    "requests": 100, "client_errors": 9, "server_errors": 3,
    # 90 of 1 to 1.41 ms, 10 of 1.41 to 2 ms: the 95th is half of the way from 1.41 to 2
    "request_ms_p95": 1.705,
    "storage_bytes": 1340, "storage_growth": 340,
}  # fmt: skip
