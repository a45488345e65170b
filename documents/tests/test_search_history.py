"""What one has searched for on the page: noted once, shown to oneself, deletable, bounded, and never in the way of a search."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from cases.models import AuditEvent, Case, Membership, Role
from cases.services import matters
from documents.models import PastSearch, SavedSearch, SearchHabits
from documents.services.search import SearchRequest, SearchResponse
from documents.services.searches import history
from documents.tests.searching import document
from lexintel.models import User
from tasks.manager import manager

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client: Client, viewer: User) -> Client:
    client.force_login(viewer)
    return client


def noted(user: User) -> list[dict[str, Any]]:
    return [one.words for one in history.of(user)]


def answer(count: int = 3) -> SearchResponse:
    return SearchResponse(count=count, mode="text", page=1, pages=1, took_ms=1, results=[], facets={})


def test_a_search_on_the_page_is_noted_with_its_place_and_outcome(page: Client, viewer: User, case: Case) -> None:
    document(case, "Harbour report", "The crane was found to be unsafe.", vectors=False)
    page.get(f"/cases/{case.pk}/search/?q=crane&mode=text&kind=&nonsense=1")
    page.get("/search/?q=derrick&mode=text")
    first, second = history.of(viewer)
    assert (first.words, first.case, first.results) == ({"q": "derrick", "mode": "text"}, None, 0)
    assert (second.words, second.case, second.results, second.times) == ({"q": "crane", "mode": "text"}, case, 1, 1)
    shown = page.get("/searches/").content.decode()
    for told in ("Today", "derrick", "crane", "1 passage", "by words", "Roe v. Wade"):
        assert told in shown
    assert f"/cases/{case.pk}/search/?q=crane&amp;mode=text" in shown
    assert "crane" in page.get("/search/").content.decode(), "where nothing is asked yet, the last searches are offered"
    offered = page.get(f"/cases/{case.pk}/search/").content.decode()
    assert "crane" in offered
    assert "derrick" not in offered


def test_only_what_was_answered_on_a_first_page_is_noted(page: Client, api: Any, viewer: User) -> None:
    unanswered = ("", "?q=", '?q="crane&mode=text', "?q=crane&from=never", "?q=crane&mode=text&page=2")
    for query in unanswered:
        page.get(f"/search/{query}")
    api(viewer).get("/api/search/?q=crane&mode=text")
    assert noted(viewer) == []


def test_the_same_again_is_counted_but_a_reload_is_not(page: Client, viewer: User) -> None:
    for _time in range(3):
        page.get("/search/?q=crane&mode=text")
    assert [one.times for one in history.of(viewer)] == [1]
    PastSearch.objects.update(last=timezone.now() - timedelta(hours=1))
    page.get("/search/?mode=text&q=crane")
    (one,) = history.of(viewer)
    assert one.times == 2
    assert timezone.now() - one.last < timedelta(minutes=1)


@pytest.mark.django_db(transaction=True)
def test_many_tabs_at_once_note_a_search_once(viewer: User) -> None:
    def tab(_number: int) -> None:
        try:
            history.record(SearchRequest("crane", viewer, mode="text"), answer())
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as tabs:
        list(tabs.map(tab, range(12)))
    assert noted(viewer) == [{"q": "crane", "mode": "text"}]


@pytest.mark.django_db(transaction=True)
def test_a_history_that_cannot_be_written_breaks_no_search_and_tells_no_words(
    page: Client, viewer: User, caplog: pytest.LogCaptureFixture
) -> None:
    other = connections.create_connection("default")
    with other.cursor() as cursor, caplog.at_level(logging.WARNING):
        cursor.execute("BEGIN; LOCK TABLE documents_pastsearch IN EXCLUSIVE MODE")
        shown = page.get("/search/?q=confidential+merger&mode=text")
        cursor.execute("ROLLBACK")
    other.close()
    assert shown.status_code == 200
    assert "Nothing found" in shown.content.decode()
    assert "not noted in its history: LockNotAvailable" in caplog.text
    assert "confidential" not in "".join(record.getMessage() for record in caplog.records if record.name.startswith("documents"))
    assert noted(viewer) == []


def test_one_is_deleted_or_all(page: Client, api: Any, viewer: User) -> None:
    for word in ("crane", "derrick", "winch"):
        page.get(f"/search/?q={word}&mode=text")
    listed = api(viewer).get("/api/searches/history/").json()
    assert [one["words"]["q"] for one in listed["results"]] == ["winch", "derrick", "crane"]
    assert listed["results"][0]["url"] == "/search/?q=winch&mode=text"
    assert api(viewer).delete(f"/api/searches/history/{listed['results'][0]['id']}/").status_code == 204
    assert page.post(f"/searches/history/{listed['results'][1]['id']}/delete/").status_code == 302
    assert [words["q"] for words in noted(viewer)] == ["crane"]
    assert page.post("/searches/history/clear/").status_code == 302
    assert noted(viewer) == []
    page.get("/search/?q=crane&mode=text")
    assert api(viewer).delete("/api/searches/history/").status_code == 204
    assert not PastSearch.objects.exists()
    assert not AuditEvent.objects.filter(verb__startswith="search").exists()


def test_who_wants_no_history_has_none(page: Client, api: Any, viewer: User) -> None:
    page.get("/search/?q=crane&mode=text")
    assert page.post("/searches/history/keep/", {"keep": "maybe"}).status_code == 404
    assert page.post("/searches/history/keep/", {"keep": "0"}).status_code == 302
    assert not PastSearch.objects.exists(), "turning it off deletes it"
    page.get("/search/?q=crane&mode=text")
    assert not PastSearch.objects.exists()
    assert "No history is kept" in page.get("/searches/").content.decode()
    assert api(viewer).get("/api/searches/history/settings/").json() == {"keep": False}
    assert api(viewer).post("/api/searches/history/settings/", {"keep": "perhaps"}, format="json").status_code == 400
    assert api(viewer).post("/api/searches/history/settings/", {"keep": True}, format="json").json() == {"keep": True}
    page.get("/search/?q=crane&mode=text")
    assert len(noted(viewer)) == 1


def test_nobody_sees_a_fellow_member_s(page: Client, api: Any, viewer: User, owner: User, case: Case) -> None:
    page.get(f"/cases/{case.pk}/search/?q=embezzlement&mode=text")
    (past,) = history.of(viewer)
    assert api(owner).get("/api/searches/history/").json()["count"] == 0
    assert api(owner).delete(f"/api/searches/history/{past.pk}/").status_code == 404
    api(owner).delete("/api/searches/history/")
    page.force_login(owner)
    for address in ("/searches/", "/search/", f"/cases/{case.pk}/search/"):
        assert "embezzlement" not in page.get(address).content.decode()
    assert page.post(f"/searches/history/{past.pk}/delete/").status_code == 404
    assert len(noted(viewer)) == 1


def test_what_was_searched_in_a_case_that_is_closed_to_one_is_not_told(page: Client, api: Any, viewer: User, case: Case) -> None:
    page.get(f"/cases/{case.pk}/search/?q=embezzlement&mode=text")
    (past,) = history.of(viewer)
    Membership.objects.get(case=case, user=viewer).delete()
    assert api(viewer).get("/api/searches/history/").json()["count"] == 0
    assert api(viewer).delete(f"/api/searches/history/{past.pk}/").status_code == 404
    for address in ("/searches/", "/search/"):
        assert "embezzlement" not in page.get(address).content.decode()
    Membership.objects.create(case=case, user=viewer, role=Role.VIEWER)
    assert len(noted(viewer)) == 1
    Membership.objects.get(case=case, user=viewer).delete()
    page.post("/searches/history/clear/")
    assert not PastSearch.objects.exists(), "to delete all means those too that one can't see just now"


@pytest.mark.django_db(transaction=True)
def test_what_is_old_too_much_unwanted_or_of_a_deleted_case_is_forgotten_at_night(
    viewer: User, owner: User, case: Case, settings: Any, work_off: Callable[..., int]
) -> None:
    settings.SEARCH_HISTORY_MOST, settings.SEARCH_HISTORY_KEEP_DAYS, settings.DELETED_KEEP_DAYS = 3, 30, 7
    now = timezone.now()

    def note(user: User, word: str, days: float, case: Case | None = None) -> None:
        PastSearch.objects.create(user=user, case=case, words={"q": word}, digest=word, last=now - timedelta(days=days))

    for days in range(5):
        note(viewer, f"word {days}", days)
    note(owner, "old", 31)
    note(owner, "young", 29)
    other = matters.create_case("Poe v. Doe", user=owner)
    note(owner, "of a case", 1, other)
    kept = SavedSearch.objects.create(user=owner, case=other, name="Of a case", words={"q": "x"})
    SavedSearch.objects.create(user=owner, name="Of all", words={"q": "x"})
    newcomer = User.objects.create_user("newcomer")
    note(newcomer, "noted while it was turned off", 0)
    SearchHabits.objects.create(user=newcomer, keep_history=False)
    matters.delete_case(other, user=owner)
    assert len(noted(viewer)) == 3, "what is beyond is not shown until it goes"

    def night() -> Any:
        record = manager.submit(history.TASK)
        work_off()
        record.refresh_from_db()
        return record.result

    assert night() == {"searches": 2 + 1 + 1}
    assert [words["q"] for words in noted(viewer)] == ["word 0", "word 1", "word 2"]
    assert SavedSearch.objects.filter(pk=kept.pk).exists(), "a deleted case may still come back"
    Case.objects.filter(pk=other.pk).update(deleted_at=now - timedelta(days=8))
    assert night() == {"searches": 2}
    assert set(PastSearch.objects.filter(user=owner).values_list("digest", flat=True)) == {"young"}
    assert SavedSearch.objects.get().name == "Of all"


def test_a_person_s_searches_go_with_the_person(viewer: User) -> None:
    history.record(SearchRequest("crane", viewer), answer())
    history.keep(viewer, True)
    viewer.delete()
    assert not PastSearch.objects.exists()
    assert not SearchHabits.objects.exists()
