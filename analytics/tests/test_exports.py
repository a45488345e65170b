"""Exports: each thing that can be exported, for who may, as each form of file, and what becomes of an order that goes wrong."""

from __future__ import annotations

import datetime
import errno
import io
import json
import os
from datetime import timedelta
from unittest import mock

import pytest
from django.test import Client
from django.utils import timezone

from analytics.models import DailyReport, Export, SessionAnalysis, UsageHour
from analytics.services.exports import places, writing
from analytics.services.exports.content import cells, copying, tables
from analytics.services.exports.content.tables import Type
from analytics.services.exports.forms import comma, workbook
from analytics.tests.exported import EXPORTS, ask, commas, fetched, objects, sheets, work_off, written
from audio.models import AudioSession, NoiseDetection, ProcessingMetric, TranscriptSegment
from cases.activity import sentence
from cases.models import AuditEvent, Event
from cases.services import matters
from documents.models import Document
from documents.services.review import tables as review
from documents.services.storage import blobs
from documents.sheets import LONGEST_CELL
from documents.tests.searching import document
from tasks.models import TaskRecord

pytestmark = pytest.mark.django_db(transaction=True)

LINK = '=HYPERLINK("http://evil.example","x")'
HOSTILE = {
    LINK: f"'{LINK}",
    "\uff1dSUM(A1)": "'\uff1dSUM(A1)",
    "-5.00": "-5.00",
    "-1+2": "'-1+2",
    "  @SUM(A1)": "'  @SUM(A1)",
    "+49,5": "+49,5",
    "a\x01b\x0b": "ab",
    "\x02=1+1": "'=1+1",
    'tab\tquote" comma, semi; line\nend': 'tab\tquote" comma, semi; line\nend',
    "\\.": "\\.",
    "مرحبا 😀 \\n": "مرحبا 😀 \\n",
    "null": "null",
}
HOUR = datetime.datetime(2026, 3, 1, 10, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def background(settings):
    settings.TASK_EXECUTOR = "background"
    for path in blobs.private_folder(places.FOLDER).iterdir():
        places._remove(path)


@pytest.fixture
def hours(case):
    made = [
        UsageHour(hour=HOUR + timedelta(hours=n), method="GET", route=f"api/{n}/", case=case.pk if n % 2 else None, requests=n, ms=n * 1.5,
                  size=2**53 + n, buckets=[n, 0])
        for n in range(6)
    ]  # fmt: skip
    return UsageHour.objects.bulk_create(made)


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def left_on_disk() -> list[str]:
    return [path.name for path in blobs.private_folder(places.FOLDER).iterdir()]


def test_a_case_in_each_form_with_hostile_titles(api, viewer, case, editor):
    long = "x" * 40_000
    for title in HOSTILE:
        Event.objects.create(case=case, kind="entered", date="2026-03-01", text=title, created_by=editor)
    Event.objects.create(case=case, kind="entered", date="2026-03-02", text=long)
    Document.objects.create(case=case, title=LINK, size=12, created_by=editor)
    Document.objects.create(case=case, title="gone", deleted_at=timezone.now())

    told, rows = objects(fetched(browser(viewer), written(api, viewer, "case", "json", case.pk)))
    assert [one["text"] for one in rows["events"]] == [*HOSTILE, long]
    assert {one["name"]: one["rows"] for one in told["tables"]} == {name: len(found) for name, found in rows.items()}
    assert told["tables"][0]["columns"][0] == {"name": "id", "type": "word", "unit": "", "definition": "id of the case"}
    assert (told["time_zone"], told["asked_by"], told["case"]) == ("UTC", "viewer", case.title)
    assert [(one["title"], one["size"], one["added_by"]) for one in rows["documents"]] == [(LINK, 12, "editor")]
    assert {one["user"]: one["role"] for one in rows["members"]} == {"owner": "owner", "editor": "editor", "viewer": "viewer"}
    assert rows["case"][0]["created"].endswith("Z")

    told, rows = commas(fetched(browser(viewer), written(api, viewer, "case", "csv", case.pk)))
    assert [one["text"] for one in rows["events"]][:-1] == list(HOSTILE.values())
    cut = rows["events"][-1]["text"]
    assert len(cut) == LONGEST_CELL
    assert cut.endswith("(cut: a cell holds no more)")
    assert {one["name"]: one["rows"] for one in told["tables"]} == {name: len(found) for name, found in rows.items()}

    ready = written(api, viewer, "case", "xlsx", case.pk)
    found = sheets(fetched(browser(viewer), ready))
    assert list(found) == ["About", "Case", "Members", "Documents", "Facts", "Events", "Citations", "Recordings", "Tasks"]
    place = found["Events"][0].index("text")
    assert [row[place] for row in found["Events"][1:]] == [*HOSTILE.values(), cut]
    assert found["Documents"][1][found["Documents"][0].index("size")] == 12.0
    assert ready["rows"] == sum(len(rows) - 1 for name, rows in found.items() if name != "About")
    assert next(row for row in found["About"] if row and row[0] == "documents")[1] == 1.0
    assert not [name for name in left_on_disk() if name.startswith(".")]


def test_usage_is_for_staff_or_the_owner_of_a_case(api, owner, editor, stranger, case, hours):
    assert ask(api(owner), "usage").status_code == 403
    assert ask(api(editor), "usage", target=case.pk).status_code == 403
    assert ask(api(stranger), "usage", target=case.pk).status_code == 404
    told, rows = commas(fetched(browser(owner), written(api, owner, "usage", "csv", case.pk, locale="de")), ";")
    assert [(one["hour"], one["duration"], one["buckets"]) for one in rows["usage"]] == [
        (f"2026-03-01T{10 + n}:00:00.000Z", str(n * 1.5).replace(".", ",").removesuffix(",0"), f"{n}; 0") for n in (1, 3, 5)
    ]
    owner.is_staff = True
    owner.save()
    with mock.patch.object(tables, "AT_ONCE", 2):
        ready = written(api, owner, "usage", "json", since="2026-03-01", until="2026-03-01")
    told, rows = objects(fetched(browser(owner), ready))
    assert [(one["requests"], one["size"], one["buckets"]) for one in rows["usage"]] == [(n, 2**53 + n, [n, 0]) for n in range(6)]
    assert told["narrowed_by"] == {"since": "2026-03-01", "until": "2026-03-01"}
    with mock.patch.object(workbook, "MOST_ROWS", 4):
        found = sheets(fetched(browser(owner), written(api, owner, "usage", "xlsx")))
    assert {name: len(rows) for name, rows in found.items() if name != "About"} == {"Usage": 4, "Usage 2": 4}
    assert [row[8] for row in found["Usage"][1:]] == [float(2**53), str(2**53 + 1), str(2**53 + 2)]
    owner.is_staff = False
    owner.save()
    assert api(owner).get(f"{EXPORTS}{ready['id']}/").status_code == 404
    assert browser(owner).get(ready["url"]).status_code == 404


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_file_of_many_pieces_is_the_same(api, owner, case, hours, form, monkeypatch):
    read = (lambda made: commas(made, ",")) if form == "csv" else objects
    _told, whole = read(fetched(browser(owner), written(api, owner, "usage", form, case.pk)))
    monkeypatch.setattr(copying, "PIECE", 1)
    monkeypatch.setattr(comma, "PIECES", 1)
    _told, pieces = read(fetched(browser(owner), written(api, owner, "usage", form, case.pk)))
    assert pieces == whole
    assert len(pieces["usage"]) == 3


def test_what_goes_wrong_while_packing_is_raised():
    behind = comma.Behind()
    behind.put(mock.Mock(side_effect=OSError(errno.ENOSPC, "full")), b"rows")
    with pytest.raises(OSError, match="full"):
        behind.wait()
    behind.end()


def test_tasks_reports_and_searches(api, owner, viewer, stranger, case):
    TaskRecord.objects.create(name="documents.ingest", status="failed", error=LINK, scope=case.pk, user=owner)
    TaskRecord.objects.create(name="documents.ingest", status="succeeded", scope=case.pk)
    ready = written(api, viewer, "tasks", filters={"state": "failed"})
    _told, rows = objects(fetched(browser(viewer), ready))
    assert [(one["name"], one["error"], one["asked_by"]) for one in rows["tasks"]] == [("documents.ingest", LINK, "owner")]
    assert objects(fetched(browser(stranger), written(api, stranger, "tasks", filters={"state": "failed"})))[1] == {"tasks": []}
    assert ask(api(viewer), "tasks", filters={"colour": "red"}).status_code == 400
    assert ask(api(viewer), "tasks", since="2026-01-01").json()["code"] == "bad_options"

    DailyReport.objects.create(day="2026-03-01", case=case, figures={"made_up": 3, "made_up:pdf": None}, made=timezone.now())
    DailyReport.objects.create(day="2026-03-02", case=case, figures={"made_up": 4}, made=timezone.now())
    _told, rows = objects(fetched(browser(viewer), written(api, viewer, "report", target=case.pk, until="2026-03-01")))
    assert [(one["day"], one["figure"], one["part"], one["value"]) for one in rows["figures"]] == [
        ("2026-03-01", "made_up", "", 3), ("2026-03-01", "made_up", "pdf", None),
    ]  # fmt: skip
    assert ask(api(viewer), "report").status_code == 403
    assert ask(api(viewer), "report", target=case.pk, since="2026-03-02", until="2026-03-01").status_code == 400

    document(case, LINK, "The crane was unsafe.", vectors=False)
    found = written(api, viewer, "search", "csv", filters={"q": "crane", "mode": ["text"]})
    _told, rows = commas(fetched(browser(viewer), found))
    assert [(one["title"], one["passage"]) for one in rows["passages"]] == [(f"'{LINK}", "The crane was unsafe.")]
    assert ask(api(viewer), "search", filters={"q": " "}).status_code == 400
    # It was of no case; but what is in it is of one, which the reader loses.
    case.memberships.filter(user=viewer).delete()
    assert [browser(viewer).get(one["url"]).status_code for one in (ready, found)] == [404, 404]
    assert api(viewer).get(EXPORTS).json()["count"] == 0


def test_a_recording_and_a_review_table(api, viewer, owner, case):
    session = AudioSession.objects.create(case=case, title="Hearing", duration_s=60.5, transcript_version=1)
    NoiseDetection.objects.create(session=session, version=1, label="hum", start_s=1, end_s=2.25, confidence=0.5, level_db=-30)
    NoiseDetection.objects.create(session=session, version=2, label="old", start_s=1, end_s=2, confidence=0.5, level_db=-30)
    TranscriptSegment.objects.create(session=session, version=1, index=0, start_s=0, end_s=2, text="Objection.", confidence=0.9)
    ProcessingMetric.objects.create(session=session, version=1, step="transcribe", seconds=10, audio_s=60)
    SessionAnalysis.objects.create(session=session, version=1, figures={"speech": {"share": 0.5}}, made=timezone.now())
    ready = written(api, viewer, "session", target=session.pk)
    assert TaskRecord.objects.get(pk=ready["task_id"]).name == "analytics.export_session_data"
    _told, rows = objects(fetched(browser(viewer), ready))
    assert [(one["label"], one["end"], one["level"]) for one in rows["detections"]] == [("hum", 2.25, -30)]
    assert [(one["text"], one["doubts"], one["confirmed"]) for one in rows["segments"]] == [("Objection.", [], False)]
    assert (rows["recording"][0]["duration"], rows["steps"][0]["step"]) == (60.5, "transcribe")
    assert rows["analysis"] == [{"figure": "speech.share", "value": 0.5}]

    leases = [document(case, title, "It ends.", kind="contract", vectors=False) for title in ("Lease 1", LINK)]
    table = review.make(case, owner, "Leases", ["=When?"], [one.pk for one in leases])
    _told, rows = commas(fetched(browser(viewer), written(api, viewer, "review", "csv", table.pk)))
    assert [list(one) for one in rows["answers"]] == [["document", "'=When?"]] * 2
    assert [(one["title"], one["asked"], one["state"]) for one in rows["quotations"]] == [
        ("Lease 1", "'=When?", "waiting"), (f"'{LINK}", "'=When?", "waiting"),
    ]  # fmt: skip
    AudioSession.objects.update(deleted_at=timezone.now())
    assert browser(viewer).get(ready["url"]).status_code == 404


def test_an_export_is_its_askers_alone_and_goes(api, owner, viewer, case):
    ready = written(api, viewer, "case", "json", case.pk)
    User = type(owner)
    User.objects.filter(pk=owner.pk).update(is_staff=True, is_superuser=True)
    owner.refresh_from_db()
    for address in (ready["url"], f"{EXPORTS}{ready['id']}/"):
        assert browser(owner).get(address).status_code == 404
        assert Client().get(address).status_code == 401
    assert browser(owner).post(f"/exports/{ready['id']}/discard/").status_code == 404
    part = browser(viewer).get(ready["url"], headers={"Range": "bytes=0-1"})
    assert (part.status_code, part["Content-Disposition"][:11]) == (206, "attachment;")
    told = AuditEvent.objects.filter(verb__startswith="export.").order_by("pk")
    assert [(one.verb, one.actor_id, one.detail) for one in told] == [
        (f"export.{verb}", viewer.pk, {"what": "case", "form": "json"}) for verb in ("asked", "downloaded")
    ]
    assert sentence(told[0]) == "had an export written (case, json)"
    assert "Roe" not in json.dumps([one.detail for one in told])
    assert ready["expires"] > (timezone.now() + timedelta(hours=23)).isoformat()
    Export.objects.update(expires_at=timezone.now())
    assert browser(viewer).get(ready["url"]).status_code == 404
    assert (places.sweep(), left_on_disk(), Export.objects.count()) == (1, [], 0)


def test_asked_for_twice_it_is_written_once(api, viewer, case):
    first, second = (ask(api(viewer), "case", "csv", case.pk) for _time in range(2))
    assert first.json()["id"] == second.json()["id"]
    assert ask(api(viewer), "case", "csv", case.pk, locale="de").json()["id"] != first.json()["id"]
    preview = api(viewer).post(EXPORTS, {"what": "case", "id": str(case.pk), "format": "csv", "preview": True}, format="json").json()
    assert [one["rows"] for one in preview["tables"] if one["name"] == "members"] == [3]
    work_off()
    assert TaskRecord.objects.filter(name="analytics.export_data", status="succeeded").count() == 2
    assert ask(api(viewer), "case", "csv", case.pk).json()["id"] != first.json()["id"]


def test_what_goes_wrong_is_said_and_leaves_nothing(api, viewer, owner, case, hours, monkeypatch):
    with mock.patch.object(blobs, "free_bytes", return_value=10):
        refused = ask(api(viewer), "case", "csv", case.pk)
    assert (refused.status_code, refused.json()["code"], Export.objects.count()) == (507, "storage_full", 0)
    monkeypatch.setattr(workbook, "MOST_ROWS", 1)
    with mock.patch("analytics.services.exports.asking.MOST_ROWS", 1):
        assert ask(api(viewer), "case", "xlsx", case.pk).json()["code"] == "too_many_rows"
    monkeypatch.undo()

    def full(self: writing.Watched, data: bytes) -> int:
        if self.dead:
            return len(data)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for form in ("json", "csv", "xlsx"):
        with mock.patch.object(writing.Watched, "write", full):
            failed = written(api, viewer, "case", form, case.pk)
        assert (failed["status"], failed["error_code"], failed["url"]) == ("failed", "storage_full", None), form
        assert "no room left" in failed["error"]
        assert left_on_disk() == []

    def cancelled(export: Export, wanted: writing.Order) -> dict[str, object]:
        TaskRecord.objects.filter(pk=export.task_id).update(cancel_requested=True)
        return manifest(export, wanted)

    manifest = writing._manifest
    with mock.patch.object(writing, "_manifest", cancelled):
        assert written(api, viewer, "case", "csv", case.pk)["status"] == "cancelled"
    assert left_on_disk() == []

    waiting = ask(api(viewer), "case", "csv", case.pk).json()["id"]
    assert browser(viewer).get(f"{EXPORTS}{waiting}/file/").json()["code"] == "not_ready"
    assert api(viewer).delete(f"{EXPORTS}{waiting}/").status_code == 204
    work_off()
    assert not Export.objects.filter(pk=waiting).exists()

    gone = ask(api(viewer), "case", "csv", case.pk).json()["id"]

    def deleted(export: Export, wanted: writing.Order) -> dict[str, object]:
        matters.delete_case(case, user=owner)
        return manifest(export, wanted)

    with mock.patch.object(writing, "_manifest", deleted):
        work_off()
    export = Export.objects.get(pk=gone)
    assert (export.status, export.error_code) == ("failed", "gone")
    assert export.error == "What was to be exported is gone, or you may not see it any more."
    assert left_on_disk() == []
    assert api(viewer).get(f"{EXPORTS}{gone}/").status_code == 404


def test_pages(client, viewer, case):
    client.force_login(viewer)
    page = client.get("/exports/new/", {"what": "case", "id": case.pk}).content.decode()
    assert "Export: Roe v. Wade" in page
    assert "docket number" in page
    assert client.get("/exports/new/", {"what": "nothing"}).status_code == 404
    assert client.get("/exports/new/", {"what": "case", "id": "x"}).status_code == 404
    assert client.get("/exports/new/", {"what": "usage"}).status_code == 403
    assert client.get("/exports/new/", {"what": "tasks", "since": "never"}).status_code == 422
    asked = {"what": "case", "id": case.pk, "format": "xlsx", "locale": "de"}
    assert client.post("/exports/new/", asked).headers["Location"] == "/exports/"
    assert 'data-progress="task:' in client.get("/exports/").content.decode()
    work_off()
    page = client.get("/exports/").content.decode()
    assert "Case as XLSX" in page
    export = Export.objects.get()
    assert f"/api/analytics/exports/{export.pk}/file/" in page
    assert export.name.startswith("Roe v. Wade, ")
    client.post(f"/exports/{export.pk}/discard/")
    assert left_on_disk() == []


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (-5.0, Type.REAL, "-5"), (1e300, Type.REAL, "1e+300"), (float("nan"), Type.REAL, ""), (2**60, Type.WHOLE, 2**60),
        (None, Type.TEXT, ""),
        (True, Type.FLAG, "true"), (["=1", 2], Type.LIST, "'=1; 2"), ("a\ud800b\x00", Type.TEXT, "ab"), ({"a": 1}, Type.JSON, '{"a": 1}'),
        (datetime.date(2026, 3, 1), Type.DATE, "2026-03-01"), ("-5.00", Type.TEXT, "-5.00"), ("-5.00x", Type.TEXT, "'-5.00x"),
    ],
)  # fmt: skip
def test_values_made_here_are_written_as_those_of_the_database(value, kind, expected):
    assert cells.comma_value(value, kind, ".") == expected
    assert json.dumps(cells.json_value(value, kind)).encode()
    assert io.BytesIO(cells.encodable("a\ud800").encode()).read() == b"a?"
