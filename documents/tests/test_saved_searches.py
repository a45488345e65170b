"""Searches kept by a name: by page and API, refused with a reason, one's own, and gone with their case."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import AuditEvent, Case, Membership, Role
from cases.services import matters
from documents.errors import Refused
from documents.models import SavedSearch
from documents.services.searches import saved
from documents.tests.searching import document
from lexintel.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client: Client, viewer: User) -> Client:
    """The browser of somebody who reads the case."""
    client.force_login(viewer)
    return client


def test_a_search_is_saved_where_it_was_made_and_run_by_its_address(page: Client, viewer: User, case: Case) -> None:
    document(case, "Harbour report", "The crane was found to be unsafe.", vectors=False)
    shown = page.get(f"/cases/{case.pk}/search/?q=crane&mode=text&tag=Lab&tag=Crane&page=1&nonsense=1").content.decode()
    assert "Save this search" in shown
    assert 'name="query" value="?q=crane&amp;mode=text&amp;tag=Lab&amp;tag=Crane"' in shown
    asked = {"name": "  Unsafe \x00 cranes ", "case": str(case.pk), "query": "?q=crane&mode=text&tag=Lab&tag=Crane&nonsense=1"}
    answer = page.post("/searches/save/", asked)
    assert answer["Location"] == f"/cases/{case.pk}/search/?q=crane&mode=text&tag=Lab&tag=Crane"
    kept = SavedSearch.objects.get()
    assert (kept.name, kept.user, kept.case) == ("Unsafe cranes", viewer, case)
    assert kept.words == {"q": "crane", "mode": "text", "tag": ["Lab", "Crane"]}
    assert "Saved as “Unsafe cranes”" in page.get(answer["Location"]).content.decode()
    listed = page.get("/searches/").content.decode()
    for told in ("Unsafe cranes", "by words", "tag: Lab", "tag: Crane", "Roe v. Wade", f"/cases/{case.pk}/search/?q=crane&amp;"):
        assert told in listed
    assert "Unsafe cranes" in page.get("/search/").content.decode(), "where nothing is asked yet, saved searches are offered"


def test_a_name_that_is_taken_loses_nothing_and_can_be_replaced(page: Client, viewer: User) -> None:
    saved.save(viewer, "Cranes", {"q": "crane"})
    answer = page.post("/searches/save/", {"name": "cranes", "query": "?q=derrick"})
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "You keep a search “cranes” there already." in shown
    assert 'value="cranes"' in shown
    assert 'value="?q=derrick"' in shown
    assert page.post("/searches/save/", {"name": "cranes", "query": "?q=derrick", "replace": "1"}).status_code == 302
    kept = SavedSearch.objects.get()
    assert (kept.name, kept.words) == ("cranes", {"q": "derrick"})


def test_the_same_name_is_free_in_another_place(viewer: User, case: Case) -> None:
    saved.save(viewer, "Cranes", {"q": "crane"})
    saved.save(viewer, "Cranes", {"q": "crane"}, case=case)
    assert SavedSearch.objects.visible_to(viewer).count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_save_the_same_name_at_once_make_one(viewer: User, case: Case) -> None:
    def tab(number: int) -> str:
        try:
            return str(saved.save(viewer, "Cranes", {"q": f"crane {number}"}, case=case).pk)
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as tabs:
        outcomes = list(tabs.map(tab, range(4)))
    assert outcomes.count("search_exists") == 3
    assert str(SavedSearch.objects.get().pk) in outcomes


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"q": 'crane "unsafe'}, None),
        ({"q": "(crane"}, None),
        ({"q": "x" * 10_000}, "too_long"),
        ({"q": ""}, "empty"),
        ({}, "empty"),
        ({"q": "\x00"}, "empty"),
        ({"q": "crane", "from": "yesterday"}, "bad_date"),
        ({"q": {"crane": 1}}, "bad_words"),
        ({"q": "crane", "tag": [["Lab"]]}, "bad_words"),
        ({"q": "crane", "tag": 1.5}, "bad_words"),
        ({"q": "crane", "knd": "contract"}, "invalid"),
    ],
)
def test_what_cannot_be_run_is_refused_with_its_reason(api: Any, viewer: User, words: dict[str, Any], code: str | None) -> None:
    answer = api(viewer).post("/api/searches/", {"name": "Cranes", "words": words}, format="json")
    assert answer.status_code == 400
    assert code in (None, answer.json().get("code", "invalid"))
    assert not SavedSearch.objects.exists()


def test_odd_values_are_kept_as_an_address_has_them(api: Any, viewer: User) -> None:
    words = r'{"q": "crane\u0000 drift", "library": true, "year": 2021, "tag": "Lab", "kind": "none", "sort": null, "mode": "text"}'
    made = api(viewer).post("/api/searches/", f'{{"name": "Odd", "words": {words}}}', content_type="application/json").json()
    assert made["words"] == {"q": "crane  drift", "library": "1", "year": ["2021"], "tag": ["Lab"], "mode": "text"}
    assert made["url"] == f"/search/{made['query']}"
    by_query = api(viewer).post("/api/searches/", {"name": "By query", "query": made["query"]}, format="json").json()
    assert by_query["words"] == made["words"]
    both = api(viewer).post("/api/searches/", {"name": "x", "query": "?q=a", "words": {"q": "a"}}, format="json")
    assert both.status_code == 400
    half = api(viewer).post("/api/searches/", r'{"name": "Half", "words": {"q": "\ud800"}}', content_type="application/json")
    assert (half.status_code, SavedSearch.objects.count()) == (400, 2)


@pytest.mark.parametrize("name", ["", "   ", "\t\n"])
def test_a_search_needs_a_name(page: Client, api: Any, viewer: User, name: str) -> None:
    assert api(viewer).post("/api/searches/", {"name": name, "words": {"q": "crane"}}, format="json").status_code == 400
    answer = page.post("/searches/save/", {"name": name, "query": "?q=crane"})
    assert answer.status_code == 422
    assert "A search needs a name" in answer.content.decode()


def test_one_is_renamed_changed_and_deleted_by_the_api(api: Any, viewer: User, case: Case) -> None:
    client = api(viewer)
    made = client.post("/api/searches/", {"name": "Cranes", "case": str(case.pk), "words": {"q": "crane"}}, format="json").json()
    saved.save(viewer, "Derricks", {"q": "derrick"}, case=case)
    url = f"/api/searches/{made['id']}/"
    assert client.patch(url, {"name": "derricks"}, format="json").json()["code"] == "search_exists"
    assert client.patch(url, {"words": {"q": "(crane"}}, format="json").status_code == 400
    assert client.get(url).json()["words"] == {"q": "crane"}
    changed = client.patch(url, {"name": "Lifting", "query": "?q=crane&kind=contract"}, format="json").json()
    assert (changed["name"], changed["words"], changed["case"]) == ("Lifting", {"q": "crane", "kind": "contract"}, str(case.pk))
    assert client.get(f"/api/searches/?case={case.pk}").json()["count"] == 2
    assert client.delete(url).status_code == 204
    assert client.get(url).status_code == 404


def test_one_is_renamed_and_deleted_on_the_page(page: Client, viewer: User) -> None:
    one, _other = saved.save(viewer, "Cranes", {"q": "crane"}), saved.save(viewer, "Derricks", {"q": "derrick"})
    refused = page.post(f"/searches/{one.pk}/rename/", {"name": "Derricks"})
    assert refused.status_code == 422
    assert "You keep a search “Derricks” there already." in refused.content.decode()
    assert page.post(f"/searches/{one.pk}/rename/", {"name": "<b>Lifting</b>"}).status_code == 302
    shown = page.get("/searches/").content.decode()
    assert "<b>Lifting" not in shown
    assert "&lt;b&gt;Lifting" in shown
    assert page.post(f"/searches/{one.pk}/delete/").status_code == 302
    assert page.post(f"/searches/{one.pk}/delete/").status_code == 404
    assert page.post(f"/searches/{_other.pk}/explode/").status_code == 404


def test_nobody_sees_a_fellow_member_s(api: Any, client: Client, viewer: User, owner: User, case: Case) -> None:
    kept = saved.save(viewer, "My doubts about the owner", {"q": "owner"}, case=case)
    assert api(owner).get("/api/searches/").json()["count"] == 0
    assert api(owner).get(f"/api/searches/{kept.pk}/").status_code == 404
    client.force_login(owner)
    for address in ("/searches/", "/search/", f"/cases/{case.pk}/search/", f"/cases/{case.pk}/activity/"):
        assert "My doubts" not in client.get(address).content.decode(), address
    told = AuditEvent.objects.get(verb="search.saved")
    assert (told.case, told.detail) == (None, {}), "what is one's own is in no case's activity"


def test_one_of_a_case_that_is_closed_to_one_does_not_exist_till_it_opens(page: Client, api: Any, viewer: User, case: Case) -> None:
    kept = saved.save(viewer, "Cranes of Roe", {"q": "crane"}, case=case)
    Membership.objects.get(case=case, user=viewer).delete()
    assert api(viewer).get("/api/searches/").json()["count"] == 0
    assert api(viewer).get(f"/api/searches/{kept.pk}/").status_code == 404
    assert api(viewer).get(f"/api/searches/?case={case.pk}").json().get("count", 0) == 0
    assert page.post(f"/searches/{kept.pk}/rename/", {"name": "Mine"}).status_code == 404
    assert page.get(kept.get_absolute_url()).status_code == 404
    for address in ("/searches/", "/search/"):
        assert "Cranes of Roe" not in page.get(address).content.decode()
    assert api(viewer).post("/api/searches/", {"name": "x", "case": str(case.pk), "words": {"q": "a"}}, format="json").status_code == 404
    assert page.post("/searches/save/", {"name": "x", "case": str(case.pk), "query": "?q=a"}).status_code == 404
    assert page.post("/searches/save/", {"name": "x", "case": "no uuid", "query": "?q=a"}).status_code == 404
    Membership.objects.create(case=case, user=viewer, role=Role.VIEWER)
    assert api(viewer).get(f"/api/searches/{kept.pk}/").json()["name"] == "Cranes of Roe"


def test_one_of_a_deleted_case_does_not_exist(page: Client, api: Any, viewer: User, owner: User, case: Case) -> None:
    kept = saved.save(viewer, "Cranes of Roe", {"q": "crane"}, case=case)
    matters.delete_case(case, user=owner)
    assert api(viewer).get(f"/api/searches/{kept.pk}/").status_code == 404
    assert page.get(kept.get_absolute_url()).status_code == 404
    assert "Cranes of Roe" not in page.get("/searches/").content.decode()


def test_a_hundred_are_enough(api: Any, viewer: User) -> None:
    SavedSearch.objects.bulk_create(SavedSearch(user=viewer, name=f"Search {n}", words={"q": "crane"}) for n in range(saved.MOST))
    answer = api(viewer).post("/api/searches/", {"name": "Another", "words": {"q": "crane"}}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "too_many_searches")


def test_a_form_without_its_token_changes_nothing(viewer: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(viewer)
    kept = saved.save(viewer, "Cranes", {"q": "crane"})
    for address in ("save/", f"{kept.pk}/delete/", f"{kept.pk}/rename/", "history/clear/", "history/keep/"):
        assert client.post(f"/searches/{address}", {"name": "x", "query": "?q=x", "keep": "0"}).status_code == 403, address
    assert SavedSearch.objects.get().name == "Cranes"


def test_the_page_asks_as_often_for_many_as_for_few(page: Client, viewer: User, case: Case) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert page.get("/searches/").status_code == 200
        return len(captured)

    saved.save(viewer, "Cranes", {"q": "crane"}, case=case)
    queries()
    few = queries()
    SavedSearch.objects.bulk_create(SavedSearch(user=viewer, case=case, name=f"Search {n}", words={"q": "crane"}) for n in range(40))
    assert queries() == few
