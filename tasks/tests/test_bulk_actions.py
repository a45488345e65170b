"""One action on all tasks that fit a filter: on the page, in the API and in the admin; few at once, many by a task with progress."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.models import Case
from cases.services import matters
from lexintel.models import User
from tasks import registry
from tasks.errors import PermanentError
from tasks.manager import manager
from tasks.models import Status, TaskLine, TaskRecord
from tasks.operations import bulk
from tasks.run import TaskRun
from tasks.tests.functions import Job

pytestmark = pytest.mark.django_db
REFUSED = {"error": "[Errno 111] Connection refused", "error_class": "ConnectionRefusedError", "error_code": "ConnectionRefusedError"}


def failed(count: int, scope: object = None, user: User | None = None, **error: str) -> list[TaskRecord]:
    made = [manager.submit("trial.light", Job(), scope=scope, user=user) for _ in range(count)]
    ids = [record.pk for record in made]
    TaskRecord.objects.filter(pk__in=ids).update(status=Status.FAILED, finished_at=timezone.now(), **(error or REFUSED))
    return made


def statuses() -> dict[str, int]:
    found = list(TaskRecord.objects.exclude(name=bulk.NAME).values_list("status", flat=True))
    return {status: found.count(status) for status in set(found)}


@pytest.fixture
def browser() -> Client:
    return Client()


def test_an_editor_retries_everything_of_his_case_that_failed_with_connection_refused(api, case, editor, stranger):
    failed(3, case.pk)
    failed(1, case.pk, error="This file is empty.", error_class="tasks.errors.PermanentError", error_code="empty_file")
    theirs = matters.create_case("Somebody else's", user=stranger)
    failed(2, theirs.pk)
    asked = {"action": "retry", "filter": {"status": "failed", "error_class": "ConnectionRefusedError"}}
    answer = api(editor).post("/api/tasks/bulk", asked, format="json")
    assert (answer.status_code, answer.json()) == (200, {"matched": 3, "done": 3, "skipped": 0, "task_id": None})
    assert statuses() == {"pending": 3, "failed": 3}


def test_a_viewer_changes_nothing_with_it(api, case, viewer):
    failed(2, case.pk)
    answer = api(viewer).post("/api/tasks/bulk/", {"action": "retry", "filter": {"status": ["failed"]}}, format="json")
    assert answer.json()["matched"] == 0
    assert statuses() == {"failed": 2}


@pytest.mark.parametrize(
    "asked",
    [
        {"action": "cancel", "filter": {}},
        {"action": "cancel"},
        {"action": "cancel", "filter": {"statsu": "failed"}},
        {"action": "cancel", "filter": {"status": "broken"}},
        {"action": "explode", "filter": {"status": "failed"}},
    ],
)
def test_a_filter_that_is_missing_or_misspelt_never_means_everything(api, case, editor, asked):
    manager.submit("trial.light", Job(), scope=case.pk, user=editor)
    assert api(editor).post("/api/tasks/bulk", asked, format="json").status_code == 400
    assert statuses() == {"pending": 1}


def test_what_waits_is_paused_goes_on_and_is_cancelled_together(api, case, owner):
    records = [manager.submit("trial.light", Job(), scope=case.pk) for _ in range(3)]
    by_name = {"name": "trial.light"}
    for action, waits in (("pause", False), ("resume", True)):
        assert api(owner).post("/api/tasks/bulk", {"action": action, "filter": by_name}, format="json").json()["done"] == 3
        assert TaskRecord.objects.filter(paused_at=None).count() == (3 if waits else 0)
    assert api(owner).post("/api/tasks/bulk", {"action": "cancel", "filter": by_name}, format="json").json()["done"] == 3
    assert statuses() == {"cancelled": 3}
    diary = TaskLine.objects.filter(record=records[0]).values_list("level", "source", "text")
    assert list(diary) == [("event", "owner", "Paused"), ("event", "owner", "Goes on"), ("event", "owner", "Cancelled")]


def test_trying_again_ends_a_pause_of_the_task_itself(case, owner):
    record = manager.submit("trial.ok", {}, scope=case.pk, user=owner)
    manager.pause(record.pk, owner)
    manager.cancel(record.pk, owner)
    assert manager.retry(record.pk, owner).paused_at is None


def test_many_are_done_by_a_task_that_belongs_to_the_case_and_tells_how_far_it_is(api, case, editor, monkeypatch):
    monkeypatch.setattr(bulk, "INLINE", 5)
    monkeypatch.setattr(bulk, "CHUNK", 4)
    failed(11, case.pk)
    answer = api(editor).post("/api/tasks/bulk", {"action": "retry", "filter": {"state": "failed"}}, format="json")
    assert answer.status_code == 202
    assert (answer.json()["matched"], answer.json()["done"]) == (11, 0)
    task = TaskRecord.objects.get(pk=answer.json()["task_id"])
    assert (task.name, task.scope, task.user) == (bulk.NAME, case.pk, editor)
    assert done_by(task) == {"done": 11, "skipped": 0}
    assert statuses() == {"pending": 11}
    task.refresh_from_db()
    assert task.message.endswith(" of 11")


def done_by(task: TaskRecord) -> dict[str, int]:
    """What the task gives when it runs."""
    TaskRecord.objects.filter(pk=task.pk).update(status=Status.STARTED, attempt=1)
    task.refresh_from_db()
    spec = registry.get(task.name)
    return spec.function(spec.payload.model_validate(task.payload), TaskRun(task, spec))


def test_what_failed_again_after_it_was_asked_for_is_not_tried_a_second_time(case, editor):
    failed(2, case.pk)
    task = manager.submit(bulk.NAME, bulk.ApplyToMany(action="retry", filter={"state": ["failed"]}), user=editor, scope=case.pk)
    (again,) = failed(1, case.pk)
    assert done_by(task) == {"done": 2, "skipped": 0}
    again.refresh_from_db()
    assert again.status == "failed"


def test_the_task_may_do_what_its_user_may_when_it_runs(case, editor):
    failed(2, case.pk)
    task = manager.submit(bulk.NAME, bulk.ApplyToMany(action="retry", filter={"state": ["failed"]}), user=editor, scope=case.pk)
    case.memberships.filter(user=editor).update(role="viewer")
    assert done_by(task) == {"done": 0, "skipped": 0}
    User.objects.filter(pk=editor.pk).update(is_active=False)
    with pytest.raises(PermanentError):
        done_by(task)


def test_the_page_says_how_many_before_it_does_it(browser, case, editor):
    failed(3, case.pk)
    browser.force_login(editor)
    query = "action=retry&state=failed&error_class=ConnectionRefusedError"
    listed = browser.get("/tasks/?state=failed&error_class=ConnectionRefusedError").content.decode()
    assert "/tasks/many/?" in listed
    asked = browser.get(f"/tasks/many/?{query}").content.decode()
    assert "Try 3 tasks again?" in asked
    assert "Connection refused" in asked
    assert statuses() == {"failed": 3}
    form = {"action": "retry", "state": "failed", "error_class": "ConnectionRefusedError"}
    answer = browser.post("/tasks/many/", form, follow=True)
    assert "3 tasks begin again." in answer.content.decode()
    assert statuses() == {"pending": 3}


def test_the_page_leads_to_the_task_that_does_many(browser, case, editor, monkeypatch):
    monkeypatch.setattr(bulk, "INLINE", 2)
    failed(3, case.pk)
    browser.force_login(editor)
    answer = browser.post("/tasks/many/", {"action": "retry", "state": "failed"}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/tasks/{TaskRecord.objects.get(name=bulk.NAME).pk}/"


def test_an_administrator_acts_on_all_pages_of_a_list_also_in_cases_that_are_not_his(browser, case, stranger, monkeypatch):
    monkeypatch.setattr(bulk, "INLINE", 2)
    User.objects.filter(pk=stranger.pk).update(is_staff=True, is_superuser=True)
    records = failed(5, case.pk)
    browser.force_login(stranger)
    ticked = {"action": "retry", "select_across": "1", "_selected_action": [str(records[0].pk)]}
    answer = browser.post("/admin/tasks/taskrecord/?status__exact=failed", ticked, follow=True)
    assert "5 tasks are being changed by task" in answer.content.decode()
    task = TaskRecord.objects.get(name=bulk.NAME)
    task.user.refresh_from_db()
    assert done_by(task) == {"done": 5, "skipped": 0}
    assert statuses() == {"pending": 5}


def test_ticked_tasks_are_left_alone_once_who_ticked_them_is_no_administrator(case, stranger):
    (record,) = failed(1, case.pk)
    task = manager.submit(bulk.NAME, bulk.ApplyToMany(action="retry", ids=[record.pk]), user=stranger)
    with pytest.raises(PermanentError):
        done_by(task)
    assert statuses() == {"failed": 1}


def test_a_case_of_somebody_else_is_not_reached_by_naming_it(api, case, stranger):
    failed(1, case.pk)
    answer = api(stranger).post("/api/tasks/bulk", {"action": "retry", "filter": {"case": str(case.pk)}}, format="json")
    assert answer.json()["matched"] == 0
    assert Case.objects.visible_to(stranger).count() == 0


def test_thousands_begin_again_with_as_many_statements_as_a_few(case, editor):
    def statements(count: int) -> int:
        ids = [record.pk for record in failed(count, case.pk)]
        with CaptureQueriesContext(connection) as queries:
            assert len(manager.retry_many(ids)) == count
        TaskRecord.objects.all().delete()
        return len(queries)

    assert statements(60) == statements(3)


def test_what_begins_again_is_as_new_and_says_who_wanted_it(case, editor):
    manager.cancel(failed(1, case.pk)[0].pk)
    TaskRecord.objects.update(retries=3, lost=1, percent=40, message="page 3", result={"a": 1}, error_code="connection")
    assert bulk.apply_to_matching(bulk.Action.RETRY, {"status": ["failed"]}, editor).done == 1
    again = TaskRecord.objects.get()
    assert (again.status, again.retries, again.lost, again.percent, again.message, again.error_code) == ("pending", 0, 0, 0, "", "")
    assert (again.result, again.finished_at) == (None, None)
    assert TaskLine.objects.get(record=again).source == "editor"


def test_of_twins_one_begins_again_and_none_where_one_is_active(case):
    first = manager.submit("trial.light", Job(), scope=case.pk, unique="same")
    TaskRecord.objects.update(status=Status.FAILED)
    second = manager.submit("trial.light", Job(), scope=case.pk, unique="same")
    assert manager.retry_many([first.pk]) == []
    TaskRecord.objects.update(status=Status.FAILED)
    assert [record.pk for record in manager.retry_many([first.pk, second.pk])] == [first.pk]


def test_unknown_and_active_tasks_stay_as_they_are(case):
    unknown, active = failed(1, case.pk)[0], manager.submit("trial.light", Job(), scope=case.pk)
    TaskRecord.objects.filter(pk=unknown.pk).update(name="gone.task")
    assert manager.retry_many([unknown.pk, active.pk]) == []
    assert statuses() == {"failed": 1, "pending": 1}


def test_what_would_fail_the_same_way_again_is_not_tried_with_many(api, case, editor):
    hopeless = failed(2, case.pk, error="A newer version expects other values.", error_code="invalid_payload")
    failed(1, case.pk)
    answer = api(editor).post("/api/tasks/bulk", {"action": "retry", "filter": {"status": "failed"}}, format="json")
    assert answer.json()["done"] == 1
    assert statuses() == {"failed": 2, "pending": 1}
    assert api(editor).post(f"/api/tasks/{hopeless[0].pk}/retry").status_code == 200, "one by one anything can be tried"


def test_a_cancelled_task_says_by_whom(api, browser, case, editor):
    one, many = (manager.submit("trial.light", Job(), scope=case.pk) for _ in range(2))
    api(editor).post(f"/api/tasks/{one.pk}/cancel")
    api(editor).post("/api/tasks/bulk", {"action": "cancel", "filter": {"status": "pending"}}, format="json")
    assert api(editor).get(f"/api/tasks/{one.pk}/").json()["cancelled_by"] == str(editor.pk)
    assert TaskRecord.objects.get(pk=many.pk).cancelled_by == editor
    browser.force_login(editor)
    assert "by editor" in browser.get(f"/tasks/{one.pk}/").text
    api(editor).post(f"/api/tasks/{one.pk}/retry")
    assert TaskRecord.objects.get(pk=one.pk).cancelled_by is None
