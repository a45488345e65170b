"""Usage as it is told: to staff of the installation, to owners of their case, and to nobody else."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from analytics.models import APIRequest
from analytics.services.dashboards.latency import Latency
from analytics.services.dashboards.ranges import Range
from analytics.services.figures import day_of, values_of
from analytics.services.usage import rolling
from analytics.services.usage.asked import WrongStretch, moment, stretch
from analytics.services.usage.reading import By
from analytics.services.usage.writing import Answered, write
from cases.models import AuditEvent

pytestmark = pytest.mark.django_db
ADDRESS = "/api/analytics/usage/"


@pytest.fixture
def staff(stranger):
    stranger.is_staff = stranger.is_superuser = True
    stranger.save()
    return stranger


@pytest.fixture
def noon() -> datetime:
    """Yesterday's."""
    return (timezone.now().astimezone(UTC) - timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def used(case, owner, editor, noon):
    row = Answered(noon, "GET", "cases/{pk}/", 200, 100.0, 1000, user=owner.pk, case=case.pk)
    write([row, row, row._replace(user=editor.pk), row._replace(status=403, user=editor.pk), row._replace(case=None, route="", status=404)])
    AuditEvent.objects.update(created=noon)
    return case


def test_the_api_tells_staff_of_all_and_owners_of_their_case(api, used, staff, owner, noon, django_assert_num_queries):
    day = {"from": noon.date().isoformat(), "to": noon.date().isoformat()}
    with django_assert_num_queries(3):
        whole = api(staff).get(ADDRESS, day).json()
    assert (whole["numbers"]["requests"], whole["numbers"]["client_errors"], whole["dropped"], whole["by"]) == (5, 2, 0, "hour")
    assert [(one["route"], one["numbers"]["requests"]) for one in whole["routes"]] == [("cases/{pk}/", 4), ("", 1)]
    assert 90.5 <= whole["numbers"]["p50"] <= 128
    assert [(one["time"][11:13], one["numbers"]["requests"]) for one in whole["times"] if one["numbers"]["requests"]] == [("12", 5)]
    assert len(whole["times"]) == 24
    mine = api(owner).get(ADDRESS, {**day, "case": used.pk, "by": "day"}).json()
    assert (mine["numbers"]["requests"], len(mine["times"]), mine["dropped"], mine["case"]) == (4, 1, None, str(used.pk))
    assert api(staff).get(ADDRESS, {**day, "route": ""}).json()["numbers"]["requests"] == 1


def test_who_may_not(api, used, staff, owner, editor):
    assert api(owner).get(ADDRESS).status_code == 403
    assert api(editor).get(ADDRESS, {"case": used.pk}).status_code == 403
    assert api(staff).get(ADDRESS, {"case": used.pk}).status_code == 404  # being a superuser shows nothing of a case
    browser = Client()
    browser.force_login(staff)
    assert browser.get(f"/cases/{used.pk}/usage/").status_code == 404


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"from": "tomorrow"}, "from"),
        ({"to": "2026-02-30"}, "to"),
        ({"from": "9999-12-31T23:59:59-12:00"}, "from"),
        ({"from": "9999-12-31"}, "from"),
        ({"from": "1999-12-31"}, "from"),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "to"),
        ({"from": "2020-01-01", "by": "hour"}, "from"),
        ({"by": "minute"}, "by"),
        ({"case": "x"}, "case"),
        ({"route": "a\0b"}, "route"),
    ],
)
def test_a_wrong_question_says_what_is_wrong_with_it(api, staff, words, field):
    answer = api(staff).get(ADDRESS, words)
    assert (answer.status_code, list(answer.json())) == (400, [field])


def test_days_are_whole_and_the_end_is_the_next_full_hour():
    asked = stretch(moment("2026-03-02"), moment("2026-03-02"), None)
    assert (asked.since, asked.until, asked.by) == (datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC), By.HOUR)
    asked = stretch(moment("2026-03-02T10:30+01:00"), moment("2026-03-12T10:30:00.5Z"), None)
    assert (asked.since.hour, asked.until.hour, asked.by) == (9, 11, By.DAY)
    assert stretch(None, moment("9999-12-31"), None).until - timezone.now() <= timedelta(hours=1)
    with pytest.raises(WrongStretch):
        stretch(timezone.now().date() + timedelta(days=2), None, None)


def test_the_page_for_staff(used, staff, noon, django_assert_max_num_queries):
    browser = Client()
    browser.force_login(staff)
    with django_assert_max_num_queries(12):
        page = browser.get("/usage/").content.decode()
    assert "/cases/{pk}/" in page
    day = noon.date().isoformat()
    assert f"?from={day}&amp;to={day}" in page  # a day of the chart leads to its hours
    narrowed = browser.get("/usage/", {"route": "cases/{pk}/", "from": day, "to": day})
    assert (narrowed.context["total"].requests, narrowed.context["asked"].by) == (4, By.HOUR)
    wrong = browser.get("/usage/", {"from": "2026-13-01"})
    assert wrong.status_code == 400
    assert "The last seven days are shown." in wrong.content.decode()
    APIRequest.objects.all().delete()
    assert "No requests in this time" in browser.get("/usage/").content.decode()


def test_an_owner_sees_who_did_how_much_on_which_day(used, owner, editor, noon):
    browser = Client()
    browser.force_login(owner)
    page = browser.get(f"/cases/{used.pk}/usage/")
    told = [(one.name, one.requests, one.changes, list(one.days)) for one in page.context["people"]]
    assert told == [("owner", 2, 1, [noon.date()]), ("editor", 1, 0, [noon.date()])]
    editor.delete()
    AuditEvent.write("case.updated", case=used, actor=None)
    gone = browser.get(f"/cases/{used.pk}/usage/").context["people"][1]
    assert (gone.name, gone.requests, gone.changes) == ("LexIntel, and accounts that are gone", 1, 1)
    assert f"/cases/{used.pk}/usage/" in browser.get(f"/cases/{used.pk}/activity/").content.decode()


def test_the_pages_of_operations_lead_to_each_other_and_to_an_export_of_the_days_that_are_shown(staff, used, noon):
    client = Client()
    client.force_login(staff)
    addresses = ["/tasks/board/", "/dashboard/", "/usage/", "/schedules/", "/health/"]
    for address in addresses:
        page = client.get(address).text
        assert f'<a href="{address}" aria-current="page">' in page
        assert all(f'<li><a href="{other}"' in page for other in addresses)
    day = noon.date().isoformat()
    assert f"/exports/new/?what=usage&amp;since={day}&amp;until={day}" in client.get(f"/usage/?from={day}&to={day}").text


def test_staff_see_the_activity_of_the_installation_and_nobody_else_does(used, staff, owner, noon):
    browser = Client()
    browser.force_login(staff)
    page = browser.get("/usage/people/")
    told = {one.name: (one.requests, one.changes, list(one.days)) for one in page.context["people"]}
    assert (told["owner"], told["editor"]) == ((2, 1, [noon.date()]), (1, 0, [noon.date()]))
    assert used.title not in page.content.decode()
    assert "/usage/people/" in browser.get("/usage/").content.decode()
    browser.force_login(owner)
    assert browser.get("/usage/people/").status_code == 404


def test_the_same_stretch_has_the_same_numbers_on_every_page(used, staff, noon):
    """Before the requests are in the sums of hours, and after."""
    day = noon.date()
    for _turn in ("fresh", "summed"):
        figures = values_of(day_of(day))
        assert (figures["requests"], figures["client_errors"], values_of(day_of(day, used.pk))["requests"]) == (5, 2, 4)
        numbers = {one.key: one for one in Latency(Range(day, day)).numbers()}
        assert (numbers["requests"].value, numbers["p95"].value) == (5, figures["request_ms_p95"])
        browser = Client()
        browser.force_login(staff)
        listed = browser.get(numbers["requests"].url).context["total"]
        assert (listed.requests, listed.p95) == (5, numbers["p95"].value)
        rolling.roll_up(lambda done, total: None)


def test_an_hour_belongs_to_the_day_in_which_it_begins_also_where_clocks_are_half_an_hour_off(staff):
    late = datetime(2026, 3, 1, 18, 45, tzinfo=UTC)  # the first half hour of March 2 in India
    write([Answered(late, "GET", "cases/", 200, 5.0, 10), Answered(late + timedelta(hours=1), "GET", "cases/", 200, 5.0, 10)])
    with timezone.override("Asia/Kolkata"):
        for _turn in ("fresh", "summed"):
            assert Latency(Range(date(2026, 3, 2), date(2026, 3, 2))).numbers()[0].value == 1
            rolling.roll_up(lambda done, total: None)
