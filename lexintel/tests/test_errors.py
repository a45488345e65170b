"""Under /api/ every error is JSON in the API's form, whoever could not answer; elsewhere it is a page."""

from __future__ import annotations

import pytest
from django.test import Client

from cases.api import CaseViewSet
from lexintel import urls
from lexintel.frame import views

pytestmark = pytest.mark.django_db


def is_ours(reply, status: int) -> bool:
    answer = reply.json()
    return reply.status_code == status and isinstance(answer["detail"], str) and bool(answer["detail"]) and bool(answer["code"])


@pytest.mark.parametrize("address", ["/api/", "/api/nothing/", "/api/cases/x/y/z/", "/api/tasks/not-a-uuid/", "/api/%00/", "/api/ünïcode/"])
def test_what_does_not_exist_is_json_under_api(client, owner, address):
    client.force_login(owner)
    assert is_ours(client.get(address), 404)


def test_elsewhere_it_is_a_page(client, owner):
    client.force_login(owner)
    reply = client.get("/nothing/")
    assert reply.status_code == 404
    assert b"<html" in reply.content


def test_a_mistake_of_ours_is_json_under_api(owner, monkeypatch):
    monkeypatch.setattr(CaseViewSet, "get_queryset", lambda self: 1 / 0)
    client = Client(raise_request_exception=False)
    client.force_login(owner)
    reply = client.get("/api/cases/")
    assert is_ours(reply, 500)
    assert "ZeroDivision" not in reply.content.decode()


def test_a_wrong_method_is_json(client, owner):
    client.force_login(owner)
    assert is_ours(client.put("/api/cases/"), 405)


def test_a_forged_form_is_json_under_api(owner):
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    reply = client.post("/api/cases/", {"title": "x"}, content_type="application/json")
    assert is_ours(reply, 403)


def test_a_strange_host_is_json_under_api(client, settings):
    settings.ALLOWED_HOSTS = ["lexintel.example"]
    assert is_ours(client.get("/api/cases/", headers={"Host": "evil.example"}), 400)


def test_every_handler_has_both_forms(rf):
    for handler, status in ((views.bad_request, 400), (views.permission_denied, 403), (views.page_not_found, 404)):
        assert is_json(handler(rf.get("/api/x/"), Exception("no"))) == status
        assert handler(rf.get("/x/"), Exception("no")).status_code == status
    assert is_json(views.csrf_failure(rf.get("/api/x/"), "no")) == 403
    assert urls.handler500 == "lexintel.frame.views.server_error"


def is_json(reply) -> int:
    assert reply["Content-Type"] == "application/json"
    return reply.status_code


MOMENTS = [
    "0373-10-20T08:05:38-23:19",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z",
    "2026-02-30T00:00:00Z",
    "2026-01-01T00:00:00+23:59",
    "2026-01-01",
    "99999999999999999999",
    "\x00",
    "-1",
    "٢٠٢٦-٠١-٠١T00:00:00Z",
]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("name", ["created_before", "created_after"])
def test_no_moment_is_too_strange_for_the_list_of_tasks(client, owner, name, moment):
    client.force_login(owner)
    reply = client.get("/api/tasks/", {name: moment})
    assert reply.status_code in (200, 400)
    assert reply.status_code == 200 or list(reply.json()) == [name]


@pytest.mark.parametrize("value", ["\x00", "\ud800", "9" * 400, "-1", "'", "1e999", "NaN", "٣"])
@pytest.mark.parametrize(
    "address",
    [
        "/api/tasks/?{}=case", "/api/tasks/?name={}", "/api/tasks/?case={}", "/api/tasks/?page={}", "/api/tasks/?cursor={}",
        "/api/documents/?q={}", "/api/documents/?case={}", "/api/documents/?ordering={}", "/api/documents/?page={}",
        "/api/documents/?status={}", "/api/cases/?q={}", "/api/cases/?page={}", "/api/search/?q={}", "/api/search/?q=x&from={}",
        "/api/search/?q=x&page={}", "/api/search/?q=x&document={}", "/api/search/?q=x&year={}", "/api/search/?q=x&tag={}",
        "/api/search/?q=x&case={}", "/api/batches/?case={}", "/api/citations/?key={}",
    ],
)  # fmt: skip
def test_no_value_of_a_filter_is_a_mistake_of_ours(client, owner, address, value):
    client.force_login(owner)
    reply = client.get(address.format(value.encode("utf-8", "surrogatepass").decode("latin-1")))
    assert reply.status_code < 500
    assert reply["Content-Type"].startswith("application/json")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"title": "\\ud800"}', "half of a surrogate pair"),
        ('{"\\udfff": 1}', "half of a surrogate pair"),
        ("[" * 100_000, "too deeply"),
        ('{"a":' * 100_000, "too deeply"),
    ],
)
@pytest.mark.parametrize("address", ["/api/cases/", "/api/ratings/", "/api/analytics/exports/", "/api/documents/"])
def test_json_that_is_nothing_to_be_stored_is_refused_in_a_sentence(api, owner, address, body, said):
    answer = api(owner).generic("POST", address, body, content_type="application/json")
    assert answer.status_code == 400
    assert said in answer.json()["detail"]


def test_characters_beyond_the_first_65536_come_in_as_they_are(api, owner):
    answer = api(owner).generic("POST", "/api/cases/", '{"title": "\\ud83d\\ude00 \U0001f600"}', content_type="application/json")
    assert (answer.status_code, answer.json()["title"]) == (201, "\U0001f600 \U0001f600")
