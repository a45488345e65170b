"""A task's page and the list: what they tell, to whom, and what may be done from there."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from documents.models import Document
from lexintel.models import User
from tasks.manager import manager
from tasks.models import Status, TaskAttempt, TaskLine, TaskRecord
from tasks.operations.explanations import cause_of
from tasks.operations.waiting_reasons import reason as waiting_reason
from tasks.tests.functions import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(case, editor) -> Document:
    return Document.objects.create(case=case, title="The lease", name="lease.pdf", created_by=editor)


@pytest.fixture
def record(case, editor, document) -> TaskRecord:
    return manager.submit("trial.light", Job(path="secret of the case"), scope=case.pk, user=editor, topic=document.topic)


@pytest.fixture
def page():
    """`page(user, address)` is what that person reads there; a POST where a form is given."""

    def read(user: User, address: str, form: dict[str, str] | None = None, status: int = 200) -> str:
        client = Client()
        client.force_login(user)
        answer = client.get(address) if form is None else client.post(address, form, follow=True)
        assert answer.status_code == status
        return answer.content.decode()

    return read


def fail(record: TaskRecord, error: str = "[Errno 111] Connection refused", error_class: str = "ConnectionRefusedError") -> None:
    now = timezone.now()
    failed = TaskRecord.objects.filter(pk=record.pk)
    failed.update(
        status=Status.FAILED, error=error, error_class=error_class, error_code=error_class, started_at=now, finished_at=now, attempt=1
    )
    TaskAttempt.objects.create(
        record=record, number=1, executor="background", worker="vm:7:abc", started=now - timedelta(seconds=12), ended=now,
        outcome="failed", error_class=error_class, message=error, traceback="Traceback (most recent call last): <module>",
    )  # fmt: skip


def test_a_member_reads_what_it_is_for_why_it_waits_and_what_it_was_given(page, record, viewer, case):
    text = page(viewer, f"/tasks/{record.pk}/")
    assert "The lease" in text
    assert case.title in text
    assert waiting_reason(record) in text
    assert "secret of the case" in text


def test_who_is_no_member_finds_nothing_staff_included(page, record, stranger):
    page(stranger, f"/tasks/{record.pk}/", status=404)
    User.objects.filter(pk=stranger.pk).update(is_staff=True, is_superuser=True)
    page(stranger, f"/tasks/{record.pk}/", status=404)
    page(stranger, f"/tasks/{record.pk}/cancel/", {}, status=404)


def test_a_document_that_is_gone_leaves_its_task_readable(page, record, viewer, document):
    Document.objects.filter(pk=document.pk).update(deleted_at=timezone.now())
    assert "The lease" not in page(viewer, f"/tasks/{record.pk}/")


def test_a_failure_is_explained_and_its_attempts_told(page, record, viewer):
    fail(record)
    TaskLine.objects.create(record=record, attempt=1, time=timezone.now(), level="event", text="opening: page 1 of 2")
    TaskLine.objects.create(record=record, attempt=1, time=timezone.now(), level="warning", source="trial", text="<b>nobody answers</b>")
    text = page(viewer, f"/tasks/{record.pk}/")
    assert "A service that this task needs did not answer" in text
    assert "Start the service or correct its address, then try again." in text
    assert "Failed, after 12 s" in text
    assert "opening: page 1 of 2" in text
    assert "1 line in the log" in text
    assert "&lt;b&gt;nobody answers&lt;/b&gt;" in text
    assert "Traceback (most recent call last): &lt;module&gt;" in text


@pytest.mark.parametrize(
    ("action", "said", "diary"), [("pause", "1 task is paused.", "Paused"), ("cancel", "1 task is cancelled.", "Cancelled")]
)
def test_an_editor_acts_from_the_page_and_the_page_remembers_who(page, record, editor, action, said, diary):
    text = page(editor, f"/tasks/{record.pk}/{action}/", {})
    assert said in text
    assert re.search(rf"<strong>{diary}</strong><span>by editor</span>", text)


def test_what_is_paused_goes_on_and_what_failed_is_tried_again(page, record, owner):
    page(owner, f"/tasks/{record.pk}/pause/", {})
    assert "Go on" in page(owner, f"/tasks/{record.pk}/")
    assert "1 task goes on." in page(owner, f"/tasks/{record.pk}/resume/", {})
    fail(record)
    assert "1 task begins again." in page(owner, f"/tasks/{record.pk}/retry/", {})
    record.refresh_from_db()
    assert (record.status, record.paused_at) == ("pending", None)


def test_a_viewer_has_no_buttons_and_is_refused(page, record, viewer):
    assert "formaction" not in page(viewer, f"/tasks/{record.pk}/")
    page(viewer, f"/tasks/{record.pk}/cancel/", {}, status=403)
    page(viewer, f"/tasks/{record.pk}/explode/", {}, status=404)
    record.refresh_from_db()
    assert record.status == "pending"


def test_an_action_that_does_not_fit_leaves_no_line_in_the_diary(api, record, editor):
    assert api(editor).post(f"/api/tasks/{record.pk}/retry").json()["status"] == "pending"
    assert not record.lines.exists()


def test_the_parent_and_the_tasks_that_followed_are_linked(page, record, viewer, case):
    child = manager.submit("trial.light", Job(), scope=case.pk, parent=record)
    assert f"/tasks/{child.pk}/" in page(viewer, f"/tasks/{record.pk}/")
    assert f"/tasks/{record.pk}/" in page(viewer, f"/tasks/{child.pk}/")


def test_the_list_goes_from_page_to_page_by_links_and_back(case, viewer):
    ids = manager.submit_many("trial.light", [Job() for _ in range(120)], scope=case.pk)
    client = Client()
    client.force_login(viewer)
    address, shown = "/tasks/?name=trial.light", []
    while address:
        context = client.get(address).context
        shown += [row.record.pk for row in context["rows"]]
        last, address = address, context["older"] and f"/tasks/{context['older']}"
    assert shown == sorted(ids, reverse=True)
    newer = client.get(last).context["newer"]
    assert [row.record.pk for row in client.get(f"/tasks/{newer}").context["rows"]] == shown[50:100]


def test_the_list_says_how_long_a_done_task_took_instead_of_its_last_step(page, record, viewer):
    done = timezone.now()
    TaskRecord.objects.filter(pk=record.pk).update(
        status=Status.SUCCEEDED, message="part 1 of 4", started_at=done - timedelta(seconds=3), finished_at=done
    )
    text = page(viewer, "/tasks/")
    assert "in 3.0 s" in text
    assert "part 1 of 4" not in text


def test_the_api_goes_the_same_way(api, case, viewer):
    ids = manager.submit_many("trial.light", [Job() for _ in range(25)], scope=case.pk)
    address, shown = "/api/tasks/?page_size=10", []
    while address:
        answer = api(viewer).get(address).json()
        assert answer["count"] == 25
        shown += [found["id"] for found in answer["results"]]
        back, address = answer["previous"], answer["next"]
    assert shown == [str(key) for key in sorted(ids, reverse=True)]
    assert [found["id"] for found in api(viewer).get(back).json()["results"]] == shown[10:20]
    numbered = api(viewer).get("/api/tasks/?page_size=10&page=3").json()
    assert [found["id"] for found in numbered["results"]] == shown[20:]
    assert api(viewer).get("/api/tasks/?page=9").status_code == 404


def test_an_address_with_a_wrong_filter_says_so(page, viewer):
    assert "does not say which tasks are meant" in page(viewer, "/tasks/?status=broken", status=400)


def test_filters_show_as_chips_that_can_be_taken_away(page, record, viewer, case, document):
    text = page(viewer, f"/tasks/?case={case.pk}&topic={document.topic}&status=pending")
    for chip in (f"Case: {case.title}", "About: The lease", "State: Waiting"):
        assert chip in text


def test_a_list_of_many_cases_documents_and_errors_costs_as_much_as_a_short_one(case, viewer, editor, django_assert_max_num_queries):
    client = Client()
    client.force_login(viewer)
    for number in range(20):
        about = Document.objects.create(case=case, title=f"Paper {number}", created_by=editor)
        fail(manager.submit("trial.light", Job(), scope=case.pk, user=editor, topic=about.topic), error_class=f"Error{number}")
    with django_assert_max_num_queries(10):
        text = client.get("/tasks/?state=failed").content.decode()
    assert "Paper 19" in text


@pytest.mark.parametrize(
    ("error_class", "code", "message", "title"),
    [
        ("ConnectionRefusedError", "ConnectionRefusedError", "[Errno 111]", "Connection refused"),
        ("OSError", "OSError", "[Errno 28] No space left on device: '/x'", "The disk is full"),
        ("django.db.utils.OperationalError", "OperationalError", "connection failed: Connection refused", "The database was away"),
        ("django.db.utils.OperationalError", "OperationalError", "deadlock detected", "Two tasks were in each other's way"),
        ("tasks.errors.RetryableError", "RetryableError", "The service said: connection refused", "Connection refused"),
        ("MemoryError", "MemoryError", "", "Out of memory"),
        ("WorkerLost", "poison", "", "It killed its worker"),
        ("tasks.errors.TimeLimit", "time_limit", "", "It took too long"),
        ("pydantic_core._pydantic_core.ValidationError", "invalid_payload", "", "Wrong values"),
        ("tasks.errors.PermanentError", "encrypted", "", "The file is encrypted"),
        ("ValueError", "ValueError", "bad", "A mistake in the program"),
    ],
)
def test_an_error_has_a_plain_reading(error_class, code, message, title):
    cause = cause_of(error_class, code, message)
    assert cause is not None
    assert cause.title == title
    assert str(cause.sentence)
    assert str(cause.action)


def test_an_error_that_explains_itself_is_left_alone():
    assert cause_of("tasks.errors.PermanentError", "no_text_version", "This document has no text yet.") is None


def test_staff_ask_for_maintenance_once_however_often_they_click(api, owner):
    assert api(owner).post("/api/tasks/cleanup/sessions").status_code == 403
    owner.is_staff = True
    owner.save()
    first, second = (api(owner).post(f"/api/tasks/cleanup/sessions{slash}") for slash in ("", "/"))
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["task_id"] == second.json()["task_id"]
    assert TaskRecord.objects.get().name == "tasks.cleanup_expired_sessions"


@pytest.mark.parametrize(
    ("address", "task"),
    [
        ("rating/recalculate", "analytics.calculate_all_ratings"),
        ("impressions/sync", "analytics.sync_impressions_from_redis"),
    ],
)
def test_staff_ask_for_what_the_clock_does_otherwise(api, owner, address, task):
    owner.is_staff = True
    owner.save()
    answer = api(owner).post(f"/api/tasks/{address}")
    assert (answer.status_code, TaskRecord.objects.get().name) == (202, task)


def test_a_task_is_paused_and_goes_on_through_the_api(api, record, editor, viewer):
    assert api(viewer).post(f"/api/tasks/{record.pk}/pause").status_code == 403
    assert api(editor).post(f"/api/tasks/{record.pk}/pause").json()["paused_at"]
    assert api(editor).post(f"/api/tasks/{record.pk}/resume/").json()["paused_at"] is None
