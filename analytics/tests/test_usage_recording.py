"""Requests as they are recorded: what is in a row and what never is, and that recording never stands in a request's way."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.db import DataError, OperationalError, connection
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from django.utils import timezone

from analytics.models import APIRequest
from analytics.services.usage import recorder as recording
from analytics.services.usage.middleware import UsageMiddleware
from analytics.services.usage.recorder import SERVICE, Recorder
from analytics.services.usage.routes import pattern_of
from analytics.services.usage.writing import Answered
from cases.models import Case
from lexintel.models import ApiToken
from tasks import service_registry
from tasks.operations import metrics

ROW = Answered(timezone.now(), "GET", "cases/", 200, 5.0, 100)


@pytest.fixture
def recorder(settings) -> Iterator[Recorder]:
    """This process's recorder, which writes when the test says so."""
    settings.USAGE_RECORDING = True
    service_registry.register(SERVICE, lambda: Recorder(by_itself=False), at_start=False)
    yield service_registry.get(SERVICE)
    recording.register()


def rows(recorder: Recorder) -> list[tuple[object, ...]]:
    assert recorder.flush()
    return list(APIRequest.objects.order_by("pk").values_list("method", "route", "status", "user", "token", "case"))


@pytest.mark.django_db
def test_pages_and_the_api_leave_a_row_each_with_nothing_confidential(recorder, case, owner, stranger):
    browser = Client()
    browser.force_login(owner)
    token, key = ApiToken.issue(owner, "Scanner")
    with_token = {"Authorization": f"Token {key}"}
    began = timezone.now()

    page = browser.get(f"/cases/{case.pk}/", {"q": "secret words"})
    browser.post("/cases/new/", {"title": "secret words"})
    Client().get("/api/cases/", {"q": "secret words"}, headers=with_token)
    Client().patch(f"/api/cases/{case.pk}/", {"status": "secret words"}, content_type="application/json", headers=with_token)
    Client().get(f"/api/cases/{case.pk}/members/", headers={"Authorization": "Token wrong"})
    Client().get("/secret/words/")
    Client().generic("BREW", "/cases/")
    stranger_there = Client()
    stranger_there.force_login(stranger)
    stranger_there.get(f"/cases/{case.pk}/")
    Client().get("/healthz")

    assert rows(recorder) == [
        ("GET", "cases/{pk}/", 200, owner.pk, None, case.pk),
        ("POST", "cases/new/", 302, owner.pk, None, None),
        ("GET", "api/cases/", 200, owner.pk, token.pk, None),
        ("PATCH", "api/cases/{pk}/", 400, owner.pk, token.pk, case.pk),
        ("GET", "", 401, None, None, None),
        ("GET", "", 404, None, None, None),
        ("OTHER", "cases/", 302, None, None, None),
        ("GET", "cases/{pk}/", 404, stranger.pk, None, None),  # nothing in a case's sums tells of who may not see it
    ]
    first = APIRequest.objects.earliest("pk")
    assert first.size == len(page.content)
    assert 0 < first.ms < 60_000
    assert began <= first.time <= timezone.now()
    everything = "\n".join(str(row) for row in APIRequest.objects.values_list())
    assert "secret" not in everything
    assert Case.objects.get(title="secret words").pk.hex not in everything.replace("-", "")


@pytest.mark.django_db
def test_a_request_costs_no_query_for_being_recorded(recorder, owner, django_assert_num_queries, settings):
    browsers = []
    for on in (False, True):
        settings.USAGE_RECORDING = on
        browsers.append(Client())
        browsers[-1].force_login(owner)
        browsers[-1].get("/account/")
    with CaptureQueriesContext(connection) as without:
        browsers[0].get("/account/")
    with django_assert_num_queries(len(without)):
        browsers[1].get("/account/")
    assert len(recorder) == 1 + 1


@pytest.mark.django_db
def test_metrics_tell_requests_by_class_and_how_many_were_dropped(recorder):
    for status in (200, 302, 404, 404, 503):
        recorder.add(ROW._replace(status=status))
    recorder.bound = 0
    recorder.add(ROW)
    assert recorder.flush()
    told = metrics.render().decode()
    for line in ('{status="2xx"} 1.0', '{status="3xx"} 1.0', '{status="4xx"} 2.0', '{status="5xx"} 1.0'):
        assert f"lexintel_requests_total{line}" in told
    assert "lexintel_requests_dropped_total 1.0" in told


def test_the_size_of_a_file_is_told_and_that_of_a_stream_is_not(recorder, tmp_path, db):
    path = tmp_path / "lease.txt"
    path.write_bytes(b"The lease ends in May.")
    for response in (FileResponse(path.open("rb")), StreamingHttpResponse(iter([b"data: 1\n\n"])), HttpResponse(b"12345")):
        UsageMiddleware(lambda request, response=response: response)(RequestFactory().get("/"))
        response.close()
    UsageMiddleware(lambda request: HttpResponse(b"12345"))(RequestFactory().head("/"))
    assert [row.size for row in recorder._rows] == [22, 0, 5, 0]


def test_recording_can_be_turned_off(settings):
    settings.USAGE_RECORDING = False
    with pytest.raises(MiddlewareNotUsed):
        UsageMiddleware(lambda request: HttpResponse())


@pytest.mark.parametrize(
    ("address", "pattern"),
    [
        ("/api/documents/0199c4b4-0000-7000-8000-000000000000/pages/9/", "api/documents/{pk}/pages/{number}/"),
        ("/admin/cases/case/5/change/", "admin/cases/case/{object_id}/change/"),
        ("/admin/nothing/", "admin/{url}"),
    ],
)
def test_a_route_is_its_pattern(address, pattern):
    assert pattern_of(resolve(address).route) == pattern


def test_a_million_requests_in_the_buffer_take_bounded_memory_and_no_time():
    recorder = Recorder(by_itself=False)
    began = time.perf_counter()
    for _ in range(1_000_000):
        recorder.add(ROW)
    assert time.perf_counter() - began < 10
    assert (len(recorder), recorder.dropped) == (50_000, 950_000)


def test_rows_wait_while_the_database_is_away_and_bad_ones_go():
    written: list[int] = []
    answers: list[Exception | None] = [OperationalError("away"), None, DataError("refused"), None]

    def write(batch: object, dropped: int) -> None:
        answer = answers.pop(0)
        if answer is not None:
            raise answer
        written.append(len(list(batch)) - dropped)  # type: ignore[call-overload]

    recorder = Recorder(write, by_itself=False)
    recorder.add(ROW)
    assert (recorder.flush(), len(recorder), recorder.dropped) == (False, 1, 0)
    assert (recorder.flush(), len(recorder), written) == (True, 0, [1])
    recorder.add(ROW)
    assert (recorder.flush(), len(recorder), recorder.dropped) == (False, 0, 1)
    assert (recorder.flush(), recorder.dropped, written) == (True, 0, [1, -1])
