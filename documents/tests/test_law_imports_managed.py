"""Imports are watched, stopped, taken up again and told of: on the page, by the API and by the command."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from cases.models import AuditEvent
from documents.models import LawImport
from documents.services.library import importing, starting
from documents.services.storage import blobs
from documents.tests.law import bring, lines, ruling
from tasks.manager import manager

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff(viewer: Any) -> Any:
    viewer.is_staff = True
    viewer.save()
    return viewer


def given(user: Any, content: bytes) -> LawImport:
    return starting.import_upload("rulings", SimpleUploadedFile("r.jsonl", content), "r.jsonl", user)


def test_an_import_is_stopped_and_taken_up_again_by_the_api(staff: Any, api: Any, work_off: Any, settings: Any) -> None:
    settings.TASK_EXECUTOR = "background"
    client = api(staff)
    record = given(staff, json.dumps(ruling()).encode())
    stopped = client.post(f"/api/imports/{record.pk}/cancel/").json()
    assert (stopped["state"], stopped["file_until"] is None) == ("cancelled", False)
    again = client.post(f"/api/imports/{record.pk}/cancel/")
    assert (again.status_code, again.json()["code"]) == (409, "not_running")
    assert client.post(f"/api/imports/{record.pk}/retry/").json()["state"] == "loading"
    work_off()
    told = client.get(f"/api/imports/{record.pk}/").json()
    assert (told["state"], told["added"], told["remarks"], told["file_until"]) == ("finished", 1, 0, None)
    assert [one["id"] for one in client.get("/api/imports/").json()["results"]] == [str(record.pk)]
    assert set(AuditEvent.objects.filter(verb__startswith="law.import").values_list("verb", flat=True)) == {
        "law.import_begun", "law.import_cancelled", "law.import_resumed",
    }  # fmt: skip


def test_an_import_that_a_command_runs_is_not_stopped_from_here(staff: Any, api: Any) -> None:
    record = LawImport.objects.create(kind="rulings", name="r.jsonl", path="/srv/r.jsonl", state="loading")
    answer = api(staff).post(f"/api/imports/{record.pk}/cancel/")
    assert (answer.status_code, answer.json()["code"]) == (409, "by_command")


def test_the_page_stops_it_and_says_how_long_its_file_is_kept(staff: Any, client: Any, settings: Any) -> None:
    settings.TASK_EXECUTOR = "background"
    record = given(staff, json.dumps(ruling()).encode())
    client.force_login(staff)
    assert f"/library/imports/{record.pk}/cancel/" in client.get(record.get_absolute_url()).content.decode()
    page = client.post(f"/library/imports/{record.pk}/cancel/", follow=True).content.decode()
    assert "Its file is kept until" in page
    assert "Go on with it" in page


def test_the_file_of_a_failed_import_goes_when_its_time_is_over(staff: Any, client: Any, settings: Any, work_off: Any) -> None:
    settings.TASK_EXECUTOR = "background"
    record = given(staff, b"Shall I compare thee to a summer's day?")
    manager.cancel(record.task_id, staff)
    record.refresh_from_db()
    assert importing.forget_old_files(lambda: None) == 0
    with blobs.as_file(record) as path:
        assert path.read_bytes().startswith(b"Shall")
    LawImport.objects.update(file_until=timezone.now() - timedelta(seconds=1))
    assert importing.forget_old_files(lambda: None) == 1
    record.refresh_from_db()
    assert record.stored_as == ""
    client.force_login(staff)
    page = client.get(record.get_absolute_url()).content.decode()
    assert "no longer kept" in page
    assert "Go on with it" not in page


def test_the_report_is_taken_along_as_csv(tmp_path: Path, staff: Any, client: Any, api: Any) -> None:
    record = bring("rulings", lines(tmp_path / "r.jsonl", [ruling("=cmd()", date="30 February 1999"), "no record"]))
    rows = [
        ["file", "where", "name", "reason", "skipped"],
        ["r.jsonl", "line 1", "'=cmd()", "“30 February 1999” is no date; it was left out.", "no"],
        ["r.jsonl", "line 2", "", "This is no JSON: Expecting value at column 1.", "yes"],
    ]
    client.force_login(staff)
    for answer in (client.get(f"/library/imports/{record.pk}/report/"), api(staff).get(f"/api/imports/{record.pk}/report/")):
        assert answer.headers["content-disposition"] == 'attachment; filename="r.jsonl.report.csv"'
        assert list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))) == rows
    assert "Report as CSV" in client.get(record.get_absolute_url()).content.decode()
    call_command("import_rulings", str(tmp_path / "r.jsonl"), report=tmp_path / "told.csv")
    assert list(csv.reader(io.StringIO((tmp_path / "told.csv").read_text("utf-8-sig")))) == rows
