"""/api/uploads/: the tus protocol, and that nothing of an upload is lost or counted twice."""

from __future__ import annotations

import threading
from base64 import b64encode
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from cases.models import Membership, Role
from documents.models import Document, Upload
from documents.services.ingest import uploads
from documents.services.storage import blobs
from documents.tests.conftest import OPINION

pytestmark = pytest.mark.django_db
URL = "/api/uploads/"
CONTENT = OPINION.encode() * 10
SIZE = len(CONTENT)


def metadata(**pairs) -> str:
    return ",".join(f"{key} {b64encode(str(value).encode()).decode()}" for key, value in pairs.items())


def create(client, case, *, length=SIZE, filename="opinion.txt", **more):
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(length), "Upload-Metadata": metadata(filename=filename, case=case.pk, **more)}
    return client.post(URL, headers=headers)


def patch(client, location, offset, piece):
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(offset)}
    return client.generic("PATCH", location, piece, content_type="application/offset+octet-stream", headers=headers)


def part(location) -> Path:
    """The file in which the pieces of an upload gather."""
    return blobs.private_folder(uploads.FOLDER) / location.rstrip("/").rsplit("/", 1)[-1]


def test_a_file_sent_in_pieces_becomes_a_document(api, editor, case):
    client = api(editor)
    created = create(client, case, kind="filing")
    assert created.status_code == 201
    assert created["Tus-Resumable"] == "1.0.0"
    location = created["Location"]
    first = patch(client, location, 0, CONTENT[:1000])
    assert (first.status_code, first["Upload-Offset"]) == (204, "1000")
    assert "Lexintel-Document" not in first
    last = patch(client, location, 1000, CONTENT[1000:])
    assert last.status_code == 204
    document = Document.objects.get(pk=last["Lexintel-Document"])
    assert last["Lexintel-Task"] == str(document.task_id)
    assert last["Lexintel-Duplicate-Of"] == ""
    assert (document.name, document.kind, document.created_by) == ("opinion.txt", "filing", editor)
    assert blobs.path_of(document).read_bytes() == CONTENT
    assert not part(location).exists()


def test_an_empty_piece_changes_nothing(api, editor, case):
    client = api(editor)
    location = create(client, case)["Location"]
    assert patch(client, location, 0, b"")["Upload-Offset"] == "0"


def test_a_finished_upload_takes_no_more_pieces(api, editor, case):
    client = api(editor)
    location = create(client, case)["Location"]
    patch(client, location, 0, CONTENT)
    more = patch(client, location, len(CONTENT), b"more")
    assert (more.status_code, more.json()["code"]) == (409, "upload_finished")
    assert Document.objects.count() == 1
    assert blobs.path_of(Document.objects.get()).read_bytes() == CONTENT


def test_a_client_that_lost_the_last_answer_finds_the_document_again(api, editor, case):
    client = api(editor)
    location = create(client, case)["Location"]
    last = patch(client, location, 0, CONTENT)
    again = client.head(location)
    assert again["Upload-Offset"] == again["Upload-Length"] == str(len(CONTENT))
    assert again["Lexintel-Document"] == last["Lexintel-Document"]
    repeated = patch(client, location, len(CONTENT), b"")
    assert (repeated.status_code, repeated["Lexintel-Document"]) == (204, last["Lexintel-Document"])
    assert Document.objects.count() == 1


def test_an_upload_whose_last_step_was_interrupted_is_finished_when_asked(api, editor, case):
    client = api(editor)
    location = create(client, case)["Location"]
    upload = Upload.objects.get()
    uploads.part_of(upload).write_bytes(CONTENT)
    Upload.objects.update(offset=len(CONTENT))
    assert "Lexintel-Document" in client.head(location)


def test_bytes_that_a_crash_left_beyond_the_offset_do_not_count(api, editor, case):
    client = api(editor)
    location = create(client, case)["Location"]
    patch(client, location, 0, CONTENT[:100])
    with open(uploads.part_of(Upload.objects.get()), "ab") as file:
        file.write(b"half a piece that was never committed")
    assert client.head(location)["Upload-Offset"] == "100"
    patch(client, location, 100, CONTENT[100:])
    assert blobs.path_of(Document.objects.get()).read_bytes() == CONTENT


def test_a_piece_at_the_wrong_place_is_a_conflict(api, editor, case):
    client = api(editor)
    location = create(client, case)["Location"]
    patch(client, location, 0, CONTENT[:100])
    for offset in (0, 50, 200):
        answer = patch(client, location, offset, b"x")
        assert (answer.status_code, answer.json()["code"]) == (409, "offset_conflict")
    assert client.head(location)["Upload-Offset"] == "100"


def test_more_bytes_than_announced_are_refused_and_do_not_count(api, editor, case):
    client = api(editor)
    location = create(client, case, length=10)["Location"]
    assert patch(client, location, 0, b"x" * 11).json()["code"] == "too_long"
    assert client.head(location)["Upload-Offset"] == "0"


def test_what_can_be_refused_is_refused_before_the_bytes_travel(api, editor, viewer, stranger, case, settings):
    settings.MAX_UPLOAD_MB = 1
    too_large = create(api(editor), case, length=1024 * 1024 + 1)
    assert (too_large.status_code, too_large.json()["code"]) == (413, "too_large")
    assert "1 MB" in too_large.json()["detail"]
    assert create(api(editor), case, length=0).json()["code"] == "empty_file"
    assert create(api(viewer), case).status_code == 403
    assert create(api(stranger), case).status_code == 404
    assert create(api(), case).status_code == 401
    assert create(api(editor), case, length=-1).json()["code"] == "bad_header"
    assert create(api(editor), case, kind="poem").json()["code"] == "bad_kind"
    assert not Upload.objects.exists()


def test_a_disk_without_room_is_said_at_once(api, editor, case, settings):
    settings.MAX_UPLOAD_MB = 10**12
    answer = create(api(editor), case, length=10**17)
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")


@pytest.mark.parametrize("header", ["", "filename", "filename !!!", "case bm90IGEgdXVpZA=="])
def test_metadata_that_cannot_be_read_is_refused(api, editor, case, header):
    answer = api(editor).post(URL, headers={"Upload-Length": "5", "Upload-Metadata": header})
    assert answer.status_code in (400, 404)


def test_the_file_is_refused_for_its_content_with_the_last_piece(api, editor, case, settings):
    settings.REFUSED_TYPES = frozenset({"application/x-msdownload"})
    client = api(editor)
    program = b"MZ\x90\x00" + bytes(500)
    location = create(client, case, length=len(program), filename="tool.bin")["Location"]
    answer = patch(client, location, 0, program)
    assert (answer.status_code, answer.json()["code"]) == (415, "refused_type")
    assert client.head(location).status_code == 404
    assert not part(location).exists()


def test_a_forbidden_ending_is_refused_before_the_bytes_travel(api, editor, case, settings):
    settings.REFUSED_TYPES = frozenset({".exe"})
    answer = create(api(editor), case, filename="Tool.EXE")
    assert (answer.status_code, answer.json()["code"]) == (415, "refused_type")


def test_the_same_bytes_again_name_the_document_they_repeat(api, editor, case):
    client = api(editor)
    first = patch(client, create(client, case)["Location"], 0, CONTENT)
    second = patch(client, create(client, case)["Location"], 0, CONTENT)
    assert second["Lexintel-Duplicate-Of"] == first["Lexintel-Document"]
    assert second["Lexintel-Task"] == ""


def test_an_upload_belongs_to_who_opened_it(api, editor, owner, case):
    location = create(api(editor), case)["Location"]
    assert api(owner).head(location).status_code == 404
    assert patch(api(owner), location, 0, b"x").status_code == 404
    assert api(owner).delete(location).status_code == 404


def test_who_loses_the_role_can_not_go_on(api, editor, case):
    location = create(api(editor), case)["Location"]
    Membership.objects.filter(user=editor).update(role=Role.VIEWER)
    assert patch(api(editor), location, 0, b"x").status_code == 403
    Membership.objects.filter(user=editor).delete()
    assert patch(api(editor), location, 0, b"x").status_code == 404


def test_an_upload_can_be_given_up(api, editor, case):
    client = api(editor)
    location = create(client, case)["Location"]
    assert client.delete(location).status_code == 204
    assert client.head(location).status_code == 404
    assert not part(location).exists()


def test_forgotten_uploads_are_swept(api, editor, case):
    old = create(api(editor), case)["Location"]
    Upload.objects.update(updated=timezone.now() - timedelta(days=3))
    new = create(api(editor), case)["Location"]
    assert Upload.objects.count() == 1
    assert (part(old).exists(), part(new).exists()) == (False, True)


def test_the_server_says_what_it_speaks(api, editor):
    answer = api(editor).options(URL)
    assert answer.status_code == 204
    assert answer["Tus-Version"] == "1.0.0"
    assert "creation" in answer["Tus-Extension"]
    wrong = api(editor).post(URL, headers={"Tus-Resumable": "0.2.2"})
    assert wrong.status_code == 412


def test_a_piece_must_say_that_it_is_one(api, editor, case):
    client = api(editor)
    location = create(client, case)["Location"]
    assert client.patch(location, {"a": 1}, format="json", headers={"Upload-Offset": "0"}).status_code == 415


def test_pieces_larger_than_the_limit_for_forms_pass(api, editor, case, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    client = api(editor)
    location = create(client, case)["Location"]
    assert patch(client, location, 0, CONTENT).status_code == 204


def test_browsers_need_their_csrf_token(editor, case):
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(editor)
    assert create(client, case).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_pieces_at_once_count_once(api, editor, case):
    location = create(api(editor), case)["Location"]
    answers: list[int] = []

    def send() -> None:
        try:
            answers.append(patch(api(editor), location, 0, CONTENT).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [204, 409, 409, 409]
    assert blobs.path_of(Document.objects.get()).read_bytes() == CONTENT
