from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from analytics.models import HitVote, ImpressionDay, UsageHour
from analytics.services.dashboards.case import dashboard_of
from analytics.services.dashboards.counting import MB
from analytics.services.dashboards.ranges import Range, RangeError
from analytics.services.figures import Stretch, day_of, values_of
from analytics.services.usage.histogram import BOUNDS, BUCKETS
from audio.models import AudioSession
from cases.models import AuditEvent, Event
from documents.models import Citation, CitationDecision, Document, TextVersion
from documents.services.storage import space
from lexintel.models import User
from tasks.models import TaskRecord

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def a_known_day(monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda value=None, timezone=None: TODAY)


def put(row, **times):
    """A row as it would be if it had been written then."""
    type(row)._base_manager.filter(pk=row.pk).update(**times)
    return row


@pytest.fixture
def filled(case, owner):
    """Today three documents and one deleted, ten days ago two that failed, a year ago one."""
    ages = [
        (0, "complaint", ""),
        (0, "email", ""),
        (0, "email", ""),
        (10, "motion", "encrypted"),
        (10, "brief", "damaged"),
        (365, "letter", ""),
    ]
    AuditEvent.objects.filter(case=case).update(created=NOW - timedelta(days=900))
    for number, (age, kind, error) in enumerate(ages):
        status = Document.Status.FAILED if error else Document.Status.READY
        document = Document.objects.create(case=case, title=f"D{number}", kind=kind, status=status, error_code=error, size=2_000_000)
        put(document, created=NOW - timedelta(days=age))
        if not number:
            version = TextVersion.objects.create(document=document, number=1)
            put(document, text_version=version)
            places = [("us:1:1", "1 U.S. 1"), ("us:1:1", "1 U.S. 1"), ("us:2:2", "2 U.S. 2")]
            Citation.objects.bulk_create(
                Citation(text_version=version, page=1, start=n, end=n + 1, text=words, key=key, cluster=key, kind="case", method="us/full")
                for n, (key, words) in enumerate(places)
            )
    put(Document.objects.create(case=case, title="gone", status="ready", deleted_at=NOW), created=NOW)
    put(AudioSession.objects.create(case=case, title="Hearing", status="ready", duration_s=5400), created=NOW)
    put(AudioSession.objects.create(case=case, title="Earlier", status="ready", duration_s=60), created=NOW - timedelta(days=40))
    for text, days, done in (("Answer due", -1, False), ("Reply due", 3, False), ("Filed", 4, True), ("Trial", 200, False)):
        Event.objects.create(case=case, kind="deadline", state="confirmed", text=text, date=TODAY + timedelta(days=days), done=done)
    AuditEvent.write("case.updated", case=case, actor=owner)
    AuditEvent.objects.filter(case=case, verb="case.updated").update(created=NOW)
    TaskRecord.objects.create(name="documents.extract", scope=case.pk, status="queued")
    ImpressionDay.objects.create(case=case, day=TODAY, kind="document", views=7)
    return case


def shown_by(client, url):
    """How many rows the list behind an address has."""
    answer = client.get(url)
    assert answer.status_code == 200, url
    context = answer.context
    if "page" in context:
        return context["page"].paginator.count
    return len(context["rows"])


def by_key(answer):
    return {one["key"]: one for one in answer["numbers"]}, {one["key"]: one for one in answer["charts"]}


def assert_defined(group, keys):
    """Each key has a row in its group of the documentation's table."""
    table = (settings.BASE_DIR / "docs" / "ANALYTICS.md").read_text().partition(f"| **{group}**")[2].partition("| | **")[0]
    rows = " ".join(line.split("|")[1] for line in table.splitlines()[1:] if line.startswith("| `"))
    assert [key for key in keys if f"`{key}`" not in rows] == []


def test_each_number_of_a_case_is_that_of_the_list_to_which_it_leads(filled, api, owner):
    answer = api(owner).get(f"/api/analytics/cases/{filled.pk}/").json()
    numbers, charts = by_key(answer)
    told = {key: one["value"] for key, one in numbers.items()}
    assert told == {
        "documents": 6, "came": 5, "running": 0, "failed": 2, "tasks_waiting": 1, "tasks_running": 0, "authorities": 2,
        "hearing_minutes": 91, "deadlines_overdue": 1, "deadlines_soon": 1,
    }  # fmt: skip
    assert_defined("Dashboard of a case", [*numbers, *charts])
    browser = Client()
    browser.force_login(owner)
    for key, number in numbers.items():
        if key != "hearing_minutes":
            assert shown_by(browser, number["url"]) == number["value"], key
    followed = 0
    for key in ("intake", "standing", "failures", "kinds", "citations", "most_cited", "activity"):
        for series in charts[key]["series"]:
            for value, url in zip(series["values"], series["urls"], strict=True):
                assert bool(url) is bool(value)
                if url:
                    followed += 1
                    assert shown_by(browser, url) == value, (key, url)
    assert followed == 13
    hearing = charts["hearings"]["series"][0]
    assert hearing["values"][-1] == 90
    assert shown_by(browser, hearing["urls"][-1]) == 1
    assert charts["views"]["series"][0]["values"][-1] == 7


def test_kinds_are_broad_and_states_are_all(filled, owner):
    board = dashboard_of(filled, owner, Range.latest(7))
    kinds = board.chart("kinds")
    assert dict(zip(kinds.labels, kinds.series[0].values, strict=True)) == {"Filing": 3, "E-mail": 2, "Other": 1}
    assert sum(board.chart("standing").series[0].values) == 6
    assert sum(board.chart("intake").series[0].values) == 3


def test_a_decision_on_a_citation_is_counted_at_once(filled, owner):
    assert dashboard_of(filled, owner, Range.latest(7)).chart("most_cited").series[0].values == [2, 1]
    Citation.objects.update(confidence=0.5)
    document = filled.documents.exclude(text_version=None).get()
    CitationDecision.objects.create(document=document, text="2 U.S. 2", key="us:2:2", verdict="rejected", by=owner)
    assert dashboard_of(filled, owner, Range.latest(7)).chart("most_cited").series[0].values == [2]


def test_the_page_shows_numbers_charts_and_the_next_deadlines(filled, viewer, django_assert_max_num_queries):
    browser = Client()
    browser.force_login(viewer)
    with django_assert_max_num_queries(32):
        page = browser.get(f"/cases/{filled.pk}/dashboard/?range=7").content.decode()
    assert page.count("data-chart") == 9
    assert page.index("Answer due") < page.index("Reply due") < page.index("Trial")
    assert "overdue" in page
    assert "March 31, 2026: 3" in page


def test_an_empty_case_has_a_dashboard(case, owner):
    browser = Client()
    browser.force_login(owner)
    assert browser.get(f"/cases/{case.pk}/dashboard/?from=2020-01-01&to=2020-01-31").content.decode().count("Nothing to show.") == 9


WRONG = [
    "range=8",
    "range=x",
    "from=2026-02-30",
    "from=2026-03-02&to=2026-03-01",
    "from=2027-01-01",
    "from=1000-01-01",
    "to=%00",
    "from=1910-01-01",
]


@pytest.mark.parametrize("query", WRONG)
def test_wrong_days_are_told_in_a_sentence(query, case, owner, api):
    answer = api(owner).get(f"/api/analytics/cases/{case.pk}/?{query}")
    assert answer.status_code == 400
    sentence = answer.json()["range"][0]
    browser = Client()
    browser.force_login(owner)
    page = browser.get(f"/cases/{case.pk}/dashboard/?{query}")
    assert page.status_code == 400
    assert sentence in page.content.decode()


def test_buckets_are_days_weeks_and_months():
    assert [Range.latest(days).by for days in (7, 92, 93, 365, 732, 733)] == ["day", "day", "week", "week", "week", "month"]
    year = Range.of({"from": "2025-04-01", "to": "2026-03-31"})
    assert year.buckets[0].first == date(2025, 4, 1)
    assert year.buckets[0].last == date(2025, 4, 6)  # a Sunday
    assert year.buckets[-1].first == date(2026, 3, 30)
    assert sum((one.last - one.first).days + 1 for one in year.buckets) == year.days == 365
    assert Range.of({"from": "2023-01-15"}).buckets[1].name == "February 2023"
    assert Range.of({"to": "2030-01-01", "from": "2026-03-30"}).last == TODAY
    with pytest.raises(RangeError):
        Range.of({"range": "-7"})


def test_days_are_those_of_the_readers_clock_also_where_it_changes():
    with timezone.override("America/New_York"):
        asked = Range(date(2026, 3, 8), date(2026, 3, 8))  # 23 hours
        assert asked.until - asked.since == timedelta(hours=23) or asked.until.utcoffset() != asked.since.utcoffset()
        assert asked.since.astimezone(UTC) == datetime(2026, 3, 8, 5, tzinfo=UTC)
        assert asked.until.astimezone(UTC) == datetime(2026, 3, 9, 4, tzinfo=UTC)


@pytest.fixture
def chief(db):
    return User.objects.create_superuser("chief", password="pass-word-123")


@pytest.fixture
def installation(filled):
    space.forget()
    hour = NOW.replace(hour=10)
    place = next(n for n, bound in enumerate(BOUNDS) if bound > 100)
    counted = [0] * BUCKETS
    counted[place] = 200
    UsageHour.objects.create(hour=hour, method="GET", route="cases/", requests=200, server_errors=4, ms=20000, buckets=counted)
    for status, code, number in (("succeeded", "", 3), ("failed", "time_limit", 2), ("failed", "", 1)):
        for _turn in range(number):
            name = "builtins.ValueError" if status == "failed" and not code else ""
            record = TaskRecord.objects.create(name="documents.embed", status=status, error_code=code, error_class=name, finished_at=NOW)
            put(record, created=NOW)
    ImpressionDay.objects.create(day=TODAY, kind="search", views=10)
    ImpressionDay.objects.create(day=TODAY, kind="empty_search", views=4)
    for number, useful in enumerate((True, True, True, False)):
        vote = HitVote.objects.create(
            user=User.objects.create(username=f"u{number}"), document=filled.pk, useful=useful, digest=str(number)
        )
        put(vote, updated=NOW)
    return filled


def test_staff_see_load_queues_failures_latency_searches_and_storage(installation, chief, api):
    answer = api(chief).get("/api/analytics/dashboard/?range=7").json()
    numbers, charts = by_key(answer)
    told = {key: one["value"] for key, one in numbers.items()}
    assert (told["waiting"], told["running"], told["requests"], told["errors"]) == (1, 0, 200, 2)
    assert_defined("Dashboard of the installation", [*numbers, *charts])
    assert told["empty_searches"] == 40
    assert told["useful_hits"] == 75
    assert all(0.5 < series["values"][0] <= 1 for series in charts["evaluated"]["series"])
    assert BOUNDS[12] <= told["p95"] <= 130
    assert [series["values"][-1] for series in charts["searches"]["series"]] == [6, 4]
    assert charts["latency"]["series"][0]["values"][:-1] == [None] * 6
    assert [series["values"][-1] for series in charts["ended"]["series"]] == [3, 3, 0]
    failures = dict(zip(charts["task_failures"]["labels"], charts["task_failures"]["series"][0]["values"], strict=True))
    assert failures["It took too long"] == 2
    browser = Client()
    browser.force_login(chief)
    followed = 0
    for key in ("queues", "ended", "task_failures"):
        for series in charts[key]["series"]:
            for value, url in zip(series["values"], series["urls"], strict=True):
                if url:
                    followed += 1
                    page = browser.get(url)
                    assert page.status_code == 200, url
                    assert page.context["cl"].result_count == value, url
    assert followed == 5
    for key in ("requests", "p95", "errors"):
        total = browser.get(numbers[key]["url"]).context["total"]
        assert (total.requests, total.server_errors) == (200, 4), key
    (failed,) = charts["errors"]["series"]
    assert browser.get(failed["urls"][-1]).context["total"].server_errors == failed["values"][-1] == 4
    assert [bool(url) for url in charts["latency"]["series"][0]["urls"]] == [False] * 6 + [True]
    figures = values_of(day_of(TODAY))
    month = by_key(api(chief).get("/api/analytics/dashboard/?range=30").json())[1]["document_failures"]["series"][0]
    assert [browser.get(url).context["cl"].result_count for url in month["urls"]] == month["values"] == [1, 1]
    assert sum(month["values"]) == values_of(Stretch(NOW - timedelta(days=30), NOW))["documents_failed"]
    assert charts["growth"]["series"][0]["values"][-1] * MB == figures["documents_bytes"]
    assert told["stored"] == figures["storage_bytes"]
    assert browser.get("/dashboard/?range=7").content.decode().count("data-chart") == len(charts) == 12


def test_staff_without_rights_to_the_admin_see_no_titles_and_no_links_there(installation, api):
    operator = User.objects.create_user("operator", password="pass-word-123", is_staff=True)
    answer = api(operator).get("/api/analytics/dashboard/")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert installation.title not in page
    assert "/admin/" not in page
