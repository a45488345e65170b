"""Selected documents as one ZIP with a manifest: for who asked, for a day, and only what he may see when it is written and fetched."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import AuditEvent
from documents.models import Document, Download
from documents.services.bulk import downloads
from documents.services.bulk.entries import LONGEST_PART, LONGEST_PATH, Names, harmless
from documents.services.pipeline import lifecycle
from documents.services.storage import blobs
from documents.tests.test_file_download import body
from tasks.manager import manager
from tasks.models import TaskRecord

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def empty_folder():
    """The storage is that of all tests."""
    for path in blobs.private_folder(downloads.FOLDER).iterdir():
        path.unlink()


@pytest.fixture
def ask(api, editor, case):
    def asked(**more):
        return api(editor).post("/api/documents/download/", {"case": str(case.pk), **more}, format="json")

    return asked


@pytest.fixture
def browser(editor):
    client = Client()
    client.force_login(editor)
    return client


def fetched(browser: Client, download: str) -> zipfile.ZipFile:
    answer = browser.get(f"/api/downloads/{download}/file/")
    assert answer.status_code == 200
    return zipfile.ZipFile(io.BytesIO(body(answer)))


def rows_of(archive: zipfile.ZipFile) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read("manifest.csv").decode("utf-8-sig"))))


def test_the_files_and_what_is_known_of_them(ask, accept, work_off, browser, api, editor, case):
    letter, mail, inside = accept("A letter.", "letter.txt"), accept("A mail.", "mail.txt"), accept("Inside it.", "letter.txt")
    work_off()
    Document.objects.filter(pk=inside.pk).update(parent=mail, metadata={"folder": "box 1", "bates_begin": "A001", "bates_end": "A002"})
    Document.objects.filter(pk=letter.pk).update(title="=HYPERLINK(1)", date="2024-05-01")
    api(editor).post(f"/api/documents/{letter.pk}/tags/", {"add": ["Hot", "Exhibits"]}, format="json")
    answer = ask(filter={}, count=3)
    assert answer.status_code == 202
    assert answer.json()["status"] == "writing"
    work_off()
    ready = api(editor).get(f"/api/downloads/{answer.json()['id']}/").json()
    assert (ready["status"], ready["files"], ready["count"]) == ("ready", 3, 3)
    with fetched(browser, ready["id"]) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["letter.txt", "mail.txt", "mail (attachments)/letter.txt", "manifest.csv", "manifest.json"]
        rows = rows_of(archive)
        for row in rows:
            assert hashlib.sha256(archive.read(row["file"])).hexdigest() == row["sha256"]
            assert str(len(archive.read(row["file"]))) == row["size"]
        assert rows[0]["title"] == "'=HYPERLINK(1)"
        assert (rows[0]["tags"], rows[0]["date"]) == ("Exhibits; Hot", "2024-05-01")
        assert (rows[2]["source"], rows[2]["bates_begin"]) == ("mail.txt/box 1", "A001")
        told = json.loads(archive.read("manifest.json"))
        assert (told["case"], told["by"]) == (case.title, "editor")
        assert [row["title"] for row in told["documents"]] == ["=HYPERLINK(1)", "mail", "letter"]
        assert told["documents"][0]["tags"] == ["Exhibits", "Hot"]
    assert AuditEvent.objects.get(verb="case.downloaded").detail["count"] == 3


def test_its_size_is_told_before_and_what_is_too_much_is_refused(ask, accept, work_off, settings):
    accept("Twelve bytes", "a.txt")
    told = ask(filter={}, preview=True)
    assert told.json() == {"count": 1, "bytes": 12, "most": 20_480 * 1024**2, "changed": False}
    assert not Download.objects.exists()
    Document.objects.update(size=3 * 1024**2)
    settings.DOWNLOAD_MAX_MB = 2
    assert (ask(filter={}).status_code, ask(filter={}).json()["code"]) == (413, "download_too_large")


def test_only_who_asked_may_fetch_it_and_only_while_he_is_a_member(ask, accept, work_off, browser, owner, editor, case, api):
    accept()
    download = ask(filter={}).json()["id"]
    url = f"/api/downloads/{download}/file/"
    assert browser.get(url).json()["code"] == "not_ready"
    work_off()
    other = Client()
    other.force_login(owner)
    assert other.get(url).status_code == 404
    assert api(owner).get("/api/downloads/").json()["count"] == 0
    assert Client().get(url).status_code == 401
    assert browser.get(url).status_code == 200
    case.memberships.filter(user=editor).delete()
    assert browser.get(url).status_code == 404


def test_what_he_may_not_see_any_more_when_it_is_written_stays_out(ask, accept, work_off, browser, editor):
    stays, goes = accept("It stays.", "stays.txt"), accept("It goes.", "goes.txt")
    work_off()
    download = ask(filter={}).json()["id"]
    lifecycle.delete(goes, editor)
    work_off()
    with fetched(browser, download) as archive:
        assert "goes.txt" not in archive.namelist()
        assert [row["title"] for row in rows_of(archive)] == [stays.title]


def test_who_is_no_editor_any_more_gets_none(ask, accept, work_off, editor, case):
    accept()
    work_off()
    ask(filter={})
    case.memberships.filter(user=editor).delete()
    work_off()
    assert Download.objects.get().status == "failed"
    assert not list(blobs.private_folder(downloads.FOLDER).glob("*"))


def test_it_goes_after_its_time_with_its_file(ask, accept, work_off, browser):
    accept()
    download = ask(filter={}).json()["id"]
    work_off()
    assert downloads.sweep() == 0
    Download.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert browser.get(f"/api/downloads/{download}/file/").status_code == 404
    assert downloads.sweep() == 1
    assert not Download.objects.exists()
    assert not list(blobs.private_folder(downloads.FOLDER).iterdir())


def test_a_cancelled_one_leaves_nothing(ask, accept, work_off):
    accept()
    work_off()
    asked = ask(filter={}).json()
    manager.cancel(asked["task_id"])
    assert Download.objects.get().status == "cancelled"
    work_off()
    assert not list(blobs.private_folder(downloads.FOLDER).iterdir())


def test_one_may_discard_it(ask, accept, work_off, api, editor):
    accept()
    download = ask(filter={}).json()["id"]
    work_off()
    assert api(editor).delete(f"/api/downloads/{download}/").status_code == 204
    assert not list(blobs.private_folder(downloads.FOLDER).iterdir())


def test_a_missing_and_a_damaged_file_are_told_of(ask, accept, work_off, browser):
    missing, damaged, whole = accept("Missing.", "missing.txt"), accept("Damaged.", "damaged.txt"), accept("Whole.", "whole.txt")
    work_off()
    blobs.path_of(missing).unlink()
    blobs.path_of(damaged).write_bytes(b"Changed!")
    download = ask(documents=[str(one.pk) for one in (missing, damaged, whole)]).json()["id"]
    work_off()
    with fetched(browser, download) as archive:
        rows = {row["title"]: row for row in rows_of(archive)}
        assert (rows["missing"]["file"], rows["missing"]["problem"]) == ("", "Its file is not where it should be.")
        assert "damaged since" in rows["damaged"]["problem"]
        assert rows["whole"]["problem"] == ""


def test_two_thousand_documents_in_few_queries(case, ask, work_off, django_assert_max_num_queries, browser):
    stored = blobs.store(io.BytesIO(b"The same file."), case.pk)
    Document.objects.bulk_create(
        Document(
            case=case, title=f"Paper {n}", name="paper.txt", status="ready", sha256=f"{n:064d}", stored_as=stored.name, size=stored.size
        )
        for n in range(2000)
    )
    download = ask(filter={}).json()["id"]
    with django_assert_max_num_queries(150):
        work_off()
    assert TaskRecord.objects.get(name=downloads.TASK).status == "succeeded"
    with fetched(browser, download) as archive:
        names = archive.namelist()
        assert len(names) == len(set(names)) == 2002
        assert {"paper.txt", "paper (2).txt", "paper (2000).txt"} <= set(names)


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\evil.exe", "evil.exe"),
        ("con.txt", "_con.txt"),
        ("a<b>:c|d?.txt", "a_b__c_d_.txt"),
        ("...", "unnamed"),
        ("x" * 400 + ".pdf", "x" * (LONGEST_PART - 4) + ".pdf"),
    ],
)
def test_names_are_harmless_on_every_system(name, inside):
    assert harmless(name) == inside


def test_names_are_unique_whatever_the_case_of_their_letters_and_never_too_long():
    names = Names()
    assert [names.file(name) for name in ("A.txt", "a.TXT", "a.txt", "manifest.csv")] == [
        "A.txt",
        "a (2).TXT",
        "a (3).txt",
        "manifest (2).csv",
    ]
    folder = ""
    for _depth in range(10):
        path = names.file("d" * 60 + ".eml", folder)
        assert len(path) <= LONGEST_PATH
        folder = names.folder(path)


def test_viewers_are_told_that_it_needs_an_editor(api, viewer, case, accept):
    accept()
    asked = {"case": str(case.pk), "filter": {}}
    assert api(viewer).post("/api/documents/download/", asked, format="json").status_code == 403
