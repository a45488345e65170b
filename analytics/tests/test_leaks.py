"""What nobody learns or uses up who should not: through requests that name other people's cases, exports whose rights end, limits."""

from __future__ import annotations

from typing import Any
from unittest import mock
from uuid import uuid4

import pytest
from django.test import Client

from analytics.models import APIRequest, Export
from analytics.services.exports import asking, writing
from analytics.services.ratings import hits
from analytics.services.usage import recorder as recording
from analytics.services.usage.recorder import SERVICE, Recorder
from analytics.tests.exported import EXPORTS, ask, fetched, objects, work_off, written
from cases.models import AuditEvent, Membership
from cases.services import matters
from documents.tests.searching import document
from tasks import service_registry
from tasks.models import TaskRecord

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def background(settings):
    settings.TASK_EXECUTOR = "background"


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_no_stranger_and_no_guessed_id_stands_in_the_usage_of_a_case(settings, case, owner, stranger):
    settings.USAGE_RECORDING = True
    service_registry.register(SERVICE, lambda: Recorder(by_itself=False), at_start=False)
    try:
        address = f"/api/analytics/cases/{case.pk}/"
        assert browser(stranger).options(address).status_code == 200  # DRF tells what could be asked, of any id
        assert browser(owner).options(f"/api/analytics/cases/{uuid4()}/").status_code == 200
        assert browser(owner).get(address).status_code == 200
        assert service_registry.get(SERVICE).flush()
    finally:
        recording.register()
    told = APIRequest.objects.order_by("pk").values_list("status", "user", "case")
    assert list(told) == [(200, stranger.pk, None), (200, owner.pk, None), (200, owner.pk, case.pk)]


def test_a_case_that_is_lost_while_an_export_of_all_is_written_takes_it_along(api, owner, viewer, case):
    other = matters.create_case("Doe v. Doe", user=viewer)
    for scope in (case.pk, other.pk):
        TaskRecord.objects.create(name="tasks.noop", scope=scope)
    in_file = writing._write_tables

    def lost(*given: Any) -> list[int]:
        counts = in_file(*given)
        Membership.objects.filter(case=case, user=viewer).delete()
        return counts

    with mock.patch.object(writing, "_write_tables", lost):
        asked = ask(api(viewer), "tasks").json()
        work_off()
    assert Export.objects.get(pk=asked["id"]).status == "ready"
    assert api(viewer).get(f"{EXPORTS}{asked['id']}/").status_code == 404
    assert browser(viewer).get(f"{EXPORTS}{asked['id']}/file/").status_code == 404


def test_who_is_staff_no_more_gets_no_tasks_of_the_installation(api, viewer, stranger, case):
    TaskRecord.objects.create(name="tasks.noop", user=stranger)
    own = written(api, viewer, "tasks")
    type(viewer).objects.filter(pk=viewer.pk).update(is_staff=True)
    viewer.refresh_from_db()
    ready = written(api, viewer, "tasks", "csv")
    assert browser(viewer).get(ready["url"]).status_code == 200
    type(viewer).objects.filter(pk=viewer.pk).update(is_staff=False)
    viewer.refresh_from_db()
    assert browser(viewer).get(ready["url"]).status_code == 404
    assert objects(fetched(browser(viewer), own))[1]["tasks"] != []


def test_no_range_leaves_a_download_out_of_the_audit_trail(api, viewer, case):
    ready = written(api, viewer, "case", "json", case.pk)
    downloads = AuditEvent.objects.filter(verb="export.downloaded")
    for wanted, status in (("bytes=1-", 206), ("bytes=5-", 206), (f"bytes={'9' * 5000}-", 200), ("bytes=-999999", 206)):
        assert browser(viewer).get(ready["url"], headers={"Range": wanted}).status_code == status
    assert downloads.count() == 3  # the two parts in the middle are one download


def test_one_person_fills_neither_the_queue_nor_the_disk(api, viewer, editor, case, settings):
    for n in range(asking.MOST_GOING):
        assert ask(api(viewer), "report", target=case.pk, since=f"2026-01-0{n + 1}").status_code == 202
    refused = ask(api(viewer), "case", target=case.pk)
    assert (refused.status_code, refused.json()["code"]) == (400, "too_many_exports")
    assert ask(api(viewer), "report", target=case.pk, since="2026-01-01").status_code == 202  # one that is on its way
    assert ask(api(editor), "case", target=case.pk).status_code == 202
    work_off()
    assert ask(api(viewer), "case", target=case.pk).status_code == 202
    work_off()
    Export.objects.filter(user=viewer).update(size=settings.EXPORT_MAX_MB * 1_000_000 // 5)
    assert ask(api(viewer), "case", "csv", case.pk).json()["code"] == "too_many_exports"
    assert browser(viewer).post(f"/exports/new/?what=case&id={case.pk}", {"what": "case", "id": case.pk}).status_code == 422


def test_votes_have_an_end(api, viewer, case):
    found = document(case, "Crane", "The crane was unsafe.", vectors=False)
    told = {"document": str(found.pk), "useful": True}
    with mock.patch.object(hits, "MOST", 1):
        assert api(viewer).post("/api/ratings/hits/", {**told, "q": "crane"}, format="json").status_code == 200
        assert api(viewer).post("/api/ratings/hits/", {**told, "q": "crane", "useful": False}, format="json").status_code == 200
        assert api(viewer).post("/api/ratings/hits/", {**told, "q": "cranes"}, format="json").json()["code"] == "too_many_votes"


@pytest.mark.parametrize("asked", ["/usage/?to=0001-01-01", "/api/analytics/usage/?to=0001-01-01"])
def test_days_before_all_time_are_refused(viewer, asked):
    type(viewer).objects.filter(pk=viewer.pk).update(is_staff=True)
    assert browser(viewer).get(asked).status_code == 400


def test_an_export_of_usage_until_the_last_of_all_days(api, owner, case):
    assert ask(api(owner), "usage", target=case.pk, until="9999-12-31").status_code == 202
