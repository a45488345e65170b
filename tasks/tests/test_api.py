"""/api/tasks/, the page and the admin: who sees which task, who may stop it."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from tasks.manager import manager
from tasks.models import TaskRecord
from tasks.progress import topics
from tasks.tests.functions import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def record(case, editor) -> TaskRecord:
    return manager.submit("trial.ok", Job(), scope=case.pk, user=editor)


def test_members_see_the_tasks_of_their_case_and_strangers_none(api, record, viewer, stranger):
    assert [found["id"] for found in api(viewer).get("/api/tasks/").json()["results"]] == [str(record.pk)]
    assert api(stranger).get("/api/tasks/").json()["count"] == 0
    assert api(stranger).get(f"/api/tasks/{record.pk}/").status_code == 404
    assert api().get("/api/tasks/").status_code == 401


def test_many_topics_are_looked_for_with_one_question(record, viewer, stranger, django_assert_num_queries):
    wanted = [record.own_topic, f"task:{uuid.uuid4()}", "task:nonsense", "nothing:known"]
    with django_assert_num_queries(1):
        assert topics.visible(viewer, wanted) == {record.own_topic}
    assert topics.visible(stranger, wanted) == set()


def test_a_task_tells_its_state_with_and_without_a_slash(api, record, viewer):
    for address in (f"/api/tasks/{record.pk}/status", f"/api/tasks/{record.pk}/status/"):
        answer = api(viewer).get(address).json()
        assert answer["status"] == "pending"
        assert answer["waiting_reason"] == "Is about to be sent to a worker."


def test_an_editor_cancels_and_begins_again(api, record, editor):
    assert api(editor).post(f"/api/tasks/{record.pk}/cancel").json()["status"] == "cancelled"
    assert api(editor).post(f"/api/tasks/{record.pk}/retry").json()["status"] == "pending"


def test_a_viewer_may_look_but_not_touch_and_a_stranger_finds_nothing(api, record, viewer, stranger):
    assert api(viewer).post(f"/api/tasks/{record.pk}/cancel").status_code == 403
    assert api(stranger).post(f"/api/tasks/{record.pk}/cancel").status_code == 404
    record.refresh_from_db()
    assert record.status == "pending"


def test_tasks_without_a_case_are_their_owners_and_the_staffs(api, owner, stranger):
    mine = manager.submit("trial.ok", Job(), user=owner)
    assert api(owner).get(f"/api/tasks/{mine.pk}/").status_code == 200
    assert api(stranger).get(f"/api/tasks/{mine.pk}/").status_code == 404
    stranger.is_staff = True
    stranger.save()
    assert api(stranger).get(f"/api/tasks/{mine.pk}/").status_code == 200


def test_staff_who_are_no_members_do_not_see_the_tasks_of_a_case(api, record, stranger):
    stranger.is_staff = stranger.is_superuser = True
    stranger.save()
    assert api(stranger).get(f"/api/tasks/{record.pk}/").status_code == 404


def test_lists_are_filtered_and_cost_the_same_for_many(api, record, case, viewer, django_assert_max_num_queries):
    for _ in range(30):
        manager.submit("trial.light", Job(), scope=case.pk)
    with django_assert_max_num_queries(3):
        answer = api(viewer).get("/api/tasks/", {"name": "trial.light", "status": "pending", "case": str(case.pk)})
    assert answer.json()["count"] == 30


def test_the_summary_counts_what_the_user_sees(api, record, viewer, stranger):
    assert api(viewer).get("/api/tasks/summary/").json()["counts"]["pending"] == 1
    assert api(stranger).get("/api/tasks/summary/").json()["counts"]["pending"] == 0


def test_the_page_shows_the_users_tasks(record, viewer, stranger):
    client = Client()
    client.force_login(viewer)
    assert "trial.ok" in client.get("/tasks/").content.decode()
    client.force_login(stranger)
    assert "trial.ok" not in client.get("/tasks/").content.decode()


def test_the_admin_shows_metadata_but_not_content(record, stranger):
    stranger.is_staff = stranger.is_superuser = True
    stranger.save()
    TaskRecord.objects.filter(pk=record.pk).update(payload={"secret": "of the case"})
    client = Client()
    client.force_login(stranger)
    page = client.get(f"/admin/tasks/taskrecord/{record.pk}/change/").content.decode()
    assert "trial.ok" in page
    assert "of the case" not in page
    answer = client.post("/admin/tasks/taskrecord/", {"action": "cancel", "_selected_action": [str(record.pk)]}, follow=True)
    assert "1 task is cancelled." in answer.content.decode()


def test_an_unknown_task_is_a_404(api, owner):
    assert api(owner).get(f"/api/tasks/{uuid.uuid4()}/status").status_code == 404
