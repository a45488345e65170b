"""The events of a case: found when a document is read, joined where they tell the same, decided by people, never taken from them."""

from __future__ import annotations

import datetime
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.models import AuditEvent, Event
from cases.services import matters
from documents.models import Document, EventSource
from documents.services.bulk import moving
from documents.services.bulk.selection import Selection
from documents.services.ingest import restoring
from documents.services.pipeline import corrections, lifecycle, purging
from documents.services.timeline import backlog, decisions
from documents.services.timeline.entries import Entry, Filters, events_for
from tasks.models import TaskRecord

pytestmark = pytest.mark.django_db(transaction=True)

FACTS = """STATEMENT OF FACTS

1. On March 3, 2021, the harbour crane struck the quay and broke its jib.

2. The tenant refused to pay the repair on April 9, 2021, and has paid nothing since.
"""
SAME = "A WITNESS SAYS\n\nThe harbour crane struck the quay and broke its jib on March 3, 2021, while I stood there.\n"


@pytest.fixture
def read(accept, work_off):
    def put(content: str = FACTS, name: str = "facts.txt") -> Document:
        document = accept(content, name)
        work_off()
        document.refresh_from_db()
        assert document.status == "ready", document.error
        return document

    return put


@pytest.fixture
def read_anew(work_off, editor):
    """Have a document read again, with other words in its file."""

    def again(document: Document, content: str) -> None:
        from documents.services.storage import blobs

        with blobs.as_file(document) as path:
            path.chmod(0o600)
            path.write_text(content)
        lifecycle.reprocess(document, editor)
        work_off()

    return again


def shown(user: Any, case: Any, **filters: Any) -> list[tuple[str, str, int]]:
    """(date, state, sources) of each event."""
    return [(one.event.dated, one.event.state, len(one.places)) for one in events_for(user, case, Filters(**filters))]


def only(user: Any, case: Any, day: str = "2021-03-03") -> Entry:
    (entry,) = (one for one in events_for(user, case, Filters(states=Event.State.values)) if one.event.dated == day)
    return entry


def client_of(user: Any) -> Any:
    from django.test import Client

    client = Client()
    client.force_login(user)
    return client


# Found


def test_what_a_document_says_that_happened_is_proposed_with_its_sentence_and_place(read, case, viewer):
    document = read()
    assert shown(viewer, case) == [("2021-03-03", "proposed", 1), ("2021-04-09", "proposed", 1)]
    entry = only(viewer, case)
    place, page = entry.places[0], document.text_version.pages.get(number=1).text
    assert entry.event.text == "On March 3, 2021, the harbour crane struck the quay and broke its jib."
    assert page[place.start : place.end] == place.quote == entry.event.text
    assert (page[place.date_start : place.date_end], place.document) == ("March 3, 2021", document.pk)


def test_sentences_of_several_documents_that_tell_the_same_are_one_event(read, case, viewer):
    read()
    read(SAME, "witness.txt")
    entry = only(viewer, case)
    assert sorted(place.title for place in entry.places) == ["facts", "witness"]


def test_looking_again_changes_nothing(read, case, viewer, work_off):
    read()
    before = list(EventSource.objects.values_list("pk", "event", "start"))
    TaskRecord.objects.filter(name=backlog.TASK).delete()
    backlog.begin()
    work_off()
    record = TaskRecord.objects.get(name=backlog.TASK)
    assert (record.status, record.result) == ("succeeded", {"documents": 1, "events": 0})
    assert list(EventSource.objects.values_list("pk", "event", "start")) == before
    backlog.begin()
    assert TaskRecord.objects.filter(name=backlog.TASK).count() == 1


def test_filings_follow_what_is_held_true_of_their_document(read, case, viewer, editor, api):
    document = read("A text without any date.", "paper.txt")
    assert shown(viewer, case) == []
    corrections.update(document, editor, kind="motion", date=date(2021, 5, 4), title="Motion to dismiss")
    assert [(one.event.dated, one.event.text) for one in events_for(viewer, case)] == [("2021-05-04", "Filed: Motion to dismiss")]
    decisions.decide(only(editor, case, "2021-05-04").event, editor, state="confirmed")
    corrections.update(document, editor, kind="order", date=date(2021, 5, 6))
    assert [(one.event.dated, one.event.text, one.event.state) for one in events_for(viewer, case)] == [
        ("2021-05-06", "Entered: Motion to dismiss", "proposed")
    ]
    corrections.update(document, editor, kind="letter")
    assert shown(viewer, case) == []


# Decided


def test_people_confirm_correct_hide_and_take_back_and_the_log_says_so(read, case, editor, viewer):
    read()
    entry = only(editor, case)
    address = f"/api/cases/{case.pk}/timeline/{entry.event.pk}/"
    patch = lambda user, **json: client_of(user).patch(address, json, content_type="application/json")  # noqa: E731
    assert patch(viewer, state="confirmed").status_code == 403
    assert patch(editor, state="confirmed").json()["state"] == "confirmed"
    changed = patch(editor, date="2021-03-04", text="  The crane\nfell. ").json()
    assert (changed["date"], changed["text"], changed["decided_by"]) == ("2021-03-04", "The crane fell.", "editor")
    assert changed["said"] == {"date": "2021-03-03", "date_precision": "day", "end_date": None, "text": entry.event.text}
    assert patch(editor, state="hidden").json()["state"] == "hidden"
    assert [one[0] for one in shown(viewer, case)] == ["2021-04-09"]
    assert [one[0] for one in shown(viewer, case, states=["hidden"])] == ["2021-03-04"]
    back = patch(editor, take_back=True).json()
    assert (back["state"], back["date"], back["text"], back["said"]) == ("proposed", "2021-03-03", entry.event.text, None)
    verbs = AuditEvent.objects.filter(case=case, verb__startswith="event.").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["event.confirmed", "event.corrected", "event.hidden", "event.taken_back"]


def test_a_new_reading_keeps_what_people_decided_by_its_quotation(read, read_anew, case, editor):
    document = read()
    decisions.decide(only(editor, case).event, editor, state="hidden")
    decisions.decide(only(editor, case, "2021-04-09").event, editor, text="The tenant refused.")
    read_anew(document, "A NEW PAGE IN FRONT\n\n" + FACTS.replace("harbour crane", "harbour  crane"))
    document.refresh_from_db()
    assert shown(editor, case, states=Event.State.values) == [("2021-03-03", "hidden", 1), ("2021-04-09", "confirmed", 1)]
    for entry in events_for(editor, case, Filters(states=Event.State.values)):
        (place,) = entry.places
        assert document.text_version.pages.get(number=1).text[place.start : place.end] == place.quote
        assert not place.lost


def test_of_a_sentence_that_is_no_more_only_what_people_decided_stays(read, read_anew, case, editor):
    document = read()
    decisions.decide(only(editor, case).event, editor, state="confirmed")
    read_anew(document, "Nothing of that stands here any more, and no date either.")
    assert shown(editor, case) == [("2021-03-03", "confirmed", 1)]
    assert only(editor, case).places[0].lost


def test_a_hidden_event_stays_hidden_when_another_document_tells_it(read, case, editor):
    read()
    decisions.decide(only(editor, case).event, editor, state="hidden")
    read(SAME, "witness.txt")
    assert [one[0] for one in shown(editor, case)] == ["2021-04-09"]


# Entered


def test_events_and_deadlines_are_entered_by_people(case, editor, viewer, stranger):
    address = f"/api/cases/{case.pk}/timeline/"
    post = lambda user, **json: client_of(user).post(address, json, content_type="application/json")  # noqa: E731
    assert post(viewer, text="x", date="2026-01-01").status_code == 403
    assert post(stranger, text="x", date="2026-01-01").status_code == 404
    soon = timezone.localdate() + timedelta(days=9)
    made = post(editor, kind="deadline", text="Answer due", date=str(soon), time="17:00")
    assert (made.status_code, made.json()["state"], made.json()["sources"]) == (201, "confirmed", [])
    assert post(editor, text="We met", date="2021-07-01", date_precision="month").json()["date_precision"] == "month"
    overview = client_of(viewer).get(f"/cases/{case.pk}/").content.decode()
    assert "Next deadlines" in overview
    assert "Answer due" in overview
    decided = client_of(editor).patch(f"{address}{made.json()['id']}/", {"done": True}, content_type="application/json")
    assert decided.json()["done"] is True
    assert "Next deadlines" not in client_of(viewer).get(f"/cases/{case.pk}/").content.decode()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"text": "x", "date": "2021-02-30"}, "date"),
        ({"text": "   ", "date": "2021-02-03"}, "text"),
        ({"text": "x" * 2001, "date": "2021-02-03"}, "text"),
        ({"text": "x", "date": "2021-02-03", "end_date": "2021-02-01"}, "detail"),
        ({"text": "x", "date": "0021-02-03"}, "detail"),
        ({"text": "x", "date": "2021-02-03", "end_date": "9999-12-31"}, "detail"),
        ({"text": "x", "date": "2021-02-03", "kind": "found"}, "kind"),
    ],
)
def test_what_cannot_be_entered_is_said_and_nothing_is_written(case, editor, wrong, field):
    answer = client_of(editor).post(f"/api/cases/{case.pk}/timeline/", wrong, content_type="application/json")
    assert (answer.status_code // 100, field in answer.json()) == (4, True), answer.content
    assert not Event.objects.exists()


def test_only_a_deadline_can_be_done(read, case, editor):
    read()
    address = f"/api/cases/{case.pk}/timeline/{only(editor, case).event.pk}/"
    answer = client_of(editor).patch(address, {"done": True, "state": "confirmed"}, content_type="application/json")
    assert answer.json()["code"] == "not_a_deadline"
    assert only(editor, case).event.state == "proposed"


# Listed


def test_the_list_is_narrowed_sorted_and_paged_in_a_constant_number_of_queries(read, case, editor, viewer, api):
    document = read()
    decisions.add(case, editor, "entered", "We looked at the crane.", date(2021, 3, 20), end_date=date(2021, 3, 22))
    address = f"/api/cases/{case.pk}/timeline/"
    days = lambda **asked: [one["date"] for one in api(viewer).get(address, asked).json()["results"]]  # noqa: E731
    assert days() == ["2021-03-03", "2021-03-20", "2021-04-09"]
    assert days(order="-date", page_size=2) == ["2021-04-09", "2021-03-20"]
    assert days(kind="found,filing", end="2021-03-31") == ["2021-03-03"]
    assert days(start="2021-03-21", end="2021-03-21") == ["2021-03-20"]
    assert days(state="confirmed") == ["2021-03-20"]
    assert days(document=str(document.pk), q="repair tenant") == ["2021-04-09"]
    assert api(viewer).get(address, {"kind": "murder"}).status_code == 400
    assert api(viewer).get(address, {"start": "2021-02-30"}).status_code == 400

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as counted:
            assert client_of(viewer).get(f"/cases/{case.pk}/timeline/").status_code == 200
        return len(counted)

    few = queries()
    for day in range(1, 29):
        decisions.add(case, editor, "entered", f"Day {day}", date(2022, 2, day))
    assert queries() == few


def test_the_picture_carries_the_numbers_of_the_table_and_is_always_the_same(read, case, editor, viewer):
    read()
    decisions.add(case, editor, "deadline", "<b>Answer</b> due", date(2026, 1, 2))
    first, second = (client_of(viewer).get(f"/cases/{case.pk}/timeline/").content.decode() for _ in range(2))
    cut = lambda page: page[page.index("<svg viewBox") : page.index("</svg></div>")]  # noqa: E731
    assert cut(first) == cut(second)
    assert cut(first).count('class="timeline-mark') == 2, "the first two are near to each other"
    assert 'href="#event-1"' in cut(first)
    assert '<text class="timeline-number" x="' in cut(first)
    assert ">1–2</text>" in cut(first)
    assert 'id="event-3"' in first
    assert "<b>Answer" not in first
    odd = client_of(viewer).get(f"/cases/{case.pk}/timeline/?start=never&kind=murder").content.decode()
    assert "was not understood" in odd


def test_the_calendar_has_days_months_and_stable_ids_and_nothing_of_what_one_may_not_see(read, case, editor, viewer, stranger, token):
    from icalendar import Calendar

    read()
    decisions.decide(only(editor, case).event, editor, state="hidden")
    decisions.add(case, editor, "deadline", "Answer; due, at five", date(2023, 1, 2), time=datetime.time(17))
    decisions.add(case, editor, "entered", "Met", date(2022, 12, 1), date_precision="month")
    decisions.add(case, editor, "entered", "Trial", date(2023, 3, 1), end_date=date(2023, 3, 3))
    address = f"/api/cases/{case.pk}/timeline.ics"

    def fetched(**asked: str) -> Any:
        from django.test import Client

        answer = Client().get(address, asked, headers={"Authorization": f"Token {token(viewer)}"})
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
        return answer.content

    found = list(Calendar.from_ical(fetched()).walk("VEVENT"))
    spans = [(one.decoded("dtstart"), one.decoded("dtend") if "dtend" in one else None) for one in found]
    assert spans == [
        (date(2021, 4, 9), date(2021, 4, 10)), (date(2022, 12, 1), date(2023, 1, 1)), (datetime.datetime(2023, 1, 2, 17), None),
        (date(2023, 3, 1), date(2023, 3, 4)),
    ]  # fmt: skip
    assert [str(one["status"]) for one in found] == ["TENTATIVE", "CONFIRMED", "CONFIRMED", "CONFIRMED"]
    assert str(found[2]["summary"]) == "Deadline: Answer; due, at five"
    assert fetched() == fetched()
    assert b"crane" not in fetched()
    assert len(list(Calendar.from_ical(fetched(kind="deadline")).walk("VEVENT"))) == 1
    assert client_of(stranger).get(address).status_code == 404
    assert client_of(viewer).get(address, {"kind": "murder"}).json()["code"] == "bad_filter"


# Documents that go


def test_what_only_a_deleted_document_says_is_not_seen_until_it_is_back(read, case, editor):
    document = read()
    read(SAME, "witness.txt")
    lifecycle.delete(document, editor)
    assert shown(editor, case) == [("2021-03-03", "proposed", 1)]
    restoring.restore(document, editor)
    assert shown(editor, case) == [("2021-03-03", "proposed", 2), ("2021-04-09", "proposed", 1)]


def test_a_purged_document_takes_its_words_along_and_leaves_what_others_say(read, case, editor):
    document = read()
    decisions.decide(only(editor, case).event, editor, state="confirmed")
    decisions.decide(only(editor, case, "2021-04-09").event, editor, state="confirmed")
    read(SAME, "witness.txt")
    decisions.add(case, editor, "entered", "We met.", date(2021, 1, 1))
    lifecycle.delete(document, editor)
    Document.objects.filter(pk=document.pk).update(deleted_at=timezone.now() - timedelta(days=400))
    matters.set_legal_hold(case, True, user=case.memberships.get(role="owner").user)
    assert purging.purge(lambda: None) == 0
    assert Event.objects.count() == 3
    matters.set_legal_hold(case, False, user=case.memberships.get(role="owner").user)
    assert purging.purge(lambda: None) == 1
    assert shown(editor, case) == [("2021-01-01", "confirmed", 0), ("2021-03-03", "confirmed", 1)]
    assert only(editor, case).event.text == SAME.partition("\n\n")[2].strip(), "the words that were purged are gone"
    assert not Event.objects.filter(text__contains="tenant").exists()


def test_events_go_along_with_a_document_that_moves(read, case, editor, owner, work_off):
    target = matters.create_case("Doe v. Roe", user=editor)
    document = read()
    read(SAME, "witness.txt")
    decisions.add(case, editor, "entered", "We met.", date(2021, 1, 1))
    decisions.decide(only(editor, case).event, editor, text="The crane fell.")
    moving.move(Selection(case, [document.pk]), editor, target)
    work_off()
    assert shown(editor, case) == [("2021-01-01", "confirmed", 0), ("2021-03-03", "confirmed", 1)]
    assert shown(editor, target) == [("2021-03-03", "confirmed", 1), ("2021-04-09", "proposed", 1)]
    assert only(editor, target).event.text == "The crane fell."
    assert not Event.objects.visible_to(owner).filter(case=target).exists()


def test_a_copy_that_moves_to_its_original_brings_the_decision_and_no_second_event(read, case, editor, accept, work_off):
    target = matters.create_case("Doe v. Roe", user=editor)
    document = read()
    decisions.decide(only(editor, case).event, editor, state="confirmed")
    from io import BytesIO

    from documents.services import ingest

    ingest.accept(BytesIO(FACTS.encode()), case=target, user=editor, name="facts.txt")
    work_off()
    moving.move(Selection(case, [document.pk]), editor, target)
    work_off()
    assert shown(editor, case) == []
    assert shown(editor, target) == [("2021-03-03", "confirmed", 1), ("2021-04-09", "proposed", 1)]


def test_who_takes_the_place_of_a_deleted_original_has_its_events_and_decisions(read, case, editor, accept, work_off):
    original = read()
    decisions.decide(only(editor, case).event, editor, state="confirmed")
    copy = accept(FACTS, "copy.txt")
    work_off()
    lifecycle.delete(original, editor)
    work_off()
    assert shown(editor, case) == [("2021-03-03", "confirmed", 1), ("2021-04-09", "proposed", 1)]
    assert only(editor, case).places[0].document == copy.pk


def test_the_words_of_a_document_that_stays_do_not_go_along_with_another(read, case, editor, work_off):
    target = matters.create_case("Doe v. Roe", user=editor)
    read()
    other = read("A WITNESS SAYS\n\nThe harbour crane struck the quay and broke its red jib on March 3, 2021.\n", "witness.txt")
    decisions.decide(only(editor, case).event, editor, state="confirmed")
    assert len(only(editor, case).places) == 2
    moving.move(Selection(case, [other.pk]), editor, target)
    work_off()
    entry = only(editor, target)
    assert (entry.event.text, entry.event.state) == (entry.places[0].quote, "confirmed")
    assert "red jib" in entry.event.text
    assert "red jib" not in only(editor, case).event.text
