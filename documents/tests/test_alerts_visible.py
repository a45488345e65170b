"""An alert never shows, counts or sends what its owner may not see now."""

from __future__ import annotations

import pytest
from django.core import mail

from cases.models import Membership
from documents.models import AlertDelivery, AlertHit, SavedSearch, SearchAlert
from documents.services.alerts import notices
from documents.services.pipeline import lifecycle
from documents.tests.alerting import alert, check, check_as_task, ready, receiver, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(case, viewer):
    """A notice of the viewer's, of one letter."""
    alert(viewer, "crane", case)
    made = ready(case, "Secret letter", "The crane stood still.", vectors=False)
    check()
    return made


def leave(case, user) -> None:
    Membership.objects.filter(case=case, user=user).delete()


def seen(api, client, user) -> tuple[int, int, int]:
    """Notices in the API's list, unseen ones, status of the page of the only one."""
    client.force_login(user)
    (page,) = {notice.get_absolute_url() for made in SearchAlert.objects.all() for notice in made.notices.all()}
    return api(user).get("/api/alerts/notices/").json()["count"], notices.unseen(user), client.get(page).status_code


def test_who_leaves_the_case_sees_neither_notice_nor_alert(letter, case, viewer, api, client):
    assert seen(api, client, viewer)[:1] == (1,)
    leave(case, viewer)
    assert seen(api, client, viewer) == (0, 0, 404)
    assert api(viewer).get("/api/alerts/").json()["count"] == 0


def test_who_leaves_before_the_check_is_told_of_nothing(case, viewer):
    alert(viewer, "crane", case)
    alert(viewer, "the crane")
    ready(case, "Letter", "The crane.", vectors=False)
    leave(case, viewer)
    check()
    assert not AlertHit.objects.exists()
    assert told(viewer) == []


def test_what_comes_after_one_has_left_does_not_even_wait(case, viewer):
    alert(viewer, "crane", case)
    leave(case, viewer)
    ready(case, "Letter", "The crane.", vectors=False)
    assert not AlertHit.objects.exists()


def test_who_leaves_between_finding_and_telling_is_told_of_nothing(case, viewer):
    alert(viewer, "crane", case, when="daily")
    ready(case, "Letter", "The crane.", vectors=False)
    check()
    assert AlertHit.objects.exclude(found=None).count() == 1
    leave(case, viewer)
    SearchAlert.objects.update(due="2020-01-01T00:00Z")
    check()
    assert SearchAlert.objects.get().notices.count() == 0


def test_a_deleted_document_is_gone_from_its_notice_and_from_the_count(letter, case, editor, viewer, client, api):
    other = ready(case, "Other letter", "The crane.", vectors=False)
    SearchAlert.objects.update(due="2020-01-01T00:00Z")
    check()
    lifecycle.delete(letter, editor)
    client.force_login(viewer)
    first, second = SearchAlert.objects.get().notices.order_by("pk")
    page = client.get(first.get_absolute_url())
    assert page.status_code == 200
    assert "Nothing is left of this notice" in page.content.decode()
    assert "Secret letter" not in page.content.decode()
    assert [notice["id"] for notice in api(viewer).get("/api/alerts/notices/").json()["results"]] == [str(second.pk)]
    assert api(viewer).get(f"/api/alerts/notices/{first.pk}/").json()["results"] == []
    assert [hit["document"] for hit in api(viewer).get(f"/api/alerts/notices/{second.pk}/").json()["results"]] == [str(other.pk)]
    assert notices.unseen(viewer) == 1
    listed = client.get("/alerts/").content.decode()
    assert listed.count("data-notice") == 1


def test_a_document_deleted_between_finding_and_telling_is_not_told_of(case, editor, owner):
    alert(owner, "crane", case, when="daily")
    gone, _kept = (ready(case, title, "The crane.", vectors=False) for title in ("Gone", "Kept"))
    check()
    lifecycle.delete(gone, editor)
    SearchAlert.objects.update(due="2020-01-01T00:00Z")
    check()
    assert told(owner) == [["Kept"]]
    assert SearchAlert.objects.get().notices.get().number == 1


def test_nobody_sees_another_ones_alerts(letter, viewer, owner, api, client):
    made = SearchAlert.objects.get()
    notice = made.notices.get()
    client.force_login(owner)
    assert client.get(notice.get_absolute_url()).status_code == 404
    assert api(owner).get("/api/alerts/").json()["count"] == api(owner).get("/api/alerts/notices/").json()["count"] == 0
    for method, address in (
        ("get", f"/api/alerts/{made.pk}/"),
        ("delete", f"/api/alerts/{made.pk}/"),
        ("post", f"/api/alerts/{made.pk}/secret/"),
        ("post", f"/api/alerts/{made.pk}/test/"),
        ("get", f"/api/alerts/notices/{notice.pk}/"),
        ("post", f"/api/alerts/notices/{notice.pk}/seen/"),
    ):
        assert getattr(api(owner), method)(address).status_code == 404, address
    assert api(owner).post("/api/alerts/", {"search": str(made.search_id)}, format="json").status_code == 404


def test_the_case_of_a_saved_search_is_gone(letter, case, viewer, api, client):
    type(case).objects.filter(pk=case.pk).update(deleted_at="2026-01-01T00:00Z")
    assert seen(api, client, viewer) == (0, 0, 404)
    check()
    case.refresh_from_db()
    SavedSearch.objects.filter(case=case).delete()
    assert not SearchAlert.objects.exists()
    assert not AlertHit.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_deliveries_stop_when_the_owner_has_left_or_nothing_is_left(case, editor, viewer, owner, work_off, settings):
    settings.EMAIL_URL = "smtp://localhost"
    with receiver() as hook:
        settings.ALERT_WEBHOOK_HOSTS = frozenset({("127.0.0.1", hook.server_port)})
        alert(viewer, "crane", case, email=True, webhook_url=hook.url)
        alert(owner, "crane", case, email=True, webhook_url=hook.url)
        letter = ready(case, "Letter", "The crane.", vectors=False)
        check()  # the notices are made, and their deliveries wait
        leave(case, viewer)
        lifecycle.delete(letter, editor)
        check_as_task(work_off)
        assert hook.got == []
        assert mail.outbox == []
    assert set(AlertDelivery.objects.values_list("state", flat=True)) == {"dropped"}
    assert AlertDelivery.objects.count() == 4
