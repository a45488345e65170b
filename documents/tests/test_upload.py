"""POST /api/documents/: what is taken in, as what, and what is refused with which sentence."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from documents.models import Document
from documents.services import ingest
from documents.services.ingest import clean_name
from documents.services.storage import blobs
from documents.tests.conftest import OPINION
from tasks.models import TaskRecord

pytestmark = pytest.mark.django_db
URL = "/api/documents/"


def post(client, case, *files, **fields):
    return client.post(URL, {"file": list(files), "case": str(case.pk), **fields}, format="multipart")


def stored_files(case) -> list[Path]:
    folder = blobs.root() / str(case.pk)
    return sorted(folder.iterdir()) if folder.exists() else []


def test_an_uploaded_file_is_answered_with_its_document_and_task(api, editor, case, upload):
    answer = post(api(editor), case, upload("Motion_to_Dismiss.txt"))
    assert answer.status_code == 201
    (made,) = answer.json()
    document = Document.objects.get(pk=made["id"])
    assert made["title"] == document.title == "Motion to Dismiss"
    assert made["status"] == "pending"
    assert made["duplicate_of"] is None
    assert TaskRecord.objects.get(pk=made["task_id"]).topic == f"document:{document.pk}"
    assert (document.kind, document.mime, document.size, document.created_by) == ("motion", "text/plain", len(OPINION.encode()), editor)
    assert blobs.path_of(document).read_bytes() == OPINION.encode()


def test_many_files_come_in_one_request_in_their_order(api, editor, case, upload):
    names = [f"exhibit {number}.txt" for number in range(5)]
    answer = post(api(editor), case, *[upload(name, f"This is {name}.") for name in names])
    assert [made["name"] for made in answer.json()] == names


def test_one_refused_file_refuses_the_request_and_names_the_file(api, editor, case, upload):
    answer = post(api(editor), case, upload("good.txt"), upload("nothing.pdf", b""))
    assert answer.status_code == 400
    assert answer.json()["code"] == "empty_file"
    assert answer.json()["detail"].startswith("nothing.pdf: ")
    assert not Document.objects.exists()
    assert stored_files(case) == []


def test_an_empty_file_is_refused_with_a_sentence(api, editor, case, upload):
    answer = post(api(editor), case, upload("empty.pdf", b""))
    assert (answer.status_code, answer.json()["code"]) == (400, "empty_file")


def test_a_file_over_the_limit_is_refused(api, editor, case, upload, settings):
    settings.MAX_UPLOAD_MB = 1
    answer = post(api(editor), case, upload("big.txt", b"a" * (1024 * 1024 + 1)))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert stored_files(case) == []


def test_a_type_that_cannot_be_read_is_taken_all_the_same(api, editor, case, upload):
    (made,) = post(api(editor), case, upload("plan.dwg", b"AC1032\x00" + bytes(200))).json()
    assert (made["status"], made["task_id"] is None) == ("pending", False)
    assert Document.objects.get(pk=made["id"]).mime == "image/vnd.dwg"


@pytest.mark.parametrize("refused", [{".exe"}, {"application/x-msdownload"}, {"application/*"}])
def test_a_type_that_a_setting_forbids_is_refused(api, editor, case, upload, settings, refused):
    settings.REFUSED_TYPES = frozenset(refused)
    answer = post(api(editor), case, upload("tool.exe", b"MZ\x90\x00" + bytes(200)))
    assert (answer.status_code, answer.json()["code"]) == (415, "refused_type")
    assert "not taken" in answer.json()["detail"]
    assert stored_files(case) == []


def test_a_forbidden_type_is_refused_under_another_name(api, editor, case, upload, settings):
    settings.REFUSED_TYPES = frozenset({"application/x-msdownload"})
    assert post(api(editor), case, upload("letter.pdf", b"MZ\x90\x00" + bytes(200))).json()["code"] == "refused_type"
    assert post(api(editor), case, upload("letter.txt")).status_code == 201


def test_a_name_that_lies_about_its_type_is_taken_as_what_it_is_with_a_notice(api, editor, case, upload):
    made = post(api(editor), case, upload("page.docx.txt", b"<html><body><p>Order</p></body></html>")).json()[0]
    document = Document.objects.get(pk=made["id"])
    assert document.mime == "text/html"
    assert [notice["code"] for notice in document.notices] == ["type_by_content"]


def test_a_request_without_files_or_case_says_what_is_missing(api, editor, case, upload):
    assert "file" in api(editor).post(URL, {"case": str(case.pk)}, format="multipart").json()
    assert "case" in api(editor).post(URL, {"file": upload()}, format="multipart").json()


def test_only_editors_may_upload_and_strangers_find_no_case(api, owner, viewer, stranger, case, upload):
    assert post(api(owner), case, upload()).status_code == 201
    assert post(api(viewer), case, upload()).status_code == 403
    assert post(api(stranger), case, upload()).status_code == 404
    assert post(api(), case, upload()).status_code == 401
    assert Document.objects.count() == 1


def test_the_same_bytes_again_are_linked_and_not_processed_twice(api, editor, case, upload):
    first = post(api(editor), case, upload("a.txt")).json()[0]
    second = post(api(editor), case, upload("b.txt")).json()[0]
    assert second["duplicate_of"] == first["id"]
    assert (second["task_id"], second["status"]) == (None, "ready")
    assert TaskRecord.objects.count() == 1
    assert len(stored_files(case)) == 1


def test_the_same_bytes_twice_in_one_request_are_linked_too(api, editor, case, upload):
    first, second = post(api(editor), case, upload("a.txt"), upload("b.txt")).json()
    assert {first["duplicate_of"], second["duplicate_of"]} in ({None, first["id"]}, {None, second["id"]})


def test_the_same_bytes_in_another_case_are_another_document(api, owner, case, upload):
    from cases.services import matters

    other = matters.create_case("Another matter", user=owner)
    post(api(owner), case, upload())
    assert post(api(owner), other, upload()).json()[0]["duplicate_of"] is None


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\brief.pdf", "brief.pdf"),
        ("line\nbreak\t.txt", "line break .txt"),
        ("nul\x00byte.txt", "nulbyte.txt"),
        ("fdp.\u202etxt.exe", "fdp.txt.exe"),
        ("folder/", "folder"),
        ("..", "unnamed"),
        ("", "unnamed"),
        ("\ud800broken.txt", "broken.txt"),
        ("Klageschrift Müller ﷺ 訴状.pdf", "Klageschrift Müller ﷺ 訴状.pdf"),
        (".hidden", ".hidden"),
    ],
)
def test_names_are_cleaned_for_people(given, shown):
    assert clean_name(given) == shown


def test_a_name_of_ten_thousand_characters_is_cut_and_keeps_its_ending():
    cut = clean_name("x" * 10_000 + ".pdf")
    assert len(cut) == 255
    assert cut.endswith("x.pdf")


def test_a_name_too_long_for_a_form_is_refused_with_a_sentence(api, editor, case):
    body = (
        b'--b\r\nContent-Disposition: form-data; name="case"\r\n\r\n' + str(case.pk).encode() + b"\r\n"
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="' + b"x" * 10_000 + b'.txt"\r\n\r\nhello\r\n--b--\r\n'
    )
    answer = api(editor).post(URL, body, content_type="multipart/form-data; boundary=b")
    assert (answer.status_code, answer.json()["code"]) == (400, "name_too_long")


def test_a_name_never_becomes_a_path(accept, case):
    document = accept(name="../../../tmp/evil.txt")
    assert document.stored_as == f"{case.pk}/{document.sha256}"
    assert [path.name for path in stored_files(case)] == [document.sha256]


def test_folders_of_the_storage_are_for_this_system_user_only(accept, case):
    accept()
    assert (blobs.root() / str(case.pk)).stat().st_mode & 0o777 == 0o700


def test_a_full_disk_is_a_sentence_and_leaves_nothing_half(api, editor, case, upload, monkeypatch):
    import errno

    def full(*_args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(blobs.os, "fsync", full)
    answer = post(api(editor), case, upload())
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    assert stored_files(case) == []
    assert not Document.objects.exists()


def test_uploading_again_what_failed_tries_again(accept, editor):
    document = accept()
    Document.objects.filter(pk=document.pk).update(status="failed", error="x")
    again = accept(name="again.txt")
    assert again.duplicate_of == document
    document.refresh_from_db()
    assert document.status == "pending"


def test_accepting_needs_the_role_whoever_calls(case, viewer):
    from django.core.exceptions import PermissionDenied

    with pytest.raises(PermissionDenied):
        ingest.accept(BytesIO(b"text"), case=case, user=viewer, name="a.txt")


def test_the_upload_is_in_the_audit_log(accept, case, editor):
    document = accept()
    event = case.audit_events.get(verb="document.added")
    assert (event.actor, event.target_id) == (editor, str(document.pk))
    assert json.loads(json.dumps(event.detail))["sha256"] == document.sha256


def test_an_uploaded_file_larger_than_memory_limits_is_streamed(api, editor, case, settings):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1000
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    content = b"A sentence of the filing. " * 200_000
    answer = post(api(editor), case, SimpleUploadedFile("long.txt", content))
    assert answer.status_code == 201
    assert blobs.path_of(Document.objects.get()).stat().st_size == len(content)
