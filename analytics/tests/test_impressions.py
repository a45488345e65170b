"""Impressions: what is counted when somebody looks at something, who is told of it, and what becomes of it."""

from __future__ import annotations

import logging
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib import admin
from django.utils import timezone

from analytics.models import AppliedImpressions, Impression, ImpressionDay, PendingImpression, RecentView, TargetDay
from analytics.services.impressions import counting, habits, live, showing, syncing, writing
from analytics.services.impressions.events import EVERYTHING, Event, Totals
from audio.models import AudioSession
from cases.models import Case, Membership, Ruling
from cases.services import matters
from documents.models import Conversation, Document, Message
from documents.tests.searching import document as indexed
from tasks.models import TaskRecord


@pytest.fixture(autouse=True)
def no_redis(settings):
    settings.REDIS_URL = ""


@pytest.fixture
def document(case, owner) -> Document:
    return Document.objects.create(case=case, title="Lease", status="ready", created_by=owner)


def counted(**narrowed: object) -> dict[str, int]:
    """{kind: views} after all has been added up."""
    syncing.synchronise()
    rows = Impression.objects.filter(**narrowed).order_by("kind").values_list("kind", "views")
    together: dict[str, int] = {}
    for kind, views in rows:
        together[kind] = together.get(kind, 0) + views
    return together


def test_what_is_opened_is_counted_on_pages_and_in_the_api_alike(client, api, token, owner, viewer, case, document):
    recording = AudioSession.objects.create(case=case, title="Hearing", status="ready", created_by=owner)
    ruling = Ruling.objects.create(name="Roe v. Wade", keys=["us:410:113"])
    text = Document.objects.create(title="Roe v. Wade", ruling=ruling, status="ready")
    conversation = Conversation.objects.create(case=case, owner=owner, shared=True)
    first, last = (
        Message.objects.create(conversation=conversation, number=n, asked_by=owner, question=f"When {n}?", state="answered") for n in (1, 2)
    )
    Message.objects.create(conversation=conversation, number=3, asked_by=owner, question="Waiting?", state="waiting")
    client.force_login(viewer)
    for address in (
        f"/documents/{document.pk}/", f"/audio/{recording.pk}/", f"/library/rulings/{ruling.pk}/", f"/documents/{text.pk}/",
        f"/conversations/{conversation.pk}/",
    ):  # fmt: skip
        assert client.get(address).status_code == 200, address
    key = token(owner)
    for address in (
        f"/api/documents/{document.pk}/",
        f"/api/rulings/{ruling.pk}/",
        f"/api/audio/{recording.pk}/",
        f"/api/messages/{last.pk}/",
    ):
        assert client.get(address, headers={"Authorization": f"Token {key}"}).status_code == 200, address
    assert counted() == {"document": 2, "ruling": 3, "recording": 2, "answer": 3}  # a text of a ruling is the ruling
    assert counted(case=case) == {"document": 2, "recording": 2, "answer": 3}
    assert counted(target=first.pk) == {"answer": 1}
    today = timezone.now().date()
    assert set(ImpressionDay.objects.values_list("day", "kind", "case", "views")) == {
        (today, "document", case.pk, 2), (today, "ruling", None, 3), (today, "recording", case.pk, 2), (today, "answer", case.pk, 3)
    }  # fmt: skip
    seen = showing.recent(viewer)
    assert {one.shown.title for one in seen} == {"Lease", "Hearing", "Roe v. Wade", "When 2?"}  # of a page of answers the last
    assert not PendingImpression.objects.exists()


@pytest.mark.parametrize(
    "how",
    [
        {"HTTP_HX_REQUEST": "true"},
        {"HTTP_X_REQUESTED_WITH": "live"},
        {"HTTP_SEC_PURPOSE": "prefetch;prerender"},
        {"HTTP_RANGE": "bytes=0-5"},
    ],
)
def test_what_nobody_asked_for_is_not_counted(client, viewer, document, how):
    client.force_login(viewer)
    assert client.get(f"/documents/{document.pk}/", **how).status_code == 200
    assert counted() == {}


def test_neither_heads_nor_refusals_nor_other_addresses_are_counted(client, viewer, stranger, case, document):
    client.force_login(viewer)
    client.head(f"/documents/{document.pk}/")
    client.get(f"/documents/{document.pk}/history/")
    client.get(f"/cases/{case.pk}/")
    client.force_login(stranger)
    assert client.get(f"/documents/{document.pk}/").status_code == 404
    client.logout()
    client.get(f"/documents/{document.pk}/")
    assert counted() == {}
    client.force_login(viewer)
    client.get(f"/documents/{document.pk}/", HTTP_HX_REQUEST="true", HTTP_HX_BOOSTED="true")
    assert counted() == {"document": 1}


def test_searches_hits_and_what_is_opened_from_them(client, api, viewer, case, document):
    found = indexed(case, "Deed", "The lease ends in May.", vectors=False)
    client.force_login(viewer)
    page = f"/cases/{case.pk}/search/?q=lease&mode=text"
    client.get(page)
    client.get(f"/cases/{case.pk}/search/?q=zeppelin&mode=text")
    client.get("/search/?q=lease&mode=text")
    client.get(f"/cases/{case.pk}/search/?q=")  # nothing asked
    client.get(f"/cases/{case.pk}/search/?q=(lease&mode=text")  # not understood
    client.get("/api/search/", {"q": "lease", "mode": "text"})
    client.get("/search/export/", {"q": "lease", "mode": "text", "format": "csv"})
    assert counted(target=case.pk) == {"search": 2, "empty_search": 1}
    assert counted(target=EVERYTHING) == {"search": 2}
    assert counted(target=found.pk)["hit"] == 3
    assert "document" not in counted(target=found.pk)
    client.get(f"/documents/{found.pk}/?page=1", HTTP_REFERER=f"http://testserver{page}")
    client.get(f"/documents/{found.pk}/", HTTP_REFERER=f"http://elsewhere.example{page}")
    client.get(f"/documents/{found.pk}/", HTTP_REFERER=f"http://testserver/cases/{case.pk}/documents/")
    client.get(f"/documents/{found.pk}/", HTTP_REFERER="http://[")
    assert counted(target=found.pk) == {"hit": 3, "opened_hit": 1, "document": 4}


def test_views_belong_to_who_viewed_and_to_nobody_else(client, api, viewer, editor, case, document, caplog):
    with caplog.at_level(logging.DEBUG):
        api(viewer)
        client.force_login(viewer)
        client.get(f"/documents/{document.pk}/")
        syncing.synchronise()
    assert str(document.pk) not in "".join(record.getMessage() for record in caplog.records if record.name.startswith("analytics"))
    editor.is_staff = editor.is_superuser = True
    editor.save()
    assert [one["title"] for one in api(viewer).get("/api/analytics/recent/").json()] == ["Lease"]
    assert api(editor).get("/api/analytics/recent/").json() == []
    assert RecentView not in admin.site._registry
    assert PendingImpression not in admin.site._registry
    told = api(editor).get(f"/api/analytics/cases/{case.pk}/most-viewed/").json()
    assert [(one["title"], one["views"]) for one in told] == [("Lease", 1)]
    assert "last" not in told[0]
    assert viewer.username not in str(told)


def test_what_one_may_not_see_any_more_is_left_out(client, api, viewer, case, document):
    gone = Document.objects.create(case=case, title="Withdrawn", status="ready")
    for one in (gone, document):
        counting.count("document", one.pk, viewer.pk)
    syncing.synchronise()
    gone.deleted_at = timezone.now()
    gone.save()
    assert [one.shown.title for one in showing.recent(viewer)] == ["Lease"]
    assert [one.shown.title for one in showing.most_viewed(case, viewer)] == ["Lease"]
    Membership.objects.filter(case=case, user=viewer).delete()
    assert showing.recent(viewer) == []
    assert api(viewer).get(f"/api/analytics/cases/{case.pk}/most-viewed/").status_code == 404


def test_counts_of_what_is_gone_are_dropped_and_the_rest_is_counted(viewer, case, document):
    gone_case = Case.objects.create(title="Gone", created_by=viewer)
    gone = Document.objects.create(case=gone_case, title="Gone", status="ready")
    person = uuid.uuid4()
    counting.count_all([Event("document", pk, user, timezone.now()) for pk in (gone.pk, document.pk) for user in (viewer.pk, person)])
    counting.count("search", gone_case.pk)
    counting.count("unheard", document.pk)
    gone.delete()
    gone_case.delete()
    done = syncing.synchronise()
    assert (done.counted, done.gone) == (2, 4)
    assert counted() == {"document": 2}
    assert list(RecentView.objects.values_list("user", "views")) == [(viewer.pk, 1)]


def test_a_document_that_moves_takes_its_views_along(owner, viewer, case, document):
    other = matters.create_case("Other", user=owner)
    counting.count("document", document.pk, viewer.pk)
    syncing.synchronise()
    Document.objects.filter(pk=document.pk).update(case=other)
    writing.carry(case, other, {document.pk})
    assert showing.recent(viewer) == []
    assert showing.most_viewed(case, owner) == []
    assert [one.views for one in showing.most_viewed(other, owner)] == [1]
    assert ImpressionDay.objects.get().case == case  # what happened there happened there
    Document.objects.filter(pk=document.pk).update(case=case)  # as if it moved while it was being added up
    habits.clean(lambda: None)
    assert Impression.objects.get().case == case
    assert TargetDay.objects.get().case == case
    assert RecentView.objects.get().case == case


def test_forgetting_also_forgets_what_is_not_in_the_tables_yet(client, api, viewer, document):
    counting.count("document", document.pk, viewer.pk)
    syncing.synchronise()
    counting.count("document", document.pk, viewer.pk)
    client.force_login(viewer)
    assert "Lease" in client.get("/recent/").content.decode()
    client.post("/recent/forget/")
    assert counted() == {"document": 2}  # it was looked at, nobody knows by whom
    assert showing.recent(viewer) == []
    counting.count("document", document.pk, viewer.pk)
    syncing.synchronise()
    assert len(showing.recent(viewer)) == 1
    assert api(viewer).post("/api/analytics/recent/settings/", {"keep": False}, format="json").json() == {"keep": False}
    counting.count("document", document.pk, viewer.pk)
    assert counted() == {"document": 4}
    assert not RecentView.objects.exists()
    client.post("/recent/keep/", {"keep": "1"})
    counting.count("document", document.pk, viewer.pk)
    syncing.synchronise()
    assert api(viewer).delete("/api/analytics/recent/").status_code == 204
    assert not RecentView.objects.exists()


def test_most_viewed_since_a_day_and_by_utc_days(api, viewer, case, document):
    other = Document.objects.create(case=case, title="Deed", status="ready")
    old = datetime(2026, 3, 28, 23, 59, tzinfo=UTC)
    counting.count_all([Event("document", document.pk, None, old)] * 3 + [Event("document", document.pk, None, old + timedelta(minutes=2))])
    counting.count_all([Event("document", other.pk, None, old + timedelta(minutes=2))] * 2)
    syncing.synchronise()
    address = f"/api/analytics/cases/{case.pk}/most-viewed/"
    ever = api(viewer).get(address).json()
    assert [(one["title"], one["views"]) for one in ever] == [("Lease", 4), ("Deed", 2)]
    since = api(viewer).get(address, {"since": "2026-03-29", "limit": 1}).json()
    assert [(one["title"], one["views"]) for one in since] == [("Deed", 2)]
    assert api(viewer).get(address, {"since": "soon"}).status_code == 400
    assert dict(ImpressionDay.objects.values_list("day", "views")) == {old.date(): 3, old.date() + timedelta(days=1): 3}


def test_old_views_go_and_numbers_stay(settings, viewer, case, document):
    long_ago = timezone.now() - timedelta(days=500)
    others = Document.objects.bulk_create(Document(case=case, title=f"No. {n}", status="ready") for n in range(4))
    counting.count_all([Event("document", document.pk, viewer.pk, long_ago)])
    counting.count_all([Event("document", one.pk, viewer.pk, timezone.now() + timedelta(seconds=n)) for n, one in enumerate(others)])
    syncing.synchronise()
    AppliedImpressions.objects.create(key="old", applied=long_ago)
    settings.RECENT_VIEWS_MOST = 3
    Document.objects.filter(pk=others[0].pk).delete()
    done = habits.clean(lambda: None)
    assert done == {"views": 2, "days": 1, "bundles": 1, "gone": 1}
    assert [one.shown.title for one in showing.recent(viewer)] == ["No. 3", "No. 2", "No. 1"]
    assert sum(counted().values()) == 4
    assert sum(ImpressionDay.objects.values_list("views", flat=True)) == 5


def test_pages_show_what_was_viewed(client, viewer, case, document, django_assert_max_num_queries):
    client.force_login(viewer)
    assert "Most viewed" not in client.get(f"/cases/{case.pk}/").content.decode()
    client.get(f"/documents/{document.pk}/")
    syncing.synchronise()
    page = client.get(f"/cases/{case.pk}/").content.decode()
    assert "Recently viewed by you" in page
    assert "1 view" in page
    assert "1 view" in client.get(f"/documents/{document.pk}/?tab=details").content.decode()
    with django_assert_max_num_queries(16):
        assert client.get("/recent/").content.decode().count("data-viewed") == 1


def test_staff_have_it_done_before_its_time(api, owner):
    owner.is_staff = True
    owner.save()
    assert api(owner).post("/api/tasks/impressions/sync").status_code == 202
    assert TaskRecord.objects.get().name == "analytics.sync_impressions_from_redis"


def test_a_database_that_does_not_take_them_fails_no_page(client, viewer, document, monkeypatch, caplog):
    monkeypatch.setattr(counting, "LOCK_PATIENCE", "SELECT 1/0")
    client.force_login(viewer)
    assert client.get(f"/documents/{document.pk}/").status_code == 200
    assert "1 impressions were not counted: DivisionByZero" in caplog.text


def test_fields_say_what_was_counted(viewer):
    now = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    target = uuid.uuid4()
    totals = Totals.of([Event("document", target, viewer.pk, now), Event("document", target, None, now + timedelta(days=1))])
    words = [str(word).encode() for word in live.words_of(totals)]
    again = live.totals_of({**dict(zip(words[::2], words[1::2], strict=True)), b"id": b"x"})
    assert again == totals
    assert again.count == 2
